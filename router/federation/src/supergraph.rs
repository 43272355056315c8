//! The supergraph: one schema and, for every part of it, the subgraphs that have it.

mod api;
mod features;
mod fields;
mod introspection;
mod load;
mod model;
mod size;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use apollo_compiler::collections::{HashMap, IndexMap};
use apollo_compiler::schema::{ExtendedType, Implementers};
use apollo_compiler::validation::Valid;
use apollo_compiler::{Name, Schema};

use self::features::Features;
pub use self::features::RequiredFeature;
pub use self::model::*;
use crate::budget::Budget;
use crate::diagnostic::Diagnostics;

/// A supergraph schema, indexed for planning. Immutable; share it with [`Arc`].
pub struct Supergraph {
    sdl: Arc<str>,
    schema: Valid<Schema>,
    api_schema: Valid<Schema>,
    api_size: usize,
    implementers: HashMap<Name, Implementers>,
    subgraphs: Vec<JoinGraph>,
    types: IndexMap<Name, JoinType>,
}

impl Supergraph {
    /// Reads a supergraph SDL, no matter what composed it: join v0.1 to v0.5, with `@link`ed or `@core`d specifications.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, located in the SDL.
    ///
    /// # Example
    ///
    /// ```
    /// let found = federation::Supergraph::parse("type Query { a: Int }").err().expect("no supergraph");
    /// assert!(found.to_string().contains("does not link the join specification"));
    /// ```
    pub fn parse(sdl: &str) -> Result<Self, Diagnostics> {
        load::load(sdl, &Budget::unbounded())
    }

    /// The same within a budget, which also lets another thread call it off: a unit for each byte of the text, and for each part of the schema.
    ///
    /// # Errors
    ///
    /// As for [`parse`](Self::parse); when the budget is used up or the work is called off, that is an error too, with the code
    /// [`Code::CompositionLimitExceeded`](crate::Code::CompositionLimitExceeded).
    pub fn parse_within(sdl: &str, budget: &Budget) -> Result<Self, Diagnostics> {
        load::load(sdl, budget)
    }

    /// The same as [`parse`](Self::parse) for a schema that is in memory and is what `sdl` says, without reading it again.
    ///
    /// # Errors
    ///
    /// As for [`parse`](Self::parse); places are those of the schema's own sources.
    pub fn of_schema(schema: Valid<Schema>, sdl: &str) -> Result<Self, Diagnostics> {
        load::index(sdl, schema, &Budget::unbounded())
    }

    /// The SDL that was read.
    pub fn sdl(&self) -> &Arc<str> {
        &self.sdl
    }

    /// The whole schema, machinery included.
    pub fn schema(&self) -> &Valid<Schema> {
        &self.schema
    }

    /// What clients see: no machinery, nothing `@inaccessible`. Operations are validated against it.
    pub fn api_schema(&self) -> &Valid<Schema> {
        &self.api_schema
    }

    /// How large the API schema is, in bytes, estimated: its names and descriptions, and a constant for each element.
    pub fn api_size(&self) -> usize {
        self.api_size
    }

    /// The API schema as SDL.
    pub fn api_sdl(&self) -> String {
        let one_of = |ty: &ExtendedType| ty.directives().has("oneOf");
        if self.api_schema.types.values().any(one_of) {
            return self.api_schema.serialize().to_string();
        }
        // Every schema has it; it is only written where it says something to tools that do not know it.
        let mut schema = Schema::clone(&self.api_schema);
        schema.directive_definitions.shift_remove("oneOf");
        schema.serialize().to_string()
    }

    /// For each interface of the API schema, who implements it.
    pub fn implementers(&self) -> &HashMap<Name, Implementers> {
        &self.implementers
    }

    /// The specifications that must not be ignored by who serves this schema, in the order of their links.
    pub fn required_features(&self) -> Vec<RequiredFeature> {
        Features::of(&self.schema).required()
    }

    /// What a directive of a linked specification is called in [`schema`](Self::schema); `None` if the specification is not linked.
    ///
    /// `identity` is the specification's URL without the version, `directive` its own name for it, without `@`.
    pub fn directive_name(&self, identity: &str, directive: &str) -> Option<String> {
        Features::of(&self.schema).directive_of(identity, directive)
    }

    /// The subgraphs; a [`SubgraphId`] is an index into them.
    pub fn subgraphs(&self) -> &[JoinGraph] {
        &self.subgraphs
    }

    /// One subgraph.
    pub fn subgraph(&self, id: SubgraphId) -> Option<&JoinGraph> {
        self.subgraphs.get(usize::from(id.0))
    }

    /// All types that are not machinery, `@inaccessible` ones included.
    pub fn types(&self) -> &IndexMap<Name, JoinType> {
        &self.types
    }
}

impl fmt::Debug for Supergraph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Supergraph")
            .field("subgraphs", &self.subgraphs)
            .field("types", &self.types.len())
            .finish_non_exhaustive()
    }
}
