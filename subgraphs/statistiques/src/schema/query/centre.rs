//! Means, quantiles, modes, and the ends of a series.

use async_graphql::{Context, Object};
use valeurs::{Decimal, Resultat};

use crate::{
    modes, moyenne,
    quantile::{self, Probability},
    schema::types::{Quartiles, series},
};

#[derive(Default)]
pub(in crate::schema) struct Centre;

#[Object]
impl Centre {
    /// The arithmetic mean: the exact sum of the values divided by their number. It never overflows.
    #[graphql(complexity = 5)]
    async fn moyenne(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The values, at least one.")] valeurs: Vec<Decimal>,
    ) -> Resultat<Decimal> {
        moyenne::moyenne(&series(ctx, "valeurs", valeurs)?)
    }

    /// The weighted arithmetic mean: the sum of the values times their weights, divided by the sum of the weights.
    #[graphql(complexity = 10)]
    async fn moyenne_ponderee(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The values, at least one.")] valeurs: Vec<Decimal>,
        #[graphql(desc = "A weight for each value, in their order: none negative, not all zero.")]
        poids: Vec<Decimal>,
    ) -> Resultat<Decimal> {
        moyenne::moyenne_ponderee(
            &series(ctx, "valeurs", valeurs)?,
            &series(ctx, "poids", poids)?,
        )
    }

    /// The geometric mean: the n-th root of the product of the n values. 0 when a value is 0.
    #[graphql(complexity = 5)]
    async fn moyenne_geometrique(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The values, at least one, none negative.")] valeurs: Vec<Decimal>,
    ) -> Resultat<Decimal> {
        moyenne::moyenne_geometrique(&series(ctx, "valeurs", valeurs)?)
    }

    /// The harmonic mean: the number of values divided by the sum of their reciprocals. 0 when a value is 0.
    #[graphql(complexity = 5)]
    async fn moyenne_harmonique(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The values, at least one, none negative.")] valeurs: Vec<Decimal>,
    ) -> Resultat<Decimal> {
        moyenne::moyenne_harmonique(&series(ctx, "valeurs", valeurs)?)
    }

    /// The median: the middle value in ascending order, or the mean of the two in the middle.
    #[graphql(complexity = 5)]
    async fn mediane(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The values, at least one.")] valeurs: Vec<Decimal>,
    ) -> Resultat<Decimal> {
        quantile::mediane(&series(ctx, "valeurs", valeurs)?)
    }

    /// The modes: every value that is as frequent as the most frequent one, in ascending order. All values when none is repeated.
    #[graphql(complexity = 20)]
    async fn modes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The values, at least one.")] valeurs: Vec<Decimal>,
    ) -> Resultat<Vec<Decimal>> {
        Ok(modes::modes(&series(ctx, "valeurs", valeurs)?))
    }

    /// The quantile of type 7 (Hyndman and Fan, 1996): with the n values in ascending order numbered from 0, the value at (n - 1) · p,
    /// interpolated linearly between its neighbours. The default of R and NumPy.
    #[graphql(complexity = 5)]
    async fn quantile(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The values, at least one.")] valeurs: Vec<Decimal>,
        #[graphql(
            desc = "The probability, from 0 (the minimum) to 1 (the maximum). 0.1 is exactly one tenth."
        )]
        p: f64,
    ) -> Resultat<Decimal> {
        quantile::quantile(
            &series(ctx, "valeurs", valeurs)?,
            &Probability::from_f64(p)?,
        )
    }

    /// The three quartiles: quantiles of type 7 of probabilities 0.25, 0.5 and 0.75.
    #[graphql(complexity = "5 + child_complexity")]
    async fn quartiles(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The values, at least one.")] valeurs: Vec<Decimal>,
    ) -> Resultat<Quartiles> {
        quantile::quartiles(&series(ctx, "valeurs", valeurs)?).map(Quartiles::from)
    }

    /// The smallest value.
    #[graphql(complexity = 5)]
    async fn minimum(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The values, at least one.")] valeurs: Vec<Decimal>,
    ) -> Resultat<Decimal> {
        Ok(series(ctx, "valeurs", valeurs)?.minimum())
    }

    /// The largest value.
    #[graphql(complexity = 5)]
    async fn maximum(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The values, at least one.")] valeurs: Vec<Decimal>,
    ) -> Resultat<Decimal> {
        Ok(series(ctx, "valeurs", valeurs)?.maximum())
    }

    /// How many values there are.
    #[graphql(complexity = 5)]
    async fn effectif(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The values, at least one.")] valeurs: Vec<Decimal>,
    ) -> Resultat<usize> {
        Ok(series(ctx, "valeurs", valeurs)?.effectif())
    }
}
