//! Means: arithmetic, weighted, geometric, harmonic.

use dashu_int::{IBig, UBig};
use valeurs::{
    Decimal, Erreur, Resultat,
    exact::{self, rounded},
};

use crate::{root, series::Series};

/// The arithmetic mean Σxᵢ / n. The sum may be beyond the largest decimal: the mean never is.
pub(crate) fn moyenne(series: &Series) -> Resultat<Decimal> {
    rounded(series.sum().clone(), series.n() * series.unit(), "moyenne")
}

/// The weighted arithmetic mean Σwᵢxᵢ / Σwᵢ.
///
/// # Errors
/// The lengths differ, a weight is negative, or all are zero.
pub(crate) fn moyenne_ponderee(series: &Series, weights: &Series) -> Resultat<Decimal> {
    series.same_length(weights)?;
    if weights.values().iter().any(|weight| weight.is_negative()) {
        return Err(Erreur::domain(
            weights.argument(),
            "a weight cannot be negative",
        ));
    }
    let weighted: IBig = series
        .values()
        .iter()
        .zip(weights.values())
        .map(|(value, weight)| {
            exact::units(*value, series.scale()) * exact::units(*weight, weights.scale())
        })
        .sum();
    if weights.sum().is_zero() {
        return Err(Erreur::domain(
            weights.argument(),
            "the weights cannot all be zero",
        ));
    }
    // The scale of the weights is in both sums and cancels.
    rounded(weighted, weights.sum() * series.unit(), "moyennePonderee")
}

/// The geometric mean ⁿ√(x₁·…·xₙ) of values that are not negative; 0 when one of them is 0.
///
/// # Errors
/// A value is negative.
pub(crate) fn moyenne_geometrique(series: &Series) -> Resultat<Decimal> {
    if !all_positive(series, "moyenneGeometrique")? {
        return Ok(Decimal::ZERO);
    }
    let scale = series.scale();
    let factors: Vec<UBig> = series
        .values()
        .iter()
        .map(|value| exact::units(*value, scale).into_parts().1)
        .collect();
    // A mean that is rational has no more digits than the values, so that it is never half way between two decimals: with enough bits
    // both bounds round alike.
    let mut mean = None;
    for bits in [320, 640, 1_280] {
        let [low, high] = root::geometric_mean(&factors, bits)
            .map(|bound| exact::nearest(bound.into(), (IBig::ONE << bits) * series.unit()));
        mean = high;
        if low == high {
            break;
        }
    }
    mean.ok_or_else(|| Erreur::overflow("moyenneGeometrique"))
}

/// The harmonic mean n / Σ(1/xᵢ) of values that are not negative; 0 when one of them is 0, the limit of the definition.
///
/// # Errors
/// A value is negative.
pub(crate) fn moyenne_harmonique(series: &Series) -> Resultat<Decimal> {
    /// Bits kept after the point of each reciprocal. A value has at most 96 + 94 bits as units, so the sum of n reciprocals is off by
    /// less than n · 2⁻¹³⁰ of itself.
    const BITS: usize = 320;
    if !all_positive(series, "moyenneHarmonique")? {
        return Ok(Decimal::ZERO);
    }
    let units = |value: &Decimal| exact::units(*value, series.scale());
    let one = IBig::ONE << BITS;
    let reciprocals: IBig = series
        .values()
        .iter()
        .map(|value| &one / units(value))
        .sum();
    // Each was rounded down by less than 1.
    let mean = |reciprocals: IBig| exact::nearest(series.n() * &one, reciprocals * series.unit());
    let (low, high) = (mean(&reciprocals + series.n()), mean(reciprocals));
    if low == high {
        return high.ok_or_else(|| Erreur::overflow("moyenneHarmonique"));
    }
    // Half way between two decimals, or too near to tell: the sum as one fraction does.
    let units: Vec<IBig> = series.values().iter().map(units).collect();
    let (numerator, denominator) = sum_of_reciprocals(&units);
    rounded(
        series.n() * denominator,
        numerator * series.unit(),
        "moyenneHarmonique",
    )
}

/// Σ(1/xᵢ) as a fraction: halves first, so that what is multiplied stays of one length.
fn sum_of_reciprocals(values: &[IBig]) -> (IBig, IBig) {
    match values {
        [] => (IBig::ZERO, IBig::ONE),
        [value] => (IBig::ONE, value.clone()),
        _ => {
            let (left, right) = values.split_at(values.len() / 2);
            let ((a, b), (c, d)) = (sum_of_reciprocals(left), sum_of_reciprocals(right));
            (a * &d + c * &b, b * d)
        }
    }
}

/// Whether no value is 0; an error when one is negative.
fn all_positive(series: &Series, operation: &'static str) -> Resultat<bool> {
    let least = series.minimum();
    if least.is_negative() {
        let reason = format!(
            "`{operation}` is only defined for values that are not negative, one is {least}"
        );
        return Err(Erreur::domain(series.argument(), reason));
    }
    Ok(!least.is_zero())
}

#[cfg(test)]
mod tests;
