//! Tests of [`super`].

use super::MediaType::{GraphqlResponse, Json};
use super::*;

#[track_caller]
fn check(accept: &[&str], expected: Option<MediaType>) {
    let mut headers = HeaderMap::new();
    for value in accept {
        headers.append(header::ACCEPT, HeaderValue::from_str(value).unwrap());
    }
    assert_eq!(MediaType::accepted(&headers), expected, "{accept:?}");
}

#[test]
fn who_does_not_say_gets_json() {
    check(&[], Some(Json));
    check(&[""], Some(Json));
    check(&["*/*"], Some(Json));
    check(&["application/*"], Some(Json));
    check(&["text/html, */*;q=0.1"], Some(Json));
}

#[test]
fn who_names_a_type_gets_it() {
    check(&["application/json"], Some(Json));
    check(
        &["application/graphql-response+json"],
        Some(GraphqlResponse),
    );
    check(
        &["APPLICATION/GraphQL-Response+JSON; charset=utf-8"],
        Some(GraphqlResponse),
    );
    check(
        &["application/json, application/graphql-response+json"],
        Some(GraphqlResponse),
    );
    check(
        &["application/json", "application/graphql-response+json"],
        Some(GraphqlResponse),
    );
    check(
        &["application/graphql-response+json, */*"],
        Some(GraphqlResponse),
    );
    check(&["application/json, */*"], Some(Json));
}

#[test]
fn quality_decides_between_two() {
    check(
        &["application/graphql-response+json;q=0.5, application/json"],
        Some(Json),
    );
    check(
        &["application/graphql-response+json, application/json; q=0.9"],
        Some(GraphqlResponse),
    );
    check(
        &["application/graphql-response+json;q=0.5, */*;q=0.1"],
        Some(GraphqlResponse),
    );
    check(
        &["application/graphql-response+json;q=0.1, */*;q=0.5"],
        Some(Json),
    );
    check(&["application/json;q=0, */*;q=0.5"], Some(GraphqlResponse));
}

#[test]
fn who_accepts_neither_gets_neither() {
    check(&["text/html"], None);
    check(&["text/*, image/png"], None);
    check(&["*/*;q=0"], None);
    check(
        &["application/json;q=0, application/graphql-response+json;q=0"],
        None,
    );
    check(&["application/json;q=much"], None);
}
