//! Every field pays, and a request that cannot pay stops.
//!
//! The extension that charges the [`budget`](crate::budget) of a request for its fields and for what they put into the answer: values, objects
//! with their `__typename`s, errors with their paths. When it is used up, or the time is over, no field is resolved any more and no value is kept: the
//! fields left wait forever, and what waits for the whole asks [`Budget::failure`](crate::budget::Budget::failure) once it gave way. So nothing is
//! written for a request that is lost, not even errors.

use std::sync::Arc;

use async_graphql::extensions::{
    Extension, ExtensionContext, ExtensionFactory, NextResolve, ResolveInfo,
};
use async_graphql::{
    QueryPathNode, QueryPathSegment, ServerError, ServerResult, Value, async_trait,
};

use crate::budget::{charge, produce};
use crate::erreur::Resultat;
use crate::message;

#[cfg(test)]
mod tests;

/// What a field costs, whatever it computes.
const FIELD: u64 = 20;

/// What printing the whole schema costs.
const SDL: u64 = 20_000;

/// Bytes that a value holds, beside its texts, until it is written.
const VALUE: usize = 16;

/// Bytes that an object holds, beside its members.
const OBJECT: usize = 128;

/// Bytes that an error holds, with its extensions, until it is written.
const ERROR: usize = 1000;

/// Bytes of a name in a path, beside its text.
const SEGMENT: usize = 32;

/// How often a path is kept: with its error, and where a `null` takes the place of the field.
const PATHS: usize = 2;

/// Bytes of a message, cut or not, that are written in a unit of work.
const WRITTEN: usize = 64;

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
        let (path, ty) = (info.path_node, info.return_type);
        let introspects = info.is_for_introspection;
        let cost = if info.name == "_service" { SDL } else { FIELD };
        if charge(cost).is_err() {
            return std::future::pending().await;
        }
        let mut resolved = next.run(ctx, info).await;
        let paid = produce(name).and_then(|()| match &mut resolved {
            Ok(None | Some(Value::Null)) if introspects => produce(VALUE),
            // It is the place of an error.
            Ok(None | Some(Value::Null)) => produce(ERROR + PATHS * path_len(path)),
            Ok(Some(value @ Value::Object(_))) => pay_object(ty.trim_end_matches('!'), value),
            Ok(Some(value)) => produce_value(value),
            Err(error) => pay_error(error, Some(path)),
        });
        if paid.is_ok() {
            return resolved;
        }
        // A field that waits forever keeps nothing meanwhile.
        drop(resolved);
        std::future::pending().await
    }
}

/// Pays for an error that is reported beside the fields, at `path`, and cuts its message; or stops.
pub(crate) async fn tell(error: &mut ServerError, path: Option<&QueryPathNode<'_>>) {
    if pay_error(error, path).is_err() {
        std::future::pending().await
    }
}

/// Pays for an error. The library quotes a value of another type whole, however long it is: that is work, and is cut.
fn pay_error(error: &mut ServerError, path: Option<&QueryPathNode<'_>>) -> Resultat<()> {
    let written = error.message.len();
    error.message = message::bounded(std::mem::take(&mut error.message));
    error.message.shrink_to_fit();
    charge((written / WRITTEN) as u64)?;
    let path = path.map_or(0, path_len);
    produce(ERROR + written_len(&error.message) + PATHS * path)
}

/// Pays for an object of the type `ty`, whose fields have paid for themselves: the library resolves `__typename` beside them, and asks no extension.
pub(crate) fn pay_object(ty: &str, object: &Value) -> Resultat<()> {
    let Value::Object(members) = object else {
        return Ok(());
    };
    let (mut count, mut bytes) = (0, 0);
    for (name, value) in members {
        if matches!(value, Value::String(text) if text == ty) {
            count += 1;
            bytes += name.len() + VALUE + ty.len();
        }
    }
    charge(count * FIELD)?;
    produce(OBJECT + bytes)
}

/// Pays for a value; what is inside an object has paid for itself.
fn produce_value(value: &Value) -> Resultat<()> {
    produce(
        VALUE
            + match value {
                Value::String(text) => written_len(text),
                Value::Binary(text) => text.len(),
                Value::List(items) => items.iter().map(in_list).sum(),
                _ => 0,
            },
    )
}

fn in_list(value: &Value) -> usize {
    VALUE
        + match value {
            Value::String(text) => written_len(text),
            _ => 0,
        }
}

/// The bytes of a text in JSON, where a character may need an escape of six.
fn written_len(text: &str) -> usize {
    let escapes = text.bytes().map(|byte| match byte {
        b'"' | b'\\' => 1,
        0..0x20 => 5,
        _ => 0,
    });
    text.len() + escapes.sum::<usize>()
}

fn path_len(path: &QueryPathNode<'_>) -> usize {
    let own = match path.segment {
        QueryPathSegment::Name(name) => name.len(),
        QueryPathSegment::Index(_) => 0,
    };
    SEGMENT + own + path.parent.map_or(0, path_len)
}
