//! The REST door: every operation as `GET` and `POST /api/v1/NAME`, from one list.
//!
//! [`operation`]: what an operation is, its routes, its arguments; [`argument`]: from texts and JSON to values;
//! [`openapi`]: the document. The list is that of the [`catalog`](crate::catalog), and [`entities`].

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use serde_json::Value;
use service::Problem;
use valeurs::Erreur;

mod argument;
mod entities;
mod openapi;
mod operation;
#[cfg(test)]
mod tests;

pub(crate) use self::argument::Argument;
pub(crate) use self::operation::{Operation, Parameter};

/// Every operation, in the order of documentation.
fn operations() -> Vec<Operation> {
    let mut operations = crate::catalog::routes();
    operations.extend(entities::routes());
    operations
}

/// The routes, to be mounted under `/api/v1`.
pub(crate) fn routes() -> Router {
    let operations = operations().into_iter().map(Arc::new);
    operations.fold(Router::new(), |router, operation| {
        router.route(&format!("/{}", operation.name), operation::route(operation))
    })
}

/// The OpenAPI 3.1 document that describes the routes.
pub(crate) fn openapi() -> Value {
    openapi::document(&operations())
}

/// An error of the domain as a problem: 400 for what is not accepted, 422 for what has no result.
fn problem(erreur: Erreur) -> Problem {
    let code = erreur.code();
    let status = if code.is_malformed() {
        StatusCode::BAD_REQUEST
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let problem = Problem::new(status, code.as_str(), erreur.to_string()).titled(code.title());
    match erreur.argument() {
        Some(argument) => problem.parameter(argument),
        None => problem,
    }
}
