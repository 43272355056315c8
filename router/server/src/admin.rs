//! What the admin port answers beside probes and metrics: the state of the schema.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use crate::schema::Schemas;

/// `GET /composition`, `/composition/supergraph`, `/composition/api`; `POST /composition/refresh`.
pub(crate) fn app(schemas: Arc<Schemas>) -> axum::Router {
    axum::Router::new()
        .route("/composition", get(status))
        .route("/composition/supergraph", get(supergraph))
        .route("/composition/api", get(api))
        .route("/composition/refresh", post(refresh))
        .with_state(schemas)
}

async fn status(State(schemas): State<Arc<Schemas>>) -> Response {
    let document = format!("{:#}\n", schemas.status().to_json());
    (
        [
            (header::CONTENT_TYPE, "application/json"),
            (header::CACHE_CONTROL, "no-store"),
        ],
        document,
    )
        .into_response()
}

async fn supergraph(State(schemas): State<Arc<Schemas>>) -> Response {
    sdl(schemas
        .current()
        .map(|serving| serving.supergraph.sdl().to_string()))
}

async fn api(State(schemas): State<Arc<Schemas>>) -> Response {
    sdl(schemas
        .current()
        .map(|serving| serving.supergraph.api_sdl()))
}

/// Every source is looked at now; what comes of it shows in the status.
async fn refresh(State(schemas): State<Arc<Schemas>>) -> StatusCode {
    schemas.refresh();
    StatusCode::ACCEPTED
}

fn sdl(text: Option<String>) -> Response {
    match text {
        Some(text) => (
            [(header::CONTENT_TYPE, "application/graphql; charset=utf-8")],
            text,
        )
            .into_response(),
        None => (StatusCode::SERVICE_UNAVAILABLE, "no schema is served yet\n").into_response(),
    }
}
