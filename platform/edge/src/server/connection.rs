//! One connection: its handshake, which version of HTTP it speaks, its requests, and how it ends.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use http::{Method, Request, StatusCode, Version};
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::{http1, http2};
use hyper::service::{Service as HyperService, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tower::Service;

use super::activity::Activity;
use super::answering::Answering;
use super::graceful::{Graceful, Http2};
use super::lent::{Loan, TakesOver};
use super::oversized::HeadAnswers;
use super::preface::{Prefixed, is_http2};
use super::seldom::Seldom;
use super::stall::WriteBound;
use super::streaming::Http1;
use super::streams::{PIECE, Streams};
use super::wishes::Wish;
use super::{Bounds, Cut, Guarded, RequestBody};
use crate::forwarded::Peer;
use crate::quiet::Quiet;
use crate::request::Endless;
use crate::tls::Tls;

/// The least buffer that hyper accepts.
pub(super) const MIN_BUFFER: usize = 8 * 1024;

/// Bytes of one request's body that a client of HTTP/2 may send before they are read, and of all bodies of its connection.
const STREAM_WINDOW: u32 = 64 * 1024;
const CONNECTION_WINDOW: u32 = 128 * 1024;

/// How many times the largest head the library of HTTP/2 reads: what it refuses has no answer that clients understand, and says that they may send it again.
const READ_HEADS: usize = 2;

/// How long a connection that was asked to close may stay open while it is idle.
const FAREWELL: Duration = Duration::from_secs(5);

/// The versions of HTTP, as they are spoken within the bounds.
#[derive(Clone)]
pub(super) struct Protocols {
    pub(super) bounds: Bounds,
    http1: http1::Builder,
}

impl Protocols {
    pub(super) fn new(bounds: Bounds) -> Self {
        let mut http1 = http1::Builder::new();
        http1
            // The library would set a timer for each request: here one looks for itself how long the connection has waited.
            .header_read_timeout(None)
            .max_buf_size(bounds.max_buffer.max(MIN_BUFFER));
        Self { bounds, http1 }
    }

    fn http2(&self, streams: Streams) -> http2::Builder<Streams> {
        let count = |size: usize| u32::try_from(size).unwrap_or(u32::MAX);
        let mut http2 = http2::Builder::new(streams);
        http2
            .timer(TokioTimer::new())
            .max_concurrent_streams(count(self.bounds.max_streams))
            .max_header_list_size(count(READ_HEADS * self.bounds.max_buffer.max(MIN_BUFFER)))
            .initial_stream_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .max_send_buf_size(4 * PIECE);
        http2
    }
}

/// What a connection needs beside its stream. It goes from function to function in a box, since each would keep room for it.
pub(super) struct Connection<S> {
    pub(super) peer: SocketAddr,
    pub(super) app: Guarded<S>,
    pub(super) protocols: Protocols,
    /// Changes when the listener drains.
    pub(super) drained: watch::Receiver<()>,
    pub(super) activity: Arc<Activity>,
}

impl<S> Connection<S>
where
    S: Service<Request<RequestBody>, Response = Response, Error = Infallible>,
    S: Clone + Send + 'static,
    S::Future: Send,
{
    /// Serves it to its end.
    pub(super) async fn serve(self: Box<Self>, stream: WriteBound, tls: Option<Arc<Tls>>) {
        match tls {
            None => self.serve_plain(stream).await,
            // In a box, as HTTP/2 below: most connections are neither, and would take the room all the same.
            Some(tls) => Box::pin(self.serve_encrypted(stream, tls)).await,
        }
    }

    async fn serve_encrypted(mut self: Box<Self>, stream: WriteBound, tls: Arc<Tls>) {
        let timeout = self.protocols.bounds.handshake_timeout;
        let shaking = tls.accept(stream, timeout);
        if let Some(Some(stream)) = self.unless_ending(shaking).await {
            match Tls::speaks_http2(&stream) {
                Some(true) => Box::pin(self.serve_http2(stream)).await,
                Some(false) => self.serve_http1(stream).await,
                None => self.serve_plain(stream).await,
            }
        }
    }

    /// Serves what begins by telling its version, or does not.
    async fn serve_plain<I>(mut self: Box<Self>, stream: I)
    where
        I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        if self.protocols.bounds.max_streams == 0 {
            return self.serve_http1(stream).await;
        }
        let mut stream = Prefixed::new(stream);
        let patience = self.protocols.bounds.header_read_timeout;
        let looking = tokio::time::timeout(patience, is_http2(&mut stream));
        match self.unless_ending(looking).await {
            Some(Ok(Ok(true))) => Box::pin(self.serve_http2(stream)).await,
            Some(Ok(Ok(false))) => self.serve_http1(stream).await,
            _ => {}
        }
    }

    /// Waits for what comes before the first request; `None` when the connection has to make room, or the listener drains.
    async fn unless_ending<T>(&mut self, before: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            done = before => Some(done),
            _ = self.drained.changed() => None,
            () = self.activity.asked_to_leave() => None,
        }
    }

    async fn serve_http1<I>(self: Box<Self>, stream: I)
    where
        I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let loan = Loan::new(HeadAnswers::new(stream));
        let service = self.service(Some(Arc::clone(&loan) as Arc<dyn TakesOver>));
        let stream = TokioIo::new(loan.lend());
        let connection = self.protocols.http1.serve_connection(stream, service);
        // In a box: each function that it is handed to would keep a place for it, and it is gone before the connection where an answer has no end of its own.
        let connection = Http1::Library(Quiet::new(Box::pin(connection.with_upgrades())), loan);
        self.drive(connection, false).await;
    }

    async fn serve_http2<I>(self: Box<Self>, stream: I)
    where
        I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        self.activity.limit_frames();
        let service = self.service(None);
        let streams = Streams::new(self.protocols.bounds.write_timeout, &self.activity);
        let http2 = self.protocols.http2(streams);
        let connection = http2.serve_connection(TokioIo::new(stream), service);
        self.drive(Http2(Box::pin(connection)), true).await;
    }

    /// What answers the requests of this connection. Over HTTP/1.1 answers without an end of their own are written by somebody else than the library.
    fn service(
        &self,
        writer: Option<Arc<dyn TakesOver>>,
    ) -> impl HyperService<
        Request<Incoming>,
        Response = http::Response<Answering>,
        Error = Infallible,
        Future: Send + 'static,
    > + use<S> {
        let (activity, app, peer) = (Arc::clone(&self.activity), self.app.clone(), self.peer);
        let is_multiplexed = writer.is_none();
        // Over HTTP/1.1 the answer itself says so.
        let common = is_multiplexed.then(|| Arc::clone(&app.common));
        service_fn(move |mut request: Request<Incoming>| {
            let begun = activity.begin();
            if is_multiplexed {
                activity.allowance.request(head_size(&request));
            }
            let (app, activity, common) = (app.clone(), Arc::clone(&activity), common.clone());
            // Asked here: whether the library has had another request in this turn.
            let is_first = writer.as_ref().is_none_or(|writer| writer.is_first());
            let following = (!is_first).then(|| Arc::clone(&app.common));
            request.extensions_mut().insert(Peer(peer));
            // Over HTTP/1.1 the library knows.
            let is_bare = is_multiplexed && request.method() == Method::HEAD;
            let writer = writer
                .as_ref()
                .filter(|_| leaves_all_to_the_answer(&request));
            let writer = writer.map(Arc::clone);
            let answering = begun.map(|busy| {
                let attempt = activity.attempt();
                // In a box, which is gone when there is an answer: the library keeps room for this future for as long as the connection lasts.
                let answer = Box::pin(app.answer(RequestBody::of(request, &activity)));
                (busy, attempt, answer)
            });
            async move {
                let Some((busy, attempt, answer)) = answering else {
                    return Ok(too_many().map(|body| Answering::new(body, None, true)));
                };
                let mut answer = match following {
                    Some(common) => common.followers.answer(answer, &activity).await,
                    None => answer.await,
                };
                if let Some(cut) = answer.extensions_mut().remove::<Cut>()
                    && !is_multiplexed
                {
                    cut.is_for(&activity);
                }
                attempt.answered();
                if is_bare {
                    answer = without_body(answer);
                }
                if answer.status() == StatusCode::SWITCHING_PROTOCOLS {
                    activity.becomes_another();
                }
                if common.is_some_and(|common| common.leaving.load(Ordering::Relaxed)) {
                    activity.say_goodbye();
                }
                let is_endless = answer.extensions_mut().remove::<Endless>().is_some();
                Ok::<_, Infallible>(match writer.filter(|_| is_endless && !is_sized(&answer)) {
                    Some(writer) => {
                        let close = HeaderValue::from_static("close");
                        answer.headers_mut().insert(CONNECTION, close);
                        answer.map(|body| Answering::streamed(body, busy, writer))
                    }
                    None => answer.map(|body| Answering::new(body, Some(busy), is_multiplexed)),
                })
            }
        })
    }

    /// Serves until the end, which the client, the listener or the bounds bring about.
    async fn drive<C: Graceful>(mut self: Box<Self>, mut connection: C, says_goodbye: bool) {
        let mut is_ending = false;
        loop {
            // With each request the task is woken several times, and for none of these.
            let other = {
                let other = std::pin::pin!(Seldom::new(self.other(is_ending)));
                tokio::select! {
                    // In this order: what has come is looked at before the connection is thought idle.
                    biased;
                    served = &mut connection => {
                        if let Err(error) = served {
                            tracing::debug!(%error, "a connection ended early");
                        }
                        return;
                    }
                    other = other => other,
                }
            };
            match other {
                Other::Drained | Other::Wished(Wish::Goodbye) => {
                    is_ending = true;
                    connection.end();
                }
                Other::Wished(Wish::Leave) => return,
                Other::Wished(Wish::Cut) => {
                    tracing::debug!(peer = %self.peer, "an answer is not waited for any longer: its connection is closed");
                    return;
                }
                Other::Wished(Wish::Abused) => {
                    tracing::debug!(peer = %self.peer, "a client gives up most of its requests: its connection is closed");
                    return;
                }
                Other::Idle => {
                    // HTTP/1.1 has no message outside an answer to a request.
                    if std::mem::replace(&mut is_ending, true) || !says_goodbye {
                        return;
                    }
                    connection.end();
                }
            }
        }
    }

    /// Waits for what else than the client's requests concerns the connection.
    async fn other(&mut self, is_ending: bool) -> Other {
        let patience = self.protocols.bounds.header_read_timeout;
        let too_idle = self.activity.idle_for(match is_ending {
            true => FAREWELL,
            false => patience,
        });
        tokio::select! {
            biased;
            _ = self.drained.changed(), if !is_ending => Other::Drained,
            wish = self.activity.wish(is_ending) => Other::Wished(wish),
            () = too_idle => Other::Idle,
        }
    }
}

