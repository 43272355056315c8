//! Events as messages of a WebSocket: `graphql-transport-ws`,
//! <https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md>.
//!
//! Any operation may be sent, several at once; each has a place among the streams of the program. A socket that does nothing is closed.

use std::borrow::Cow;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use async_graphql::ServerError;
use axum::body::Bytes;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use futures_util::future::{AbortHandle, Abortable, BoxFuture};
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, SinkExt, StreamExt};
use serde_json::value::RawValue;
use tokio::time::sleep_until;

use super::{Event, Events, MAX_REQUEST};
use crate::admission::answers::Reader;
use crate::graphql::Door;
use crate::graphql::answer::{Answer, Refusal};
use crate::graphql::media::MediaType;
use crate::streams::Place;

mod begin;
mod messages;
mod terms;
#[cfg(test)]
mod tests;

use self::begin::begin;
use self::messages::{Incoming, Sent};
pub(in crate::graphql) use self::terms::Terms;

const PROTOCOL: &str = "graphql-transport-ws";

/// The longest id of an operation, in bytes.
const MAX_ID: usize = 256;

/// Bytes that are kept for reading, and for writing.
const BUFFER: usize = 4 * 1024;

/// Whether a request asks for a WebSocket.
pub(in crate::graphql) fn is_wanted(headers: &HeaderMap) -> bool {
    let upgrade = headers.get(header::UPGRADE);
    upgrade.is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

impl Door {
    /// Opens a WebSocket.
    pub(in crate::graphql) fn socket(
        self: &Arc<Self>,
        headers: &HeaderMap,
        client: IpAddr,
        upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
    ) -> Response {
        let media = MediaType::accepted(headers).unwrap_or(MediaType::Json);
        let refused = |refusal| self.finish(media, None, Answer::Refused(refusal));
        let upgrade = match upgrade {
            Ok(upgrade) => upgrade.protocols([PROTOCOL]),
            Err(rejection) => return refused(Refusal::bad_request(rejection.body_text())),
        };
        if upgrade.selected_protocol().is_none() {
            let message = format!("a WebSocket needs the subprotocol `{PROTOCOL}`");
            return refused(Refusal::bad_request(message));
        }
        if !self.socket.allow(headers) {
            return refused(Refusal::forbidden_origin());
        }
        if self.streams.is_ending() {
            return refused(Refusal::shutting_down());
        }
        let reader = Reader::of(client);
        let Some(place) = self.streams.socket(reader.client()) else {
            return refused(Refusal::too_many_streams());
        };
        // The message around a request.
        let longest = MAX_REQUEST + 1024;
        let door = Arc::clone(self);
        upgrade
            .read_buffer_size(BUFFER)
            .write_buffer_size(BUFFER)
            .max_message_size(longest)
            .max_frame_size(longest)
            .on_upgrade(move |socket| {
                let streams = door.streams.clone();
                let connection = Connection::new(door, socket, reader, place);
                streams.serving(connection.run())
            })
    }
}

/// How a connection ends.
enum End {
    /// The client is gone.
    Gone,
    /// With a code and a reason.
    Closed(u16, Cow<'static, str>),
}

fn closed(code: u16, reason: impl Into<Cow<'static, str>>) -> End {
    End::Closed(code, reason.into())
}

/// The outcome of a step of an operation.
struct Step {
    id: String,
    /// `None` when nothing comes after it.
    events: Option<Events>,
    event: Option<Event>,
}

/// An open WebSocket.
struct Connection {
    door: Arc<Door>,
    socket: WebSocket,
    is_acknowledged: bool,
    /// Until when it may do nothing.
    idle_until: tokio::time::Instant,
    running: FuturesUnordered<Abortable<BoxFuture<'static, Step>>>,
    /// The operations that the client knows of.
    known: HashMap<String, AbortHandle>,
    /// Whose it is, and the word that ends it.
    reader: Reader,
    _place: Place,
}

impl Connection {
    fn new(door: Arc<Door>, socket: WebSocket, reader: Reader, place: Place) -> Self {
        Self {
            idle_until: tokio::time::Instant::now() + door.socket.init_patience,
            door,
            socket,
            is_acknowledged: false,
            running: FuturesUnordered::new(),
            known: HashMap::new(),
            reader,
            _place: place,
        }
    }

    async fn run(mut self) {
        let end = loop {
            if let Err(end) = self.step().await {
                break end;
            }
        };
        // What runs goes first, so that its places are free when the client reads of the end.
        self.running.clear();
        if let End::Closed(code, reason) = end {
            let frame = CloseFrame {
                code,
                reason: reason.into_owned().into(),
            };
            // A client that is gone by now does not get it; one that does not read is cut off by the connection's own bound.
            let _ = self.socket.send(Message::Close(Some(frame))).await;
        }
    }

    /// Waits for what comes first, and does it.
    async fn step(&mut self) -> Result<(), End> {
        let streams = self.door.streams.clone();
        let is_idle = self.known.is_empty();
        tokio::select! {
            biased;
            // Operations say that they end themselves.
            () = streams.ending(), if is_idle => {
                Err(closed(1001, "the service is shutting down"))
            }
            Some(step) = self.running.next() => match step {
                Ok(step) => self.event(step).await,
                // The client wanted no more of it.
                Err(_) => Ok(()),
            },
            () = sleep_until(self.idle_until), if is_idle => Err(match self.is_acknowledged {
                true => closed(1000, "nothing was asked for too long"),
                false => closed(4408, "Connection initialisation timeout"),
            }),
            message = self.socket.recv() => match message {
                Some(Ok(Message::Text(text))) => self.message(text.as_str()).await,
                Some(Ok(Message::Binary(_))) => Err(closed(4400, "Messages are texts")),
                Some(Ok(Message::Ping(_))) => self.answered().await,
                Some(Ok(Message::Pong(_))) => Ok(()),
                Some(Ok(Message::Close(_)) | Err(_)) | None => Err(End::Gone),
            },
        }
    }

    async fn message(&mut self, text: &str) -> Result<(), End> {
        let received: Incoming<'_> = serde_json::from_str(text)
            .map_err(|_| closed(4400, format!("Not a message of {PROTOCOL}")))?;
        match (&*received.kind, received.id, received.payload) {
            ("connection_init", ..) if self.is_acknowledged => {
                Err(closed(4429, "Too many initialisation requests"))
            }
            ("connection_init", ..) => {
                self.is_acknowledged = true;
                self.is_used();
                self.send(&Sent {
                    id: None,
                    kind: "connection_ack",
                    payload: None,
                })
                .await
            }
            ("ping", ..) => {
                self.send(&Sent {
                    id: None,
                    kind: "pong",
                    payload: None,
                })
                .await
            }
            ("pong", ..) => Ok(()),
            ("subscribe", ..) if !self.is_acknowledged => Err(closed(4401, "Unauthorized")),
            ("subscribe", Some(id), Some(payload)) if id.len() <= MAX_ID => {
                self.subscribe(id, payload).await
            }
            ("complete", Some(id), _) => {
                if let Some(running) = self.known.remove(&id) {
                    running.abort();
                    self.is_used();
                }
                Ok(())
            }
            _ => Err(closed(4400, format!("Not a message of {PROTOCOL}"))),
        }
    }

    async fn subscribe(&mut self, id: String, payload: &RawValue) -> Result<(), End> {
        if self.known.contains_key(&id) {
            let reason = format!("Subscriber for {:.60} already exists", id);
            return Err(closed(4409, reason));
        }
        let Some(place) = self.door.streams.place(self.reader.client()) else {
            let answer = Answer::Refused(Refusal::too_many_streams());
            self.door.observations.answered(None, &answer);
            return self.fail(&id, &answer.into_errors()).await;
        };
        let payload = Bytes::copy_from_slice(payload.get().as_bytes());
        self.start(
            id.clone(),
            begin(
                Arc::clone(&self.door),
                id,
                payload,
                self.reader.clone(),
                place,
            ),
        );
        Ok(())
    }

    fn start(&mut self, id: String, step: impl Future<Output = Step> + Send + 'static) {
        let (handle, registration) = AbortHandle::new_pair();
        self.known.insert(id, handle);
        self.running
            .push(Abortable::new(step.boxed(), registration));
    }

    /// Sends the outcome of an operation, and goes on with it.
    async fn event(&mut self, step: Step) -> Result<(), End> {
        let Step { id, events, event } = step;
        // Until it goes on, nobody can end it but the client, which is not heard meanwhile.
        self.known.remove(&id);
        self.is_used();
        match event {
            Some(Event::Next(pieces, held)) => {
                let head = serde_json::to_string(&id).expect("a text is JSON");
                let mut message = format!(r#"{{"id":{head},"type":"next","payload":"#).into_bytes();
                pieces
                    .iter()
                    .for_each(|piece| message.extend_from_slice(piece));
                message.push(b'}');
                drop(pieces);
                let message = String::from_utf8(message).expect("JSON is written in UTF-8");
                self.send_text(message).await?;
                drop(held);
            }
            Some(Event::Failed(answer)) => return self.fail(&id, &answer.into_errors()).await,
            None => {
                let complete = Sent {
                    id: Some(&id),
                    kind: "complete",
                    payload: None,
                };
                return self.send(&complete).await;
            }
        }
        if let Some(events) = events {
            self.start(id.clone(), async move {
                let (events, event) = events.next().await;
                Step {
                    id,
                    events: Some(events),
                    event,
                }
            });
        }
        Ok(())
    }

    async fn fail(&mut self, id: &str, errors: &[ServerError]) -> Result<(), End> {
        self.send(&Sent {
            id: Some(id),
            kind: "error",
            payload: Some(errors),
        })
        .await
    }

    async fn send(&mut self, message: &Sent<'_>) -> Result<(), End> {
        let text =
            serde_json::to_string(message).expect("errors have no maps with other keys than texts");
        self.send_text(text).await
    }

    async fn send_text(&mut self, text: String) -> Result<(), End> {
        tokio::select! {
            biased;
            sent = self.socket.send(Message::Text(text.into())) => sent.map_err(|_| End::Gone),
            // Its room is another's.
            () = self.reader.cut.said() => Err(End::Gone),
        }
    }

    /// Waits until the client takes the answer that the library has to a ping: it would keep those to any number of them.
    async fn answered(&mut self) -> Result<(), End> {
        tokio::select! {
            biased;
            sent = self.socket.flush() => sent.map_err(|_| End::Gone),
            () = self.reader.cut.said() => Err(End::Gone),
        }
    }

    fn is_used(&mut self) {
        self.idle_until = tokio::time::Instant::now() + self.door.socket.patience;
    }
}
