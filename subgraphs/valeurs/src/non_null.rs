//! Errors in non-null fields make their parent `null`, as the specification asks
//! (<https://spec.graphql.org/October2021/#sec-Handling-Field-Errors>).
//!
//! async-graphql 7.2 leaves a field that failed out of its parent, whatever its type: a response then lacks fields
//! that its type promises, and a nullable field is missing where it should be `null`. This extension sees every field
//! complete, from the leaves to the root, and puts the `null`s where they belong.
//!
//! It also makes `null` of an object of which no field is asked for, as `@skip` and fragments of other types bring about. The result of a selection is a
//! map, empty where nothing is collected (<https://spec.graphql.org/October2021/#sec-Executing-Selection-Sets>), and here it is.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_graphql::extensions::{
    Extension, ExtensionContext, ExtensionFactory, NextExecute, NextResolve, ResolveInfo,
};
use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{Selection, SelectionSet};
use async_graphql::{
    PathSegment, QueryPathNode, QueryPathSegment, Response, ServerError, ServerResult, Value,
    async_trait,
};

#[cfg(test)]
mod tests;

/// The extension that propagates `null` from failed non-null fields.
#[derive(Debug, Clone, Copy)]
pub struct NonNull;

impl ExtensionFactory for NonNull {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Propagation::default())
    }
}

/// What failed in one execution.
#[derive(Default)]
struct Propagation(Mutex<Failures>);

#[derive(Default)]
struct Failures {
    errors: Vec<ServerError>,
    /// The positions that are `null` because of what is below them, as texts of their paths.
    nulls: HashSet<String>,
    /// Whether an object may be empty that is the place of an error.
    has_emptied: bool,
}

#[async_trait::async_trait]
impl Extension for Propagation {
    async fn resolve(
        &self,
        ctx: &ExtensionContext<'_>,
        info: ResolveInfo<'_>,
        next: NextResolve<'_>,
    ) -> ServerResult<Option<Value>> {
        let path = info.path_node;
        let ty = info.return_type.to_owned();
        let (field, introspects) = (info.field, info.is_for_introspection);
        let resolved = next.run(ctx, info).await;

        let mut failures = self.failures();
        // The library takes the type of an item for non-null.
        let is_item = matches!(path.segment, QueryPathSegment::Index(_));
        let is_empty = |value: &Option<Value>| {
            matches!(value, None | Some(Value::Null))
                && is_composite(ctx, &ty)
                && (ty.ends_with('!') && !is_item
                    || (is_item || !introspects) && !has_field(&field.selection_set.node))
        };
        let value = match resolved {
            // What failed below it settles that it is `null`.
            Ok(value) if is_empty(&value) => {
                failures.has_emptied = true;
                Some(Value::Object(IndexMap::default()))
            }
            Ok(value) => value,
            Err(error) => {
                failures.errors.push(with_path(error, path));
                failures.nulls.insert(text(path));
                None
            }
        };
        if failures.nulls.is_empty() {
            // The common case: nothing failed, and no path is written.
            return Ok(value);
        }
        // An item is settled with its list, whose field knows the type.
        if is_item {
            return Ok(Some(value.unwrap_or_default()));
        }
        let mut value = value.unwrap_or_default();
        failures.settle(&mut value, &ty, &text(path));
        if value == Value::Null && ty.ends_with('!') {
            failures
                .nulls
                .insert(path.parent.map(text).unwrap_or_default());
        }
        Ok(Some(value))
    }

    async fn execute(
        &self,
        ctx: &ExtensionContext<'_>,
        operation_name: Option<&str>,
        next: NextExecute<'_>,
    ) -> Response {
        let mut response = next.run(ctx, operation_name).await;
        let mut failures = self.failures();
        response.errors.append(&mut failures.errors);
        if failures.nulls.contains("") {
            response.data = Value::Null;
        } else if response.data == Value::Null && response.errors.is_empty() {
            response.data = Value::Object(IndexMap::default());
        }
        if failures.has_emptied {
            // A nullable field tells its error past the extensions.
            for error in &response.errors {
                take_empty(&mut response.data, &error.path);
            }
        }
        // Each event of a subscription is an execution, and all of them have this extension.
        failures.nulls.clear();
        failures.has_emptied = false;
        response
    }
}

impl Failures {
    /// Makes `value`, of type `ty` and at `position`, `null` if something below it failed: for an object its fields have
    /// told, for a list its items tell.
    fn settle(&self, value: &mut Value, ty: &str, position: &str) {
        let item_type = ty
            .trim_end_matches('!')
            .strip_prefix('[')
            .and_then(|ty| ty.strip_suffix(']'));
        if let (Value::List(items), Some(item_type)) = (&mut *value, item_type) {
            let mut null = false;
            for (index, item) in items.iter_mut().enumerate() {
                self.settle(item, item_type, &format!("{position}/{index}"));
                null |= *item == Value::Null && item_type.ends_with('!');
            }
            if null {
                *value = Value::Null;
            }
        }
        if self.nulls.contains(position) {
            *value = Value::Null;
        }
    }
}

impl Propagation {
    fn failures(&self) -> MutexGuard<'_, Failures> {
        // A panic elsewhere leaves these collections whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the type, without its `!`, is one of objects.
fn is_composite(ctx: &ExtensionContext<'_>, ty: &str) -> bool {
    let types = &ctx.schema_env.registry.types;
    types
        .get(ty.trim_end_matches('!'))
        .is_some_and(|ty| ty.is_composite())
}

/// Whether a field is certainly asked for. What is skipped is there no more; fragments may be of another type.
fn has_field(selections: &SelectionSet) -> bool {
    let mut items = selections.items.iter();
    items.any(|item| matches!(item.node, Selection::Field(_)))
}

/// Makes an empty object `null` that is the place of an error.
fn take_empty(data: &mut Value, path: &[PathSegment]) {
    let mut value = data;
    for segment in path {
        let below = match (value, segment) {
            (Value::Object(members), PathSegment::Field(name)) => members.get_mut(name.as_str()),
            (Value::List(items), PathSegment::Index(index)) => items.get_mut(*index),
            _ => None,
        };
        let Some(below) = below else { return };
        value = below;
    }
    if matches!(value, Value::Object(members) if members.is_empty()) {
        *value = Value::Null;
    }
}

/// A path as a text; that of the root is empty. Response keys are names, so that `/` separates them.
fn text(path: &QueryPathNode<'_>) -> String {
    let mut text = path.parent.map(self::text).unwrap_or_default();
    let written = match path.segment {
        QueryPathSegment::Name(name) => write!(text, "/{name}"),
        QueryPathSegment::Index(index) => write!(text, "/{index}"),
    };
    debug_assert!(written.is_ok(), "writing to a String cannot fail");
    text
}

/// The error, at `path` unless it knows better.
fn with_path(mut error: ServerError, path: &QueryPathNode<'_>) -> ServerError {
    if error.path.is_empty() {
        let segment = |node: &QueryPathNode<'_>| match node.segment {
            QueryPathSegment::Name(name) => PathSegment::Field(name.to_owned()),
            QueryPathSegment::Index(index) => PathSegment::Index(index),
        };
        error.path = path.parents().map(segment).collect();
        error.path.reverse();
        error.path.push(segment(path));
    }
    error
}
