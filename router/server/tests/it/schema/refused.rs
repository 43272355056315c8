//! SDL that is missing, wrong or too much, and what stays in service.

use super::*;

#[tokio::test]
async fn what_does_not_compose_leaves_the_last_good_schema() {
    let a = Subgraph::with_data(&dogs(), json!({ "dog": "Rex" })).await;
    let b = Subgraph::with_data(&cats(), json!({ "cat": "Mimi" })).await;
    let router = Running::start(&[("dogs", &a), ("cats", &b)], "").await;
    let good = router.status().await;

    b.set_sdl(&format!("{LINK} type Query {{ cat: Cat }}"));
    router.refresh().await;
    let status = router
        .until_status(|status| !status["failure"].is_null())
        .await;
    assert_eq!(status["schema"]["hash"], good["schema"]["hash"]);
    assert_eq!(status["state"], "degraded");
    assert_eq!(status["subgraphs"][0]["state"], "fetched");
    assert_eq!(status["subgraphs"][1]["state"], "invalid");
    let diagnostic = &status["failure"]["diagnostics"][0];
    assert_eq!(
        (&diagnostic["severity"], &diagnostic["subgraph"]),
        (&json!("error"), &json!("cats"))
    );
    assert!(
        diagnostic["line"].is_u64() && diagnostic["column"].is_u64(),
        "{diagnostic}"
    );
    assert_eq!(
        router.query("{ cat dog }").await.json()["data"]["cat"],
        "Mimi"
    );
    assert_eq!(router.metric("router_composition_failing").await, 1.0);
    assert_eq!(router.admin("/health/ready").await.status, 200);

    b.set_sdl(&cats());
    router.refresh().await;
    let status = router
        .until_status(|status| status["failure"].is_null())
        .await;
    assert_eq!(status["state"], "serving");
    assert_eq!(status["schema"]["since"], good["schema"]["since"]);
    assert_eq!(router.metric("router_composition_failing").await, 0.0);
}

#[tokio::test]
async fn an_unreachable_subgraph_leaves_the_schema_and_the_others_data() {
    let a = Subgraph::with_data(&dogs(), json!({ "dog": "Rex" })).await;
    let mut b = Subgraph::with_data(&cats(), json!({ "cat": "Mimi" })).await;
    let router = Running::start(&[("dogs", &a), ("cats", &b)], "").await;

    b.stop().await;
    router.refresh().await;
    let status = router
        .until_status(|status| status["subgraphs"][1]["state"] == "unreachable")
        .await;
    assert!(status["subgraphs"][1]["last_error"].is_string());
    let answer = router.query("{ cat dog }").await;
    assert_eq!(answer.status, 200);
    let json = answer.json();
    assert_eq!(json["data"], json!({ "cat": null, "dog": "Rex" }));
    assert_eq!(json["errors"][0]["path"], json!(["cat"]));
    assert_eq!(json["errors"][0]["extensions"]["service"], "cats");
    assert_eq!(answer.code(), "SUBREQUEST_CONNECTION_ERROR");
    assert_eq!(
        router
            .metric("router_subgraph_source_up{subgraph=\"cats\"}")
            .await,
        0.0
    );

    b.start_again().await;
    router.refresh().await;
    router
        .until_status(|status| status["state"] == "serving")
        .await;
    assert_eq!(
        router.query("{ cat dog }").await.json()["data"]["cat"],
        "Mimi"
    );
}

#[tokio::test]
async fn a_subgraph_without_sdl_is_told() {
    let a = Subgraph::with_data("", json!({})).await;
    let router = Running::launch(&[("dogs", &a)], "").await;
    let status = router
        .until_status(|status| status["subgraphs"][0]["state"] == "unreachable")
        .await;
    assert_eq!(status["subgraphs"][0]["last_error"], "its SDL is empty");
}

#[tokio::test]
async fn an_sdl_beyond_the_bound_is_refused() {
    let long = format!("{} # {}", dogs(), "x".repeat(10_000));
    let a = Subgraph::with_data(&long, json!({})).await;
    let router = Running::launch(&[("dogs", &a)], "limits: { sdl: 1 KiB }").await;
    let status = router
        .until_status(|status| status["subgraphs"][0]["state"] == "unreachable")
        .await;
    let error = status["subgraphs"][0]["last_error"]
        .as_str()
        .expect("an error")
        .to_owned();
    assert!(error.contains("more than"), "{error}");
}

#[tokio::test]
async fn a_subgraph_that_is_wrong_by_itself_keeps_no_change_of_the_others_from_service() {
    let a = Subgraph::with_data(&dogs(), json!({ "dog": "Rex", "wolf": "Isegrim" })).await;
    let b = Subgraph::with_data(&cats(), json!({ "cat": "Mimi" })).await;
    let router = Running::start(&[("dogs", &a), ("cats", &b)], "").await;
    b.set_sdl("%%% no SDL at all");
    router.refresh().await;
    router
        .until_status(|status| !status["failure"].is_null())
        .await;
    a.set_sdl(&format!("{LINK} type Query {{ dog: String wolf: String }}"));
    router.refresh().await;
    let wolf = until(async || {
        let answer = router.query("{ wolf cat }").await.json();
        (answer["data"]["wolf"] == "Isegrim").then_some(answer)
    });
    let answer = wolf.await.expect("the change takes effect");
    assert_eq!(answer["data"]["cat"], "Mimi");
    let status = router
        .until_status(|status| status["subgraphs"][1]["state"] == "invalid")
        .await;
    assert_eq!(status["state"], "degraded");
    assert_eq!(status["subgraphs"][0]["state"], "fetched");
}

#[tokio::test]
async fn an_sdl_that_is_wrong_in_every_character_is_told_of_in_bounded_space() {
    let a = Subgraph::with_data(&dogs(), json!({ "dog": "Rex" })).await;
    let b = Subgraph::with_data(&cats(), json!({ "cat": "Mimi" })).await;
    let router = Running::start(&[("dogs", &a), ("cats", &b)], "").await;
    b.set_sdl(&"%".repeat(1_000_000));
    router.refresh().await;
    let status = router
        .until_status(|status| !status["failure"].is_null())
        .await;
    let failure = &status["failure"];
    assert_eq!(failure["diagnostics"].as_array().map(Vec::len), Some(100));
    assert!(
        failure["omitted"]["errors"].as_u64() > Some(0),
        "{}",
        failure["omitted"]
    );
    assert_eq!(router.query("{ cat }").await.json()["data"]["cat"], "Mimi");
}

#[tokio::test]
async fn all_sdl_together_has_a_bound() {
    let a = Subgraph::with_data(&dogs(), json!({ "dog": "Rex" })).await;
    let b = Subgraph::with_data(&cats(), json!({ "cat": "Mimi" })).await;
    let limits = "limits: { sdl_total: 2 KiB }";
    let router = Running::start(&[("dogs", &a), ("cats", &b)], limits).await;
    b.set_sdl(&format!("{} # {}", cats(), "x".repeat(2_000)));
    router.refresh().await;
    let status = router
        .until_status(|status| !status["failure"].is_null())
        .await;
    let code = &status["failure"]["diagnostics"][0]["code"];
    assert_eq!(code, "COMPOSITION_LIMIT_EXCEEDED");
}
