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

use axum::Router;
use axum::response::Response;
use futures_util::future::{CatchUnwind, FutureExt};
use http::Request;
use pin_project_lite::pin_project;
use tower::{Layer, Service};

use self::body::Observation;
use self::exchange::Exchange;
use self::observations::Observations;
use crate::Recorder;
use crate::direct::Paths;
use crate::trace::Tracer;

pub mod access;
pub mod arrival;
mod body;
pub(crate) mod current;
mod exchange;
mod id;
mod observations;
mod server_span;

pub use self::current::{InRequest, in_current};
pub use self::id::{RequestId, X_REQUEST_ID};
pub(crate) use self::observations::{ACTIVE_METRIC, DURATION_METRIC};
pub use self::server_span::Described;

/// Puts the layer around `app`. Call it after all routes, fallbacks included, are in place: it sees which route matched.
///
/// Each request gets a [`RequestId`] and a [`TraceContext`](crate::TraceContext) in its extensions, and both are in all that is logged meanwhile. Each answer gets
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
                routes: None,
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

    /// Observes a service that answers these routes. It finds an [`Arrival`](arrival::Arrival) in the extensions of its requests, in place of what those of an app have there.
    pub fn around_routes<S>(&self, routes: impl Into<Paths>, service: S) -> Observed<S> {
        self.known_routes(routes.into(), true).layer(service)
    }

    /// The same for a service that wants nothing of that: its requests come with nothing in their extensions.
    pub fn around_plain_routes<S>(&self, routes: impl Into<Paths>, service: S) -> Observed<S> {
        self.known_routes(routes.into(), false).layer(service)
    }

    fn known_routes(&self, routes: Paths, tells: bool) -> Observe {
        Observe {
            routes: Some(routes),
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
    /// The routes of all requests; else it is the one that an app's router found.
    routes: Option<Paths>,
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
            layer: Arc::new(self.clone()),
        }
    }
}

/// A service whose requests are observed.
#[derive(Clone)]
pub struct Observed<S> {
    inner: S,
    layer: Arc<Observe>,
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
        if response.extensions().get::<Endless>().is_some() {
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
/// histogram of durations gets the time to its head. The access log has all of it. Over HTTP/1.1 its connection ends with it.
#[derive(Clone, Copy, Debug)]
pub struct Endless;

#[cfg(test)]
mod tests;
