use super::*;
use crate::refusal::Code;

#[track_caller]
fn refused(body: &[u8], code: Code, part: &str) {
    let refusal = Parameters::from_body(body, "doc_id").expect_err("this is refused");
    assert_eq!(refusal.code(), code);
    assert!(refusal.to_string().contains(part), "{refusal}");
}

#[test]
fn texts_and_variables_borrow_from_the_body() {
    let body =
        br#"{"query":"{ a }","operationName":null,"variables":{"x":0.10000000000000000000001}}"#;
    let parameters = Parameters::from_body(body, "doc_id").expect("a request");
    assert!(matches!(
        parameters.document.query,
        Some(Cow::Borrowed("{ a }"))
    ));
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
        Parameters::from_body(br#"{"query":"{ a(b: \"\u00e9\") }"}"#, "doc_id").expect("a request");
    assert_eq!(
        parameters.document.query.as_deref(),
        Some("{ a(b: \"é\") }")
    );
}

#[test]
fn unknown_members_and_extensions_are_accepted() {
    let body = br#"{"query":"{ a }","extensions":{"tracing":true},"id":1}"#;
    assert!(Parameters::from_body(body, "doc_id").is_ok());
}

#[test]
fn an_id_is_read_beside_a_text_and_there_is_one_of_it() {
    let body = br#"{"query":"{ a }","doc_id":"1"}"#;
    let parameters = Parameters::from_body(body, "doc_id").expect("a request");
    assert_eq!(parameters.document.id.as_deref(), Some("1"));
    let twice = br#"{"query":"{ a }","doc_id":"1","doc_id":"2"}"#;
    refused(twice, Code::BadRequest, "duplicate field `doc_id`");
    let both = br#"{"query":"{ a }","documentId":"1","doc_id":"1"}"#;
    refused(both, Code::BadRequest, "send one of them");
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
fn a_document_is_named_in_four_ways() {
    let id = |body: &str| {
        let parameters = Parameters::from_body(body.as_bytes(), "doc_id").expect("a request");
        parameters.document.id.map(Cow::into_owned)
    };
    assert_eq!(id(r#"{"documentId":"a"}"#).as_deref(), Some("a"));
    assert_eq!(
        id(r#"{"x":[{"doc_id":"b"}],"doc_id":"a"}"#).as_deref(),
        Some("a")
    );
    let body = r#"{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"x"}}}"#;
    let parameters = Parameters::from_body(body.as_bytes(), "doc_id").expect("a request");
    let named = parameters.document.persisted_query.expect("a hash");
    assert_eq!(named.hash, "x");
    for text in ["documentId=a", "doc_id=a"] {
        let parameters = Parameters::from_query_string(text, "doc_id").expect("a request");
        assert_eq!(parameters.document.id.as_deref(), Some("a"));
    }
    refused(
        br#"{"extensions":{"persistedQuery":{"version":2,"sha256Hash":"x"}}}"#,
        Code::BadRequest,
        "version",
    );
    refused(
        br#"{"extensions":{"persistedQuery":1}}"#,
        Code::BadRequest,
        "persistedQuery",
    );
    refused(br#"{"documentId":1}"#, Code::BadRequest, "GraphQL request");
    refused(br#"{"doc_id":1}"#, Code::BadRequest, "GraphQL request");
    refused(br#"{"other":"a"}"#, Code::BadRequest, "no query");
}

/// What becomes a tree takes a hundred times its text, and ends at a depth.
#[test]
fn what_is_no_version_and_no_hash_is_not_looked_into() {
    let deep = format!("{}0{}", "{\"\":[".repeat(100_000), "]}".repeat(100_000));
    let sent = |version: &str, hash: &str| {
        let named = format!(r#"{{"version":{version},"sha256Hash":{hash}}}"#);
        format!(r#"{{"query":"{{a}}","extensions":{{"persistedQuery":{named}}}}}"#)
    };
    for version in [&*deep, "\"1\"", "1.0", "1e0", "01", "true"] {
        let body = sent(version, "\"x\"");
        let part = match version {
            "01" => "JSON",
            _ => "version must be 1",
        };
        refused(body.as_bytes(), Code::BadRequest, part);
    }
    for hash in [&*deep, "1", "null", "[]"] {
        let body = sent("1", hash);
        refused(body.as_bytes(), Code::BadRequest, "must be a string");
    }
    for body in [sent("null", "\"x\""), sent(" 1 ", "\"x\"")] {
        assert!(
            Parameters::from_body(body.as_bytes(), "doc_id").is_ok(),
            "{body}"
        );
    }
}

#[test]
fn a_hash_borrows_from_the_body_or_is_counted() {
    let hash = |text: &str| {
        let body = format!(r#"{{"extensions":{{"persistedQuery":{{"sha256Hash":{text}}}}}}}"#);
        let parameters = Parameters::from_body(body.as_bytes(), "doc_id").expect("a request");
        parameters.copied()
    };
    assert_eq!(hash(r#""abc""#), 0);
    assert_eq!(hash(r#""\u0061bc""#), 3);
    let query = "extensions=%7B%22persistedQuery%22%3A%7B%22sha256Hash%22%3A%22x%22%7D%7D";
    let parameters = Parameters::from_query_string(query, "doc_id").expect("a request");
    let named = parameters.document.persisted_query.expect("a hash");
    assert_eq!(named.hash, "x");
}

/// What is said of a request does not repeat it.
#[test]
fn what_is_malformed_is_not_quoted() {
    let long = "\u{7f}".repeat(1_000_000);
    for body in [
        format!(r#"{{"query":"{{a}}","extensions":{{"persistedQuery":"{long}"}}}}"#),
        format!(r#"{{"query":"{{a}}","extensions":"{long}"}}"#),
        format!(r#"{{"query":"{{a}}","extensions":{{"persistedQuery":{{"version":"{long}"}}}}}}"#),
        format!(r#"{{"query":{{"{long}":1}}}}"#),
        format!(r#"{{"query":"{{a}}","{long}":1"#),
        format!("\"{long}\""),
    ] {
        let refusal = Parameters::from_body(body.as_bytes(), "doc_id").expect_err("refused");
        assert!(
            refusal.to_string().len() < 300,
            "{}",
            refusal.to_string().len()
        );
    }
}

/// A proxy that inspects requests might go by the other one of two members with one name.
#[test]
fn what_is_there_twice_is_refused() {
    for body in [
        r#"{"query":"{a}","\u0071uery":"{b}"}"#,
        r#"{"documentId":"a","documentId":"a"}"#,
        r#"{"documentId":"a","documentId":null}"#,
        r#"{"doc_id":"a","doc_id":"b"}"#,
        r#"{"doc_id":null,"d\u006fc_id":"b"}"#,
        r#"{"query":"{a}","variables":{},"variables":{}}"#,
        r#"{"query":"{a}","operationName":"a","operationName":"b"}"#,
        r#"{"query":"{a}","extensions":{},"extensions":{}}"#,
        r#"{"extensions":{"persistedQuery":{"sha256Hash":"a"},"persistedQuery":null}}"#,
        r#"{"extensions":{"persistedQuery":{"sha256Hash":"a","sha256Hash":"b"}}}"#,
    ] {
        refused(body.as_bytes(), Code::BadRequest, "duplicate field");
    }
    let both = br#"{"documentId":"a","doc_id":"a"}"#;
    refused(both, Code::BadRequest, "documentId and doc_id are both");
    let alone = Parameters::from_body(br#"{"documentId":"a"}"#, "documentId").expect("a request");
    assert_eq!(alone.document.id.as_deref(), Some("a"));
}

#[test]
fn deep_nesting_is_refused_rather_than_followed() {
    let body = format!(r#"{{"query":"{{a}}","x":{}}}"#, "[".repeat(100_000));
    refused(body.as_bytes(), Code::BadRequest, "JSON");
}

#[test]
fn query_strings_are_decoded() {
    let text = "query=%7B+a+%7D&variables=%7B%22x%22%3A1.50%7D&operationName=";
    let parameters = Parameters::from_query_string(text, "doc_id").expect("a request");
    assert_eq!(parameters.document.query.as_deref(), Some("{ a }"));
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
        assert!(
            Parameters::from_query_string(text, "doc_id").is_err(),
            "{text}"
        );
    }
}

#[test]
fn what_is_json_and_no_object_is_told_so() {
    for body in ["null", "1", " \"a\"", "true"] {
        let refused = Parameters::from_body(body.as_bytes(), "doc_id").expect_err(body);
        let told = "the body is not a GraphQL request: it must be a JSON object";
        assert_eq!(refused.to_string(), told, "{body}");
    }
}