/// What a connection has to do beside answering requests.
enum Other {
    /// The listener drains.
    Drained,
    Wished(Wish),
    /// Nothing was asked for in the time that there is for that.
    Idle,
}

/// The answer to a request beside others of its connection, when there are too many such requests.
fn too_many() -> Response {
    let headers = [
        (CONTENT_TYPE, "application/problem+json"),
        (RETRY_AFTER, "1"),
    ];
    let headers = headers.map(|(name, value)| (name, HeaderValue::from_static(value)));
    let body = r#"{"type":"about:blank","title":"Service Unavailable","status":503,"detail":"too many requests share connections with others; try again later","code":"TOO_MANY_STREAMS"}"#;
    let body = Body::from(body);
    (StatusCode::SERVICE_UNAVAILABLE, headers, body).into_response()
}

/// About how many bytes the head of a request is.
fn head_size(request: &Request<Incoming>) -> usize {
    let path = request.uri().path_and_query();
    let fields = request.headers().iter();
    let fields = fields.map(|(name, value)| name.as_str().len() + value.len());
    path.map_or(0, |path| path.as_str().len()) + fields.sum::<usize>()
}

/// Whether nothing of a request of HTTP/1.1 is read while it is answered without an end: its body is, before it is known what is asked for.
fn leaves_all_to_the_answer(request: &Request<Incoming>) -> bool {
    let is_read = match *request.method() {
        Method::POST => true,
        Method::HEAD => false,
        _ => request.body().is_end_stream(),
    };
    is_read && request.version() == Version::HTTP_11
}

/// The head of an answer alone, which says how long the body would be (<https://www.rfc-editor.org/rfc/rfc9110#section-9.3.2>).
fn without_body(answer: Response) -> Response {
    let (mut head, body) = answer.into_parts();
    if let Some(length) = body.size_hint().exact()
        && !head.headers.contains_key(CONTENT_LENGTH)
    {
        head.headers.insert(CONTENT_LENGTH, length.into());
    }
    Response::from_parts(head, Body::empty())
}

/// Whether it is known how long a body is; else it is written in chunks.
fn is_sized(answer: &Response) -> bool {
    answer.body().size_hint().exact().is_some()
}
