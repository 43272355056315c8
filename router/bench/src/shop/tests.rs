//! What the shop answers.

use super::*;

#[track_caller]
fn check(operation: &str, expected: &Value) {
    let answer = answer(request(operation).as_bytes()).expect("the operation is answered");
    let answer: Value = serde_json::from_str(&answer).expect("answers are JSON");
    assert_eq!(answer["data"], *expected);
}

#[test]
fn fields_of_one_key_are_merged() {
    let operation = "{ me { ...A ...B } } fragment A on User { reviews { id } } fragment B on User { reviews { author { id } } }";
    let review = |id: &str| json!({ "id": id, "author": { "id": "1" } });
    let reviews = [review("1"), review("2")];
    check(operation, &json!({ "me": { "reviews": reviews } }));
}

#[test]
fn arguments_may_be_literals_or_defaults() {
    check(
        "{ topProducts(first: 1) { upc } }",
        &json!({ "topProducts": [{ "upc": "1" }] }),
    );
    let upcs = |count: u64| {
        let all = (1..=count).map(|upc| json!({ "upc": upc.to_string() }));
        json!({ "topProducts": all.collect::<Vec<_>>() })
    };
    check("{ topProducts { upc } }", &upcs(5));
    check(
        "query($n: Int = 2) { topProducts(first: $n) { upc } }",
        &upcs(2),
    );
}

#[test]
fn unknown_fields_are_refused() {
    let refused = answer(request("{ me { age } }").as_bytes());
    assert_eq!(refused, Err("User has no age".to_owned()));
}

#[test]
fn the_deep_operation_has_the_size_of_the_published_one() {
    let answer = answer(request(DEEP).as_bytes()).expect("it is answered");
    assert!(
        (80_000..100_000).contains(&answer.len()),
        "{}",
        answer.len()
    );
}

#[test]
fn the_subgraphs_compose() {
    let sdl = supergraph("http://127.0.0.1:1", 0);
    federation::Supergraph::parse(&sdl).expect("it is a supergraph");
}

#[test]
fn a_field_of_the_guarded_shop_is_for_clients_with_a_token() {
    let sdl = guarded_supergraph("http://127.0.0.1:1");
    assert!(
        sdl.contains("me: User @join__field(graph: ACCOUNTS) @authenticated"),
        "{sdl}"
    );
    federation::Supergraph::parse(&sdl).expect("it is a supergraph");
}
