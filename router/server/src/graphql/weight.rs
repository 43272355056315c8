//! How much memory prepared operations take, estimated in bytes.

use std::collections::HashSet;
use std::sync::Arc;

use planner::{FetchTarget, FieldSource, IntrospectionField, ObjectShape, QueryPlan, Shape};

/// What a parsed document takes for each byte of its text, roughly.
const PARSED_BYTES_PER_BYTE: usize = 16;
/// What one field of a response shape takes, roughly.
const SHAPE_FIELD_BYTES: usize = 160;
/// What one fetch takes beside its text, roughly.
const FETCH_BYTES: usize = 512;
/// What one field of a representation takes, roughly.
const REPRESENTATION_FIELD_BYTES: usize = 96;

/// Of a parsed document.
pub(super) fn of_document(text: &str) -> usize {
    text.len() * PARSED_BYTES_PER_BYTE
}

/// Of a plan, without what it shares with the schema.
pub(super) fn of_plan(plan: &QueryPlan) -> usize {
    let fetches = plan.fetches.iter().map(|fetch| {
        let representations = match &fetch.target {
            FetchTarget::Root | FetchTarget::RootAt(_) => 0,
            FetchTarget::Entities(entities) => entities
                .iter()
                .flat_map(|entity| &entity.representations)
                .map(|representation| representation.fields.len() + 1)
                .sum(),
        };
        FETCH_BYTES + fetch.operation.len() + representations * REPRESENTATION_FIELD_BYTES
    });
    let mut seen = HashSet::new();
    fetches.sum::<usize>() + object_weight(&plan.shape, &mut seen)
}

fn object_weight<'p>(object: &'p ObjectShape, seen: &mut HashSet<*const ObjectShape>) -> usize {
    let mut total = 0;
    // Shapes nest as deeply as the operation, which the limits bound; a list keeps them off the stack all the same.
    let mut pending: Vec<&'p ObjectShape> = vec![object];
    while let Some(object) = pending.pop() {
        total += object.fields.len() * SHAPE_FIELD_BYTES;
        pending.extend(object.deferred.iter().map(|deferred| &deferred.shape));
        for field in &object.fields {
            if let FieldSource::Introspection(introspected) = &field.source {
                total += introspection_weight(introspected);
            }
            let mut shape = &field.value;
            loop {
                match shape {
                    Shape::NonNull(inner) | Shape::List(inner) => shape = inner,
                    Shape::Object { shape, .. } => {
                        if seen.insert(Arc::as_ptr(shape)) {
                            pending.push(shape);
                        }
                        break;
                    }
                    Shape::Abstract { possible, .. } => {
                        total += possible.len() * REPRESENTATION_FIELD_BYTES;
                        for (_, shape) in possible {
                            if seen.insert(Arc::as_ptr(shape)) {
                                pending.push(shape);
                            }
                        }
                        break;
                    }
                    Shape::Leaf(_) | Shape::Introspection => break,
                }
            }
        }
    }
    total
}

fn introspection_weight(field: &IntrospectionField) -> usize {
    let mut total = 0;
    let mut pending = vec![field];
    while let Some(field) = pending.pop() {
        total += SHAPE_FIELD_BYTES;
        pending.extend(&field.fields);
    }
    total
}
