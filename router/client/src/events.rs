//! The event stream of one subscription at its subgraph; dropping it ends it there.

use std::sync::Arc;
use std::time::Duration;

use abaque_edge::long_work;
use bytes::Bytes;
use http::StatusCode;
use http::Uri;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use http_body_util::{Either, Full};
use memory::Memory;
use tokio::time::{Instant, timeout_at};

use crate::ahead::{Ahead, is_refusal};
use crate::broken::Broken;
use crate::config::{SubscriptionProtocol, SubscriptionSource};
use crate::failure::Failure;
use crate::media;
use crate::origin::Origin;
use crate::pool::Over;
use crate::server_sent::EventStream;
use crate::silence::SILENCE;
use crate::stack::{failed, is_response};
use crate::web_socket::{Sockets, WebSocket};

/// Asks for the events after one: <https://html.spec.whatwg.org/multipage/server-sent-events.html#the-last-event-id-header>.
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// The answer to a handshake that opens a WebSocket.
const SWITCHING: u16 = StatusCode::SWITCHING_PROTOCOLS.as_u16();

/// Where and how a subgraph is asked for events.
#[derive(Debug)]
pub(crate) struct EventTransport {
    protocol: SubscriptionProtocol,
    origin: Option<Origin>,
    /// Of one event, in bytes.
    max_event: usize,
    /// How long a stream may bring nothing, where that is configured.
    silence: Option<Duration>,
    /// What events are read into.
    memory: Arc<Memory>,
    sockets: Arc<Sockets>,
}

/// Which opening of a stream it is.
#[derive(Clone, Copy, Debug)]
pub enum Opening<'o> {
    /// The first: what a subgraph answers in place of a stream is for the client.
    First,
    /// Another one, of what comes `after` an event where one is named. There was a stream, so that one who says by the status that the subgraph is not ready
    /// says nothing of the subscription, whatever the body is.
    Again {
        /// The number of the event.
        after: Option<&'o str>,
    },
}

/// What a subgraph sends, event after event.
#[derive(Debug)]
pub struct Events {
    kind: Kind,
    /// The status that it was answered with.
    status: u16,
    /// What has been read of it and was not given yet.
    ahead: Ahead,
}

#[derive(Debug)]
enum Kind {
    EventStream(Box<EventStream>),
    WebSocket(WebSocket),
    /// Not a stream but one answer, which usually says why.
    Once(Option<Bytes>),
    /// Not a stream but 204: no events come any more.
    Over,
}

impl EventTransport {
    pub(crate) fn new(
        source: &SubscriptionSource,
        origin: Option<Origin>,
        max_event: usize,
        memory: &Arc<Memory>,
    ) -> Self {
        let silence = source.silence.unwrap_or(SILENCE);
        Self {
            protocol: source.protocol,
            origin,
            max_event,
            silence: source.silence,
            memory: Arc::clone(memory),
            sockets: Sockets::new(silence, max_event, source, memory),
        }
    }

    /// Whether both are asked at the same place, in the same way.
    pub(crate) fn is_same_place(&self, other: &Self) -> bool {
        let same_origin = match (&self.origin, &other.origin) {
            (Some(one), Some(other)) => one.is_same_place(other),
            (one, other) => one.is_none() && other.is_none(),
        };
        self.protocol == other.protocol && same_origin
    }

    /// Where it is asked.
    pub(crate) fn url(&self) -> Option<&Uri> {
        self.origin.as_ref().map(Origin::url)
    }

    /// By which method it is asked: a WebSocket is opened by a `GET`.
    pub(crate) fn method(&self) -> &'static str {
        match self.protocol {
            SubscriptionProtocol::Sse => "POST",
            SubscriptionProtocol::WebSocket => "GET",
        }
    }

    /// Opens the event stream of a subscription. What of the headers says on whose behalf it is, is the `identity`.
    pub(crate) async fn open(
        &self,
        mut headers: HeaderMap,
        identity: &HeaderMap,
        body: Bytes,
        opening: Opening<'_>,
    ) -> Result<Events, Failure> {
        let is_first = matches!(opening, Opening::First);
        if let Opening::Again { after: Some(id) } = opening
            && let Ok(id) = HeaderValue::from_str(id)
        {
            headers.insert(LAST_EVENT_ID, id);
        }
        let origin = self.origin.as_ref().ok_or(Failure::NoUrl)?;
        match self.protocol {
            SubscriptionProtocol::Sse => {
                self.open_event_stream(origin, headers, body, is_first)
                    .await
            }
            SubscriptionProtocol::WebSocket => {
                let sockets = &self.sockets;
                let socket = sockets.subscribe(origin, &headers, identity, body).await?;
                Ok(Events::new(StatusCode::OK, Kind::WebSocket(socket)))
            }
        }
    }

    async fn open_event_stream(
        &self,
        origin: &Origin,
        mut headers: HeaderMap,
        body: Bytes,
        is_first: bool,
    ) -> Result<Events, Failure> {
        headers.insert(
            ACCEPT,
            HeaderValue::from_static("text/event-stream, application/graphql-response+json;q=0.9, application/json;q=0.8"),
        );
        // It has its connection for itself as long as it lasts: over HTTP/2 it would take a stream from all others, of which there are few. And one that
        // was kept may have ended, after which a subscription is not sent again.
        let mut answer = origin
            .post(headers, Either::Left(Full::new(body)), Over::New)
            .await
            .map_err(Broken::into_failure)?;
        let status = answer.status();
        if status == StatusCode::NO_CONTENT {
            return Ok(Events::new(status, Kind::Over));
        }
        let headers = answer.take_headers();
        let content_type = headers.get(CONTENT_TYPE);
        if status.is_success() && content_type.is_some_and(media::is_event_stream) {
            let stream = EventStream::new(answer, self.max_event, self.silence, &self.memory);
            let kind = Kind::EventStream(Box::new(stream));
            return Ok(Events::new(status, kind));
        }
        if !is_first && is_unready(status) {
            return Err(failed(status, &headers));
        }
        if content_type.is_some_and(media::is_graphql_response) {
            // Without waiting for memory: what waits for this is a client that does so already.
            let reading = answer.read_within(self.max_event, &self.memory, Instant::now());
            let body = reading
                .await
                .map_err(|unread| unread.into_failure(self.max_event))?;
            // Another JSON body only explains a status to people.
            if !status.is_success() && !long_work::on(body.len(), || is_response(&body)) {
                return Err(failed(status, &headers));
            }
            return Ok(Events::new(status, Kind::Once(Some(body))));
        }
        let found = content_type.map_or("none", |found| found.to_str().unwrap_or("unreadable"));
        Err(match status.is_success() {
            true => Failure::ContentType {
                status: status.as_u16(),
                found: found.chars().take(80).collect(),
            },
            false => failed(status, &headers),
        })
    }
}

