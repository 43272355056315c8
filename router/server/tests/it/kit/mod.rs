//! What the tests are made with: a scripted subgraph, a running router, a client.

mod accepted;
mod client;
pub(crate) mod encrypted;
pub(crate) mod frames;
pub(crate) mod numbered;
mod program;
mod redis;
mod router;
mod served;
mod socket;
mod subgraph;

pub(crate) use self::accepted::{accepted, said};
pub(crate) use self::client::{
    Answer, Streaming, body_of, get, get_stream, post, post_stream, send, stream,
};
pub(crate) use self::numbered::{Numbered, Ticks};
pub(crate) use self::program::Program;
pub(crate) use self::redis::{RedisServer, until_redis_is};
pub(crate) use self::router::Running;
pub(crate) use self::served::Served;
pub(crate) use self::socket::Socket;
pub(crate) use self::subgraph::{Reply, Subgraph};

use std::time::Duration;

/// How long any condition may take before its test fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Asks again and again until the answer is `Some`; `None` when that takes too long.
pub(crate) async fn until<T>(mut ask: impl AsyncFnMut() -> Option<T>) -> Option<T> {
    let asking = async {
        let mut ticks = tokio::time::interval(Duration::from_millis(5));
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            ticks.tick().await;
        }
    };
    tokio::time::timeout(PATIENCE, asking).await.ok()
}
