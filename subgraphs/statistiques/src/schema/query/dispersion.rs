//! How far values are from each other.

use async_graphql::{Context, Object};
use valeurs::{Decimal, Liste, Resultat};

use crate::{
    dispersion::{self, Definition},
    quantile,
    schema::computed::of,
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
        valeurs: Liste,
        #[graphql(
            default,
            desc = "Whether the values are a sample or the whole population."
        )]
        definition: Definition,
    ) -> Option<Resultat<Decimal>> {
        of(
            ctx,
            "valeurs",
            &valeurs,
            ("variance", 6),
            Some(definition),
            |series| dispersion::variance(series, definition),
        )
    }

    /// The standard deviation: the square root of the variance, of a sample (divided by n - 1, the default) or of a population
    /// (divided by n).
    #[graphql(complexity = 5)]
    async fn ecart_type(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The values: at least two of a sample, at least one of a population.")]
        valeurs: Liste,
        #[graphql(
            default,
            desc = "Whether the values are a sample or the whole population."
        )]
        definition: Definition,
    ) -> Option<Resultat<Decimal>> {
        of(
            ctx,
            "valeurs",
            &valeurs,
            ("ecartType", 6),
            Some(definition),
            |series| dispersion::ecart_type(series, definition),
        )
    }

    /// The coefficient of variation: the standard deviation divided by the magnitude of the mean, which must not be zero.
    #[graphql(complexity = 5)]
    async fn coefficient_variation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The values: at least two of a sample, at least one of a population.")]
        valeurs: Liste,
        #[graphql(
            default,
            desc = "Whether the values are a sample or the whole population."
        )]
        definition: Definition,
    ) -> Option<Resultat<Decimal>> {
        of(
            ctx,
            "valeurs",
            &valeurs,
            ("coefficientVariation", 6),
            Some(definition),
            |series| dispersion::coefficient_variation(series, definition),
        )
    }

    /// The range: the largest value minus the smallest.
    #[graphql(complexity = 5)]
    async fn etendue(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The values, at least one.")] valeurs: Liste,
    ) -> Option<Resultat<Decimal>> {
        of(
            ctx,
            "valeurs",
            &valeurs,
            ("etendue", 1),
            None,
            dispersion::etendue,
        )
    }

    /// The interquartile range: the third quartile minus the first (quantiles of type 7).
    #[graphql(complexity = 5)]
    async fn ecart_interquartile(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The values, at least one.")] valeurs: Liste,
    ) -> Option<Resultat<Decimal>> {
        of(
            ctx,
            "valeurs",
            &valeurs,
            ("ecartInterquartile", 4),
            None,
            quantile::ecart_interquartile,
        )
    }
}
