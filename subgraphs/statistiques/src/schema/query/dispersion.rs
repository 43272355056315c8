//! How far values are from each other.

use async_graphql::{Context, Object};
use valeurs::{Decimal, Resultat};

use crate::{
    dispersion::{self, Definition},
    quantile,
    schema::types::series,
};

#[derive(Default)]
pub(in crate::schema) struct Dispersion;

#[Object]
impl Dispersion {
    /// The variance: the sum of the squared deviations from the mean, divided by n - 1 for a sample (the default) or by n for a
    /// population.
    #[graphql(complexity = 5)]
    async fn variance(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The values: at least two of a sample, at least one of a population.")]
        valeurs: Vec<Decimal>,
        #[graphql(
            default,
            desc = "Whether the values are a sample or the whole population."
        )]
        definition: Definition,
    ) -> Resultat<Decimal> {
        dispersion::variance(&series(ctx, "valeurs", valeurs)?, definition)
    }

    /// The standard deviation: the square root of the variance, of a sample (divided by n - 1, the default) or of a population
    /// (divided by n).
    #[graphql(complexity = 5)]
    async fn ecart_type(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The values: at least two of a sample, at least one of a population.")]
        valeurs: Vec<Decimal>,
        #[graphql(
            default,
            desc = "Whether the values are a sample or the whole population."
        )]
        definition: Definition,
    ) -> Resultat<Decimal> {
        dispersion::ecart_type(&series(ctx, "valeurs", valeurs)?, definition)
    }

    /// The coefficient of variation: the standard deviation divided by the magnitude of the mean, which must not be zero.
    #[graphql(complexity = 5)]
    async fn coefficient_variation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The values: at least two of a sample, at least one of a population.")]
        valeurs: Vec<Decimal>,
        #[graphql(
            default,
            desc = "Whether the values are a sample or the whole population."
        )]
        definition: Definition,
    ) -> Resultat<Decimal> {
        dispersion::coefficient_variation(&series(ctx, "valeurs", valeurs)?, definition)
    }

    /// The range: the largest value minus the smallest.
    #[graphql(complexity = 5)]
    async fn etendue(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The values, at least one.")] valeurs: Vec<Decimal>,
    ) -> Resultat<Decimal> {
        dispersion::etendue(&series(ctx, "valeurs", valeurs)?)
    }

    /// The interquartile range: the third quartile minus the first (quantiles of type 7).
    #[graphql(complexity = 5)]
    async fn ecart_interquartile(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The values, at least one.")] valeurs: Vec<Decimal>,
    ) -> Resultat<Decimal> {
        quantile::ecart_interquartile(&series(ctx, "valeurs", valeurs)?)
    }
}
