use super::*;

#[track_caller]
fn check(accept: Option<&str>, expect: Option<ResponseType>) {
    let mut headers = HeaderMap::new();
    if let Some(accept) = accept {
        headers.insert(ACCEPT, accept.parse().expect("a header value"));
    }
    assert_eq!(negotiate(&headers), expect, "{accept:?}");
    if let Some(only) = only(&headers) {
        assert_eq!(Some(only), expect, "{accept:?}");
        assert_eq!(negotiate_stream(&headers), None, "{accept:?}");
        assert_eq!(accepted_parts(&headers), None, "{accept:?}");
    }
}

#[test]
fn whoever_names_the_newer_type_gets_it() {
    use ResponseType::{GraphqlResponse, Json};
    check(None, Some(Json));
    check(Some("*/*"), Some(Json));
    check(Some("application/*"), Some(Json));
    check(Some("application/json"), Some(Json));
    check(
        Some("application/graphql-response+json"),
        Some(GraphqlResponse),
    );
    check(
        Some("application/graphql-response+json, application/json"),
        Some(GraphqlResponse),
    );
    check(
        Some("application/json, application/graphql-response+json"),
        Some(GraphqlResponse),
    );
    check(
        Some("application/graphql-response+json;q=0.8, application/json;q=0.9"),
        Some(Json),
    );
    check(Some("application/json;q=0.9, */*;q=0.8"), Some(Json));
    check(
        Some("application/graphql-response+json, */*;q=0.1"),
        Some(GraphqlResponse),
    );
    check(Some("Application/JSON; charset=utf-8"), Some(Json));
    // An empty one says as little as none.
    check(Some(""), Some(Json));
}

#[test]
fn what_cannot_be_answered_is_refused() {
    check(Some("text/html"), None);
    check(Some("application/json;q=0"), None);
    check(Some("application/xml, text/*"), None);
    check(Some(" , "), None);
}

#[test]
fn a_specific_range_wins_over_a_wildcard() {
    check(
        Some("application/json;q=0, */*"),
        Some(ResponseType::GraphqlResponse),
    );
}

#[test]
fn only_json_in_utf8_is_json() {
    let check = |value: &str, expect: bool| {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, value.parse().expect("a header value"));
        assert_eq!(is_json_request(&headers), expect, "{value}");
    };
    check("application/json", true);
    check("application/json; charset=utf-8", true);
    check("APPLICATION/JSON;charset=\"UTF-8\"", true);
    check("application/json; charset=utf8", true);
    check("application/json; charset=latin1", false);
    check("application/graphql", false);
    check("text/plain", false);
    check("application/jsonp", false);
    assert!(!is_json_request(&HeaderMap::new()));
}
