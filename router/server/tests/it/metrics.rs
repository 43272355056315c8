//! What `/metrics` exports.

use serde_json::json;

use crate::kit::{Reply, Running, Subgraph, stream, until};

#[tokio::test]
async fn the_export_is_the_catalog() {
    let a = Subgraph::with_data("type Query { dog: String }", json!({ "dog": "Rex" })).await;
    let router = Running::start(&[("dogs", &a)], "").await;
    router.query("{ dog }").await;
    router.query("{ dog }").await;
    router.query("{ cat }").await;
    router.query("{ __schema { queryType { name } } }").await;

    let text = router.metrics().await;
    // Each family with its type and its series; numbers differ from run to run.
    let foreign = |line: &str| {
        ["process_", "tokio_"]
            .iter()
            .any(|prefix| line.starts_with(prefix))
    };
    let mut exported: Vec<(&str, String)> = Vec::new();
    let mut current = "";
    for line in text.lines() {
        if let Some(family) = line
            .strip_prefix("# TYPE ")
            .filter(|family| !foreign(family))
        {
            current = family;
            exported.push((current, format!("# {family}")));
        } else if !line.starts_with('#') && !foreign(line) && !line.contains("le=\"") {
            let series = line.rsplit_once(' ').map(|(series, _)| series.to_owned());
            exported.extend(series.map(|series| (current, series)));
        }
    }
    exported.sort_unstable();
    let exported: Vec<_> = exported.into_iter().map(|(_, line)| line).collect();
    insta::assert_snapshot!(exported.join("\n"));
    for metric in router::telemetry::catalog() {
        assert!(
            text.contains(&format!("# HELP {} ", metric.name)),
            "{}",
            metric.name
        );
    }
    assert_eq!(
        router
            .metric("graphql_requests_total{outcome=\"ok\"}")
            .await,
        3.0
    );
    assert_eq!(
        router
            .metric("graphql_requests_total{outcome=\"refused\"}")
            .await,
        1.0
    );
    assert_eq!(
        router
            .metric("graphql_errors_total{code=\"GRAPHQL_VALIDATION_FAILED\"}")
            .await,
        1.0
    );
    assert_eq!(router.metric("router_plan_cache_hits_total").await, 1.0);
    let asked = "http_client_request_duration_seconds_count{subgraph=\"dogs\",status=\"2xx\"}";
    assert!(router.metric(asked).await >= 2.0);
    assert_eq!(
        router
            .metric("http_client_active_requests{subgraph=\"dogs\"}")
            .await,
        0.0
    );
    assert!(router.metric("router_schema_hash").await > 0.0);
    assert!(
        router
            .metric("router_composition_last_success_timestamp_seconds")
            .await
            > 1.7e9
    );
}

#[tokio::test]
async fn refused_requests_are_counted_by_why_and_all_by_the_clients_that_are_named() {
    let a = Subgraph::with_data("type Query { dog: String }", json!({ "dog": "Rex" })).await;
    let more = "telemetry: { client: { name: x-client, names: [web] } }";
    let router = Running::start(&[("dogs", &a)], more).await;
    let body = json!({ "query": "{ dog }" }).to_string();
    for client in ["web", "web", "made-up-1", "made-up-2"] {
        router.ask_with(&[("x-client", client)], body.clone()).await;
    }
    router.query("{ cat }").await;
    let count = async |labels: &str| router.metric(labels).await;
    let client = |name: &str| format!("graphql_client_requests_total{{client=\"{name}\"}}");
    assert_eq!(count(&client("web")).await, 2.0);
    assert_eq!(count(&client("_other")).await, 2.0);
    assert_eq!(count(&client("_none")).await, 1.0);
    let refused = "graphql_requests_refused_total{code=\"GRAPHQL_VALIDATION_FAILED\"}";
    assert_eq!(count(refused).await, 1.0);
    assert_eq!(count("router_overhead_duration_seconds_count").await, 4.0);
}

