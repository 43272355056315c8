//! How values are distributed.

use async_graphql::{Context, Object};
use valeurs::{Decimal, Decimaux, Liste, Objets, Resultat};

use crate::{
    dispersion::Definition,
    forme, histogramme,
    schema::{
        computed::{Computed, list_of, of},
        types::{self, Classe},
    },
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
        #[graphql(desc = "The values, not all equal: at least three of a sample.")] valeurs: Liste,
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
            ("asymetrie", 16),
            Some(definition),
            |series| forme::asymetrie(series, definition),
        )
    }

    /// The excess kurtosis, 0 for a normal distribution: of a population g2 = m4 / m2² - 3, with mk the k-th moment about the mean; of
    /// a sample (the default) the adjusted G2 = (n - 1)((n + 1) · g2 + 6) / ((n - 2)(n - 3)) (Joanes and Gill, 1998).
    #[graphql(complexity = 5)]
    async fn aplatissement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The values, not all equal: at least four of a sample.")] valeurs: Liste,
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
            ("aplatissement", 16),
            Some(definition),
            |series| forme::aplatissement(series, definition),
        )
    }

    /// The histogram: classes of equal width from the smallest value to the largest, each with the values from its lower bound to
    /// below its upper one; the last has its upper bound too. When all values are equal, from one half below to one half above.
    #[graphql(complexity = "20 + child_complexity")]
    async fn histogramme(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The values, at least one.")] valeurs: Liste,
        #[graphql(
            default_with = "Some(histogramme::DEFAULT_CLASSES)",
            desc = "How many classes, from 1 to 1000."
        )]
        classes: Option<i32>,
    ) -> Option<Resultat<Objets<Classe>>> {
        let computed = Computed::read(ctx, "valeurs", &valeurs);
        Some(computed.and_then(|computed| types::classes(&computed, classes)))
    }

    /// The standard score z = (x - mean) / standard deviation: how many standard deviations a value is above the mean of a series.
    #[graphql(complexity = 5)]
    async fn score_z(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The value x. It need not be one of the series.")] valeur: Decimal,
        #[graphql(desc = "The series, at least two values, not all equal.")] dans: Liste,
        #[graphql(
            default,
            desc = "Whether the series is a sample (n - 1) or the whole population (n)."
        )]
        definition: Definition,
    ) -> Option<Resultat<Decimal>> {
        let computed = Computed::read(ctx, "dans", &dans);
        Some(computed.and_then(|computed| types::score(&computed, valeur, definition)))
    }

    /// The standard score of each value of a series, in their order.
    #[graphql(complexity = 20)]
    async fn scores_z(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The values, at least two, not all equal.")] valeurs: Liste,
        #[graphql(
            default,
            desc = "Whether the values are a sample (n - 1) or the whole population (n)."
        )]
        definition: Definition,
    ) -> Option<Resultat<Decimaux>> {
        list_of(
            ctx,
            "valeurs",
            &valeurs,
            ("scoresZ", 24),
            Some(definition),
            |series| score::scores_z(series, definition),
        )
    }
}
