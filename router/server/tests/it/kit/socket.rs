//! A client of `graphql-transport-ws`.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use super::PATIENCE;

/// A WebSocket to a router.
pub(crate) struct Socket(WebSocketStream<TcpStream>);

impl Socket {
    /// Opens one with these headers; the answer's status and body where there is none.
    pub(crate) async fn open(url: &str, headers: &[(&str, &str)]) -> Result<Self, (u16, String)> {
        let url = url.replacen("http", "ws", 1);
        let mut request = url.into_client_request().expect("a URL");
        let all = [("sec-websocket-protocol", "graphql-transport-ws")];
        for (name, value) in all.iter().chain(headers) {
            let name = http::HeaderName::try_from(*name).expect("a name");
            request
                .headers_mut()
                .insert(name, value.parse().expect("a value"));
        }
        let authority = request.uri().authority().expect("it has one").to_string();
        let stream = TcpStream::connect(authority).await.expect("it listens");
        match client_async(request, stream).await {
            Ok((socket, _)) => Ok(Self(socket)),
            Err(Error::Http(answer)) => {
                let body = answer.body().as_deref().unwrap_or_default();
                let body = String::from_utf8_lossy(body).into_owned();
                Err((answer.status().as_u16(), body))
            }
            Err(other) => panic!("no WebSocket: {other}"),
        }
    }

    /// One that is acknowledged.
    pub(crate) async fn acknowledged(url: &str, payload: Value) -> Self {
        let mut socket = Self::open(url, &[]).await.expect("it is opened");
        socket
            .say(&json!({ "type": "connection_init", "payload": payload }))
            .await;
        assert_eq!(socket.hear().await, json!({ "type": "connection_ack" }));
        socket
    }

    pub(crate) async fn say(&mut self, message: &Value) {
        self.send(Message::text(message.to_string())).await;
    }

    pub(crate) async fn send(&mut self, message: Message) {
        self.0.send(message).await.expect("it is open");
    }

    pub(crate) async fn subscribe(&mut self, id: &str, query: &str) {
        self.say(&json!({ "id": id, "type": "subscribe", "payload": { "query": query } }))
            .await;
    }

    /// The next message.
    pub(crate) async fn hear(&mut self) -> Value {
        match self.next().await {
            Message::Text(text) => serde_json::from_str(&text).expect("JSON"),
            other => panic!("no text: {other:?}"),
        }
    }

    /// The next text, or the code and the reason with which it is closed.
    pub(crate) async fn anything(&mut self) -> String {
        match self.next().await {
            Message::Text(text) => text.to_string(),
            Message::Close(Some(frame)) => format!("{} {}", u16::from(frame.code), frame.reason),
            other => panic!("neither: {other:?}"),
        }
    }

    /// The code and the reason with which it is closed, whatever comes before.
    pub(crate) async fn closed(mut self) -> (u16, String) {
        loop {
            if let Message::Close(frame) = self.next().await {
                let frame = frame.expect("a code");
                return (frame.code.into(), frame.reason.to_string());
            }
        }
    }

    /// The next frame that is no sign of life.
    async fn next(&mut self) -> Message {
        loop {
            let next = tokio::time::timeout(PATIENCE, self.0.next()).await;
            match next
                .expect("something comes")
                .expect("no end")
                .expect("no error")
            {
                Message::Ping(_) | Message::Pong(_) => {}
                other => return other,
            }
        }
    }
}
