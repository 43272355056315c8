//! Means: arithmetic, weighted, geometric, harmonic.

use dashu_int::IBig;
use valeurs::{Decimal, Erreur, Resultat};

use crate::{
    exact::{self, rounded},
    root,
    series::Series,
};

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
    let factors = series
        .values()
        .iter()
        .map(|value| exact::units(*value, scale).into_parts().1);
    let (numerator, denominator) = root::geometric_mean(factors, series.effectif());
    let denominator = IBig::from(denominator) * series.unit();
    rounded(numerator.into(), denominator, "moyenneGeometrique")
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
    let one = IBig::from(1) << BITS;
    let reciprocals = series
        .values()
        .iter()
        .map(|value| &one / exact::units(*value, series.scale()));
    let reciprocals: IBig = reciprocals.sum();
    rounded(
        series.n() * one,
        reciprocals * series.unit(),
        "moyenneHarmonique",
    )
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
