//! What is observed of every public request: its id, its trace, one log line, its metrics, and its panic.
//!
//! A request ends when the last byte of its answer has been taken, or its client has gone. Until then it is active, and what is logged says for which
//! request it is.
//!
//! The layer is written as a [`tower::Service`] with a future of its own, because all traffic goes through it: it
//! allocates nothing but the ids that it puts into headers and logs.

use std::any::Any;
use std::convert::Infallible;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::MatchedPath;
use axum::response::{IntoResponse, Response};
use futures_util::future::{CatchUnwind, FutureExt};
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Request, StatusCode};
use pin_project_lite::pin_project;
use tower::{Layer, Service};

use self::access::{AccessLine, AccessLog};
use self::body::Observation;
use self::current::Said;
use self::observations::{Method, Observations};
use crate::trace::{Tracer, write_hex};
use crate::{Recorder, TraceContext};

pub mod access;
mod body;
pub(crate) mod current;
mod observations;
mod server_span;

pub use self::current::{InRequest, in_current};

pub(crate) use self::observations::{ACTIVE_METRIC, DURATION_METRIC};
pub use self::server_span::Described;

/// The header that carries a [`RequestId`], in and out.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The longest id that is accepted from a client.
const MAX_REQUEST_ID: usize = 128;

/// The label of requests that no route answers.
const UNMATCHED: &str = "_unmatched";

/// Counted for clients that went away before the answer, as nginx counts them: no answer is sent with it.
const CLIENT_CLOSED_REQUEST: u16 = 499;

/// The id of a request: given by the client when it is sane (1 to 128 letters, digits, or `-_.~:/+=@`), else made here. In the
/// extensions of every observed request, and echoed in the response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(HeaderValue);

impl RequestId {
    /// The id that the headers of a request tell, or a new one.
    #[must_use]
    pub fn receive(headers: &HeaderMap) -> Self {
        match headers.get(X_REQUEST_ID) {
            // A copy: the value would keep all of the head that it came in, and an id may be kept for as long as a stream lasts.
            Some(value) if is_sane(value.as_bytes()) => {
                HeaderValue::from_bytes(value.as_bytes()).map_or_else(|_| Self::new(), Self)
            }
            _ => Self::new(),
        }
    }

    /// A new one: 16 random hex digits.
    fn new() -> Self {
        let mut text = [0; 16];
        write_hex(&mut text, fastrand::u64(..).into());
        Self(HeaderValue::from_bytes(&text).expect("hex digits are a header value"))
    }

    /// As it is logged.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.to_str().expect("only visible ASCII is accepted")
    }

    /// For an outgoing request.
    #[must_use]
    pub fn header_value(&self) -> HeaderValue {
        self.0.clone()
    }
}

fn is_sane(id: &[u8]) -> bool {
    let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.~:/+=@".contains(byte);
    (1..=MAX_REQUEST_ID).contains(&id.len()) && id.iter().all(allowed)
}

/// Puts the layer around `app`. Call it after all routes, fallbacks included, are in place: it sees which route matched.
///
/// Each request gets a [`RequestId`] and a [`TraceContext`] in its extensions, and both are in all that is logged meanwhile. Each answer gets
/// `x-request-id`, one line in the access log and its place in the metrics. A panic becomes a plain 500.
pub fn observe(app: Router, program: &'static str, recorder: &Recorder) -> Router {
    Observer::new(program, recorder).around(app)
}

/// What [`observe`] puts around an app, for programs of which a path is answered past it.
#[derive(Clone)]
pub struct Observer {
    observe: Observe,
}

impl Observer {
    /// An observer for the requests of `program`.
    #[must_use]
    pub fn new(program: &'static str, recorder: &Recorder) -> Self {
        Self {
            observe: Observe {
                program,
                route: None,
                tells: true,
                observations: Arc::new(Observations::new(recorder)),
                tracer: None,
                scheme: "http",
            },
        }
    }

    /// The same with spans, and with other formats of traces, as the tracer says. They say whether clients connect by TLS.
    #[must_use]
    pub fn traced(mut self, tracer: Option<Tracer>, by_tls: bool) -> Self {
        self.observe.tracer = tracer;
        self.observe.scheme = if by_tls { "https" } else { "http" };
        self
    }

