//! Connecting, up to the acknowledgement.

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use http::Uri;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue, SEC_WEBSOCKET_PROTOCOL};
use serde_json::{Map, Value};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use super::message::{PROTOCOL, connection_init, read, unexpected};
use crate::failure::Failure;
use crate::origin::{Origin, Upgradable};
use abaque_edge::causes::chain;

/// A connection that speaks the protocol.
#[derive(Debug)]
pub(super) struct Socket {
    stream: WebSocketStream<Upgradable>,
    /// Of one event, in bytes.
    max_event: usize,
}

/// What comes over it.
pub(super) enum Received {
    Text(Utf8Bytes),
    /// The answer to a ping, or a ping, which the library answers.
    SignOfLife,
}

impl Socket {
    /// Connects and is acknowledged; `payload` is that of `connection_init`.
    pub(super) async fn open(
        origin: &Origin,
        headers: &HeaderMap,
        payload: Map<String, Value>,
        max_event: usize,
    ) -> Result<Self, Failure> {
        let broken = |error: Error| Failure::Broken(chain(&error));
        let url = web_socket_url(origin.url()).ok_or(Failure::NoUrl)?;
        let mut request = url.into_client_request().map_err(broken)?;
        for (name, value) in headers {
            if name != ACCEPT && name != CONTENT_TYPE {
                request.headers_mut().append(name, value.clone());
            }
        }
        request
            .headers_mut()
            .insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(PROTOCOL));
        let stream = origin.upgradable().await?;
        // Around an event stands the message that brings it.
        let max_message = max_event.saturating_add(1024);
        let config = WebSocketConfig::default()
            .max_message_size(Some(max_message))
            .max_frame_size(Some(max_message));
        let connecting = client_async_with_config(request, stream, Some(config));
        let (stream, _) = connecting.await.map_err(|error| match error {
            Error::Http(response) => Failure::Status(response.status().as_u16()),
            other => broken(other),
        })?;
        let mut socket = Self { stream, max_event };
        socket.send(connection_init(payload)).await?;
        loop {
            let Received::Text(text) = socket.receive().await? else {
                continue;
            };
            let message = read(&text)?;
            match &*message.kind {
                "connection_ack" => return Ok(socket),
                "ping" => socket.pong().await?,
                "pong" => {}
                other => return Err(unexpected(other)),
            }
        }
    }

    pub(super) async fn pong(&mut self) -> Result<(), Failure> {
        self.send(r#"{"type":"pong"}"#.to_owned()).await
    }

    /// Gives a sign of life that was not asked for, as a frame and as a message.
    pub(super) async fn tell(&mut self) -> Result<(), Failure> {
        let sent = self.stream.send(Message::Pong(Bytes::new())).await;
        sent.map_err(|error| self.failure(&error))?;
        self.pong().await
    }

    /// Asks for a sign of life.
    pub(super) async fn ping(&mut self) -> Result<(), Failure> {
        let sent = self.stream.send(Message::Ping(Bytes::new())).await;
        sent.map_err(|error| self.failure(&error))
    }

    pub(super) async fn send(&mut self, text: String) -> Result<(), Failure> {
        let sent = self.stream.send(Message::text(text)).await;
        sent.map_err(|error| self.failure(&error))
    }

    /// Says goodbye; whether anybody hears it does not matter.
    pub(super) async fn close(mut self) {
        drop(self.stream.close(None).await);
    }

    pub(super) async fn receive(&mut self) -> Result<Received, Failure> {
        match self.stream.next().await {
            Some(Ok(Message::Text(text))) => Ok(Received::Text(text)),
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {
                Ok(Received::SignOfLife)
            }
            Some(Ok(Message::Binary(_))) => Err(unexpected("binary data")),
            Some(Ok(Message::Close(frame))) => {
                let said = frame.map_or_else(
                    || "the WebSocket was closed".to_owned(),
                    |frame| {
                        let code = u16::from(frame.code);
                        let reason: String = frame.reason.chars().take(80).collect();
                        format!("the WebSocket was closed with code {code}: {reason}")
                    },
                );
                Err(Failure::Broken(said))
            }
            Some(Err(error)) => Err(self.failure(&error)),
            None => Err(Failure::Broken("the WebSocket ended".to_owned())),
        }
    }

    fn failure(&self, error: &Error) -> Failure {
        match error {
            Error::Capacity(_) => Failure::TooLarge(self.max_event),
            other => Failure::Broken(chain(other)),
        }
    }
}

/// `ws` for `http`, `wss` for `https`.
fn web_socket_url(url: &Uri) -> Option<Uri> {
    let scheme = match url.scheme_str() {
        Some("https") => "wss",
        _ => "ws",
    };
    let mut parts = url.clone().into_parts();
    parts.scheme = scheme.parse().ok();
    Uri::from_parts(parts).ok()
}
