//! The REST API: every statistic as `GET` and `POST /api/v1/NAME`.
//!
//! [`operations`] is the table, [`arguments`] its types; routes, errors and OpenAPI document follow from it, see
//! [`service::rest::table`].

use service::rest::table::Table;

mod arguments;
mod operations;
#[cfg(test)]
mod tests;

const DESCRIPTION: &str = "Descriptive statistics with exact decimals. Numbers are exact: send them as they are written, receive them as \
    texts, so that no digit is lost. A result that has no end is rounded once, half to even, to 28 or 29 significant digits and at \
    most 28 decimals. Errors are problem details (RFC 9457) with a stable `code`.";

/// The API, to be mounted under `/api/v1`.
pub(crate) fn table() -> Table {
    Table {
        title: "Abaque: Statistiques",
        description: DESCRIPTION,
        version: env!("CARGO_PKG_VERSION"),
        operations: operations::operations(),
        schemas: arguments::schemas(),
    }
}
