//! A subgraph of which there is only an SDL: a server on loopback that makes its answers up.

mod answer;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use apollo_compiler::Schema;
use apollo_compiler::ast::OperationType;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;

use self::answer::{Answer, Request};
use crate::text_file::read;

/// A port, and the SDL that is answered by.
#[derive(Debug)]
pub(super) struct Mock {
    pub(super) name: String,
    path: PathBuf,
    listener: TcpListener,
    address: SocketAddr,
}

/// What a request to it says.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    query: String,
    #[serde(default)]
    operation_name: Option<String>,
    #[serde(default)]
    variables: Option<Map<String, Value>>,
}

/// The file, and how much of it is read.
#[derive(Debug)]
struct Sdl {
    path: PathBuf,
    max: usize,
}

impl Mock {
    /// Takes a port.
    pub(super) async fn bind(name: &str, path: &Path) -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        Ok(Self {
            name: name.to_owned(),
            path: path.to_owned(),
            address: listener.local_addr()?,
            listener,
        })
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}/graphql", self.address)
    }

    /// Answers until it is dropped, by the file of at most `max` bytes as it is at that time.
    pub(super) async fn serve(self, max: usize) {
        let sdl = Arc::new(Sdl {
            path: self.path,
            max,
        });
        let app = Router::new()
            .route("/graphql", post(answer))
            .with_state(sdl);
        // It ends with the router.
        drop(axum::serve(self.listener, app).await);
    }
}

async fn answer(State(sdl): State<Arc<Sdl>>, body: Bytes) -> Response {
    let made = tokio::task::spawn_blocking(move || made_up(&sdl, &body)).await;
    let (kind, response) = match made.map_err(|failed| failed.to_string()) {
        Ok(Ok((kind, data))) => (kind, json!({ "data": data })),
        Ok(Err(message)) | Err(message) => (
            OperationType::Query,
            json!({ "errors": [{ "message": message }] }),
        ),
    };
    if kind == OperationType::Subscription {
        // One event, and the end.
        let events = format!("event: next\ndata: {response}\n\nevent: complete\ndata:\n\n");
        return ([(CONTENT_TYPE, "text/event-stream")], events).into_response();
    }
    let headers = [(CONTENT_TYPE, "application/json")];
    (headers, response.to_string()).into_response()
}

/// The data of an answer, and for which kind of operation it is.
fn made_up(sdl: &Sdl, body: &[u8]) -> Result<(OperationType, Value), String> {
    let body: Body = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let text = read(&sdl.path, sdl.max)?;
    let schema = schema(&text, &sdl.path);
    let variables = body.variables.unwrap_or_default();
    let request = Request {
        query: &body.query,
        operation_name: body.operation_name.as_deref(),
        variables: &variables,
    };
    Answer::to(&schema, &request)
}

/// Whatever of an SDL is right: definitions of Federation are missing in it, and composition says what is wrong.
fn schema(text: &str, path: &Path) -> Schema {
    let built = Schema::builder()
        .adopt_orphan_extensions()
        .parse(text, path)
        .build();
    built.unwrap_or_else(|errors| errors.partial)
}

#[cfg(test)]
mod tests;
