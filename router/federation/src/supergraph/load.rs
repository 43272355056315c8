//! Reads a supergraph SDL (<https://specs.apollo.dev/join/v0.3/>, and every version from v0.1 to v0.5).

mod loader;
mod parse;
mod possible_types;
mod types;

use std::sync::Arc;

use apollo_compiler::validation::Valid;
use apollo_compiler::{Name, Schema};

pub(super) use self::loader::{Loader, text_argument};
use self::parse::{parse, syntax};
use super::features::Features;
use super::{Supergraph, api, size};
use crate::budget::{Budget, Stop};
use crate::code::Code;
use crate::diagnostic::{Diagnostic, Diagnostics};

/// The stages: parse → features → graphs → types → fields → API schema.
pub(super) fn load(sdl: &str, budget: &Budget) -> Result<Supergraph, Diagnostics> {
    let schema = parse(sdl, budget)?;
    index(sdl, schema, budget)
}

/// Takes units for what comes next.
fn spend(budget: &Budget, units: usize) -> Result<(), Diagnostics> {
    budget.spend_each(units);
    match budget.stopped() {
        None => Ok(()),
        Some(stop) => Err(one(Diagnostic::error(
            Code::CompositionLimitExceeded,
            match stop {
                Stop::Exhausted => "loading the supergraph would take more work than it is given",
                Stop::Cancelled => "loading the supergraph was called off",
            },
        ))),
    }
}

/// What GraphQL itself defines comes first, as it does where a text is parsed: introspection shows this order.
fn ordered(schema: Valid<Schema>) -> Valid<Schema> {
    let first = Schema::new();
    let mut schema = schema.into_inner();
    let place = |name: &Name| first.types.get_index_of(name).unwrap_or(usize::MAX);
    schema
        .types
        .sort_by(|one, _, other, _| place(one).cmp(&place(other)));
    let place = |name: &Name| {
        let found = first.directive_definitions.get_index_of(name);
        found.unwrap_or(usize::MAX)
    };
    schema
        .directive_definitions
        .sort_by(|one, _, other, _| place(one).cmp(&place(other)));
    Valid::assume_valid(schema)
}

/// The same for a schema that is there already.
pub(super) fn index(
    sdl: &str,
    schema: Valid<Schema>,
    budget: &Budget,
) -> Result<Supergraph, Diagnostics> {
    let schema = ordered(schema);
    let features = Features::of(&schema);
    let mut loader = Loader::new(&schema, &features)?;
    let subgraphs = loader.graphs();
    let types = loader.types(&subgraphs, budget)?;
    if loader.found.has_errors() {
        loader.found.sort();
        return Err(loader.found);
    }
    spend(budget, types.len())?;
    let api_schema =
        api::api_schema(&schema, &features).map_err(|broken| syntax(sdl, &broken.errors))?;
    if api_schema.schema_definition.query.is_none() {
        return Err(one(error("the API schema has no query root type")));
    }
    let implementers = api_schema.implementers_map();
    Ok(Supergraph {
        sdl: Arc::from(sdl),
        schema,
        api_size: size::of(&api_schema),
        api_schema,
        implementers,
        subgraphs,
        types,
    })
}

fn error(message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(Code::InvalidFederationSupergraph, message)
}

fn one(diagnostic: Diagnostic) -> Diagnostics {
    std::iter::once(diagnostic).collect()
}
