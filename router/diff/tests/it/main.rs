//! Schemas beside each other.

mod cases;
mod graphs;
mod operation;
mod random;
mod soundness;
mod world;

use apollo_compiler::Schema;
use apollo_compiler::validation::Valid;

/// A schema that is valid, with `@oneOf`, which the parser does not know.
fn parsed(sdl: &str) -> Result<Valid<Schema>, String> {
    let mut schema = Schema::parse(sdl, "schema.graphql").map_err(|errors| errors.to_string())?;
    federation::one_of::define(&mut schema);
    schema.validate().map_err(|errors| errors.to_string())
}
