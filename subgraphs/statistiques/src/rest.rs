//! The REST door: every statistic as `GET` and `POST /api/v1/NAME`.
//!
//! [`operations`] is the one list; [`table`] makes the routes and the OpenAPI document of it.

mod operations;
mod parameters;
mod table;

use axum::Router;
use serde_json::Value;

use self::{operations::OPERATIONS, table::Table};

const TABLE: Table = Table {
    title: "Abaque: Statistiques",
    description: "Descriptive statistics with exact decimals. Numbers are exact: send them as they are written, receive them as \
                  texts, so that no digit is lost. A result that has no end is rounded once, half to even, to 28 or 29 significant \
                  digits and at most 28 decimals. Errors are problem details (RFC 9457) with a stable `code`.",
    version: env!("CARGO_PKG_VERSION"),
    operations: OPERATIONS,
    schemas: parameters::schemas,
};

/// The routes, to be mounted under `/api/v1`.
pub(crate) fn routes() -> Router {
    TABLE.routes()
}

/// The OpenAPI 3.1 document that describes them.
pub(crate) fn openapi() -> Value {
    TABLE.openapi()
}

#[cfg(test)]
mod tests;
