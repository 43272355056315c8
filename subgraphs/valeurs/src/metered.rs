//! Every field pays, and a request that cannot pay stops.
//!
//! The extension that charges the [`budget`](crate::budget) of a request for its fields and for what they put into the answer: values, objects
//! with their `__typename`s, errors with their paths; and for the memory that these hold until all of them are written. When it is used up, or the time is over, no field is resolved any more and no value is kept: the
//! fields left wait forever, and what waits for the whole asks [`Budget::failure`](crate::budget::Budget::failure) once it gave way. So nothing is
//! written for a request that is lost, not even errors.

use std::sync::Arc;

use async_graphql::extensions::{
    Extension, ExtensionContext, ExtensionFactory, NextResolve, ResolveInfo,
};
use async_graphql::{
    Name, QueryPathNode, QueryPathSegment, ServerError, ServerResult, Value, async_trait,
};

use crate::budget::{charge, keep, produce};
use crate::erreur::Resultat;
use crate::message;

#[cfg(test)]
mod tests;

/// What a field costs, whatever it computes.
const FIELD: u64 = 20;

/// What printing the whole schema costs.
const SDL: u64 = 20_000;

/// Bytes of an answer that a value is charged for, beside its texts.
const VALUE: usize = 16;

/// The same for an object, beside its members.
const OBJECT: usize = 128;

/// Bytes of memory of a member in the table of its object: with its hash and its name, which is the document's.
const SLOT: usize = size_of::<(u64, Name, Value)>();

/// Bytes of memory of what finds it there: its index, and what a hash is compared with first.
const BUCKET: usize = size_of::<usize>() + 1;

/// Bytes of memory of a text, beside its letters: an allocation.
const TEXT: usize = 32;

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
            Ok(Some(value)) => produce_value(value).and_then(|()| keep(held(value, introspects))),
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
    produce(OBJECT + bytes)?;
    keep(table(members.len()) + count as usize * (TEXT + ty.len()))
}

/// Bytes of memory of the table of an object: there is room for twice as many members where the last one was the first beyond what there was.
fn table(members: usize) -> usize {
    let buckets = match members {
        0 => return 0,
        1..=3 => 4,
        4..=7 => 8,
        // No more than seven of eight are used.
        more => (more * 8).div_ceil(7).next_power_of_two(),
    };
    let slots = if buckets <= 8 {
        buckets - 1
    } else {
        buckets / 8 * 7
    };
    slots * SLOT + buckets * BUCKET
}

/// Bytes of memory of a value, beside its place in an object: what is written already is shared by all who ask for it, and objects have paid for themselves, but
/// for those in a list of the library, of which only its introspection has some.
fn held(value: &Value, introspects: bool) -> usize {
    match value {
        Value::String(text) => TEXT + text.len(),
        Value::Object(members) if introspects => table(members.len()),
        Value::List(items) => {
            let items = items.iter();
            items
                .map(|item| size_of::<Value>() + held(item, introspects))
                .sum()
        }
        _ => 0,
    }
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
