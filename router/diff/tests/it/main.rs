//! Schemas beside each other.

mod cases;
mod graphs;
mod random;
mod soundness;

use apollo_compiler::validation::Valid;
use apollo_compiler::{Node, Schema};

/// A schema that is valid, with `@oneOf`, which the parser does not know.
fn parsed(sdl: &str) -> Result<Valid<Schema>, String> {
    let mut schema = Schema::parse(sdl, "schema.graphql").map_err(|errors| errors.to_string())?;
    let definition = Node::new(federation::one_of::definition());
    schema
        .directive_definitions
        .insert(definition.name.clone(), definition);
    schema.validate().map_err(|errors| errors.to_string())
}
