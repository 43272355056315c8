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

/// What fields cost beside an operation on two numbers, and how long lists are: <https://ibm.github.io/graphql-specs/cost-spec.html>. A function that is
/// computed in digits takes some hundred times as long, of which most requests notice nothing: 5 keeps pages of them possible.
pub(crate) const DIRECTIVES: &[(&str, &str)] = &[
    ("Query.puissance", "@cost(weight: 5)"),
    ("Query.racineCarree", "@cost(weight: 5)"),
    ("Query.racineNieme", "@cost(weight: 5)"),
    ("Query.exponentielle", "@cost(weight: 5)"),
    ("Query.logarithme", "@cost(weight: 5)"),
    ("Query.sinus", "@cost(weight: 5)"),
    ("Query.cosinus", "@cost(weight: 5)"),
    ("Query.tangente", "@cost(weight: 5)"),
    ("Query.arctangente", "@cost(weight: 5)"),
    ("Query.calcul", "@cost(weight: 10)"),
    ("Calcul.etapes", "@listSize(assumedSize: 10)"),
];

/// The schema before limits are put on it.
pub(crate) fn builder() -> SchemaBuilder<Isolated<Query>, EmptyMutation, EmptySubscription> {
    valeurs::schema(Isolated(Query::default()))
}

#[cfg(test)]
mod tests;
