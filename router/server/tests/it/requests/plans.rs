//! Plans: shown, shared and made once.

use super::*;

#[tokio::test]
async fn a_plan_is_shown_where_that_is_allowed() {
    let a = dogs().await;
    let body = json!({ "query": "{ dog { name } }" }).to_string();
    let header = [("abaque-expose-plan", "true")];
    let closed = Running::start(&[("dogs", &a)], "").await;
    let answer = closed.ask_with(&header, body.clone()).await.json();
    assert!(answer.get("extensions").is_none(), "{answer}");
    let open = Running::start(&[("dogs", &a)], "expose_plan: true").await;
    assert!(
        open.ask_with(&[], body.clone())
            .await
            .json()
            .get("extensions")
            .is_none()
    );
    let answer = open.ask_with(&header, body).await.json();
    assert_eq!(answer["data"]["dog"]["name"], "Rex");
    assert_eq!(
        answer["extensions"]["plan"]["fetches"][0]["subgraph"],
        "dogs"
    );
}

#[tokio::test]
async fn progressive_overrides_follow_their_labels() {
    let link = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@override"])"#;
    let a = Subgraph::with_data("type Query { dog: String }", json!({ "dog": "old" })).await;
    let new = |label: &str| {
        format!("{link} type Query {{ dog: String @override(from: \"a\", label: \"{label}\") }}")
    };
    for (label, more, expect) in [
        ("percent(100)", "", "new"),
        ("percent(0)", "", "old"),
        ("beta", "", "old"),
        ("beta", "override_labels: [beta]", "new"),
    ] {
        let b = Subgraph::with_data(&new(label), json!({ "dog": "new" })).await;
        let router = Running::start(&[("a", &a), ("b", &b)], more).await;
        assert_eq!(
            router.query("{ dog }").await.json()["data"]["dog"],
            expect,
            "{label} {more}"
        );
    }
}

#[tokio::test]
async fn an_operation_is_prepared_once_however_many_ask() {
    let a = dogs().await;
    let router = Running::start(&[("dogs", &a)], "").await;
    let asking = (0..30).map(|_| router.query("query Q { dog { name } }"));
    for answer in futures_util::future::join_all(asking).await {
        assert_eq!(answer.text(), r#"{"data":{"dog":{"name":"Rex"}}}"#);
    }
    let planned = "router_plan_duration_seconds_count{outcome=\"planned\"}";
    assert_eq!(router.metric(planned).await, 1.0);
    let hits = router.metric("router_plan_cache_hits_total").await;
    let misses = router.metric("router_plan_cache_misses_total").await;
    assert_eq!(hits + misses, 30.0);
    assert_eq!(router.metric("router_plan_cache_entries").await, 1.0);
}

/// How many of these documents found a plan that another one had been made for.
async fn reused(documents: &[&str]) -> f64 {
    let a = dogs().await;
    let router = Running::start(&[("dogs", &a)], "").await;
    for document in documents {
        let answer = router.query(document).await;
        assert_eq!(answer.json()["data"]["dog"]["name"], "Rex", "{document}");
    }
    router.metric("router_plans_reused_total").await
}

#[tokio::test]
async fn documents_that_differ_in_their_spelling_share_a_plan() {
    let spellings = [
        "{ dog { name } }",
        "query Named { dog { name } }",
        "# a comment\nquery {\n  dog,{ name }\n}",
    ];
    assert_eq!(reused(&spellings).await, 2.0);
    let fragments = [
        "{ dog { ...A ...B } } fragment A on Dog { name } fragment B on Dog { name }",
        "fragment B on Dog { name } { dog { ...A ...B } } fragment A on Dog { name }",
    ];
    assert_eq!(reused(&fragments).await, 1.0);
}

#[tokio::test]
async fn documents_that_differ_in_more_do_not() {
    let others = [
        "{ dog { name } }",
        "{ dog { name __typename } }",
        "{ dog { ...A } } fragment A on Dog { name }",
        "{ dog { ...A } } fragment A on Dog { name __typename }",
        "query($a: Boolean = true) { dog { name @include(if: $a) } }",
        "query($a: Boolean = true, $b: Boolean = true) { dog { name @include(if: $a) __typename @skip(if: $b) } }",
    ];
    assert_eq!(reused(&others).await, 0.0);
}

#[tokio::test]
async fn without_room_for_plans_everything_still_works() {
    let a = dogs().await;
    let router = Running::start(&[("dogs", &a)], "plan_cache: { size: 0 }").await;
    for _ in 0..3 {
        assert_eq!(
            router.query("{ dog { name } }").await.text(),
            r#"{"data":{"dog":{"name":"Rex"}}}"#
        );
    }
    assert_eq!(router.metric("router_plan_cache_entries").await, 0.0);
}
