//! What is in service, as documents, for the admin port and the console: the state, the supergraph, the schema of clients.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde_json::Value;

use crate::schema::Schemas;

/// What is served, and how each subgraph is doing.
pub(crate) async fn status(State(schemas): State<Arc<Schemas>>) -> Response {
    answer(&state(&schemas))
}

/// The same for operators, with the state of the configuration.
pub(crate) async fn admin_status(State(schemas): State<Arc<Schemas>>) -> Response {
    let mut status = state(&schemas);
    status["configuration"] = schemas.configuration.to_json();
    answer(&status)
}

fn state(schemas: &Schemas) -> Value {
    let serving = schemas.current();
    let subgraph = |name: &str| serving.as_ref()?.subgraphs.named(name).cloned();
    let mut status = schemas.status().to_json(&subgraph);
    if let Some(persisted) = schemas.persisted() {
        status["persistedDocuments"] = persisted.to_json();
    }
    status
}

fn answer(status: &Value) -> Response {
    let document = format!("{status:#}\n");
    (
        [
            (header::CONTENT_TYPE, "application/json"),
            (header::CACHE_CONTROL, "no-store"),
        ],
        document,
    )
        .into_response()
}

/// The supergraph in service.
pub(crate) async fn supergraph(State(schemas): State<Arc<Schemas>>) -> Response {
    sdl(schemas.current().map(|serving| serving.sdl()))
}

/// The schema that clients see.
pub(crate) async fn api(State(schemas): State<Arc<Schemas>>) -> Response {
    sdl(schemas.current().map(|serving| serving.api_sdl()))
}

fn sdl(text: Option<Bytes>) -> Response {
    match text {
        Some(text) => (
            [(header::CONTENT_TYPE, "application/graphql; charset=utf-8")],
            text,
        )
            .into_response(),
        None => (StatusCode::SERVICE_UNAVAILABLE, "no schema is served yet\n").into_response(),
    }
}
