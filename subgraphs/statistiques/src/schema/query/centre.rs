//! Means, quantiles, modes, and the ends of a series.

use async_graphql::{Context, Object};
use valeurs::{Decimal, Decimaux, Liste, Resultat};

use crate::quantile::{self, Methode, Probability};
use crate::schema::computed::{Computed, list_of, of};
use crate::schema::question::Question;
use crate::schema::types::{self, Quartiles};
use crate::{modes, moyenne};

#[derive(Default)]
pub(in crate::schema) struct Centre;

#[Object]
impl Centre {
    /// The arithmetic mean: the exact sum of the values divided by their number. It never overflows.
    #[graphql(complexity = 5)]
    async fn moyenne(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The values, at least one.")] valeurs: Liste,
    ) -> Option<Resultat<Decimal>> {
        of(
            ctx,
            "valeurs",
            &valeurs,
            ("moyenne", 1),
            None,
            moyenne::moyenne,
        )
    }

    /// The weighted arithmetic mean: the sum of the values times their weights, divided by the sum of the weights.
    #[graphql(complexity = 10)]
    async fn moyenne_ponderee(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The values, at least one.")] valeurs: Liste,
        #[graphql(desc = "A weight for each value, in their order: none negative, not all zero.")]
        poids: Liste,
    ) -> Option<Resultat<Decimal>> {
        let weights = Computed::read(ctx, "poids", &poids);
        Some(weights.and_then(|weights| {
            let computed = Computed::read(ctx, "valeurs", &valeurs)?;
            let mean = Question::about([&computed, &weights]).once("moyennePonderee", || {
                computed.pay(2)?;
                moyenne::moyenne_ponderee(computed.series(), weights.series())
            })?;
            Ok(*mean)
        }))
    }

    /// The geometric mean: the n-th root of the product of the n values. 0 when a value is 0.
    #[graphql(complexity = 5)]
    async fn moyenne_geometrique(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The values, at least one, none negative.")] valeurs: Liste,
    ) -> Option<Resultat<Decimal>> {
        of(
            ctx,
            "valeurs",
            &valeurs,
            ("moyenneGeometrique", 16),
            None,
            moyenne::moyenne_geometrique,
        )
    }

    /// The harmonic mean: the number of values divided by the sum of their reciprocals. 0 when a value is 0.
    #[graphql(complexity = 5)]
    async fn moyenne_harmonique(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The values, at least one, none negative.")] valeurs: Liste,
    ) -> Option<Resultat<Decimal>> {
        of(
            ctx,
            "valeurs",
            &valeurs,
            ("moyenneHarmonique", 16),
            None,
            moyenne::moyenne_harmonique,
        )
    }

    /// The median: the middle value in ascending order, or the mean of the two in the middle.
    #[graphql(complexity = 5)]
    async fn mediane(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The values, at least one.")] valeurs: Liste,
    ) -> Option<Resultat<Decimal>> {
        of(
            ctx,
            "valeurs",
            &valeurs,
            ("mediane", 4),
            None,
            quantile::mediane,
        )
    }

    /// The modes: every value that is as frequent as the most frequent one, in ascending order. All values when none is repeated.
    #[graphql(complexity = 20)]
    async fn modes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The values, at least one.")] valeurs: Liste,
    ) -> Option<Resultat<Decimaux>> {
        list_of(ctx, "valeurs", &valeurs, ("modes", 6), None, |series| {
            Ok(modes::modes(series))
        })
    }

    /// The quantile of type 7 (Hyndman and Fan, 1996): with the n values in ascending order numbered from 0, the value at (n - 1) · p,
    /// interpolated linearly between its neighbours. The default of R and NumPy.
    #[graphql(complexity = 5)]
    async fn quantile(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The values, at least one.")] valeurs: Liste,
        #[graphql(
            desc = "The probability, from 0 (the minimum) to 1 (the maximum). 0.1 is exactly one tenth."
        )]
        p: f64,
    ) -> Option<Resultat<Decimal>> {
        let computed = Computed::read(ctx, "valeurs", &valeurs);
        Some(computed.and_then(|computed| self::quantile(&computed, p)))
    }

    /// The quantiles of several probabilities, in their order, by one of the nine definitions of Hyndman and Fan (1996): type 7 unless another
    /// is asked for.
    #[graphql(complexity = 20)]
    async fn quantiles(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The values, at least one.")] valeurs: Liste,
        #[graphql(desc = "The probabilities, from 0 to 1, at most 1000.")] ps: Liste,
        #[graphql(default, desc = "Which quantiles.")] methode: Methode,
    ) -> Option<Resultat<Decimaux>> {
        let computed = Computed::read(ctx, "valeurs", &valeurs);
        Some(computed.and_then(|computed| types::quantiles(&computed, &ps, methode)))
    }

    /// The three quartiles: quantiles of type 7 of probabilities 0.25, 0.5 and 0.75.
    #[graphql(complexity = "5 + child_complexity")]
    async fn quartiles(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The values, at least one.")] valeurs: Liste,
    ) -> Option<Resultat<Quartiles>> {
        let computed = Computed::read(ctx, "valeurs", &valeurs);
        Some(computed.and_then(|computed| quartiles(&computed)))
    }

    /// The smallest value.
    #[graphql(complexity = 5)]
    async fn minimum(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The values, at least one.")] valeurs: Liste,
    ) -> Option<Resultat<Decimal>> {
        of(ctx, "valeurs", &valeurs, ("minimum", 1), None, |series| {
            Ok(series.minimum())
        })
    }

    /// The largest value.
    #[graphql(complexity = 5)]
    async fn maximum(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The values, at least one.")] valeurs: Liste,
    ) -> Option<Resultat<Decimal>> {
        of(ctx, "valeurs", &valeurs, ("maximum", 1), None, |series| {
            Ok(series.maximum())
        })
    }

    /// How many values there are.
    #[graphql(complexity = 5)]
    async fn effectif(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The values, at least one.")] valeurs: Liste,
    ) -> Option<Resultat<usize>> {
        let computed = Computed::read(ctx, "valeurs", &valeurs);
        Some(computed.map(|computed| computed.series().effectif()))
    }
}

/// The quantile of a series; sorting it is paid once.
pub(in crate::schema) fn quantile(computed: &Computed, p: f64) -> Resultat<Decimal> {
    sorted(computed)?;
    quantile::quantile(computed.series(), &Probability::from_f64(p)?)
}

/// The quartiles of a series; sorting it is paid once.
pub(in crate::schema) fn quartiles(computed: &Computed) -> Resultat<Quartiles> {
    sorted(computed)?;
    quantile::quartiles(computed.series()).map(Quartiles::from)
}

fn sorted(computed: &Computed) -> Resultat<()> {
    let median = computed.decimal(("mediane", 4), None, quantile::mediane);
    median.map(drop)
}
