//! The entity `Calcul`: what statistics add to a computation that another subgraph makes.

use async_graphql::{Context, Object};
use valeurs::{Decimal, Erreur, Liste, Resultat};

use crate::dispersion::Definition;
use crate::schema::{computed::Computed, types};

/// The entity.
pub(super) struct Calcul {
    pub(super) expression: String,
    /// What the router has asked the owner for, when a field requires it.
    pub(super) resultat: Option<Decimal>,
}

/// An expression and its value.
#[Object]
impl Calcul {
    /// The expression in canonical form: single spaces around operators, no parentheses that are not needed, numbers
    /// without superfluous zeros. Texts with the same canonical form are the same `Calcul`.
    async fn expression(&self) -> &str {
        &self.expression
    }

    /// The value of the expression.
    #[graphql(external)]
    async fn resultat(&self) -> Resultat<Decimal> {
        self.required()
    }

    /// The standard score z = (resultat - mean) / standard deviation of the result in a series: how many standard deviations it is
    /// above the mean.
    #[graphql(requires = "resultat", complexity = 5)]
    async fn score_z(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The series, at least two values, not all equal.")] dans: Liste,
        #[graphql(
            default,
            desc = "Whether the series is a sample (n - 1) or the whole population (n)."
        )]
        definition: Definition,
    ) -> Option<Resultat<Decimal>> {
        let required = self.required();
        Some(required.and_then(|resultat| {
            let computed = Computed::read(ctx, "dans", &dans)?;
            types::score(&computed, resultat, definition)
        }))
    }
}

impl Calcul {
    fn required(&self) -> Resultat<Decimal> {
        self.resultat.ok_or_else(|| {
            Erreur::invalid(
                "resultat",
                "the representation of this Calcul lacks it, and the field requires it",
            )
        })
    }
}
