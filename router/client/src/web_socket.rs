//! One subscription over a WebSocket of its own, by
//! [`graphql-transport-ws`](https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md).

use std::borrow::Cow;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use http::Uri;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue, SEC_WEBSOCKET_PROTOCOL};
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use crate::broken::chain;
use crate::failure::Failure;
use crate::transport::{Origin, Upgradable};

const PROTOCOL: &str = "graphql-transport-ws";
/// The only operation of a connection.
const ID: &str = "1";

/// A subscription that is open.
#[derive(Debug)]
pub(crate) struct WebSocket {
    socket: WebSocketStream<Upgradable>,
    max_event: usize,
    is_over: bool,
}

/// What a server sends.
#[derive(Deserialize)]
struct Received<'m> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'m, str>,
    #[serde(borrow)]
    id: Option<Cow<'m, str>>,
    #[serde(borrow)]
    payload: Option<&'m RawValue>,
}

impl WebSocket {
    /// Connects, is acknowledged and subscribes; `body` is the GraphQL request.
    pub(crate) async fn open(
        origin: &Origin,
        headers: HeaderMap,
        body: &Bytes,
        max_event: usize,
    ) -> Result<Self, Failure> {
        let broken = |error: Error| Failure::Broken(chain(&error));
        let url = web_socket_url(origin.url()).ok_or(Failure::NoUrl)?;
        let mut request = url.into_client_request().map_err(broken)?;
        for (name, value) in &headers {
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
        let (socket, _) = connecting.await.map_err(|error| match error {
            Error::Http(response) => Failure::Status(response.status().as_u16()),
            other => broken(other),
        })?;
        let mut socket = Self {
            socket,
            max_event,
            is_over: false,
        };
        socket
            .send(r#"{"type":"connection_init"}"#.to_owned())
            .await?;
        loop {
            let text = socket.receive().await?;
            let message = read(&text)?;
            match &*message.kind {
                "connection_ack" => break,
                "ping" => socket.pong().await?,
                "pong" => {}
                other => return Err(unexpected(other)),
            }
        }
        let body = std::str::from_utf8(body)
            .map_err(|_| Failure::Broken("the request is not UTF-8".to_owned()))?;
        let subscribe = format!(r#"{{"id":"{ID}","type":"subscribe","payload":{body}}}"#);
        socket.send(subscribe).await?;
        Ok(socket)
    }

    /// The next event; `None` when the server has said that it was the last.
    pub(crate) async fn next(&mut self) -> Option<Result<Bytes, Failure>> {
        if self.is_over {
            return None;
        }
        match self.next_event().await {
            Ok(Some(event)) => Some(Ok(event)),
            Ok(None) => {
                self.is_over = true;
                None
            }
            Err(failure) => {
                self.is_over = true;
                Some(Err(failure))
            }
        }
    }

    async fn next_event(&mut self) -> Result<Option<Bytes>, Failure> {
        loop {
            let text = self.receive().await?;
            let message = read(&text)?;
            let is_ours = message.id.as_deref() == Some(ID);
            let payload = message.payload.map_or("null", RawValue::get);
            match &*message.kind {
                "next" if is_ours => return Ok(Some(Bytes::copy_from_slice(payload.as_bytes()))),
                // Errors before execution: nothing else comes after them.
                "error" if is_ours => {
                    self.is_over = true;
                    return Ok(Some(Bytes::from(format!(r#"{{"errors":{payload}}}"#))));
                }
                "complete" if is_ours => return Ok(None),
                "ping" => self.pong().await?,
                "pong" => {}
                other => return Err(unexpected(other)),
            }
        }
    }

    async fn pong(&mut self) -> Result<(), Failure> {
        self.send(r#"{"type":"pong"}"#.to_owned()).await
    }

    async fn send(&mut self, text: String) -> Result<(), Failure> {
        let sent = self.socket.send(Message::text(text)).await;
        sent.map_err(|error| self.failure(&error))
    }

    async fn receive(&mut self) -> Result<Utf8Bytes, Failure> {
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Text(text))) => return Ok(text),
                // Their answers are written by the library.
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                Some(Ok(Message::Binary(_))) => return Err(unexpected("binary data")),
                Some(Ok(Message::Close(frame))) => {
                    let said = frame.map_or_else(
                        || "the WebSocket was closed".to_owned(),
                        |frame| {
                            let code = u16::from(frame.code);
                            let reason: String = frame.reason.chars().take(80).collect();
                            format!("the WebSocket was closed with code {code}: {reason}")
                        },
                    );
                    return Err(Failure::Broken(said));
                }
                Some(Err(error)) => return Err(self.failure(&error)),
                None => return Err(Failure::Broken("the WebSocket ended".to_owned())),
            }
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

fn read(text: &str) -> Result<Received<'_>, Failure> {
    serde_json::from_str(text).map_err(|error| {
        Failure::Broken(format!("it sent what is no message of {PROTOCOL}: {error}"))
    })
}

fn unexpected(kind: &str) -> Failure {
    let kind: String = kind.chars().take(40).collect();
    Failure::Broken(format!(
        "it sent {kind}, which was not expected of {PROTOCOL}"
    ))
}
