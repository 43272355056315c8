//! Headers of subgraphs' answers on their way to the client.

mod personal;

use serde_json::{Value, json};
use tokio::sync::watch;

use crate::kit::{Answer, Reply, Running, Subgraph, stream};

type Headers = &'static [(&'static str, &'static str)];

async fn subgraph(field: &'static str, headers: Headers) -> Subgraph {
    let sdl = format!("type Query {{ {field}: String }} type Mutation {{ set{field}: String }}");
    Subgraph::start(&sdl, move |_: &Value| {
        Reply::With(headers, json!({ field: "x", format!("set{field}"): "x" }))
    })
    .await
}

/// What a client is answered that asks three subgraphs with these headers.
async fn ask(query: &str, more: &str, headers: [Headers; 3]) -> Answer {
    let [a, b, c] = headers;
    let (a, b, c) = (
        subgraph("a", a).await,
        subgraph("b", b).await,
        subgraph("c", c).await,
    );
    let router = Running::start(&[("a", &a), ("b", &b), ("c", &c)], more).await;
    router.query(query).await
}

fn values<'a>(answer: &'a Answer, name: &str) -> Vec<&'a str> {
    let values = answer.headers.get_all(name).iter();
    values.map(|value| value.to_str().expect("text")).collect()
}

const COOKIES: &str = "headers: { response: [{ name: set-cookie, merge: append }, { name: x-region, merge: first }] }";

#[tokio::test]
async fn each_subgraph_s_cookie_reaches_the_client_in_a_line_of_its_own() {
    let answer = ask(
        "{ a b c }",
        COOKIES,
        [
            &[
                ("set-cookie", "a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT"),
                ("x-region", "one"),
            ],
            &[
                ("set-cookie", "b=2"),
                ("x-region", "two"),
                ("x-secret", "no"),
            ],
            &[("set-cookie", "c=3")],
        ],
    )
    .await;
    assert_eq!(
        values(&answer, "set-cookie"),
        ["a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT", "b=2", "c=3"]
    );
    assert_eq!(values(&answer, "x-region"), ["one"]);
    assert!(values(&answer, "x-secret").is_empty());
    assert_eq!(values(&answer, "cache-control"), ["no-store"]);
}

#[tokio::test]
async fn no_header_reaches_the_client_unasked() {
    let answer = ask(
        "{ a }",
        "",
        [&[("set-cookie", "a=1"), ("x-region", "one")], &[], &[]],
    )
    .await;
    assert!(values(&answer, "set-cookie").is_empty());
    assert!(values(&answer, "x-region").is_empty());
}

const MINUTE: Headers = &[
    ("cache-control", "public, max-age=60"),
    ("vary", "x-tenant"),
];

#[tokio::test]
async fn a_response_may_be_kept_as_long_as_all_subgraphs_allow() {
    let private: Headers = &[("cache-control", "private, max-age=90")];
    let answer = ask("{ a b c }", "", [MINUTE, private, MINUTE]).await;
    assert_eq!(values(&answer, "cache-control"), ["max-age=60, private"]);
    assert_eq!(values(&answer, "vary"), ["accept", "x-tenant"]);
}

#[tokio::test]
async fn a_response_is_not_kept_when_one_subgraph_says_nothing() {
    let answer = ask("{ a b c }", "", [MINUTE, &[], MINUTE]).await;
    assert_eq!(values(&answer, "cache-control"), ["no-store"]);
}

#[tokio::test]
async fn neither_mutations_nor_what_no_subgraph_answered_are_kept() {
    for query in ["mutation { seta }", "{ __typename }", "{ nothing }"] {
        let answer = ask(query, "", [MINUTE, MINUTE, MINUTE]).await;
        assert_eq!(values(&answer, "cache-control"), ["no-store"], "{query}");
    }
}

#[tokio::test]
async fn a_response_with_errors_is_not_kept_but_has_its_cookies() {
    let a = subgraph(
        "a",
        &[("cache-control", "max-age=60"), ("set-cookie", "a=1")],
    )
    .await;
    let broken = |_: &Value| Reply::Raw(500, "text/html", "<html>".to_owned());
    let b = Subgraph::start("type Query { b: String }", broken).await;
    let router = Running::start(&[("a", &a), ("b", &b)], COOKIES).await;
    let answer = router.query("{ a b }").await;
    assert_eq!(answer.code(), "SUBREQUEST_HTTP_ERROR");
    assert_eq!(values(&answer, "cache-control"), ["no-store"]);
    assert_eq!(values(&answer, "set-cookie"), ["a=1"]);
}

#[tokio::test]
async fn what_is_there_when_the_first_part_goes_goes_before_it() {
    let link =
        r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])"#;
    let dogs = Subgraph::start(
        &format!(r#"{link} type Query {{ dog: Dog }} type Dog @key(fields: "id") {{ id: ID! }}"#),
        |_| {
            Reply::With(
                &[("set-cookie", "dog=1"), ("cache-control", "max-age=60")],
                json!({ "dog": { "id": "1" } }),
            )
        },
    )
    .await;
    let (open, gate) = watch::channel(false);
    let names = Subgraph::start(
        &format!(r#"{link} type Dog @key(fields: "id") {{ id: ID! name: String }}"#),
        move |_| Reply::Gated(gate.clone(), json!({ "_entities": [{ "name": "Rex" }] })),
    )
    .await;
    let router = Running::start(&[("dogs", &dogs), ("names", &names)], COOKIES).await;
    let body = json!({ "query": "{ dog { id ... @defer { name } } }" }).to_string();
    let accept = ("accept", "multipart/mixed;deferSpec=20220824");
    let json = ("content-type", "application/json");
    let answer = stream(&router.url(), &[json, accept], body).await;
    assert_eq!(answer.headers["set-cookie"], "dog=1");
    assert_eq!(answer.headers["cache-control"], "no-store");
    open.send(true).expect("the subgraph waits");
    assert!(answer.rest().await.contains("Rex"));
}
