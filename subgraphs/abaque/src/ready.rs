//! Waiting for the first composed schema.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::Empty;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;

/// Between two looks at the readiness probe.
const INTERVAL: Duration = Duration::from_millis(20);

/// Resolves once the router with this admin address is ready: it serves a schema. The caller bounds the wait.
pub async fn composed(router_admin: SocketAddr) {
    let client: Client<_, Empty<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
    let mut ticks = tokio::time::interval(INTERVAL);
    loop {
        ticks.tick().await;
        let Ok(probe) =
            Request::get(format!("http://{router_admin}/health/ready")).body(Empty::new())
        else {
            continue;
        };
        if client
            .request(probe)
            .await
            .is_ok_and(|answer| answer.status() == StatusCode::OK)
        {
            return;
        }
    }
}
