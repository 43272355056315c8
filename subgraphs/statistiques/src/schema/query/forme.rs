//! How values are distributed.

use async_graphql::{Context, Object};
use valeurs::{Decimal, Resultat};

use crate::{
    dispersion::Definition,
    forme, histogramme,
    schema::types::{Classe, classes, series},
    score,
};

#[derive(Default)]
pub(in crate::schema) struct Forme;

#[Object]
impl Forme {
    /// The skewness, 0 for a symmetric distribution: of a population g1 = m3 / m2^(3/2), with mk the k-th moment about the mean; of a
    /// sample (the default) the adjusted G1 = g1 · √(n(n - 1)) / (n - 2) (Joanes and Gill, 1998).
    #[graphql(complexity = 5)]
    async fn asymetrie(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The values, not all equal: at least three of a sample.")] valeurs: Vec<
            Decimal,
        >,
        #[graphql(
            default,
            desc = "Whether the values are a sample or the whole population."
        )]
        definition: Definition,
    ) -> Resultat<Decimal> {
        forme::asymetrie(&series(ctx, "valeurs", valeurs)?, definition)
    }

    /// The excess kurtosis, 0 for a normal distribution: of a population g2 = m4 / m2² - 3, with mk the k-th moment about the mean; of
    /// a sample (the default) the adjusted G2 = (n - 1)((n + 1) · g2 + 6) / ((n - 2)(n - 3)) (Joanes and Gill, 1998).
    #[graphql(complexity = 5)]
    async fn aplatissement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The values, not all equal: at least four of a sample.")] valeurs: Vec<
            Decimal,
        >,
        #[graphql(
            default,
            desc = "Whether the values are a sample or the whole population."
        )]
        definition: Definition,
    ) -> Resultat<Decimal> {
        forme::aplatissement(&series(ctx, "valeurs", valeurs)?, definition)
    }

    /// The histogram: classes of equal width from the smallest value to the largest, each with the values from its lower bound to
    /// below its upper one; the last has its upper bound too. When all values are equal, from one half below to one half above.
    #[graphql(complexity = "20 + child_complexity")]
    async fn histogramme(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The values, at least one.")] valeurs: Vec<Decimal>,
        #[graphql(
            default_with = "Some(histogramme::DEFAULT_CLASSES)",
            desc = "How many classes, from 1 to 1000."
        )]
        classes: Option<i32>,
    ) -> Resultat<Vec<Classe>> {
        self::classes(&series(ctx, "valeurs", valeurs)?, classes)
    }

    /// The standard score z = (x - mean) / standard deviation: how many standard deviations a value is above the mean of a series.
    #[graphql(complexity = 5)]
    async fn score_z(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The value x. It need not be one of the series.")] valeur: Decimal,
        #[graphql(desc = "The series, at least two values, not all equal.")] dans: Vec<Decimal>,
        #[graphql(
            default,
            desc = "Whether the series is a sample (n - 1) or the whole population (n)."
        )]
        definition: Definition,
    ) -> Resultat<Decimal> {
        score::score_z(valeur, &series(ctx, "dans", dans)?, definition)
    }

    /// The standard score of each value of a series, in their order.
    #[graphql(complexity = 20)]
    async fn scores_z(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The values, at least two, not all equal.")] valeurs: Vec<Decimal>,
        #[graphql(
            default,
            desc = "Whether the values are a sample (n - 1) or the whole population (n)."
        )]
        definition: Definition,
    ) -> Resultat<Vec<Decimal>> {
        score::scores_z(&series(ctx, "valeurs", valeurs)?, definition)
    }
}
