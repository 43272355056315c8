//! What is prepared on a new schema before it serves, and what that is bounded by.

use serde_json::{Value, json};

use crate::kit::{Running, Subgraph, until};

const SDL: &str = "type Query { dog: String }";
const OTHER: &str = "type Query { cat: String dog: String }";
const WARMED: &str = "router_operations_warmed_total";
const MISSES: &str = "router_plan_cache_misses_total";
/// None of them is prepared in ten microseconds.
const MANY: usize = 100;

async fn dogs() -> Subgraph {
    Subgraph::with_data(SDL, json!({ "dog": "Rex" })).await
}

/// Asks for so many operations, no two of which have anything in common.
async fn ask(router: &Running, count: usize) {
    for n in 0..count {
        let key = format!("d{n}");
        let answer = router.query(&format!("{{ {key}: dog }}")).await;
        assert!(answer.json()["data"].get(key).is_some(), "{answer:?}");
    }
}

#[tokio::test]
async fn no_more_time_is_taken_than_the_configuration_grants() {
    let a = dogs().await;
    let config = "schema: { warm_up: { within: 1ms } }";
    let router = Running::start(&[("dogs", &a)], config).await;
    ask(&router, MANY).await;
    router.changes(|| a.set_sdl(OTHER)).await;
    let warmed = router.metric(WARMED).await;
    assert!(warmed < MANY as f64, "{warmed}");
    // What is left is prepared when it is asked for.
    ask(&router, 3).await;
}

#[tokio::test]
async fn nothing_is_prepared_where_the_configuration_says_so() {
    let a = dogs().await;
    let config = "schema: { warm_up: { operations: 0 } }";
    let router = Running::start(&[("dogs", &a)], config).await;
    ask(&router, 3).await;
    router.changes(|| a.set_sdl(OTHER)).await;
    assert_eq!(router.metric(WARMED).await, 0.0);
    let before = router.metric(MISSES).await;
    ask(&router, 3).await;
    assert_eq!(router.metric(MISSES).await, before + 3.0);
}

#[tokio::test]
async fn persisted_documents_take_no_more_time_either() {
    let folder = tempfile::tempdir().expect("a folder");
    let documents = (0..MANY).map(|n| (n.to_string(), json!(format!("{{ d{n}: dog }}"))));
    let manifest = Value::Object(documents.collect());
    std::fs::write(folder.path().join("all.json"), manifest.to_string()).expect("written");
    let a = dogs().await;
    for (within, is_enough) in [("5m", true), ("1ms", false)] {
        let config = format!(
            "persisted_documents: {{ files: '{}' }}\nschema: {{ warm_up: {{ within: {within} }} }}",
            folder.path().display()
        );
        let router = Running::start(&[("dogs", &a)], &config).await;
        let fit = async || {
            let status = router.status().await;
            let fit = status["persistedDocuments"]["fit"].clone();
            fit.is_object().then_some(fit)
        };
        let fit = until(fit).await.expect("they are checked");
        let count = |name: &str| fit[name].as_u64().expect("a number");
        assert_eq!(count("fitting") + count("unchecked"), MANY as u64, "{fit}");
        assert_eq!(count("unchecked") == 0, is_enough, "{fit}");
        // And are served all the same.
        let last = json!({ "documentId": (MANY - 1).to_string() });
        let answer = router.ask(&last).await;
        assert!(answer.json().get("errors").is_none(), "{}", answer.text());
    }
}

/// A share of the requests has other plans, which are as good as the others.
#[tokio::test]
async fn what_a_share_of_the_requests_has_on_is_prepared_too() {
    /// None of them misses either side: 2^-63.
    const TIMES: usize = 64;
    let link = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@override"])"#;
    let new = |share: u32, more: &str| {
        format!(
            "{link} type Query {{ dog: String @override(from: \"a\", label: \"percent({share})\") {more} }}"
        )
    };
    let a = Subgraph::with_data(SDL, json!({ "dog": "old" })).await;
    let b = Subgraph::with_data(&new(50, ""), json!({ "dog": "new" })).await;
    let router = Running::start(&[("a", &a), ("b", &b)], "").await;
    let ask = async || {
        let mut seen = [0; 2];
        for _ in 0..TIMES {
            let answer = router.query("{ dog }").await.json();
            seen[usize::from(answer["data"]["dog"] == "new")] += 1;
        }
        seen
    };
    assert!(ask().await.iter().all(|seen| *seen > 0));
    let misses = router.metric(MISSES).await;
    assert_eq!(misses, 2.0);
    // Another share has the same two plans.
    for (round, share) in [(1, 50), (2, 40)] {
        let sdl = new(share, &format!("more{round}: Int"));
        router.changes(|| b.set_sdl(&sdl)).await;
        assert!(ask().await.iter().all(|seen| *seen > 0));
        assert_eq!(router.metric(MISSES).await, misses, "{share} %");
    }
}
