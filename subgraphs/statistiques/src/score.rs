//! Standard scores: how many standard deviations a value is from the mean.

use dashu_int::IBig;
use valeurs::{
    Decimal, Resultat,
    exact::{self, rounded_signed_sqrt, signed},
};

use crate::{dispersion::Definition, series::Series};

/// The standard score (x − x̄) / s of `value` in `series`, that need not have it.
///
/// # Errors
/// All values of the series are equal, the sample has one value, or [`Overflow`](valeurs::Code::Overflow).
pub(crate) fn score_z(
    value: Decimal,
    series: &Series,
    definition: Definition,
) -> Resultat<Decimal> {
    let scale = series.scale().max(value.scale());
    let raise = exact::pow10(scale - series.scale());
    let deviation = exact::units(value, scale) * series.n() - series.sum() * &raise;
    score(&deviation, raise, series, definition, "scoreZ")
}

/// The standard score of each value of the series, in their order.
///
/// # Errors
/// As [`score_z`].
pub(crate) fn scores_z(series: &Series, definition: Definition) -> Resultat<Vec<Decimal>> {
    let score = |deviation| score(deviation, 1.into(), series, definition, "scoresZ");
    series.deviations().iter().map(score).collect()
}

/// `deviation` is n·x − Σx in units of the series divided by `raise`.
fn score(
    deviation: &IBig,
    raise: IBig,
    series: &Series,
    definition: Definition,
    operation: &'static str,
) -> Resultat<Decimal> {
    let divisor = definition.divisor(series, operation)?;
    series.not_constant(operation)?;
    // z² = (d / n)² / (Σd² / (n²·divisor)): n² cancels.
    let square = deviation.pow(2) * divisor;
    let denominator = series.sum_of_squares() * raise.pow(2);
    rounded_signed_sqrt(signed(square, deviation), denominator, operation)
}

#[cfg(test)]
mod tests;