    /// Observes an app, as [`observe`] does.
    pub fn around(&self, app: Router) -> Router {
        app.layer(self.observe.clone())
    }

    /// Observes a service that answers one route. It finds an [`AccessLog`] in the extensions of its requests, beside what those of an app have there.
    pub fn around_route<S>(&self, route: impl Into<Arc<str>>, service: S) -> Observed<S> {
        self.one_route(route.into(), true).layer(service)
    }

    /// The same for a service that wants nothing of that: its requests come with nothing in their extensions.
    pub fn around_plain_route<S>(&self, route: impl Into<Arc<str>>, service: S) -> Observed<S> {
        self.one_route(route.into(), false).layer(service)
    }

    fn one_route(&self, route: Arc<str>, tells: bool) -> Observe {
        Observe {
            route: Some(route),
            tells,
            ..self.observe.clone()
        }
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Observer")
            .field("program", &self.observe.program)
            .finish_non_exhaustive()
    }
}

#[derive(Clone)]
struct Observe {
    program: &'static str,
    /// The route of all requests; else it is the one that an app's router found.
    route: Option<Arc<str>>,
    /// Whether requests find in their extensions what is known of them.
    tells: bool,
    observations: Arc<Observations>,
    /// `None` where nothing is exported and traces are passed on as W3C has them.
    tracer: Option<Tracer>,
    scheme: &'static str,
}

impl<S> Layer<S> for Observe {
    type Service = Observed<S>;

    fn layer(&self, inner: S) -> Observed<S> {
        Observed {
            inner,
            layer: self.clone(),
        }
    }
}

/// A service whose requests are observed.
#[derive(Clone)]
pub struct Observed<S> {
    inner: S,
    layer: Observe,
}

impl<S> fmt::Debug for Observed<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Observed").finish_non_exhaustive()
    }
}

impl<S, B> Service<Request<B>> for Observed<S>
where
    S: Service<Request<B>, Response = Response, Error = Infallible>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Observing<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let exchange = Exchange::begin(&self.layer, &mut request);
        let _entered = current::enter(&exchange.said);
        // The service itself may panic before it gives its future.
        let future = std::panic::catch_unwind(AssertUnwindSafe(|| self.inner.call(request)));
        let (future, panicked) = match future {
            Ok(future) => (Some(AssertUnwindSafe(future).catch_unwind()), None),
            Err(panic) => (None, Some(panic)),
        };
        Observing {
            future,
            panicked,
            exchange: Some(exchange),
        }
    }
}

pin_project! {
    /// Waits for the answer; when it is dropped before, the client is gone.
    pub struct Observing<F> {
        #[pin]
        future: Option<CatchUnwind<AssertUnwindSafe<F>>>,
        panicked: Option<Panic>,
        exchange: Option<Exchange>,
    }
}

type Panic = Box<dyn Any + Send>;

impl<F> Future for Observing<F>
where
    F: Future<Output = Result<Response, Infallible>>,
{
    type Output = Result<Response, Infallible>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let exchange = this
            .exchange
            .as_mut()
            .expect("a future is not polled after it is ready");
        let outcome = match this.future.as_pin_mut() {
            Some(future) => {
                let _entered = current::enter(&exchange.said);
                ready!(future.poll(context))
            }
            None => Err(this
                .panicked
                .take()
                .unwrap_or_else(|| Box::new("polled again"))),
        };
        let mut response = match outcome {
            Ok(Ok(response)) => response,
            Err(panic) => exchange.answer_panic(panic.as_ref()),
        };
        let id = exchange.said.id.header_value();
        response.headers_mut().insert(X_REQUEST_ID, id);
        exchange.status = response.status().as_u16();
        if let Some(recording) = exchange.said.trace.recording() {
            server_span::answered(recording, &mut response);
        }
        if response.extensions_mut().remove::<Endless>().is_some() {
            exchange.count(exchange.began.elapsed());
        }
        let exchange = this.exchange.take();
        Poll::Ready(Ok(match exchange {
            Some(exchange) => response.map(|body| Observation::of(body, exchange)),
            None => response,
        }))
    }
}

