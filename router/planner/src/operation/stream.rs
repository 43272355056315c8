//! Lists of which only the first items are delivered at once: fields with `@stream`
//! (<https://github.com/graphql/graphql-spec/pull/1110>).
//!
//! A streamed list is planned like any other, since its first items need the same requests as all of them. Only then are the requests that
//! its items need divided, into those for the first ones and those for the others (`emit::divide`).

use std::sync::Arc;

use apollo_compiler::Name;
use apollo_compiler::ast::Value;
use apollo_compiler::executable::Field;

use crate::operation::condition::Cond;
use crate::operation::defer::{Deferring, label};
use crate::plan::InitialCount;

/// What makes a field a streamed list.
pub(crate) struct Stream {
    pub(crate) label: Option<Arc<str>>,
    pub(crate) initial: InitialCount,
    /// The response keys that lead to the list.
    pub(crate) path: Vec<Name>,
}

impl Deferring<'_> {
    /// How the list is streamed that these nodes of one field select, if it is. `path` leads to the objects that have it, `key` is its own.
    pub(crate) fn stream(
        &self,
        nodes: &[(&Field, Cond)],
        path: &[Name],
        key: &Name,
    ) -> Option<Stream> {
        // Validation sees to it that all nodes have the same directive.
        let mut directives = nodes.iter();
        let directive =
            directives.find_map(|(field, _)| self.active(&field.directives, "stream"))?;
        self.found.set(true);
        let initial = match directive
            .specified_argument_by_name("initialCount")
            .map(|value| &**value)
        {
            Some(Value::Int(count)) => {
                InitialCount::Fixed(count.try_to_i32().ok()?.try_into().ok()?)
            }
            Some(Value::Variable(variable)) => InitialCount::Variable(variable.clone()),
            _ => InitialCount::Fixed(0),
        };
        Some(Stream {
            label: label(directive).map(Arc::from),
            initial,
            path: path.iter().chain([key]).cloned().collect(),
        })
    }
}
