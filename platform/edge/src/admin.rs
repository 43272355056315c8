//! The admin port: what an orchestrator and Prometheus ask, answered whatever else the program is busy with.

use std::io;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use metrics::Gauge;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

use crate::metrics::{Kind, Metric};
use crate::{Bounds, Health, Recorder};

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
/// `/health/live` answers 200 as long as the runtime that [`serve`] watches gets on; `/health/ready` answers 200, or 503 with the reason.
pub fn app(health: Health, metrics: Recorder) -> Router {
    let exported = Exported {
        ready: metrics.gauge(READY_METRIC.name, &[]),
        health: health.clone(),
        metrics,
    };
    Router::new()
        .route("/metrics", get(exposition).with_state(exported))
        .route("/health/live", get(live).with_state(health.clone()))
        .route("/health/ready", get(ready).with_state(health))
}

/// Serves the admin port as [`serve`](crate::serve) does, on a runtime of its own: a probe waits neither for requests nor for what they compute. The present runtime
/// is watched meanwhile.
///
/// # Errors
/// When the thread cannot be started, or the listener has no address.
pub async fn serve(
    listener: TcpListener,
    app: Router,
    health: &Health,
    bounds: Bounds,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let _watching = health.watch();
    let listener = listener.into_std()?;
    let apart = Apart::start()?;
    let served = apart.spawn(async move {
        let listener = TcpListener::from_std(listener)?;
        crate::serve(listener, app, bounds, shutdown).await
    });
    served.await.map_err(io::Error::other)?
}

/// A runtime that ends with what it runs when it is dropped.
struct Apart(Option<Runtime>);

impl Apart {
    /// One thread, which another one relieves while it prints what is large.
    fn start() -> io::Result<Self> {
        let mut builder = Builder::new_multi_thread();
        let runtime = builder
            .worker_threads(1)
            .thread_name("admin")
            .enable_all()
            .build()?;
        Ok(Self(Some(runtime)))
    }
}

impl std::ops::Deref for Apart {
    type Target = Runtime;

    fn deref(&self) -> &Runtime {
        self.0.as_ref().expect("it is there until it is dropped")
    }
}

impl Drop for Apart {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            // A runtime cannot wait for another one's threads.
            runtime.shutdown_background();
        }
    }
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

async fn live(State(health): State<Health>) -> Response {
    match health.liveness() {
        Ok(()) => probe(StatusCode::OK, json!({ "status": "alive" })),
        Err(silent) => probe(
            StatusCode::SERVICE_UNAVAILABLE,
            json!({ "status": "stuck", "reason": format!("nothing has been served for {} s", silent.as_secs()) }),
        ),
    }
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
