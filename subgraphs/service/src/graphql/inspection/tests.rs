//! Tests of [`super`].

use super::*;
use crate::Limits;
use crate::graphql::document::types::Types;
use crate::graphql::variables::Given;

fn inspect(query: String) -> Inspected {
    let texts = Texts {
        query: query.into(),
        operation_name: None,
        variables: Given::default(),
    };
    let types = Types::default();
    let inspected = document::inspect(&texts, None, &Limits::default(), true, &types);
    inspected.ok().unwrap()
}

/// A request that takes so many units of work.
fn inspected(cost: u64) -> Inspected {
    Inspected {
        cost,
        ..inspect("{ a }".to_owned())
    }
}

#[tokio::test]
async fn what_waits_for_a_thread_is_not_kept_parsed() {
    let pool = Pool::new(1, 8);
    let cheap = Bound { bytes: 0, work: 10 };
    let turn = |cost| Turn::of(inspected(cost), cheap, &pool);
    let one = turn(11);
    assert!(matches!(one, Turn::OnPool(..)));
    assert!(matches!(turn(11), Turn::Later));
    assert!(matches!(turn(10), Turn::Now(_)));
    drop(one);
    assert!(matches!(turn(11), Turn::OnPool(..)));
}

/// The units of work of a query.
fn cost(query: String) -> u64 {
    inspect(query).cost
}

#[test]
fn numbers_in_quotes_leave_a_short_request_on_the_runtime() {
    const LONG: &str =
        r#"add(a: "-1626148785479800147382990278.9", b: "7922816251426433759354395033.5")"#;
    assert!(cost(format!("{{ {LONG} }}")) <= CHEAPEST.work);
    assert!(cost(r#"{ add(a: "12.50", b: "7.25") }"#.to_owned()) <= CHEAPEST.work);
    let fifteen = r#""-1626148785479800147382990278.9" "#.repeat(15);
    assert!(cost(format!("{{ mean(values: [{fifteen}]) }}")) <= CHEAPEST.work);
    let ten: String = (0..10).map(|n| format!("a{n}: {LONG} ")).collect();
    assert!(cost(format!("{{ {ten} }}")) <= CHEAP.work);
    // A long text is no number.
    let identifier = "x".repeat(6_000);
    assert!(cost(format!(r#"{{ series(id: "{identifier}") }}"#)) > CHEAP.work);
}

#[test]
fn a_panic_while_a_request_is_inspected_is_its_error() {
    let refusal = caught(|| vec![0][usize::from(true)]).unwrap_err();
    assert_eq!(refusal.code(), "INTERNAL_SERVER_ERROR");
    assert_eq!(caught(|| 1).ok(), Some(1));
}
