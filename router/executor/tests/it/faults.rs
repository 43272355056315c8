//! Whatever a subgraph sends or fails to send: a correct partial answer and clear errors.

use bytes::Bytes;
use executor::{FetchError, SubgraphResponse};

use crate::script::*;

/// `t` comes from `a` with its key, `t.n` from `b`, whose answer is the fault; `x` comes from `a` and must survive.
async fn with_faulty_entities(answer: Result<SubgraphResponse, FetchError>) -> String {
    let case = Case::new(
        vec![
            root("a{x t{id}}"),
            entities("b{e:_entities{n}}", &[0], &["t"]),
        ],
        object([("x", int()), ("t", of([("id", string()), ("n", int())]))]),
    );
    let script = Script::new()
        .answer(0, r#"{"data":{"x":1,"t":{"id":"1"}}}"#)
        .answer_with(1, answer);
    let body = case.run(script).await.body;
    let kept = r#"{"data":{"x":1,"t":{"id":"1","n":null}},"errors":["#;
    body.strip_prefix(kept)
        .unwrap_or_else(|| panic!("the data is not kept: {body}"))
        .trim_end_matches("]}")
        .to_owned()
}

fn body(text: &str) -> Result<SubgraphResponse, FetchError> {
    Ok(SubgraphResponse {
        status: 200,
        body: Bytes::from(text.to_owned()),
    })
}

#[tokio::test]
async fn failed_transport_is_an_error_at_the_field_that_is_missing() {
    let error = with_faulty_entities(Err(FetchError::Timeout)).await;
    assert_eq!(
        error,
        r#"{"message":"the subgraph \"b\" did not answer in time","path":["t","n"],"extensions":{"code":"SUBREQUEST_TIMEOUT","service":"b"}}"#
    );
}

#[tokio::test]
async fn answers_that_are_no_graphql_response_are_errors_with_a_code() {
    let deep = format!("{{\"data\":{}", "[".repeat(10_000));
    for (text, code) in [
        ("<html>", "SUBREQUEST_MALFORMED_RESPONSE"),
        ("", "SUBREQUEST_MALFORMED_RESPONSE"),
        ("[]", "SUBREQUEST_MALFORMED_RESPONSE"),
        ("{}", "SUBREQUEST_MALFORMED_RESPONSE"),
        (r#"{"data":{"e":[]}}"#, "SUBREQUEST_MALFORMED_RESPONSE"),
        (
            r#"{"data":{"e":[{"n":1},{"n":2}]}}"#,
            "SUBREQUEST_MALFORMED_RESPONSE",
        ),
        (r#"{"data":{"e":{"n":1}}}"#, "SUBREQUEST_MALFORMED_RESPONSE"),
        (r#"{"data":{"e":[{"n":1}"#, "SUBREQUEST_MALFORMED_RESPONSE"),
        (r#"{"data":5}"#, "SUBREQUEST_MALFORMED_RESPONSE"),
        (deep.as_str(), "SUBREQUEST_MALFORMED_RESPONSE"),
    ] {
        let error = with_faulty_entities(body(text)).await;
        let shown = &text[..text.len().min(40)];
        assert!(
            error.contains(&format!(
                r#""path":["t","n"],"extensions":{{"code":"{code}","service":"b"}}"#
            )),
            "{shown}: {error}"
        );
    }
}

#[tokio::test]
async fn a_graphql_body_counts_whatever_the_status_is() {
    let answer = SubgraphResponse {
        status: 500,
        body: Bytes::from_static(
            br#"{"errors":[{"message":"broken","extensions":{"code":"OOPS"}}]}"#,
        ),
    };
    assert_eq!(
        with_faulty_entities(Ok(answer)).await,
        r#"{"message":"broken","path":["t","n"],"extensions":{"code":"OOPS","service":"b"}}"#
    );
    let answer = SubgraphResponse {
        status: 502,
        body: Bytes::from_static(b"bad gateway"),
    };
    assert!(
        with_faulty_entities(Ok(answer))
            .await
            .contains(r#""code":"SUBREQUEST_HTTP_ERROR""#)
    );
}

#[tokio::test]
async fn entity_errors_stand_at_each_place_of_the_entity() {
    let case = Case::new(
        vec![root("a{l{id}}"), entities("b{e}", &[0], &["l"])],
        object([("l", list(of([("n", int())])))]),
    );
    let script = Script::new()
        .answer(0, r#"{"data":{"l":[{"id":"1"},{"id":"2"},{"id":"1"}]}}"#)
        .answer(1, r#"{"data":{"e":[null,{"n":2}]},"errors":[{"message":"no 1","path":["e",0,"n"],"extensions":{"code":"NOT_FOUND","hint":[1]}}]}"#);
    let outcome = case.run(script).await;
    assert_eq!(
        outcome.body,
        concat!(
            r#"{"data":{"l":[{"n":null},{"n":2},{"n":null}]},"errors":["#,
            r#"{"message":"no 1","path":["l",0,"n"],"extensions":{"code":"NOT_FOUND","service":"b","hint":[1]}},"#,
            r#"{"message":"no 1","path":["l",2,"n"],"extensions":{"code":"NOT_FOUND","service":"b","hint":[1]}}]}"#
        )
    );
}

#[tokio::test]
async fn masked_errors_keep_their_place_and_tell_nothing() {
    let mut case = Case::new(vec![root("a{x}")], object([("x", int())]));
    case.options.reveal_errors = vec![false];
    let script = Script::new()
        .answer(0, r#"{"data":{"x":null},"errors":[{"message":"password is hunter2","path":["x"],"extensions":{"secret":1}}]}"#);
    assert_eq!(
        case.run(script).await.body,
        r#"{"data":{"x":null},"errors":[{"message":"the subgraph \"a\" reported an error","path":["x"],"extensions":{"code":"SUBGRAPH_ERROR","service":"a"}}]}"#
    );
}

#[tokio::test]
async fn error_of_a_subgraph_explains_the_null_that_spreads_from_it() {
    let case = Case::new(
        vec![root("a{t{n}}")],
        object([("t", of([("n", non_null(int()))]))]),
    );
    let script = Script::new()
        .answer(0, r#"{"data":{"t":{}},"errors":[{"message":"division by zero","path":["t","n"],"extensions":{"code":"DIVISION_BY_ZERO"}}]}"#);
    assert_eq!(
        case.run(script).await.body,
        r#"{"data":{"t":null},"errors":[{"message":"division by zero","path":["t","n"],"extensions":{"code":"DIVISION_BY_ZERO","service":"a"}}]}"#
    );
}

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
