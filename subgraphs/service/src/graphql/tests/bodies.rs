//! Bodies and query strings that are a request, and those that are none.

use super::*;

#[tokio::test]
async fn only_json_bodies_are_read() {
    let body = r#"{"query":"{hello}"}"#;
    for content_type in [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/graphql",
        "application/jsonp",
        "text/plain; application/json",
        "application/json; charset=latin1",
    ] {
        check_refused(content_type, body, 415, "UNSUPPORTED_MEDIA_TYPE").await;
    }
    let fixture = Fixture::new();
    for content_type in [
        "application/json; charset=UTF-8",
        "Application/JSON;charset=\"utf-8\"",
    ] {
        let answer = fixture.post(content_type, JSON, body).await;
        assert_eq!(answer.status, StatusCode::OK, "{content_type}");
    }
}

#[tokio::test]
async fn extensions_are_an_object_of_which_nothing_is_read() {
    // As values they would be too deep, and a hundred times as long.
    let deep = format!("{}0{}", "{\"\":".repeat(10_000), "}".repeat(10_000));
    let fixture = Fixture::new();
    for extensions in ["null", "{}", r#"{"a":1,"a":[2]}"#, deep.as_str()] {
        let body = format!(r#"{{"query":"{{hello}}","extensions":{extensions}}}"#);
        let answer = fixture.post(JSON, JSON, body).await;
        assert_eq!(answer.body, r#"{"data":{"hello":"hello world"}}"#);
    }
    let uri = "/graphql?query=%7Bhello%7D&extensions=%7B%22a%22:%7B%7D%7D";
    assert_eq!(fixture.get(uri, JSON).await.status, StatusCode::OK);
}

#[tokio::test]
async fn bodies_that_are_no_request_are_bad_requests() {
    for body in [
        "",
        "{",
        "nonsense",
        "{\"query\":\"{hello}\"} trailing",
        "\"{hello}\"",
        "null",
        "{}",
        r#"{"query":null}"#,
        r#"{"query":1}"#,
        r#"{"query":{}}"#,
        r#"{"query":["{hello}"]}"#,
        r#"{"query":"{hello}","operationName":1}"#,
        r#"{"query":"{hello}","variables":[]}"#,
        r#"{"query":"{hello}","variables":"{}"}"#,
        r#"{"query":"{hello}","variables":7}"#,
        r#"{"query":"{hello}","extensions":[]}"#,
        r#"{"query":"{hello}","extensions":"a"}"#,
        r#"{"query":"{hello}","query":"{hello}"}"#,
    ] {
        check_refused(JSON, body, 400, "BAD_REQUEST").await;
    }
    let deep = format!(
        r#"{{"query":"{{hello}}","variables":{{"a":{}"#,
        "[".repeat(100_000)
    );
    check_refused(JSON, &deep, 400, "BAD_REQUEST").await;
}

#[tokio::test]
async fn a_bad_request_tells_what_is_wrong() {
    let fixture = Fixture::new();
    let told = async |body: &str| {
        fixture.post(JSON, JSON, body.to_owned()).await.json()["errors"][0]["message"].to_string()
    };
    insta::assert_snapshot!(told("{").await, @r#""the body is not valid JSON: EOF while parsing an object at line 1 column 1""#);
    insta::assert_snapshot!(told("{}").await, @r#""the body is not a GraphQL request: missing field `query` at line 1 column 2""#);
    insta::assert_snapshot!(told(r#"{"query":"{hello}","variables":[1]}"#).await, @r#""the parameter `variables` is not a JSON object: invalid type: sequence, expected a map at line 1 column 0""#);
}

#[tokio::test]
async fn batches_are_refused() {
    check_refused(
        JSON,
        r#" [{"query":"{hello}"}]"#,
        400,
        "BATCHING_NOT_SUPPORTED",
    )
    .await;
    check_refused(JSON, "[]", 400, "BATCHING_NOT_SUPPORTED").await;
}

#[tokio::test]
async fn bodies_are_bounded_whether_their_length_is_told_or_not() {
    let fixture = Fixture::with(|config| config.limits.body_bytes = 64);
    let fits = format!("{:64}", r#"{"query":"{hello}"}"#);
    assert_eq!(
        fixture.post(JSON, JSON, fits.clone()).await.status,
        StatusCode::OK
    );

    let answer = fixture.post(JSON, JSON, format!("{fits} ")).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(answer.codes(), ["PAYLOAD_TOO_LARGE"]);

    let endless = futures_util::stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from(" ")));
    let answer = fixture.post(JSON, JSON, Body::from_stream(endless)).await;
    assert_eq!(answer.codes(), ["PAYLOAD_TOO_LARGE"]);
}

#[tokio::test]
async fn a_body_that_ends_early_is_a_bad_request() {
    let broken =
        futures_util::stream::once(async { Err::<Bytes, _>(std::io::Error::other("gone")) });
    let answer = Fixture::new()
        .post(JSON, JSON, Body::from_stream(broken))
        .await;
    assert_eq!(
        (answer.status, answer.codes()),
        (StatusCode::BAD_REQUEST, vec!["BAD_REQUEST".to_owned()])
    );
}

#[tokio::test]
async fn query_strings_that_are_no_request_are_bad_requests() {
    let fixture = Fixture::new();
    for path in [
        "/graphql",
        "/graphql?",
        "/graphql?other=1",
        "/graphql?query=%7Bhello%7D&query=%7Bhello%7D",
        "/graphql?query=%7Bhello%7D&variables=%5B%5D",
        "/graphql?query=%7Bhello%7D&variables=%7B",
        "/graphql?query=%7Bhello%7D&extensions=1",
    ] {
        let answer = fixture.get(path, JSON).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path} {answer:?}");
        assert_eq!(answer.codes(), ["BAD_REQUEST"], "{path}");
    }
}

#[tokio::test]
async fn an_error_repeats_no_more_than_a_kilobyte_of_what_was_sent() {
    let long = "é".repeat(200_000);
    let fixture = Fixture::new();
    for body in [
        json!({ "query": "{hello}", "variables": long }),
        json!({ "query": "{hello}", "operationName": long }),
    ] {
        let answer = fixture.post(JSON, GRAPHQL, body.to_string()).await;
        assert_ne!(answer.status, StatusCode::OK);
        assert!(answer.body.len() < 2_000, "{answer:?}");
    }
}

#[tokio::test]
async fn of_many_errors_of_a_document_the_first_are_reported() {
    let fields: String = (0..900).map(|n| format!("nothing{n} ")).collect();
    let answer = query(&Fixture::new(), &format!("{{ {fields} }}")).await;
    let errors = answer.json()["errors"].as_array().cloned().unwrap();
    assert_eq!(errors.len(), 33);
    assert_eq!(
        errors[32],
        json!({ "message": "868 more errors are not reported", "extensions": { "code": "GRAPHQL_VALIDATION_FAILED" } })
    );
}
