//! Events that there is no memory for.

use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::{Graph, SSE, labels, source};
use crate::kit::{Numbered, Ticks, stream, until};

/// Requests that hold all memory for as long as they are kept: their bodies do not come.
async fn hold_all(graph: &Graph) -> Vec<TcpStream> {
    let mut held = Vec::new();
    let refusals = "router_memory_refusals_total{reason=\"all\"}";
    // The last of them are short, so that little is left.
    for padding in [50_000, 17_000] {
        let before = graph.router.metric(refusals).await;
        let head = format!(
            "POST /graphql HTTP/1.1\r\nhost: a\r\nx-padding: {}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n",
            "x".repeat(padding)
        );
        let refused = until(async || {
            let mut one = TcpStream::connect(graph.router.address()).await.ok()?;
            one.write_all(head.as_bytes()).await.ok()?;
            held.push(one);
            (graph.router.metric(refusals).await > before).then_some(())
        });
        refused.await.expect("all memory is held");
    }
    held
}

/// An event that is `long` comes in several pieces; one that is short comes in one, and it is completing it that takes memory.
#[tokio::test]
async fn an_event_without_memory_comes_once_there_is_some() {
    for field in ["pad", "crumbs"] {
        let ticks = Ticks::new();
        let fields = "{ n: Int! pad: String crumbs: String }";
        let sdl = source().replace("{ n: Int! }", fields);
        let from = Numbered::start(&sdl, &ticks, true).await;
        let others = Numbered::start(&labels(""), &ticks, true).await;
        let yaml = format!(
            "subgraphs:\n  source: {{ url: \"{}\" }}\n  labels: {{ url: \"{}\" }}\nlimits: {{ memory: 1 MiB }}\n",
            from.url(),
            others.url()
        );
        let graph = Graph::of(ticks, from, others, &yaml).await;
        let query = json!({ "query": format!("subscription {{ tick {{ {field} n }} }}") });
        let headers = [("content-type", "application/json"), ("accept", SSE)];
        let mut answer = stream(&graph.router.url(), &headers, query.to_string()).await;
        graph.source.opened(1).await;
        let n = graph.ticks.tick();
        answer.until(&format!("\"n\":{n}}}}}}}\n\n")).await;

        let held = hold_all(&graph).await;
        let missed = graph.ticks.tick();
        graph.source.opened(3).await;
        drop(held);
        for n in [missed, graph.ticks.tick()] {
            let said = answer.until(&format!("\"n\":{n}}}}}}}\n\n")).await;
            assert_eq!(said.matches("event: next").count(), 1, "{field} {n}");
            assert!(!said.contains("errors"), "{field} {n}");
        }
    }
}
