//! What a sample says about its population.

use std::sync::Arc;

use async_graphql::{Context, Object};
use valeurs::{Decimal, Liste, Resultat};

use crate::schema::computed::Computed;
use crate::schema::types::{self, IntervalleConfiance, TestStudent};
use crate::student::{Alternative, Variante, default_level};

#[derive(Default)]
pub(in crate::schema) struct Inference;

#[Object]
impl Inference {
    /// The confidence interval of the mean of a population, of which the values are a sample: x̄ ± t · s / √n, with s the standard deviation of the
    /// sample and t the quantile of probability (1 + niveau) / 2 of Student's distribution with n - 1 degrees of freedom. The population is supposed to be normally distributed
    /// (NIST/SEMATECH e-Handbook 1.3.5.2).
    #[graphql(complexity = "50 + child_complexity")]
    async fn intervalle_confiance(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The sample, at least two values.")] valeurs: Liste,
        #[graphql(
            default_with = "default_level()",
            desc = "The level of confidence, above 0 and below 1."
        )]
        niveau: Decimal,
    ) -> Option<Resultat<Arc<IntervalleConfiance>>> {
        let computed = Computed::read(ctx, "valeurs", &valeurs);
        Some(computed.and_then(|computed| types::intervalle(&computed, niveau)))
    }

    /// Student's t-test: of the mean of one sample, or of the difference of the means of two. The populations are supposed to be normally distributed
    /// (NIST/SEMATECH e-Handbook 1.3.5.2 and 1.3.5.3).
    #[graphql(complexity = "50 + child_complexity")]
    async fn test_student(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The sample, at least two values.")] x: Liste,
        #[graphql(
            desc = "A second sample, at least two values. Without it the mean of the first is tested."
        )]
        y: Option<Liste>,
        #[graphql(
            default,
            desc = "What the mean, or the mean of the first minus that of the second, is tested against."
        )]
        moyenne: Decimal,
        #[graphql(default, desc = "How two samples are compared.")] variante: Variante,
        #[graphql(
            default,
            desc = "The alternative hypothesis: another mean, a smaller or a larger one."
        )]
        alternative: Alternative,
    ) -> Option<Resultat<Arc<TestStudent>>> {
        let test = || {
            let x = Computed::read(ctx, "x", &x)?;
            let y = y.map(|y| Computed::read(ctx, "y", &y)).transpose()?;
            types::test(&x, y.as_ref(), moyenne, variante, alternative)
        };
        Some(test())
    }
}
