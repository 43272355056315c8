//! How two series go together.

use async_graphql::{Context, Object};
use valeurs::{Decimal, Liste, Resultat};

use crate::{
    dispersion::Definition,
    liaison::{self, Correlation, Pairs},
    schema::{computed::Computed, question::Question, types::Regression},
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
        #[graphql(desc = "The first values of the pairs: at least two of a sample.")] x: Liste,
        #[graphql(desc = "The second values of the pairs, as many.")] y: Liste,
        #[graphql(
            default,
            desc = "Whether the pairs are a sample or the whole population."
        )]
        definition: Definition,
    ) -> Option<Resultat<Decimal>> {
        let asked = ("covariance", definition as u8);
        Some(paired(ctx, &x, &y, asked, |pairs| {
            liaison::covariance(pairs, definition)
        }))
    }

    /// The correlation coefficient of the pairs (x, y), from -1 to 1: Pearson's, the covariance divided by both standard deviations, or
    /// Spearman's, that of the ranks. It is the same for a sample and a population.
    #[graphql(complexity = 10)]
    async fn correlation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first values of the pairs: at least two, not all equal.")] x: Liste,
        #[graphql(desc = "The second values of the pairs, as many, not all equal.")] y: Liste,
        #[graphql(default, desc = "Of the values, or of their ranks.")] methode: Correlation,
    ) -> Option<Resultat<Decimal>> {
        let asked = ("correlation", methode as u8);
        Some(paired(ctx, &x, &y, asked, |pairs| {
            liaison::correlation_of(pairs, methode)
        }))
    }

    /// The line through the pairs (x, y) by ordinary least squares, and how well it fits them.
    #[graphql(complexity = "10 + child_complexity")]
    async fn regression(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What explains: at least two values, not all equal.")] x: Liste,
        #[graphql(desc = "What is explained, as many values.")] y: Liste,
    ) -> Option<Resultat<Regression>> {
        Some(line(ctx, &x, &y))
    }

    /// The line through the pairs (x, y) by ordinary least squares.
    #[graphql(
        complexity = "10 + child_complexity",
        deprecation = "Use `regression`, which is the same."
    )]
    async fn regression_lineaire(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What explains: at least two values, not all equal.")] x: Liste,
        #[graphql(desc = "What is explained, as many values.")] y: Liste,
    ) -> Option<Resultat<Regression>> {
        Some(line(ctx, &x, &y))
    }
}

fn line(ctx: &Context<'_>, x: &Liste, y: &Liste) -> Resultat<Regression> {
    let (x, y) = (Computed::read(ctx, "x", x)?, Computed::read(ctx, "y", y)?);
    let question = Question::about([&x, &y]);
    let line = question.once("regression", || {
        liaison::regression_lineaire(pairs(&x, &y)?)
    })?;
    Ok(Regression::new(line, x, y))
}

/// What the sums of squares and of products of a pair cost.
const PAIR: u64 = 16;

/// A number of the pairs of two arguments, for a field and its choice.
fn paired(
    ctx: &Context<'_>,
    x: &Liste,
    y: &Liste,
    (name, choice): (&'static str, u8),
    compute: impl FnOnce(Pairs<'_>) -> Resultat<Decimal>,
) -> Resultat<Decimal> {
    let (x, y) = (Computed::read(ctx, "x", x)?, Computed::read(ctx, "y", y)?);
    let question = Question::about([&x, &y]).choice(choice);
    let number = question.once(name, || compute(pairs(&x, &y)?))?;
    Ok(*number)
}

/// The pairs of two series, which are paid.
fn pairs<'a>(x: &'a Computed, y: &'a Computed) -> Resultat<Pairs<'a>> {
    x.pay(PAIR)?;
    Pairs::new(x.series(), y.series())
}
