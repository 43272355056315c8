//! Every field pays, and a request that cannot pay stops.
//!
//! The extension that charges the [`budget`](crate::budget) of a request for its fields and for what they put into the answer. When it is
//! used up, or the time is over, no field is resolved any more: the fields left wait forever, and what waits for the whole asks
//! [`Budget::failure`](crate::budget::Budget::failure) once it gave way. So nothing is written for a request that is lost, not even errors.

use std::sync::Arc;

use async_graphql::extensions::{
    Extension, ExtensionContext, ExtensionFactory, NextResolve, ResolveInfo,
};
use async_graphql::{ServerResult, Value, async_trait};

use crate::budget::{charge, produce};
use crate::erreur::Resultat;
use crate::message;

/// What a field costs, whatever it computes.
const FIELD: u64 = 20;

/// What printing the whole schema costs.
const SDL: u64 = 20_000;

/// Bytes that a value holds, beside its texts, until it is written.
const VALUE: usize = 16;

/// Bytes that an error holds, with its path and its extensions, until it is written.
const ERROR: usize = 1000;

/// The extension that makes the fields of a request pay.
#[derive(Debug, Clone, Copy)]
pub struct Metered;

impl ExtensionFactory for Metered {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Metered)
    }
}

#[async_trait::async_trait]
impl Extension for Metered {
    async fn resolve(
        &self,
        ctx: &ExtensionContext<'_>,
        info: ResolveInfo<'_>,
        next: NextResolve<'_>,
    ) -> ServerResult<Option<Value>> {
        let name = info.alias.unwrap_or(info.name).len();
        // Elsewhere a null is the place of an error.
        let null = if info.is_for_introspection {
            VALUE
        } else {
            ERROR
        };
        let cost = if info.name == "_service" { SDL } else { FIELD };
        if charge(cost).is_err() {
            return std::future::pending().await;
        }
        let resolved = next.run(ctx, info).await.map_err(|mut error| {
            // The library quotes a value that is of another type, however long it is.
            error.message = message::bounded(error.message);
            error
        });
        let paid = match &resolved {
            Ok(None | Some(Value::Null)) => produce(name + null),
            Ok(Some(value)) => produce_value(name, value),
            Err(error) => produce(name + ERROR + error.message.len()),
        };
        match paid {
            Ok(()) => resolved,
            Err(_) => std::future::pending().await,
        }
    }
}

/// Pays for an error that is reported beside the fields, or stops.
pub(crate) async fn tell() {
    if produce(ERROR).is_err() {
        std::future::pending().await
    }
}

/// Pays for a value; what is inside an object has paid for itself.
fn produce_value(name: usize, value: &Value) -> Resultat<()> {
    produce(
        name + VALUE
            + match value {
                Value::String(text) => text.len(),
                Value::Binary(text) => text.len(),
                Value::List(items) => items.iter().map(in_list).sum(),
                _ => 0,
            },
    )
}

fn in_list(value: &Value) -> usize {
    VALUE
        + match value {
            Value::String(text) => text.len(),
            _ => 0,
        }
}
