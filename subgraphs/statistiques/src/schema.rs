//! The GraphQL schema: root fields for direct queries, and the entities `Serie` and `Calcul` for federation.

use async_graphql::{EmptyMutation, MergedObject, SchemaBuilder};
use valeurs::entity::Isolated;

use self::subscription::Subscription;

mod calcul;
mod computed;
mod entities;
mod query;
mod serie;
mod subscription;
mod types;

/// Calculations on exact decimals.
#[derive(MergedObject, Default)]
#[graphql(name = "Query")]
pub(crate) struct Query(
    query::Centre,
    query::Dispersion,
    query::Forme,
    query::Liaison,
    query::Inference,
    entities::Entities,
);

/// The schema before limits are put on it.
pub(crate) fn builder() -> SchemaBuilder<Isolated<Query>, EmptyMutation, Subscription> {
    valeurs::schema_with_subscription(Isolated(Query::default()), Subscription)
}

#[cfg(test)]
mod tests;
