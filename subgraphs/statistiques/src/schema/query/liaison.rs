//! How two series go together.

use async_graphql::{Context, Object};
use valeurs::{Decimal, Resultat};

use crate::{
    dispersion::Definition,
    liaison::{self, Pairs},
    schema::types::{Regression, series},
};

#[derive(Default)]
pub(in crate::schema) struct Liaison;

#[Object]
impl Liaison {
    /// The covariance of the pairs (x, y): the sum of the products of their deviations from the means, divided by n - 1 for a sample
    /// (the default) or by n for a population.
    #[graphql(complexity = 10)]
    async fn covariance(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first values of the pairs: at least two of a sample.")] x: Vec<
            Decimal,
        >,
        #[graphql(desc = "The second values of the pairs, as many.")] y: Vec<Decimal>,
        #[graphql(
            default,
            desc = "Whether the pairs are a sample or the whole population."
        )]
        definition: Definition,
    ) -> Resultat<Decimal> {
        let (x, y) = (series(ctx, "x", x)?, series(ctx, "y", y)?);
        liaison::covariance(Pairs::new(&x, &y)?, definition)
    }

    /// Pearson's correlation coefficient of the pairs (x, y), from -1 to 1: the covariance divided by both standard deviations. It is
    /// the same for a sample and a population.
    #[graphql(complexity = 10)]
    async fn correlation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first values of the pairs: at least two, not all equal.")] x: Vec<
            Decimal,
        >,
        #[graphql(desc = "The second values of the pairs, as many, not all equal.")] y: Vec<
            Decimal,
        >,
    ) -> Resultat<Decimal> {
        let (x, y) = (series(ctx, "x", x)?, series(ctx, "y", y)?);
        liaison::correlation(Pairs::new(&x, &y)?)
    }

    /// The line through the pairs (x, y) by ordinary least squares.
    #[graphql(complexity = "10 + child_complexity")]
    async fn regression_lineaire(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What explains: at least two values, not all equal.")] x: Vec<Decimal>,
        #[graphql(desc = "What is explained, as many values.")] y: Vec<Decimal>,
    ) -> Resultat<Regression> {
        let (x, y) = (series(ctx, "x", x)?, series(ctx, "y", y)?);
        liaison::regression_lineaire(Pairs::new(&x, &y)?).map(Regression)
    }
}
