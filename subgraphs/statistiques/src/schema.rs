//! The GraphQL schema: root fields for direct queries, and the entities `Serie` and `Calcul` for federation.

use async_graphql::{EmptyMutation, MergedObject, SchemaBuilder};
use valeurs::entity::Isolated;

use self::subscription::Subscription;

mod calcul;
mod computed;
mod entities;
mod limits;
mod query;
mod question;
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

/// What fields cost beside others: one sorts or walks through a series, one of 50 computes a distribution; and how long lists of objects are.
pub(crate) const DIRECTIVES: &[(&str, &str)] = &[
    ("Query.histogramme", "@cost(weight: 20)"),
    ("Query.histogramme", CLASSES),
    ("Serie.histogramme", "@cost(weight: 20)"),
    ("Serie.histogramme", CLASSES),
    ("Query.scoresZ", "@cost(weight: 20)"),
    ("Serie.scoresZ", "@cost(weight: 20)"),
    ("Query.regression", "@cost(weight: 10)"),
    ("Query.regressionLineaire", "@cost(weight: 10)"),
    ("Query.covariance", "@cost(weight: 10)"),
    ("Query.correlation", "@cost(weight: 10)"),
    ("Query.quantiles", "@cost(weight: 20)"),
    ("Serie.quantiles", "@cost(weight: 20)"),
    ("Serie.triee", "@cost(weight: 5)"),
    ("Serie.centree", "@cost(weight: 5)"),
    ("Serie.sans", "@cost(weight: 5)"),
    ("Query.intervalleConfiance", "@cost(weight: 50)"),
    ("Serie.intervalleConfiance", "@cost(weight: 50)"),
    ("Query.testStudent", "@cost(weight: 50)"),
    ("Serie.testStudent", "@cost(weight: 50)"),
    ("Query.intervalleConfiance", INFERENCE),
    ("Serie.intervalleConfiance", INFERENCE),
    ("Query.testStudent", INFERENCE),
    ("Serie.testStudent", INFERENCE),
];

/// A histogram has as many classes as are asked for.
const CLASSES: &str =
    "@listSize(assumedSize: 10, slicingArguments: [\"classes\"], requireOneSlicingArgument: false)";

/// What supposes a distribution: a contract may leave it out.
const INFERENCE: &str = "@tag(name: \"inference\")";

/// The schema before limits are put on it.
pub(crate) fn builder() -> SchemaBuilder<Isolated<Query>, EmptyMutation, Subscription> {
    valeurs::schema_with_subscription(Isolated(Query::default()), Subscription)
}

#[cfg(test)]
mod tests;