/// Whether a status says that a subgraph takes no requests for now, by itself or by what is in front of it.
fn is_unready(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT
    )
}

impl Events {
    fn new(status: StatusCode, kind: Kind) -> Self {
        Self {
            kind,
            status: status.as_u16(),
            ahead: Ahead::default(),
        }
    }

    /// The status that the subgraph answered with; 200 for a subscription on a WebSocket.
    pub(crate) fn status(&self) -> u16 {
        self.status
    }

    /// The number of the last event that [`Self::next`] gave, where its subgraph numbers them: what comes after it can be asked for again.
    pub fn last_id(&self) -> Option<&str> {
        self.ahead.last_id().unwrap_or_else(|| self.kind.last_id())
    }

    /// The status of the answer to the request that they were opened by; `None` where they share a connection that was open.
    pub(crate) fn answered(&self) -> Option<u16> {
        match &self.kind {
            Kind::WebSocket(socket) => socket.is_new().then_some(SWITCHING),
            Kind::EventStream(_) | Kind::Once(_) | Kind::Over => Some(self.status),
        }
    }

    /// Whether it is a stream, and not one answer in its place.
    pub fn is_stream(&self) -> bool {
        matches!(self.kind, Kind::EventStream(_) | Kind::WebSocket(_))
    }

    /// Whether the subgraph says that no events come any more, in place of a stream.
    pub fn are_over(&self) -> bool {
        matches!(self.kind, Kind::Over)
    }

    /// These events, unless the subgraph ended the stream before the first of them.
    ///
    /// # Errors
    /// There is neither a stream nor an answer.
    pub fn begun(self) -> Result<Self, Failure> {
        match self.are_over() {
            true => Err(Failure::ContentType {
                status: StatusCode::NO_CONTENT.as_u16(),
                found: "none".to_owned(),
            }),
            false => Ok(self),
        }
    }

    /// The next event: a GraphQL response. `None` when the subgraph says that no more will come. Nothing is lost when the future is dropped.
    pub async fn next(&mut self) -> Option<Result<Bytes, Failure>> {
        match self.ahead.take() {
            Some(message) => message,
            None => self.kind.next().await,
        }
    }

    /// These events, once something has come of them or after that time. Where a protocol has no other answer to a subscription than a stream, one that has nothing but an error is the
    /// answer in its place.
    ///
    /// # Errors
    /// It broke as soon as it was open.
    pub async fn settled(mut self, within: Duration) -> Result<Self, Failure> {
        if !self.is_stream() {
            return Ok(self);
        }
        let until = Instant::now() + within;
        let Ok(first) = timeout_at(until, self.kind.next()).await else {
            return Ok(self);
        };
        let first = first.transpose()?;
        let refused = first
            .clone()
            .filter(|event| long_work::on(event.len(), || is_refusal(event)));
        self.ahead.put(first.map(Ok), self.kind.last_id());
        let Some(refused) = refused else {
            return Ok(self);
        };
        match timeout_at(until, self.kind.next()).await {
            Ok(None) => {
                self.kind = Kind::Once(Some(refused));
                self.ahead = Ahead::default();
            }
            Ok(second) => self.ahead.put(second, self.kind.last_id()),
            Err(_) => {}
        }
        Ok(self)
    }
}

impl Kind {
    /// The number of the last event that has been read.
    fn last_id(&self) -> Option<&str> {
        match self {
            Kind::EventStream(stream) => stream.last_id(),
            Kind::WebSocket(_) | Kind::Once(_) | Kind::Over => None,
        }
    }

    async fn next(&mut self) -> Option<Result<Bytes, Failure>> {
        match self {
            Kind::EventStream(stream) => stream.next().await,
            Kind::WebSocket(socket) => socket.next().await,
            Kind::Once(body) => body.take().map(Ok),
            Kind::Over => None,
        }
    }
}
