use super::*;
use crate::refusal::Code;

#[track_caller]
fn refused(body: &[u8], code: Code, part: &str) {
    let refusal = Parameters::from_body(body).expect_err("this is refused");
    assert_eq!(refusal.code(), code);
    assert!(refusal.to_string().contains(part), "{refusal}");
}

#[test]
fn texts_and_variables_borrow_from_the_body() {
    let body =
        br#"{"query":"{ a }","operationName":null,"variables":{"x":0.10000000000000000000001}}"#;
    let parameters = Parameters::from_body(body).expect("a request");
    assert!(matches!(parameters.query, Cow::Borrowed("{ a }")));
    assert_eq!(parameters.operation_name, None);
    assert_eq!(
        parameters.variables.as_deref(),
        Some(r#"{"x":0.10000000000000000000001}"#)
    );
    assert!(matches!(parameters.variables, Some(Cow::Borrowed(_))));
}

#[test]
fn escapes_are_read() {
    let parameters =
        Parameters::from_body(br#"{"query":"{ a(b: \"\u00e9\") }"}"#).expect("a request");
    assert_eq!(parameters.query, "{ a(b: \"é\") }");
}

#[test]
fn unknown_members_and_extensions_are_accepted() {
    let body = br#"{"query":"{ a }","extensions":{"tracing":true},"id":1}"#;
    assert!(Parameters::from_body(body).is_ok());
}

#[test]
fn malformed_bodies_are_refused() {
    refused(b"", Code::BadRequest, "empty");
    refused(b"  \n", Code::BadRequest, "empty");
    refused(b"\xff", Code::BadRequest, "UTF-8");
    refused(b"{", Code::BadRequest, "JSON");
    refused(b"{} {}", Code::BadRequest, "JSON");
    refused(b"\"{ a }\"", Code::BadRequest, "GraphQL request");
    refused(b"{}", Code::BadRequest, "no query");
    refused(br#"{"query":""}"#, Code::BadRequest, "no query");
    refused(br#"{"query":1}"#, Code::BadRequest, "GraphQL request");
    refused(
        br#"{"query":"{a}","query":"{b}"}"#,
        Code::BadRequest,
        "duplicate",
    );
    refused(
        br#"{"query":"{a}","variables":[1]}"#,
        Code::BadRequest,
        "variables must be an object",
    );
    refused(
        br#"{"query":"{a}","extensions":"x"}"#,
        Code::BadRequest,
        "extensions must be an object",
    );
    refused(
        br#"{"query":"{a}","operationName":7}"#,
        Code::BadRequest,
        "GraphQL request",
    );
}

#[test]
fn batches_are_refused_clearly() {
    refused(br#" [{"query":"{a}"}]"#, Code::BatchNotSupported, "batches");
}

#[test]
fn a_persisted_query_is_not_found() {
    let body = br#"{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"x"}}}"#;
    refused(
        body,
        Code::PersistedQueryNotSupported,
        "PersistedQueryNotSupported",
    );
}

#[test]
fn deep_nesting_is_refused_rather_than_followed() {
    let body = format!(r#"{{"query":"{{a}}","x":{}}}"#, "[".repeat(100_000));
    refused(body.as_bytes(), Code::BadRequest, "JSON");
}

#[test]
fn query_strings_are_decoded() {
    let text = "query=%7B+a+%7D&variables=%7B%22x%22%3A1.50%7D&operationName=";
    let parameters = Parameters::from_query_string(text).expect("a request");
    assert_eq!(parameters.query, "{ a }");
    assert_eq!(parameters.variables.as_deref(), Some(r#"{"x":1.50}"#));
    assert_eq!(parameters.operation_name, None);
}

#[test]
fn malformed_query_strings_are_refused() {
    for text in [
        "",
        "query=",
        "query={a}&query={b}",
        "query={a}&variables={",
        "query={a}&variables=1",
    ] {
        assert!(Parameters::from_query_string(text).is_err(), "{text}");
    }
}

#[test]
fn what_is_json_and_no_object_is_told_so() {
    for body in ["null", "1", " \"a\"", "true"] {
        let refused = Parameters::from_body(body.as_bytes()).expect_err(body);
        let told = "the body is not a GraphQL request: it must be a JSON object";
        assert_eq!(refused.to_string(), told, "{body}");
    }
}