/// In the extensions of an answer that has no end of its own, such as a stream of events: how long it lasts says nothing of how fast the program is, so the
/// histogram of durations gets the time to its head. The access log has all of it.
#[derive(Clone, Copy, Debug)]
pub struct Endless;

/// The route of a request.
enum Route {
    Known(Arc<str>),
    Matched(MatchedPath),
}

impl Route {
    fn as_str(&self) -> &str {
        match self {
            Self::Known(route) => route,
            Self::Matched(path) => path.as_str(),
        }
    }
}

/// One request on its way; what is known of it is reported when it is dropped.
struct Exchange {
    observations: Arc<Observations>,
    began: Instant,
    method: Method,
    route: Option<Route>,
    said: Arc<Said>,
    /// Who writes the line of the access log; else it is written here.
    log: Option<AccessLog>,
    status: u16,
    /// How much of the answer's body there was so far.
    bytes: u64,
    /// Whether the histogram has it already.
    is_counted: bool,
    /// Whether the client has gone before it had all of the answer.
    canceled: bool,
}

impl Exchange {
    /// Reads what the request says of itself, and puts the result into its extensions.
    fn begin<B>(layer: &Observe, request: &mut Request<B>) -> Self {
        let began = Instant::now();
        let id = RequestId::receive(request.headers());
        let trace = match &layer.tracer {
            Some(tracer) => tracer.receive(request.headers()),
            None => TraceContext::receive(request.headers()),
        };
        if let Some(recording) = trace.recording() {
            server_span::begin(recording, request, layer.scheme);
        }
        let extensions = request.extensions_mut();
        let mut log = None;
        if layer.tells {
            extensions.insert(id.clone());
            extensions.insert(trace.clone());
            log = layer.route.is_some().then(AccessLog::default);
            if let Some(log) = &log {
                extensions.insert(log.clone());
            }
        }
        let route = match &layer.route {
            Some(route) => Some(Route::Known(Arc::clone(route))),
            None => extensions.get().cloned().map(Route::Matched),
        };
        let method = Method::of(request.method());
        layer.observations.began(method);
        Self {
            observations: Arc::clone(&layer.observations),
            began,
            method,
            route,
            said: Arc::new(Said {
                program: layer.program,
                id,
                trace,
            }),
            log,
            status: CLIENT_CLOSED_REQUEST,
            bytes: 0,
            is_counted: false,
            canceled: true,
        }
    }

    /// Puts what it has taken so far into the histogram, once.
    fn count(&mut self, duration: Duration) {
        if !std::mem::replace(&mut self.is_counted, true) {
            let route = self.route.as_ref().map_or(UNMATCHED, Route::as_str);
            self.observations
                .took(self.method, route, self.status, duration);
        }
    }

    /// The panic is logged here and tells the client nothing.
    fn answer_panic(&self, panic: &(dyn Any + Send)) -> Response {
        let message = panic
            .downcast_ref::<&'static str>()
            .copied()
            .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
            .unwrap_or("not a message");
        let _entered = current::enter(&self.said);
        tracing::error!(panic = message, "a request panicked");
        let body = r#"{"type":"about:blank","title":"Internal Server Error","status":500}"#;
        let content_type = HeaderValue::from_static("application/problem+json");
        (
            StatusCode::INTERNAL_SERVER_ERROR,
            [(header::CONTENT_TYPE, content_type)],
            Body::from(body),
        )
            .into_response()
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        let duration = self.began.elapsed();
        self.count(duration);
        self.observations.ended(self.method);
        let line = AccessLine {
            program: self.said.program,
            method: self.method.as_str(),
            route: self.route.as_ref().map_or(UNMATCHED, Route::as_str),
            status: self.status,
            duration,
            bytes: self.bytes,
            request_id: &self.said.id,
            trace: &self.said.trace,
            canceled: self.canceled,
        };
        match self.log.as_ref().and_then(AccessLog::writer) {
            Some(writer) => writer.write(&line),
            None => line.write(),
        }
        if let Some(recording) = self.said.trace.recording() {
            server_span::end(recording, &line);
        }
    }
}

#[cfg(test)]
mod tests;
