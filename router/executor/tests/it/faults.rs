//! Whatever a subgraph sends or fails to send: a correct partial answer and clear errors.

mod reported;
mod unknown;

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
        headers: Default::default(),
        body: Bytes::from(text.to_owned()),
    })
}

/// The errors of a response, each as its path, its code and its message.
fn errors(body: &str) -> Vec<String> {
    let response: serde_json::Value = serde_json::from_str(body).expect("a response is JSON");
    let errors = response["errors"].as_array().cloned().unwrap_or_default();
    let shown = errors.iter().map(|error| {
        let path = error
            .get("path")
            .map_or("-".to_owned(), ToString::to_string);
        let text = |value: &serde_json::Value| value.as_str().unwrap_or("?").to_owned();
        let (code, message) = (text(&error["extensions"]["code"]), text(&error["message"]));
        format!("{path} {code} {message}")
    });
    shown.collect()
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
        headers: Default::default(),
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
        headers: Default::default(),
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
async fn each_missing_field_names_the_fetch_that_was_to_bring_it() {
    let case = Case::new(
        vec![
            root("a{t{id}}"),
            entities("a{e:_entities{n m}}", &[0], &["t"]),
            entities("b{e:_entities{o}}", &[0], &["t"]),
        ],
        object([(
            "t",
            of([("n", int()), ("m", int()), ("o", int()), ("id", string())]),
        )]),
    );
    let script = Script::new()
        .answer(0, r#"{"data":{"t":{"id":"1"}}}"#)
        .answer_with(1, Err(FetchError::TooLarge { limit: 5 }))
        .answer_with(2, Err(FetchError::Timeout));
    let outcome = case.run(script).await;
    assert!(
        outcome
            .body
            .starts_with(r#"{"data":{"t":{"n":null,"m":null,"o":null,"id":"1"}}"#)
    );
    assert_eq!(
        errors(&outcome.body),
        [
            r#"["t","n"] SUBREQUEST_TOO_LARGE the subgraph "a" answered more than 5 bytes"#,
            r#"["t","m"] SUBREQUEST_TOO_LARGE the subgraph "a" answered more than 5 bytes"#,
            r#"["t","o"] SUBREQUEST_TIMEOUT the subgraph "b" did not answer in time"#
        ]
    );
}

#[tokio::test]
async fn failed_root_fetch_takes_along_only_what_depends_on_it() {
    let case = Case::new(
        vec![
            root("a{t{id} x}"),
            entities("b{e:_entities{n}}", &[0], &["t"]),
            root("b{y}"),
        ],
        object([("t", of([("n", int())])), ("x", int()), ("y", int())]),
    );
    let reason = "connection refused by 10.0.0.7".to_owned();
    let script = Script::new()
        .answer_with(0, Err(FetchError::Connect { reason }))
        .answer(2, r#"{"data":{"y":1}}"#);
    let outcome = case.run(script).await;
    assert_eq!(outcome.sent.len(), 2);
    assert!(
        outcome
            .body
            .starts_with(r#"{"data":{"t":null,"x":null,"y":1}"#)
    );
    assert_eq!(
        errors(&outcome.body),
        [
            r#"["t"] SUBREQUEST_CONNECTION_ERROR the subgraph "a" could not be reached"#,
            r#"["x"] SUBREQUEST_CONNECTION_ERROR the subgraph "a" could not be reached"#
        ]
    );
}

#[tokio::test]
async fn failure_that_nothing_is_missing_because_of_is_told_without_a_path() {
    let case = Case::new(
        vec![root("a{t{id n}}"), entities("b{e{k}}", &[0], &["t"])],
        object([("t", of([("n", int())]))]),
    );
    let script = Script::new()
        .answer(0, r#"{"data":{"t":{"id":"1","n":1}}}"#)
        .answer_with(1, Err(FetchError::Timeout));
    let outcome = case.run(script).await;
    assert!(outcome.body.starts_with(r#"{"data":{"t":{"n":1}}"#));
    assert_eq!(
        errors(&outcome.body),
        [r#"- SUBREQUEST_TIMEOUT the subgraph "b" did not answer in time"#]
    );
}

#[tokio::test]
async fn what_subgraphs_reported_inside_of_what_became_null_is_still_told() {
    let t = of([("n", non_null(int())), ("s", string())]);
    let case = Case::new(vec![root("a{l{n s}}")], object([("l", list(non_null(t)))]));
    let outcome = case
        .run(Script::new().answer(
            0,
            concat!(
                r#"{"data":{"l":[{"n":null,"s":"a"},{"n":1,"s":null},{"n":null,"s":5}]},"#,
                r#""errors":[{"message":"first","path":["l",0,"n"]},{"message":"second","path":["l",1,"s"]}]}"#
            ),
        ))
        .await;
    assert!(outcome.body.starts_with(r#"{"data":{"l":null}"#));
    // The third null and the wrong `s` beside it are of no interest: the list is null already.
    assert_eq!(
        errors(&outcome.body),
        [
            r#"["l",0,"n"] SUBGRAPH_ERROR first"#,
            r#"["l",1,"s"] SUBGRAPH_ERROR second"#
        ]
    );
}

#[tokio::test]
async fn error_of_an_entity_explains_its_nulls_and_those_of_an_answer_without_data() {
    let run = async |answer: &'static str| {
        let case = Case::new(
            vec![root("a{l{id}}"), entities("b{e{n}}", &[0], &["l"])],
            object([("l", list(of([("n", non_null(int()))])))]),
        );
        let script = Script::new()
            .answer(0, r#"{"data":{"l":[{"id":"1"},{"id":"2"}]}}"#)
            .answer(1, answer);
        errors(&case.run(script).await.body)
    };
    assert_eq!(
        run(r#"{"data":{"e":[null,{"n":1}]},"errors":[{"message":"gone","path":["e",0]}]}"#).await,
        [r#"["l",0] SUBGRAPH_ERROR gone"#]
    );
    assert_eq!(
        run(r#"{"data":null,"errors":[{"message":"gone","path":["e",1,"n"]}]}"#).await,
        [r#"["l",1,"n"] SUBGRAPH_ERROR gone"#]
    );
    assert_eq!(
        run(r#"{"data":{"e":[null,{"n":1}]}}"#).await,
        [r#"["l",0,"n"] NULL_IN_NON_NULL "n" is null, which its type does not allow"#]
    );
    assert_eq!(
        run(r#"{"data":{"e":[5,{"n":1}]}}"#).await,
        [
            r#"["l",0,"n"] SUBREQUEST_MALFORMED_RESPONSE the subgraph "b" answered a number instead of an entity"#
        ]
    );
    assert_eq!(
        run(r#"{"data":{"e":[{"n":1},{"n":1}]},"errors":[{"message":"odd","path":["e",7,"n"]}]}"#)
            .await,
        ["- SUBGRAPH_ERROR odd"]
    );
}

#[tokio::test]
async fn of_duplicate_keys_the_first_counts() {
    let case = Case::new(vec![root("a{x y}")], object([("x", int()), ("y", int())]));
    let outcome = case
        .run(Script::new().answer(0, r#"{"data":{"x":1,"x":2,"y":3},"data":{"x":4}}"#))
        .await;
    assert_eq!(outcome.body, r#"{"data":{"x":1,"y":3}}"#);
}

#[tokio::test]
async fn deep_selections_and_deep_data_do_not_overflow_the_stack() {
    let mut shape = int();
    let mut data = "1".to_owned();
    for _ in 0..240 {
        shape = of([("t", shape)]);
        data = format!(r#"{{"t":{data}}}"#);
    }
    let case = Case::new(vec![root("a{t}")], object([("t", shape)]));
    let outcome = case
        .run(Script::new().answer(0, &format!(r#"{{"data":{{"t":{data}}}}}"#)))
        .await;
    assert_eq!(outcome.body, format!(r#"{{"data":{{"t":{data}}}}}"#));
}
