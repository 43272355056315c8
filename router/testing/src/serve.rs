//! Subgraphs over real HTTP.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::post;
use bytes::Bytes;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::subgraph::ServedSubgraph;

/// A subgraph that listens on loopback until it is dropped.
pub struct Listening {
    url: String,
    wrong: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

struct Shared {
    subgraph: ServedSubgraph,
    wrong: Arc<Mutex<Vec<String>>>,
}

impl Listening {
    /// Serves a subgraph on a port that the system gives.
    ///
    /// # Errors
    ///
    /// When there is no port.
    pub async fn start(subgraph: ServedSubgraph) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/", listener.local_addr()?);
        let wrong = Arc::default();
        let shared = Arc::new(Shared {
            subgraph,
            wrong: Arc::clone(&wrong),
        });
        let app = Router::new().route("/", post(answer)).with_state(shared);
        let task = tokio::spawn(async move {
            // It ends when the task is aborted; until then there is nowhere to report to.
            drop(axum::serve(listener, app).await);
        });
        Ok(Self { url, wrong, task })
    }

    /// Where it answers.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What it was asked that a correct router would not have sent, since the last time.
    pub fn take_wrong(&self) -> Vec<String> {
        std::mem::take(
            &mut self
                .wrong
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner),
        )
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(State(shared): State<Arc<Shared>>, body: Bytes) -> impl IntoResponse {
    let (body, wrong) = shared.subgraph.answer(&body);
    shared
        .wrong
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
        .extend(wrong);
    ([(CONTENT_TYPE, "application/json")], body)
}
