//! The GraphQL schema: operations as root fields, and the entities `Calcul` and `Serie` for federation.

use async_graphql::{EmptyMutation, EmptySubscription, MergedObject, SchemaBuilder};

use valeurs::entity::Isolated;

use crate::catalog::Arithmetique;

pub(crate) mod calcul;
pub(crate) mod serie;

/// Calculations on exact decimals.
#[derive(MergedObject, Default)]
#[graphql(name = "Query")]
pub(crate) struct Query(Arithmetique, calcul::Calculs, serie::Series);

/// The schema before limits are put on it.
pub(crate) fn builder() -> SchemaBuilder<Isolated<Query>, EmptyMutation, EmptySubscription> {
    valeurs::schema(Isolated(Query::default()))
}

#[cfg(test)]
mod tests;