#[tokio::test]
async fn the_first_part_of_a_response_in_parts_is_measured() {
    let a = Subgraph::with_data("type Query { dog: String }", json!({ "dog": "Rex" })).await;
    let b = Subgraph::with_data("type Query { cat: String }", json!({ "cat": "Tom" })).await;
    let router = Running::start(&[("dogs", &a), ("cats", &b)], "").await;
    let accept = "multipart/mixed;deferSpec=20220824,application/json";
    let body = json!({ "query": "{ dog ... @defer { cat } }" }).to_string();
    let answer = router.ask_with(&[("accept", accept)], body).await;
    assert!(
        answer.header("content-type").starts_with("multipart"),
        "{answer:?}"
    );
    let measured = "graphql_first_part_duration_seconds_count";
    assert_eq!(router.metric(measured).await, 1.0);
}

#[tokio::test]
async fn subscriptions_are_counted_when_they_open_and_by_what_ends_them() {
    let sdl = "type Query { dog: String } type Subscription { barks: String }";
    let bark = "event: next\ndata: {\"data\":{\"barks\":\"woof\"}}\n\n";
    let complete = format!("{bark}event: complete\ndata:\n\n");
    let sender = tokio::sync::broadcast::Sender::new(4);
    let endless = sender.clone();
    let mut replies = vec![
        Reply::Events(endless),
        Reply::Raw(200, "text/event-stream", bark.to_owned()),
        Reply::Raw(200, "text/event-stream", complete),
    ];
    let a = Subgraph::start(sdl, move |_| replies.pop().expect("three are asked for")).await;
    let router = Running::start(&[("dogs", &a)], "").await;
    let headers = [
        ("content-type", "application/json"),
        ("accept", "text/event-stream"),
    ];
    let subscribe = async || {
        let body = json!({ "query": "subscription { barks }" }).to_string();
        stream(&router.url(), &headers, body).await
    };
    subscribe().await.rest().await;
    subscribe().await.rest().await;
    // The third client leaves.
    drop(subscribe().await);
    let opened = "graphql_subscriptions_opened_total";
    assert_eq!(router.metric(opened).await, 3.0);
    for reason in ["completed", "failed", "client"] {
        let series = format!("graphql_subscriptions_ended_total{{reason=\"{reason}\"}}");
        let ended = async || (router.metric(&series).await == 1.0).then_some(());
        until(ended)
            .await
            .unwrap_or_else(|| panic!("none ended by {reason}"));
    }
    drop(sender);
}

/// How many requests count as faulted after `{ dog cat }` with this reply of the second subgraph, and a document that is not GraphQL.
async fn faulted(reply: Reply) -> f64 {
    let dogs = "type Query { dog: String }";
    let a = Subgraph::with_data(dogs, json!({ "dog": "Rex" })).await;
    let b = Subgraph::start("type Query { cat: String }", move |_| reply.clone()).await;
    let router = Running::start(&[("dogs", &a), ("cats", &b)], "").await;
    router.query("{ dog cat }").await;
    router.query("{ dog").await;
    router.metric("graphql_requests_faulted_total").await
}

#[tokio::test]
async fn a_request_is_faulted_when_a_subgraph_fails_and_not_when_the_client_errs() {
    let broken = Reply::Raw(502, "text/html", "<html>".to_owned());
    assert_eq!(faulted(broken).await, 1.0);
    let reported =
        json!({ "data": { "cat": null }, "errors": [{ "message": "no cat of that name" }] });
    assert_eq!(faulted(Reply::Response(reported)).await, 0.0);
    assert_eq!(faulted(Reply::Data(json!({ "cat": "Mimi" }))).await, 0.0);
}

/// The manual's table has every metric that is exported, each with its labels.
#[test]
fn the_manual_names_every_metric_with_its_labels() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/operations.md");
    let manual = std::fs::read_to_string(path).expect("the manual is there");
    for metric in router::telemetry::catalog() {
        let name = format!("`{}`", metric.name);
        let rows = manual.lines().filter(|line| line.starts_with("| `"));
        let cells = rows.map(|row| row.split('|').map(str::trim).collect::<Vec<_>>());
        let row = cells
            .filter(|cells| cells.len() > 3)
            .find(|cells| cells[1].split(", ").any(|named| named == name));
        let row = row.unwrap_or_else(|| panic!("{name} is not in docs/operations.md"));
        let labels: Vec<String> = metric
            .labels
            .iter()
            .map(|label| format!("`{}`", label.name))
            .collect();
        assert_eq!(row[2], labels.join(", "), "the labels of {name}");
    }
}
