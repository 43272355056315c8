//! What a collector gets of the router's requests.

mod opened;
mod sent;
mod unexported;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use serde_json::{Value, json};
use tokio::sync::broadcast;

use crate::collector::{Behaviour, Collector, shown, text};
use crate::kit::{Reply, Running, Socket, Subgraph, stream, until};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const CLIENT: &str = "b7ad6b7169203331";

/// The section `telemetry` for a collector, with more keys of `otlp`.
fn exporting(collector: &Collector, more: &str) -> String {
    let endpoint = collector.endpoint();
    format!("telemetry: {{ otlp: {{ endpoint: \"{endpoint}\", delay: 1ms, {more} }} }}")
}

/// The spans of requests, when there are this many; those of compositions are traces of their own.
async fn spans(collector: &Collector, count: usize) -> Vec<Span> {
    let find = collector.until(|received| {
        let spans = received.spans.iter().map(|(_, span)| span);
        let spans: Vec<Span> = spans
            .filter(|span| span.name != "compose")
            .cloned()
            .collect();
        (spans.len() >= count).then_some(spans)
    });
    find.await
}

fn hex(id: &[u8]) -> String {
    id.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Spans below their parents, with their attributes but those that differ from run to run.
fn tree(spans: &[Span]) -> String {
    let is_root = |span: &&Span| {
        !spans
            .iter()
            .any(|other| other.span_id == span.parent_span_id)
    };
    let mut shown = String::new();
    for root in spans.iter().filter(is_root) {
        let _ = writeln!(shown, "parent {}", hex(&root.parent_span_id));
        branch(spans, root, 1, &mut shown);
    }
    shown
}

fn branch(spans: &[Span], span: &Span, depth: usize, shown_so_far: &mut String) {
    let indent = "  ".repeat(depth);
    let failed = span.status.as_ref().map(|status| status.code()) == Some(StatusCode::Error);
    let error = if failed { " failed" } else { "" };
    let _ = writeln!(
        shown_so_far,
        "{indent}{} {:?}{error}",
        span.name,
        span.kind()
    );
    let attributes: BTreeMap<&str, String> = span
        .attributes
        .iter()
        .filter_map(|attribute| {
            let value = shown(attribute.value.as_ref()?.value.as_ref()?);
            let value = match &*attribute.key {
                "server.port" | "abaque.request.id" | "abaque.operation.hash" => "…".to_owned(),
                "url.full" => "http://127.0.0.1:…/graphql".to_owned(),
                _ => value,
            };
            Some((&*attribute.key, value))
        })
        .collect();
    for (name, value) in attributes {
        let _ = writeln!(shown_so_far, "{indent}  · {name}: {value}");
    }
    let mut children: Vec<&Span> = spans
        .iter()
        .filter(|child| child.parent_span_id == span.span_id)
        .collect();
    children.sort_by_key(|child| {
        (
            child.name.clone(),
            text(&child.attributes, "abaque.subgraph.name"),
        )
    });
    for child in children {
        branch(spans, child, depth + 1, shown_so_far);
    }
}

/// A subgraph that has a field of products.
async fn of_products(field: &'static str) -> Subgraph {
    let sdl = format!(
        "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.3\", import: [\"@key\"])\ntype Product @key(fields: \"id\") {{ id: ID! {field}: Int }}"
    );
    Subgraph::start(&sdl, move |_| {
        Reply::Data(json!({ "_entities": [{ "__typename": "Product", field: 1 }] }))
    })
    .await
}

#[tokio::test]
async fn a_request_of_four_subgraphs_is_one_trace() {
    let collector = Collector::start(Behaviour::Take).await;
    let sdl = "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.3\", import: [\"@key\"])\ntype Query { product(id: ID): Product }\ntype Product @key(fields: \"id\") { id: ID! name: String }";
    let product = json!({ "product": { "__typename": "Product", "id": "1", "name": "a" } });
    let products = Subgraph::with_data(sdl, product).await;
    let (prices, ratings, stock) = (
        of_products("price").await,
        of_products("rating").await,
        of_products("stock").await,
    );
    let subgraphs = [
        ("prices", &prices),
        ("products", &products),
        ("ratings", &ratings),
        ("stock", &stock),
    ];
    let router = Running::start(&subgraphs, &exporting(&collector, "sample: 0%")).await;
    let parent = format!("00-{TRACE}-{CLIENT}-01");
    let headers = [
        ("traceparent", &*parent),
        ("apollographql-client-name", "web"),
        ("x-request-id", "r1"),
    ];
    let query = "query Page($id: ID) { product(id: $id) { name price rating stock } }";
    let body = json!({ "query": query, "variables": { "id": "1" } }).to_string();
    let answer = router.ask_with(&headers, body).await;
    assert_eq!(
        answer.json()["data"]["product"]["stock"],
        1,
        "{}",
        answer.text()
    );

    let spans = spans(&collector, 6).await;
    insta::assert_snapshot!(tree(&spans));
    for (name, subgraph) in subgraphs {
        let (headers, _) = &subgraph.requests()[0];
        let told = headers["traceparent"].to_str().expect("ASCII");
        let of_subgraph =
            |span: &&Span| text(&span.attributes, "abaque.subgraph.name").as_deref() == Some(name);
        let span = spans.iter().find(of_subgraph).expect("it has a span");
        let expected = format!("00-{TRACE}-{}-01", hex(&span.span_id));
        assert_eq!(told, expected, "{name}");
    }
}

const TICKS: &str = "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.3\", import: [\"@key\"])\ntype Query { a: Int }\ntype Subscription { tick: Tick }\ntype Tick @key(fields: \"n\") { n: Int! }";
const PRICES: &str = "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.3\", import: [\"@key\"])\ntype Tick @key(fields: \"n\") { n: Int! price: Int }";
const SSE: [(&str, &str); 2] = [
    ("content-type", "application/json"),
    ("accept", "text/event-stream"),
];

#[tokio::test]
async fn an_event_is_a_trace_of_its_own_with_the_requests_that_complete_it() {
    let collector = Collector::start(Behaviour::Take).await;
    let (events, _) = broadcast::channel(4);
    let sender = events.clone();
    let source = Subgraph::start(TICKS, move |_| Reply::Events(sender.clone())).await;
    let price = json!({ "_entities": [{ "__typename": "Tick", "price": 5 }] });
    let prices = Subgraph::start(PRICES, move |_| Reply::Data(price.clone())).await;
    let subgraphs = [("prices", &prices), ("source", &source)];
    let router = Running::start(&subgraphs, &exporting(&collector, "sample: 100%")).await;
    let body = json!({ "query": "subscription Prices { tick { n price } }" }).to_string();
    let mut answer = stream(&router.url(), &SSE, body).await;
    let opened = async || (events.receiver_count() > 0).then_some(());
    until(opened).await.expect("it is opened");
    for n in 0..2 {
        let tick = json!({ "data": { "tick": { "__typename": "Tick", "n": n } } });
        let event = format!("event: next\ndata: {tick}\n\n");
        events.send(event).expect("it is open");
        let said = answer.until("\n\n").await;
        assert!(said.contains("\"price\":5"), "{said}");
    }
    // The events are exported while the subscription goes on.
    let of_events = spans(&collector, 4).await;
    let traces: BTreeSet<&[u8]> = of_events.iter().map(|span| &*span.trace_id).collect();
    assert_eq!(traces.len(), 2, "one for each event");
    let first: Vec<Span> = of_events
        .iter()
        .filter(|span| span.trace_id == of_events[0].trace_id)
        .cloned()
        .collect();
    insta::assert_snapshot!(tree(&first));
    let (headers, _) = &prices.requests()[0];
    let told = headers["traceparent"].to_str().expect("ASCII");
    assert!(told.contains(&hex(&of_events[0].trace_id)), "{told}");

    drop(answer);
    let all = spans(&collector, 7).await;
    let subscribed = all.iter().find(|span| span.name == "subscription");
    let subscribed = subscribed.expect("the client has left");
    let roots = all.iter().filter(|span| span.name == "event");
    for root in roots {
        let links: Vec<_> = root
            .links
            .iter()
            .map(|link| (&link.trace_id, &link.span_id))
            .collect();
        assert_eq!(links, [(&subscribed.trace_id, &subscribed.span_id)]);
    }
}

#[tokio::test]
async fn an_operation_is_prepared_once_and_a_composition_is_a_trace_of_its_own() {
    let collector = Collector::start(Behaviour::Take).await;
    let dogs = Subgraph::with_data("type Query { dog: String }", json!({ "dog": "Rex" })).await;
    let router = Running::start(&[("dogs", &dogs)], &exporting(&collector, "sample: 100%")).await;
    router.query("{ dog }").await;
    router.query("{ dog }").await;
    let spans = spans(&collector, 5).await;
    let named = |name: &str| spans.iter().filter(|span| span.name == name).count();
    assert_eq!(
        (named("query"), named("prepare"), named("POST /graphql")),
        (2, 1, 2)
    );
    let composed = |received: &crate::collector::Received| {
        let mut spans = received.spans.iter();
        spans.find_map(|(_, span)| (span.name == "compose").then(|| span.clone()))
    };
    let composed = collector.until(composed).await;
    assert_eq!(composed.parent_span_id, b"");
    assert_eq!(
        text(&composed.attributes, "abaque.composition.outcome").as_deref(),
        Some("composed")
    );
}

#[tokio::test]
async fn a_request_with_an_error_is_exported_whatever_was_decided() {
    let collector = Collector::start(Behaviour::Take).await;
    let dogs = Subgraph::with_data("type Query { dog: String }", json!({ "dog": "Rex" })).await;
    let broken = Reply::Raw(502, "text/html", "<html>".to_owned());
    let cats = Subgraph::start("type Query { cat: String }", move |_| broken.clone()).await;
    let more = exporting(&collector, "sample: 0%, sample_errors: true");
    let router = Running::start(&[("dogs", &dogs), ("cats", &cats)], &more).await;
    router.query("{ dog }").await;
    router.query("{ dog cat }").await;
    router.query("{ nothing }").await;
    let spans = spans(&collector, 6).await;
    let roots = spans.iter().filter(|span| span.parent_span_id.is_empty());
    let outcomes: Vec<_> = roots
        .map(|root| {
            let failed =
                root.status.as_ref().map(|status| status.code()) == Some(StatusCode::Error);
            (
                text(&root.attributes, "abaque.outcome").unwrap_or_default(),
                failed,
            )
        })
        .collect();
    // A client's mistake is none of the router's.
    assert_eq!(
        outcomes,
        [("partial".to_owned(), true), ("refused".to_owned(), false)]
    );
    let failed = spans.iter().find(|span| {
        text(&span.attributes, "error.type").as_deref() == Some("502")
            && span.name == "POST /graphql"
    });
    let failed = failed.expect("the request to the subgraph failed");
    assert_eq!(
        text(&failed.attributes, "http.response.status_code").as_deref(),
        Some("502")
    );
}

#[tokio::test]
async fn the_decision_of_the_caller_is_kept() {
    let collector = Collector::start(Behaviour::Take).await;
    let dogs = Subgraph::with_data("type Query { dog: String }", json!({ "dog": "Rex" })).await;
    let router = Running::start(&[("dogs", &dogs)], &exporting(&collector, "sample: 100%")).await;
    let ask = async |flags: &str| {
        let parent = format!("00-{TRACE}-{CLIENT}-{flags}");
        let body = json!({ "query": "{ dog }" }).to_string();
        router.ask_with(&[("traceparent", &parent)], body).await;
    };
    ask("00").await;
    ask("01").await;
    let spans = spans(&collector, 2).await;
    let roots = spans.iter().filter(|span| span.name == "query").count();
    // Whatever was prepared was prepared for the first.
    assert_eq!((spans.len(), roots), (2, 1));
}

#[tokio::test]
async fn other_formats_are_read_and_told() {
    let dogs = Subgraph::with_data("type Query { dog: String }", json!({ "dog": "Rex" })).await;
    let more = "telemetry: { propagation: [b3, datadog] }";
    let router = Running::start(&[("dogs", &dogs)], more).await;
    let single = format!("{TRACE}-{CLIENT}-0");
    let body = json!({ "query": "{ dog }" }).to_string();
    router.ask_with(&[("b3", &single)], body).await;
    let (headers, _) = dogs.requests().remove(0);
    let told = headers["b3"].to_str().expect("ASCII");
    assert!(told.starts_with(TRACE) && told.ends_with("-0"), "{told}");
    assert_eq!(headers["x-datadog-trace-id"], "9532127138774266268");
    assert_eq!(headers["x-datadog-sampling-priority"], "0");
    assert!(!headers.contains_key("traceparent"), "{headers:?}");
}

#[tokio::test]
async fn neither_variables_nor_literals_are_exported() {
    let collector = Collector::start(Behaviour::Take).await;
    let dogs = Subgraph::with_data(
        "type Query { dog(name: String): String }",
        json!({ "dog": "Rex" }),
    )
    .await;
    let endpoint = collector.endpoint();
    let more = format!(
        "telemetry: {{ document: true, otlp: {{ endpoint: \"{endpoint}\", delay: 1ms, sample: 100% }} }}"
    );
    let router = Running::start(&[("dogs", &dogs)], &more).await;
    let query = "query Find($name: String) { dog(name: $name) other: dog(name: \"hunter3\") }";
    let request = json!({ "query": query, "variables": { "name": "hunter2" } });
    router.ask(&request).await;
    let url = format!(
        "{}?query=query+Get($name:String)%7Bdog(name:$name)%7D&variables=%7B%22name%22:%22hunter4%22%7D",
        router.url()
    );
    let got = crate::kit::get(
        &url,
        &[
            ("apollo-require-preflight", "1"),
            ("accept", "application/json"),
        ],
    )
    .await;
    assert_eq!(got.status, 200, "{}", got.text());
    let spans = spans(&collector, 6).await;
    let document = spans
        .iter()
        .find_map(|span| text(&span.attributes, "graphql.document"));
    let expected = "query Find($name: String) { dog(name: $name) other: dog(name: \"\") }";
    assert_eq!(document.as_deref(), Some(expected));
    let bytes = collector
        .until(|received| Some(received.bytes.clone()))
        .await;
    let all = String::from_utf8_lossy(&bytes);
    assert!(!all.contains("hunter"), "{all}");
}

#[tokio::test]
async fn an_operation_on_a_websocket_has_a_span_of_its_own() {
    let collector = Collector::start(Behaviour::Take).await;
    let dogs = Subgraph::with_data("type Query { dog: String }", json!({ "dog": "Rex" })).await;
    let more = format!(
        "subscriptions: {{ websocket: true }}\n{}",
        exporting(&collector, "sample: 100%")
    );
    let router = Running::start(&[("dogs", &dogs)], &more).await;
    let mut socket = Socket::acknowledged(&router.url(), json!({})).await;
    socket.subscribe("1", "{ dog }").await;
    let next: Value = socket.hear().await;
    assert_eq!(next["payload"]["data"]["dog"], "Rex", "{next}");
    let find = collector.until(|received| {
        let mut spans = received.spans.iter().map(|(_, span)| span);
        spans.find(|span| span.name == "query").cloned()
    });
    let span = find.await;
    assert_eq!(
        text(&span.attributes, "network.protocol.name").as_deref(),
        Some("websocket")
    );
}

#[tokio::test]
async fn a_collector_that_is_away_changes_no_answer() {
    let dogs = Subgraph::with_data("type Query { dog: String }", json!({ "dog": "Rex" })).await;
    let collector = Collector::start(Behaviour::Silent).await;
    let more = exporting(&collector, "sample: 100%, max_waiting: 4, timeout: 20ms");
    let mut router = Running::start(&[("dogs", &dogs)], &more).await;
    for _ in 0..50 {
        assert_eq!(router.query("{ dog }").await.json()["data"]["dog"], "Rex");
    }
    let dropped = router.metric("telemetry_spans_dropped_total{reason=\"queue\"}");
    assert!(dropped.await > 0.0);
    router.shut_down();
    router.ended().await;
}
