//! The REST API: every operation as `GET` and `POST /api/v1/NAME`.
//!
//! The table is that of the [`catalog`](crate::catalog), and [`entities`]; routes, errors and OpenAPI document follow from it, see
//! [`service::rest::table`].

use async_graphql::resolver_utils::EnumType;
use serde_json::{Value, json};
use service::rest::table::{Argument, Given, Operation, Refused, Table, one_of};

use crate::rounding::ModeArrondi;

mod affectations;
mod entities;
#[cfg(test)]
mod tests;

const DESCRIPTION: &str = "Arithmetic with exact decimals. Numbers are exact: send them as they are written, receive them as \
    texts, so that no digit is lost. A result that has no end is rounded once, half to even, to 28 or 29 significant digits and \
    at most 28 decimals. Errors are problem details (RFC 9457) with a stable `code`.";

/// Every operation, in the order of documentation.
fn operations() -> Vec<Operation> {
    let mut operations = crate::catalog::operations();
    operations.extend(entities::operations());
    operations
}

/// The API, to be mounted under `/api/v1`.
pub(crate) fn table() -> Table {
    Table {
        title: "Abaque: Calculatrice",
        description: DESCRIPTION,
        version: env!("CARGO_PKG_VERSION"),
        operations: operations(),
        schemas: entities::schemas(),
    }
}

fn modes() -> Vec<(&'static str, ModeArrondi)> {
    let items = ModeArrondi::items().iter();
    items.map(|item| (item.name, item.value)).collect()
}

impl Argument for ModeArrondi {
    fn schema() -> Value {
        let names: Vec<&str> = modes().into_iter().map(|(name, _)| name).collect();
        json!({ "type": "string", "enum": names })
    }

    fn read(given: &Given<'_>) -> Result<Self, Refused> {
        one_of(given, &modes())
    }

    fn to_json(&self) -> Value {
        let named = modes().into_iter().find(|(_, mode)| mode == self);
        named.map_or(Value::Null, |(name, _)| name.into())
    }
}
