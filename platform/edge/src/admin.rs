//! The app of the admin port: what an orchestrator and Prometheus ask.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use metrics::Gauge;
use serde_json::json;

use crate::metrics::{Kind, Metric};
use crate::{Health, Recorder};

/// The media type of the Prometheus text exposition format.
const EXPOSITION: HeaderValue =
    HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
const JSON: HeaderValue = HeaderValue::from_static("application/json");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// What `/health/ready` answers, for those who read metrics.
pub(crate) const READY_METRIC: Metric = Metric {
    name: "health_ready",
    kind: Kind::Gauge,
    unit: None,
    help: "1 while traffic is wanted, as /health/ready says.",
    labels: &[],
};

/// `GET /metrics`, `/health/live` and `/health/ready`; a program merges its own routes.
///
/// `/health/live` answers 200 as long as the program answers at all; `/health/ready` answers 200, or 503 with the reason.
pub fn app(health: Health, metrics: Recorder) -> Router {
    let exported = Exported {
        ready: metrics.gauge(READY_METRIC.name, &[]),
        health: health.clone(),
        metrics,
    };
    Router::new()
        .route("/metrics", get(exposition).with_state(exported))
        .route("/health/live", get(live))
        .route("/health/ready", get(ready).with_state(health))
}

/// What `/metrics` reads.
#[derive(Clone)]
struct Exported {
    health: Health,
    ready: Gauge,
    metrics: Recorder,
}

async fn exposition(State(exported): State<Exported>) -> Response {
    let ready = exported.health.readiness().is_ok();
    exported.ready.set(f64::from(u8::from(ready)));
    (
        [
            (header::CONTENT_TYPE, EXPOSITION),
            (header::CACHE_CONTROL, NO_STORE),
        ],
        exported.metrics.render(),
    )
        .into_response()
}

async fn live() -> Response {
    probe(StatusCode::OK, json!({ "status": "alive" }))
}

async fn ready(State(health): State<Health>) -> Response {
    match health.readiness() {
        Ok(()) => probe(StatusCode::OK, json!({ "status": "ready" })),
        Err(reason) => probe(
            StatusCode::SERVICE_UNAVAILABLE,
            json!({ "status": "not ready", "reason": reason }),
        ),
    }
}

fn probe(status: StatusCode, body: serde_json::Value) -> Response {
    (
        status,
        [
            (header::CONTENT_TYPE, JSON),
            (header::CACHE_CONTROL, NO_STORE),
        ],
        body.to_string(),
    )
        .into_response()
}

#[cfg(test)]
mod tests;
