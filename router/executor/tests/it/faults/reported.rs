//! How errors of subgraphs are reported: at which place, how often, and which of many.

use planner::Shape;

use super::*;

#[tokio::test]
async fn errors_that_are_no_errors_are_still_reported() {
    let case = Case::new(vec![root("a{x}")], object([("x", int())]));
    let outcome = case
        .run(Script::new().answer(
            0,
            r#"{"data":{"x":1},"errors":[5,{"message":7,"path":"x"}]}"#,
        ))
        .await;
    assert!(outcome.body.starts_with(r#"{"data":{"x":1},"errors":[{"message":"the subgraph \"a\" reported an error without a message""#), "{}", outcome.body);
}

#[tokio::test]
async fn errors_are_bounded_in_number() {
    let mut case = Case::new(
        vec![root("a{l{n}}")],
        object([("l", list(of([("n", int())])))]),
    );
    case.options.max_errors = 3;
    let items = vec![r#"{"n":"x"}"#; 50].join(",");
    let outcome = case
        .run(Script::new().answer(0, &format!(r#"{{"data":{{"l":[{items}]}}}}"#)))
        .await;
    assert_eq!(outcome.response.error_codes, ["INVALID_SUBGRAPH_VALUE"; 3]);
}

#[tokio::test]
async fn paths_of_subgraphs_become_the_clients_under_each_of_its_aliases() {
    let mut shape = object([]);
    let of_t = || of([("id", string()), ("n", int())]);
    shape.fields = vec![
        aliased("first", "t", of_t()),
        aliased("second", "t", of_t()),
    ];
    let case = Case::new(vec![root("a{t{n}}")], shape);
    let outcome = case
        .run(Script::new().answer(
            0,
            r#"{"data":{"t":{"id":"1","n":null}},"errors":[{"message":"no","path":["t","n"]}]}"#,
        ))
        .await;
    assert_eq!(
        errors(&outcome.body),
        [
            r#"["first","n"] SUBGRAPH_ERROR no"#,
            r#"["second","n"] SUBGRAPH_ERROR no"#
        ]
    );
}

#[tokio::test]
async fn paths_below_a_null_are_followed_in_the_selection() {
    let inner = of([("id", string()), ("n", non_null(int()))]);
    let mut shape = object([]);
    shape.fields = vec![aliased("shown", "t", list(non_null(list(inner))))];
    let case = Case::new(vec![root("a{t{n}}")], shape);
    let outcome = case
        .run(Script::new().answer(
            0,
            r#"{"data":{"t":null},"errors":[{"message":"no","path":["t",3,0,"n"]},{"message":"other","path":["t",1,"x",5]}]}"#,
        ))
        .await;
    assert_eq!(
        errors(&outcome.body),
        [
            r#"["shown",3,0,"n"] SUBGRAPH_ERROR no"#,
            r#"["shown",1] SUBGRAPH_ERROR other"#
        ]
    );
}

#[tokio::test]
async fn error_of_a_field_that_the_client_did_not_select_stands_at_its_object() {
    let case = Case::new(
        vec![root("a{l{k n}}")],
        object([("l", list(of([("n", int())])))]),
    );
    let outcome = case
        .run(Script::new().answer(
            0,
            r#"{"data":{"l":[{"n":1,"k":1},{"n":2,"k":null}]},"errors":[{"message":"no key","path":["l",1,"k"]}]}"#,
        ))
        .await;
    assert_eq!(errors(&outcome.body), [r#"["l",1] SUBGRAPH_ERROR no key"#]);
}

/// Fifty objects `l`, of which `b` was to bring `n` and `m`, and says this instead.
async fn errors_of_fifty(answer: String) -> Vec<String> {
    let t = of([("n", int()), ("m", int())]);
    let case = Case::new(
        vec![
            root("a{l{id}}"),
            entities("b{e:_entities{n m}}", &[0], &["l"]),
        ],
        object([("l", list(t))]),
    );
    let ids: Vec<String> = (0..50).map(|id| format!(r#"{{"id":"{id}"}}"#)).collect();
    let ids = ids.join(",");
    let script = Script::new()
        .answer(0, &format!(r#"{{"data":{{"l":[{ids}]}}}}"#))
        .answer(1, &answer);
    errors(&case.run(script).await.body)
}

#[tokio::test]
async fn an_error_that_names_no_entity_is_told_once_at_the_place_they_have_in_common() {
    let reported: Vec<String> = (0..50)
        .map(|id| format!(r#"{{"message":"m{id}","path":["e"]}}"#))
        .collect();
    let reported = reported.join(",");
    let found = errors_of_fifty(format!(r#"{{"data":null,"errors":[{reported}]}}"#)).await;
    let expected: Vec<String> = (0..50)
        .map(|id| format!(r#"["l"] SUBGRAPH_ERROR m{id}"#))
        .collect();
    assert_eq!(found, expected);
}

#[tokio::test]
async fn a_fetch_that_fails_for_many_entities_is_told_once() {
    assert_eq!(
        errors_of_fifty("<html>".to_owned()).await.len(),
        1,
        "the fields n and m of all objects have one place in common"
    );
}

#[tokio::test]
async fn of_more_errors_than_are_told_those_that_differ_come_first() {
    let repeated = vec![r#"{"message":"again","path":["e"]}"#; 500].join(",");
    let last: Vec<String> = (0..50)
        .map(|id| format!(r#"{{"message":"m{id}","path":["e",{id},"n"]}}"#))
        .collect();
    let last = last.join(",");
    let found = errors_of_fifty(format!(r#"{{"data":null,"errors":[{repeated},{last}]}}"#)).await;
    assert_eq!(found.len(), 100);
    for id in 0..50 {
        let own = format!(r#"["l",{id},"n"] SUBGRAPH_ERROR m{id}"#);
        assert!(found.contains(&own), "{own} is not among {found:?}");
    }
}

#[tokio::test]
async fn different_errors_take_the_place_of_repeated_ones() {
    let mut case = Case::new(
        vec![root("a{l{n} x}")],
        object([("l", list(of([("n", int())]))), ("x", int())]),
    );
    case.options.max_errors = 3;
    let items = vec![r#"{"n":"x"}"#; 50].join(",");
    let answer = format!(r#"{{"data":{{"l":[{items}],"x":true}}}}"#);
    let outcome = case.run(Script::new().answer(0, &answer)).await;
    assert_eq!(
        errors(&outcome.body),
        [
            r#"["l",0,"n"] INVALID_SUBGRAPH_VALUE "n" came as a string where a number was expected"#,
            r#"["l",1,"n"] INVALID_SUBGRAPH_VALUE "n" came as a string where a number was expected"#,
            r#"["x"] INVALID_SUBGRAPH_VALUE "x" came as a Boolean where a number was expected"#,
        ]
    );
}

/// Some objects `l`, of which `b` was to bring a thousand fields, and failed.
async fn a_thousand_fields_of(objects: usize, max_errors: usize) -> String {
    let keys: Vec<String> = (0..1000).map(|n| format!("a_field_of_many{n}")).collect();
    let mut item = object([]);
    item.fields = keys.iter().map(|key| aliased(key, key, int())).collect();
    let item = Shape::Object {
        type_name: name("T"),
        shape: item.into(),
    };
    let operation = format!("b{{e:_entities{{{}}}}}", keys.join(" "));
    let mut case = Case::new(
        vec![root("a{l{id}}"), entities(&operation, &[0], &["l"])],
        object([("l", list(item))]),
    );
    case.options.max_errors = max_errors;
    let ids: Vec<String> = (0..objects)
        .map(|id| format!(r#"{{"id":"{id}"}}"#))
        .collect();
    let script = Script::new()
        .answer(0, &format!(r#"{{"data":{{"l":[{}]}}}}"#, ids.join(",")))
        .answer_with(1, Err(FetchError::Timeout));
    case.run(script).await.body
}

/// Whether the fetch was to bring a field is asked half a million times.
#[tokio::test]
async fn a_fetch_of_many_fields_that_fails_for_many_objects_is_told_once() {
    assert_eq!(
        errors(&a_thousand_fields_of(500, 100).await),
        [r#"["l"] SUBREQUEST_TIMEOUT the subgraph "b" did not answer in time"#]
    );
}

/// Each field of a single object has a place of its own.
#[tokio::test]
async fn each_field_of_one_object_that_is_missing_is_told() {
    let found = errors(&a_thousand_fields_of(1, 2000).await);
    assert_eq!(found.len(), 1000);
    assert!(found[999].starts_with(r#"["l",0,"a_field_of_many999"] SUBREQUEST_TIMEOUT"#));
}
