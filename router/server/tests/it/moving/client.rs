//! A client over any transport.

use serde_json::{Value, json};

use super::{MULTIPART, SSE, TICKS};
use crate::kit::numbered::{event, expect};
use crate::kit::{Socket, Streaming, stream};

/// A subscriber to the ticks.
pub(super) enum Client {
    Sse(Streaming),
    Multipart(Streaming),
    Socket(Box<Socket>),
}

impl Client {
    /// One with a transport by its number.
    pub(super) async fn join(url: &str, number: usize) -> Self {
        match number % 3 {
            0 => Self::Sse(subscribe(url, SSE).await),
            1 => Self::Multipart(subscribe(url, MULTIPART).await),
            _ => {
                let mut socket = Socket::acknowledged(url, Value::Null).await;
                socket.subscribe("a", TICKS).await;
                Self::Socket(Box::new(socket))
            }
        }
    }

    /// It gets these, in this order and nothing between.
    pub(super) async fn expect(&mut self, numbers: impl IntoIterator<Item = u64>) {
        match self {
            Self::Sse(answer) => expect(answer, numbers).await,
            Self::Multipart(answer) => {
                for n in numbers {
                    let said = answer.until(&event(n)).await;
                    assert_eq!(said.matches("\"tick\"").count(), 1, "{said}");
                }
            }
            Self::Socket(socket) => {
                for n in numbers {
                    let payload: Value = serde_json::from_str(&event(n)).expect("JSON");
                    let next = json!({ "id": "a", "type": "next", "payload": payload });
                    assert_eq!(socket.hear().await, next);
                }
            }
        }
    }
}

pub(super) async fn subscribe(url: &str, accept: &str) -> Streaming {
    let headers = [("content-type", "application/json"), ("accept", accept)];
    let body = json!({ "query": TICKS }).to_string();
    stream(url, &headers, body).await
}
