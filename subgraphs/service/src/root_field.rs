//! Root fields that are computed without async-graphql, where a document asks for nothing that needs it.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use async_graphql::{InputType, Value};

use crate::Limits;

/// No fast path takes as many units of work, or has an answer of as many bytes.
const LEAST_WORK: u64 = 100_000;
const LEAST_ANSWER: usize = 16 * 1024;

/// A root field with a scalar result that depends on nothing but its arguments. The schema has the same field: this is its fast path, see
/// [`Subgraph::shortcuts`](crate::Subgraph::shortcuts).
pub struct RootField {
    name: Cow<'static, str>,
    arguments: Vec<Cow<'static, str>>,
    compute: Box<Compute>,
}

type Compute = dyn Fn(Arguments) -> Option<Value> + Send + Sync;

impl RootField {
    /// The field `name` with these arguments. `compute` reads them in the same order and gives what the resolver of the field would, and
    /// nothing where that is an error: errors are left to the schema.
    pub fn new(
        name: impl Into<Cow<'static, str>>,
        arguments: Vec<Cow<'static, str>>,
        compute: impl Fn(Arguments) -> Option<Value> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            arguments,
            compute: Box::new(compute),
        }
    }

    /// Fields by their names; none where the limits are so low that what a fast path takes has to be counted.
    pub(crate) fn by_name(fields: Vec<Self>, limits: &Limits) -> HashMap<String, Arc<Self>> {
        if limits.work < LEAST_WORK || limits.answer_bytes < LEAST_ANSWER {
            return HashMap::new();
        }
        let named = |field: Self| (field.name.to_string(), Arc::new(field));
        fields.into_iter().map(named).collect()
    }

    pub(crate) fn arguments(&self) -> &[Cow<'static, str>] {
        &self.arguments
    }

    /// The result for the values of its arguments, in their order; nothing where there is an error to report.
    pub(crate) fn compute(&self, values: Vec<Option<Value>>) -> Option<Value> {
        (self.compute)(Arguments(values.into_iter()))
    }
}

impl fmt::Debug for RootField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RootField")
            .field("name", &self.name)
            .field("arguments", &self.arguments)
            .finish_non_exhaustive()
    }
}

/// The values of the arguments of a field, in the order in which it declares them.
#[derive(Debug)]
pub struct Arguments(std::vec::IntoIter<Option<Value>>);

impl Arguments {
    /// The next argument, or its default where it was left out; nothing when its type does not accept it.
    pub fn read<T: InputType>(&mut self, default: Option<fn() -> T>) -> Option<T> {
        match (self.0.next()?, default) {
            (None, Some(default)) => Some(default()),
            (value, _) => T::parse(value).ok(),
        }
    }
}
