//! One request on its way, from its head to the last byte of its answer.

use std::any::Any;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::MatchedPath;
use axum::response::{IntoResponse, Response};
use http::header::{self, HeaderValue};
use http::{Request, StatusCode};

use super::access::{AccessLine, AccessLog};
use super::arrival::Arrival;
use super::current::{self, Said};
use super::id::RequestId;
use super::observations::{Method, Observations};
use super::{Observe, server_span};
use crate::TraceContext;

/// The label of requests that no route answers.
const UNMATCHED: &str = "_unmatched";

/// Counted for clients that disconnected before the answer, as nginx counts them: no answer is sent with it.
const CLIENT_CLOSED_REQUEST: u16 = 499;

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
pub(super) struct Exchange {
    observations: Arc<Observations>,
    pub(super) began: Instant,
    pub(super) method: Method,
    route: Option<Route>,
    pub(super) said: Arc<Said>,
    pub(super) status: u16,
    /// How much of the answer's body there was so far.
    pub(super) bytes: u64,
    /// Whether the histogram has it already.
    is_counted: bool,
    /// Whether the client has gone before it had all of the answer.
    pub(super) canceled: bool,
}

impl Exchange {
    /// Reads what the request says about itself, and puts the result into its extensions.
    pub(super) fn begin<B>(layer: &Observe, request: &mut Request<B>) -> Self {
        let began = Instant::now();
        let id = RequestId::receive(request.headers());
        let trace = match &layer.tracer {
            Some(tracer) => tracer.receive(request.headers()),
            None => TraceContext::receive(request.headers()),
        };
        if let Some(recording) = trace.recording() {
            server_span::begin(recording, request, layer.scheme);
        }
        let said = Arc::new(Said {
            program: layer.program,
            id,
            trace,
            log: AccessLog::default(),
        });
        let route = match &layer.routes {
            Some(routes) => {
                let route = routes.find(request.uri().path()).cloned();
                if layer.tells {
                    let extensions = request.extensions_mut();
                    extensions.insert(Arrival(Arc::clone(&said)));
                }
                route.map(Route::Known)
            }
            None => {
                let extensions = request.extensions_mut();
                extensions.insert(said.id.clone());
                extensions.insert(said.trace.clone());
                extensions.get().cloned().map(Route::Matched)
            }
        };
        let method = Method::of(request.method());
        layer.observations.began(method);
        Self {
            observations: Arc::clone(&layer.observations),
            began,
            method,
            route,
            said,
            status: CLIENT_CLOSED_REQUEST,
            bytes: 0,
            is_counted: false,
            canceled: true,
        }
    }

    /// Puts what it has taken so far into the histogram, once.
    pub(super) fn count(&mut self, duration: Duration) {
        if !std::mem::replace(&mut self.is_counted, true) {
            let route = self.route.as_ref().map_or(UNMATCHED, Route::as_str);
            self.observations
                .took(self.method, route, self.status, duration);
        }
    }

    /// The panic is logged here and hidden from the client.
    pub(super) fn answer_panic(&self, panic: &(dyn Any + Send)) -> Response {
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
        match self.said.log.writer() {
            Some(writer) => writer.write(&line),
            None => line.write(),
        }
        if let Some(recording) = self.said.trace.recording() {
            server_span::end(recording, &line);
        }
    }
}
