//! One side of a comparison.

use std::sync::Arc;

use apollo_compiler::Schema;
use apollo_compiler::validation::Valid;
use federation::Supergraph;

/// A schema before or after: a supergraph, or the API schema alone.
pub(crate) enum Side {
    Supergraph(Arc<Supergraph>),
    Api(Box<Valid<Schema>>),
}

impl Side {
    pub(crate) fn api_schema(&self) -> &Valid<Schema> {
        match self {
            Side::Supergraph(supergraph) => supergraph.api_schema(),
            Side::Api(schema) => schema,
        }
    }

    pub(crate) fn supergraph(&self) -> Option<&Arc<Supergraph>> {
        match self {
            Side::Supergraph(supergraph) => Some(supergraph),
            Side::Api(_) => None,
        }
    }

    pub(crate) fn api_sdl(&self) -> String {
        match self {
            Side::Supergraph(supergraph) => supergraph.api_sdl(),
            Side::Api(schema) => schema.serialize().to_string(),
        }
    }
}
