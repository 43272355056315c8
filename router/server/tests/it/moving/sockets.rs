//! Moves to a place that speaks `graphql-transport-ws`.

use futures_util::SinkExt;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_tungstenite::tungstenite::Message;

use super::{Graph, SSE, expect, labels, labels_and_source, source};
use crate::kit::numbered::{event, next};
use crate::kit::{Numbered, PATIENCE, Ticks, accepted, said};

/// A server that refuses the first two subscriptions, each in another way, and opens the others; it counts them.
async fn refusing_at_first() -> (String, watch::Sender<usize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let asked = watch::Sender::new(0);
    let counted = asked.clone();
    tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            tokio::spawn(serve(connection, counted.clone()));
        }
    });
    (format!("http://{address}/graphql"), asked)
}

async fn serve(connection: TcpStream, asked: watch::Sender<usize>) {
    let mut socket = accepted(connection).await;
    while let Some(message) = said(&mut socket).await {
        let id = &message["id"];
        let errors = json!([{ "message": "no such field" }]);
        let answers = match message["type"].as_str() {
            Some("connection_init") => vec![json!({ "type": "connection_ack" })],
            Some("subscribe") => {
                asked.send_modify(|count| *count += 1);
                let asked = *asked.borrow();
                match asked {
                    1 => vec![json!({ "id": id, "type": "error", "payload": errors })],
                    2 => vec![
                        json!({ "id": id, "type": "next", "payload": { "errors": errors } }),
                        json!({ "id": id, "type": "complete" }),
                    ],
                    _ => {
                        let event: Value = serde_json::from_str(&event(100)).expect("JSON");
                        vec![json!({ "id": id, "type": "next", "payload": event })]
                    }
                }
            }
            _ => Vec::new(),
        };
        for answer in answers {
            let sent = socket.send(Message::text(answer.to_string())).await;
            sent.expect("it is open");
        }
    }
}

#[tokio::test]
async fn a_web_socket_that_refuses_a_subscription_is_asked_again_and_the_stream_that_there_is_goes_on()
 {
    let ticks = Ticks::new();
    let left = Numbered::start(&source(), &ticks, true).await;
    let entered = Numbered::start(&labels(""), &ticks, true).await;
    let (url, asked) = refusing_at_first().await;
    let yaml = format!(
        "subgraphs:\n  source: {{ url: \"{}\" }}\n  labels: {{ url: \"{}\", subscriptions: {{ protocol: websocket, url: \"{url}\" }} }}\n",
        left.url(),
        entered.url()
    );
    let graph = Graph::of(ticks, left, entered, &yaml).await;
    let mut answer = graph.subscribe(SSE).await;
    graph.source.opened(1).await;
    expect(&mut answer, [graph.ticks.tick()]).await;
    graph
        .change(|| graph.labels.set_sdl(&labels_and_source()))
        .await;
    let mut asked = asked.subscribe();
    for count in 1..=2 {
        let waited = tokio::time::timeout(PATIENCE, asked.wait_for(|asked| *asked >= count));
        waited.await.expect("it is asked").expect("it is there");
        expect(&mut answer, [graph.ticks.tick()]).await;
    }
    graph.moved("reopened", 1.0).await;
    let said = next(&mut answer).await;
    let expected = event(100).replace("}}}", r#"}},"extensions":{"resumed":true}}"#);
    assert!(said.contains(&expected), "{said}");
}
