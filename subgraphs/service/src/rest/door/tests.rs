//! Tests of [`super`].

use crate::fixture::Fixture;

#[tokio::test]
async fn two_numbers_with_all_their_digits_are_short_while_the_runtime_is_behind() {
    let fixture = Fixture::new();
    fixture.apps.pressure.rise();
    let thread = async |parameters: &str| {
        let path = format!("/api/v1/thread?{parameters}");
        fixture.get(&path, "application/json").await.body
    };
    let query = "a=-1626148785479800147382990278.9&b=7922816251426433759354395033.5";
    let digits = query.len() - "nothing=".len();
    assert_ne!(
        thread(&format!("nothing={:0digits$}", 1)).await,
        "\"compute\""
    );
    assert_eq!(thread(&format!("nothing={:0200}", 1)).await, "\"compute\"");
}
