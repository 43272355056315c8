//! A request is one trace: from its client through the router to the services.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::Duration;

use http::Request;
use http_body_util::Full;
use opentelemetry_proto::tonic::trace::v1::Span;
use serde_json::json;

use crate::collector::{Behaviour, Collector, shown};
use crate::http::Client;
use crate::stack::{Running, any, composed, config};

type Exported = (String, Span);

/// Spans below their parents, each with the program that it comes from and its attributes but those that differ from run to run.
fn branch(spans: &[Exported], parent: &[u8], depth: usize, tree: &mut String) {
    let mut children: Vec<&Exported> = spans
        .iter()
        .filter(|(_, span)| span.parent_span_id == parent)
        .collect();
    children.sort_by_cached_key(|(program, span)| {
        (
            program.clone(),
            span.name.clone(),
            attributes(span).remove("abaque.subgraph.name"),
        )
    });
    for (program, span) in children {
        let indent = "  ".repeat(depth);
        let _ = writeln!(tree, "{indent}{program}: {} {:?}", span.name, span.kind());
        for (name, value) in attributes(span) {
            let _ = writeln!(tree, "{indent}  · {name}: {value}");
        }
        branch(spans, &span.span_id, depth + 1, tree);
    }
}

fn attributes(span: &Span) -> BTreeMap<&str, String> {
    let each = span.attributes.iter().filter_map(|attribute| {
        let value = shown(attribute.value.as_ref()?.value.as_ref()?);
        let differs = ["server.port", "url.full", "abaque.operation.hash"];
        let value = match differs.contains(&&*attribute.key) {
            true => "…".to_owned(),
            false => value,
        };
        Some((&*attribute.key, value))
    });
    each.collect()
}

#[tokio::test]
async fn a_request_is_one_trace_from_its_client_to_the_services() {
    let collector = Collector::start(Behaviour::Take).await;
    let telemetry = otlp::Config {
        otlp: Some(otlp::Otlp {
            protocol: otlp::Protocol::Grpc,
            // Traces that start at a service are not sampled; it continues those of its callers.
            sample: otlp::Sample::Share(0.0),
            delay: Duration::from_millis(1),
            ..otlp::Otlp::at(collector.endpoint().parse().expect("a URL"))
        }),
        ..otlp::Config::default()
    };
    let service = async |program| {
        let config = service::Config {
            telemetry: telemetry.clone(),
            ..service::Config::default()
        };
        Running::service_with(program, config, any(), any()).await
    };
    let calculatrice = service(calculatrice::program()).await;
    let statistiques = service(statistiques::program()).await;
    let mut config: serde_json::Value =
        serde_json::from_str(&config(calculatrice.public, statistiques.public)).expect("JSON");
    config["telemetry"] = json!({ "otlp": {
        "endpoint": collector.endpoint(), "protocol": "grpc", "sample": "0%", "delay": "1ms",
    } });
    let router = Running::router(&config.to_string()).await;
    composed(&router).await;

    let query = "query Page { addition(a: 1, b: 2) serie(valeurs: [1, 2, 4]) { somme moyenne } }";
    let body = json!({ "query": query }).to_string();
    let request = Request::post(format!("http://{}/graphql", router.public))
        .header("content-type", "application/json")
        .header(
            "traceparent",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        )
        .header("x-request-id", "r1")
        .body(Full::from(body))
        .expect("the request is well-formed");
    let answer = Client::new().send(request).await.expect("an answer");
    assert_eq!(answer.json()["data"]["addition"], "3", "{}", answer.text());

    let enough = collector.until(|received| {
        let of_request = |(_, span): &&Exported| !span.name.contains("compose");
        let spans: Vec<Exported> = received.spans.iter().filter(of_request).cloned().collect();
        // The request, its preparation, two requests to services, and what each of these says about it.
        (spans.len() >= 6).then_some(spans)
    });
    let spans = enough.await;
    let traces: BTreeSet<_> = spans.iter().map(|(_, span)| &span.trace_id).collect();
    assert_eq!(traces.len(), 1);
    let mut tree = String::new();
    branch(
        &spans,
        &0xb7ad_6b71_6920_3331_u64.to_be_bytes(),
        0,
        &mut tree,
    );
    insta::assert_snapshot!(tree);
    router.stop().await;
    calculatrice.stop().await;
    statistiques.stop().await;
}
