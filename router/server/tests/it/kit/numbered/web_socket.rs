//! Its subscriptions over `graphql-transport-ws`.

use std::sync::Arc;

use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::{Fields, Flow, Shared, refused};

pub(super) async fn upgrade(
    State(shared): State<Arc<Shared>>,
    upgrade: WebSocketUpgrade,
) -> Response {
    upgrade
        .protocols(["graphql-transport-ws"])
        .on_upgrade(|socket| serve(socket, shared))
}

/// Serves a socket until it breaks, by its client or as all streams do.
async fn serve(mut socket: WebSocket, shared: Arc<Shared>) {
    let (tell, mut told) = mpsc::channel(16);
    let mut broken = shared.broken.subscribe();
    let mut streams = JoinSet::new();
    loop {
        let message = tokio::select! {
            biased;
            _ = broken.changed() => return,
            message = socket.recv() => message,
            Some(message) = told.recv() => {
                let _ = socket.send(text(&message)).await;
                continue;
            }
        };
        let Some(Ok(Message::Text(message))) = message else {
            match message {
                Some(Ok(_)) => continue,
                _ => return,
            }
        };
        let message: Value = serde_json::from_str(&message).expect("the router sends JSON");
        match message["type"].as_str() {
            Some("connection_init") => {
                let acknowledged = json!({ "type": "connection_ack" });
                let _ = socket.send(text(&acknowledged)).await;
            }
            Some("subscribe") => {
                shared.opened.send_modify(|opened| *opened += 1);
                if *shared.flow.borrow() == Flow::Refused {
                    let errors = &refused()["errors"];
                    let error = json!({ "id": message["id"], "type": "error", "payload": errors });
                    let _ = socket.send(text(&error)).await;
                    continue;
                }
                streams.spawn(events(Arc::clone(&shared), message, tell.clone()));
            }
            _ => {}
        }
    }
}

/// The events of one subscription from now on.
async fn events(shared: Arc<Shared>, subscribe: Value, tell: mpsc::Sender<Value>) {
    let query = subscribe["payload"]["query"].as_str().expect("a query");
    let fields = Fields::of(query);
    let mut ticks = shared.ticks.last.subscribe();
    let mut last = *ticks.borrow();
    loop {
        let next = shared.ticks.after(last);
        if ticks.wait_for(|there| *there >= next).await.is_err() {
            return;
        }
        let payload = fields.response(next);
        let message = json!({ "id": subscribe["id"], "type": "next", "payload": payload });
        if tell.send(message).await.is_err() {
            return;
        }
        last = next;
    }
}

fn text(message: &Value) -> Message {
    Message::Text(message.to_string().into())
}
