//! `GET /operations` on the admin port.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::Recording;

/// What is recorded, as the file has it; 404 where nothing is.
pub(crate) fn app(recording: Option<Arc<Recording>>) -> axum::Router {
    axum::Router::new()
        .route("/operations", get(operations))
        .with_state(recording)
}

async fn operations(State(recording): State<Option<Arc<Recording>>>) -> Response {
    let Some(recording) = recording else {
        let reason = "operations are not recorded: the configuration has no `record`\n";
        return (StatusCode::NOT_FOUND, reason).into_response();
    };
    let written = tokio::task::spawn_blocking(move || recording.document().to_json()).await;
    let Ok(document) = written else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, document).into_response()
}
