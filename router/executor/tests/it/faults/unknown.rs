//! Objects of an interface whose types another subgraph knows, as they come through an `@interfaceObject`.

use std::sync::Arc;

use executor::FetchError;
use planner::Shape;

use super::{body, errors};
use crate::script::*;

/// Two objects `l` of the interface `I`, from `a`, of which `b` was to bring the types, and says this instead: the data and the errors.
async fn of_two(
    answer: Result<executor::SubgraphResponse, FetchError>,
    is_non_null: bool,
) -> (String, Vec<String>) {
    let shape = Shape::Abstract {
        type_name: name("I"),
        condition: None,
        possible: vec![(name("A"), Arc::new(object([("x", int())])))],
        hidden: Arc::new([]),
    };
    let item = if is_non_null { non_null(shape) } else { shape };
    let case = Case::new(
        vec![
            root("a{l{id}}"),
            entities("b{e:_entities{__typename x}}", &[0], &["l"]),
        ],
        object([("l", list(item))]),
    );
    let script = Script::new()
        .answer(0, r#"{"data":{"l":[{"id":"1"},{"id":"2"}]}}"#)
        .answer_with(1, answer);
    let body = case.run(script).await.body;
    let data = body.split(r#","errors""#).next().unwrap_or_default();
    (data.to_owned(), errors(&body))
}

#[tokio::test]
async fn a_failed_fetch_of_their_types_is_the_only_error() {
    let timeout = || Err(FetchError::Timeout);
    let said = r#"["l"] SUBREQUEST_TIMEOUT the subgraph "b" did not answer in time"#;
    let (data, errors) = of_two(timeout(), false).await;
    assert_eq!(data, r#"{"data":{"l":[null,null]}"#);
    assert_eq!(errors, [said]);
    let (data, errors) = of_two(timeout(), true).await;
    assert_eq!(data, r#"{"data":{"l":null}"#);
    assert_eq!(errors.len(), 1, "{errors:?}");
}

#[tokio::test]
async fn an_error_of_one_of_them_is_reported_there() {
    for path in [r#"["e",0]"#, r#"["e",0,"__typename"]"#] {
        let answer = format!(
            r#"{{"data":{{"e":[null,{{"__typename":"A","x":1}}]}},"errors":[{{"message":"gone","path":{path}}}]}}"#
        );
        let (data, errors) = of_two(body(&answer), false).await;
        assert_eq!(data, r#"{"data":{"l":[null,{"x":1}]}"#, "{path}");
        assert_eq!(errors, [r#"["l",0] SUBGRAPH_ERROR gone"#], "{path}");
    }
}

#[tokio::test]
async fn one_that_nobody_knows_is_an_error() {
    let answer = r#"{"data":{"e":[null,{"__typename":"A","x":1}]}}"#;
    let (data, errors) = of_two(body(answer), false).await;
    assert_eq!(data, r#"{"data":{"l":[null,{"x":1}]}"#);
    assert_eq!(
        errors,
        [r#"["l",0] INVALID_SUBGRAPH_VALUE "l" of type "I" came without a __typename"#]
    );
}
