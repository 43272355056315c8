//! The collector: a message there, and its answer back.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use abaque_edge::Recorder;
use abaque_edge::causes::chain;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER, TE, USER_AGENT};
use http::{Method, Request, StatusCode, Uri, uri};
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use metrics::Counter;

use crate::config::{Otlp, Protocol};
use crate::grpc;

pub(crate) const EXPORTS: &str = "telemetry_exports_total";

/// What a message has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    Traces,
    Metrics,
}

impl Signal {
    const ALL: [Self; 2] = [Self::Traces, Self::Metrics];

    fn name(self) -> &'static str {
        match self {
            Self::Traces => "traces",
            Self::Metrics => "metrics",
        }
    }

    /// <https://opentelemetry.io/docs/specs/otlp/#otlphttp-request>
    fn path(self, protocol: Protocol) -> &'static str {
        match (protocol, self) {
            (Protocol::Http, Self::Traces) => "/v1/traces",
            (Protocol::Http, Self::Metrics) => "/v1/metrics",
            (Protocol::Grpc, Self::Traces) => {
                "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
            }
            (Protocol::Grpc, Self::Metrics) => {
                "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export"
            }
        }
    }
}

/// Why a message was not taken.
#[derive(Debug, thiserror::Error)]
#[error("{reason}")]
pub(crate) struct Refused {
    reason: String,
    /// Whether the same message may be taken later.
    pub(crate) is_passing: bool,
    /// When, if the collector says so.
    pub(crate) after: Option<Duration>,
}

impl Refused {
    fn passing(reason: String) -> Self {
        Self {
            reason,
            is_passing: true,
            after: None,
        }
    }
}

/// What is read of an answer.
const MAX_ANSWER: usize = 64 * 1024;
const CONNECT: Duration = Duration::from_secs(5);
/// Below what collectors and the proxies in front of them keep.
const IDLE: Duration = Duration::from_secs(30);
/// How often a connection of HTTP/2 that waits for an answer is tried, and how long that may take.
const PING: Duration = Duration::from_secs(10);
const PONG: Duration = Duration::from_secs(10);

pub(crate) struct Collector {
    protocol: Protocol,
    places: [Option<Uri>; 2],
    headers: HeaderMap,
    timeout: Duration,
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    taken: [Counter; 2],
    failed: [Counter; 2],
    /// Whether the last message of each signal was not taken: a change is logged.
    is_failing: [AtomicBool; 2],
}

impl Collector {
    pub(crate) fn new(otlp: &Otlp, tls: Option<rustls::ClientConfig>, recorder: &Recorder) -> Self {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(CONNECT));
        let connector = HttpsConnectorBuilder::new();
        let connector = match tls {
            Some(tls) => connector.with_tls_config(tls),
            None => connector.with_webpki_roots(),
        };
        let connector = connector.https_or_http();
        let is_grpc = otlp.protocol == Protocol::Grpc;
        let connector = match is_grpc {
            true => connector.enable_http2().wrap_connector(tcp),
            false => connector.enable_http1().wrap_connector(tcp),
        };
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .http2_only(is_grpc)
            .timer(TokioTimer::new())
            // A collector that is gone without a word is noticed: all messages share its connection.
            .http2_keep_alive_interval(PING)
            .http2_keep_alive_timeout(PONG)
            .build(connector);
        let mut headers = otlp.headers.clone();
        let agent = concat!("abaque-otlp/", env!("CARGO_PKG_VERSION"));
        headers.insert(USER_AGENT, HeaderValue::from_static(agent));
        let content_type = match otlp.protocol {
            Protocol::Http => "application/x-protobuf",
            Protocol::Grpc => "application/grpc",
        };
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        if is_grpc {
            headers.insert(TE, HeaderValue::from_static("trailers"));
        }
        let exports = |outcome| {
            Signal::ALL.map(|signal| {
                let labels = [("signal", signal.name()), ("outcome", outcome)];
                recorder.counter(EXPORTS, &labels)
            })
        };
        Self {
            protocol: otlp.protocol,
            places: Signal::ALL.map(|signal| place(&otlp.endpoint, signal.path(otlp.protocol))),
            headers,
            timeout: otlp.timeout,
            client,
            taken: exports("taken"),
            failed: exports("failed"),
            is_failing: Default::default(),
        }
    }

    /// Sends a message once and gives the answer's.
    pub(crate) async fn send(&self, signal: Signal, message: &[u8]) -> Result<Bytes, Refused> {
        let answered = tokio::time::timeout(self.timeout, self.exchange(signal, message)).await;
        let answered = answered.unwrap_or_else(|_| {
            let reason = format!("no answer within {:?}", self.timeout);
            Err(Refused::passing(reason))
        });
        let counter = match &answered {
            Ok(_) => &self.taken,
            Err(_) => &self.failed,
        };
        counter[signal as usize].increment(1);
        match &answered {
            Ok(_) if self.is_failing[signal as usize].swap(false, Ordering::Relaxed) => {
                tracing::info!(
                    signal = signal.name(),
                    "the collector takes telemetry again"
                );
            }
            Err(error) if !self.is_failing[signal as usize].swap(true, Ordering::Relaxed) => {
                tracing::warn!(signal = signal.name(), %error, "the collector does not take telemetry");
            }
            Err(error) => tracing::debug!(signal = signal.name(), %error, "nor now"),
            Ok(_) => {}
        }
        answered
    }

    async fn exchange(&self, signal: Signal, message: &[u8]) -> Result<Bytes, Refused> {
        let is_grpc = self.protocol == Protocol::Grpc;
        let body = match is_grpc {
            true => grpc::frame(message),
            false => Bytes::copy_from_slice(message),
        };
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.places[signal as usize].clone().unwrap_or_default();
        *request.headers_mut() = self.headers.clone();
        let response = self.client.request(request).await;
        let response = response.map_err(|error| Refused::passing(chain(&error)))?;
        let (head, body) = response.into_parts();
        let body = Limited::new(body, MAX_ANSWER).collect().await;
        let body = body.map_err(|error| Refused::passing(chain(&*error)))?;
        let trailers = body.trailers().cloned();
        let body = body.to_bytes();
        if !head.status.is_success() {
            return Err(Refused {
                reason: format!("HTTP status {}", head.status.as_u16()),
                is_passing: is_passing(head.status),
                after: retry_after(&head.headers),
            });
        }
        if !is_grpc {
            return Ok(body);
        }
        let status = grpc::Status::of(&head.headers, trailers.as_ref());
        match status.is_ok() {
            true => Ok(grpc::unframe(&body)),
            false => Err(Refused {
                reason: status.describe(),
                is_passing: status.is_passing(),
                after: None,
            }),
        }
    }
}

impl fmt::Debug for Collector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Collector")
            .field("places", &self.places)
            .finish_non_exhaustive()
    }
}

/// <https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes>
fn is_passing(status: StatusCode) -> bool {
    matches!(status.as_u16(), 429 | 502..=504)
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse();
    seconds.ok().map(Duration::from_secs)
}

/// A path below the endpoint's.
fn place(endpoint: &Uri, path: &str) -> Option<Uri> {
    let mut parts = uri::Parts::from(endpoint.clone());
    let before = endpoint.path().trim_end_matches('/');
    parts.path_and_query = format!("{before}{path}").parse().ok();
    Uri::from_parts(parts).ok()
}
