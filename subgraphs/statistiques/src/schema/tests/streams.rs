//! Statistics that come value by value.

use super::*;

async fn events(query: &str) -> Vec<Value> {
    use async_graphql::futures_util::StreamExt;
    let responses = crate::schema::builder().finish().execute_stream(query);
    let written = responses
        .map(|response| serde_json::from_str(&service::graphql::to_json(&response)).unwrap());
    written.collect().await
}

#[test]
fn running_statistics_come_value_by_value_and_null_does_not_stay() {
    let query = "subscription { statistiquesCourantes(valeurs: [1, 2, 4]) { id effectif moyenne variance minimum maximum mediane valeurs } }";
    let events = run(events(query));
    assert_eq!(events.len(), 3);
    let event = |index: usize| &events[index]["data"]["statistiquesCourantes"];
    // A sample of one value has no variance; two values have one.
    assert_eq!(
        events[0]["errors"][0]["extensions"]["code"],
        "INSUFFICIENT_DATA"
    );
    assert_eq!(event(0)["variance"], Value::Null);
    assert_eq!(events[1]["errors"], Value::Null);
    assert_eq!(
        event(1),
        &json!({ "id": "s1_QIAB", "effectif": 2, "moyenne": "1.5", "variance": "0.5", "minimum": "1", "maximum": "2", "mediane": "1.5", "valeurs": ["1", "2"] })
    );
    assert_eq!(event(2)["variance"], "2.3333333333333333333333333333");
}

#[test]
fn a_stream_is_refused_before_it_begins_when_it_would_be_too_long() {
    let many = vec!["1"; 1001].join(",");
    for (arguments, code) in [
        ("valeurs: []".to_owned(), "EMPTY_SERIES"),
        (format!("valeurs: [{many}]"), "LIMIT_EXCEEDED"),
        (
            "valeurs: [1], intervalle: -1".to_owned(),
            "INVALID_ARGUMENT",
        ),
        (
            "valeurs: [1], intervalle: 60001".to_owned(),
            "INVALID_ARGUMENT",
        ),
        (
            "valeurs: [1,2,3,4,5,6,7,8,9,10,11,12], intervalle: 60000".to_owned(),
            "LIMIT_EXCEEDED",
        ),
    ] {
        let events = run(events(&format!(
            "subscription {{ statistiquesCourantes({arguments}) {{ effectif }} }}"
        )));
        assert_eq!(events.len(), 1, "{arguments}");
        assert_eq!(
            events[0]["errors"][0]["extensions"]["code"], code,
            "{arguments}"
        );
    }
}

#[test]
fn an_event_of_which_no_field_is_asked_for_is_empty() {
    let query = "subscription { statistiquesCourantes(valeurs: [1]) { effectif @skip(if: true) } }";
    let expected = json!({ "data": { "statistiquesCourantes": {} } });
    assert_eq!(run(events(query)), [expected]);
}
