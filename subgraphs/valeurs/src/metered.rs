//! Every field pays, and a request that cannot pay stops.
//!
//! The extension that charges the [`budget`](crate::budget) of a request for its fields and for what they put into the answer. When it is
//! used up, or the time is over, no field is resolved any more: the fields left wait forever, and what waits for the whole asks
//! [`Budget::failure`](crate::budget::Budget::failure) once it gave way. So nothing is written for a request that is lost, not even errors.

use std::sync::Arc;

use async_graphql::extensions::{
    Extension, ExtensionContext, ExtensionFactory, NextResolve, ResolveInfo,
};
use async_graphql::indexmap::IndexMap;
use async_graphql::{
    Name, PathSegment, QueryPathNode, QueryPathSegment, ServerError, ServerResult, Value,
    async_trait,
};

use crate::budget::{charge, produce};
use crate::erreur::Resultat;
use crate::message;

/// What a field costs, whatever it computes.
const FIELD: u64 = 20;

/// What printing the whole schema costs.
const SDL: u64 = 20_000;

/// Bytes that a value holds, beside its texts, until it is written.
const VALUE: usize = 16;

/// Bytes that an error holds, with its extensions and beside its message and its path, until it is written.
const ERROR: usize = 1000;

/// Bytes that each part of the path of an error holds beside its name.
const SEGMENT: usize = 48;

/// How often a path is kept: in its error, in what is known to be null, and as text.
const PATHS: usize = 3;

/// Bytes that an object of a list holds beside its fields.
const OBJECT: usize = 400;

/// Bytes of a message that are written in a unit of work.
const WRITTEN: usize = 64;

#[cfg(test)]
mod tests;

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
            ERROR + PATHS * length(info.path_node)
        };
        let ty = info.return_type.trim_end_matches('!');
        let cost = if info.name == "_service" { SDL } else { FIELD };
        if charge(cost).is_err() {
            return std::future::pending().await;
        }
        let resolved = next.run(ctx, info).await.map_err(|mut error| {
            // The library quotes a value that is of another type, however long it is.
            shorten(&mut error);
            error
        });
        let paid = match &resolved {
            Ok(None | Some(Value::Null)) => produce(name + null),
            Ok(Some(Value::Object(members))) => {
                produce(name + VALUE).and_then(|()| produce_names(members, ty))
            }
            Ok(Some(value)) => produce_value(name, value),
            Err(error) => produce(name + null + error.message.len()),
        };
        match paid {
            Ok(()) => resolved,
            Err(_) => {
                // Nobody waits for it, and nothing of it is kept while others end.
                drop(resolved);
                std::future::pending().await
            }
        }
    }
}

/// Pays for an error that is reported beside the fields, or stops. Its message is cut.
pub(crate) async fn tell(error: &mut ServerError) {
    shorten(error);
    let path = error.path.iter().map(|segment| match segment {
        PathSegment::Field(name) => SEGMENT + name.len(),
        PathSegment::Index(_) => SEGMENT,
    });
    let path: usize = path.sum();
    if produce(ERROR + PATHS * path + error.message.len()).is_err() {
        error.message = String::new();
        std::future::pending().await
    }
}

/// The library quotes a value that is of another type, however long it is.
fn shorten(error: &mut ServerError) {
    // It was written; whether that can still be paid shows with the next payment.
    let _ = charge((error.message.len() / WRITTEN) as u64);
    error.message = message::bounded(std::mem::take(&mut error.message));
}

/// Pays for an object of a list, and for the names of types in it, or stops.
pub(crate) async fn object(value: &mut Value, ty: &str) {
    let paid = produce(OBJECT).and_then(|()| match &*value {
        Value::Object(members) => produce_names(members, ty),
        _ => Ok(()),
    });
    if paid.is_err() {
        *value = Value::Null;
        std::future::pending().await
    }
}

/// Pays for each `__typename` of an object, which the library answers without asking an extension: what else is the name of the type has been paid for, and is
/// rare.
fn produce_names(members: &IndexMap<Name, Value>, ty: &str) -> Resultat<()> {
    let names = members
        .iter()
        .filter(|(_, value)| matches!(value, Value::String(text) if text == ty));
    let (count, bytes) = names.fold((0, 0), |(count, bytes), (key, _)| {
        (count + 1, bytes + key.len() + VALUE + ty.len())
    });
    match count {
        0 => Ok(()),
        _ => charge(count).and_then(|()| produce(bytes)),
    }
}

/// What a path holds: the aliases of all fields around one are in it.
fn length(path: &QueryPathNode<'_>) -> usize {
    let own = |node: &QueryPathNode<'_>| match node.segment {
        QueryPathSegment::Name(name) => SEGMENT + name.len(),
        QueryPathSegment::Index(_) => SEGMENT,
    };
    own(path) + path.parents().map(own).sum::<usize>()
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
