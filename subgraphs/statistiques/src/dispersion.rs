//! Dispersion: variance, standard deviation, coefficient of variation, range.
//!
//! Variances are the two-pass formula in exact integers: first the sum, then the squares of the deviations n·xᵢ − Σx.

use async_graphql::Enum;
use dashu_int::IBig;
use valeurs::{
    Decimal, Erreur, Resultat,
    exact::{rounded, rounded_signed_sqrt},
};

use crate::series::Series;

/// What a series is: some values drawn from a population, or all of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Enum)]
pub(crate) enum Definition {
    /// The values are a sample of a population, which the statistic estimates. A variance divides by n - 1 (Bessel's correction), and
    /// needs two values at least. The default, as in NIST/SEMATECH e-Handbook 1.3.5.6, ISO 3534-1 and R's `var` and `sd`.
    #[default]
    Echantillon,
    /// The values are the whole population, which the statistic describes. A variance divides by n.
    Population,
}

impl Definition {
    /// What the sum of the squared deviations is divided by: n − 1 or n.
    ///
    /// # Errors
    /// [`InsufficientData`](valeurs::Code::InsufficientData) for the sample of one value.
    pub(crate) fn divisor(self, series: &Series, operation: &'static str) -> Resultat<IBig> {
        match self {
            Definition::Population => Ok(series.n()),
            Definition::Echantillon => {
                series.at_least(2, operation)?;
                Ok(series.n() - 1)
            }
        }
    }
}

/// The variance: the mean of the squared deviations from the mean, divided by n − 1 or n as `definition` says.
///
/// # Errors
/// A sample of one value, or [`Overflow`](valeurs::Code::Overflow).
pub(crate) fn variance(series: &Series, definition: Definition) -> Resultat<Decimal> {
    let (numerator, denominator) = variance_parts(series, definition, "variance")?;
    rounded(numerator, denominator, "variance")
}

/// The standard deviation: the square root of the exact variance, rounded once.
///
/// # Errors
/// A sample of one value.
pub(crate) fn ecart_type(series: &Series, definition: Definition) -> Resultat<Decimal> {
    let (numerator, denominator) = variance_parts(series, definition, "ecartType")?;
    rounded_signed_sqrt(numerator, denominator, "ecartType")
}

/// The coefficient of variation: the standard deviation divided by the magnitude of the mean.
///
/// # Errors
/// A sample of one value, a mean of zero, or [`Overflow`](valeurs::Code::Overflow).
pub(crate) fn coefficient_variation(series: &Series, definition: Definition) -> Resultat<Decimal> {
    let operation = "coefficientVariation";
    let divisor = definition.divisor(series, operation)?;
    // (Σd² / (n²·divisor)) / (Σx / n)²: n² and the scale cancel.
    let denominator = divisor * series.sum() * series.sum();
    if denominator == IBig::ZERO {
        let reason = "the mean is zero: the coefficient of variation divides by it";
        return Err(Erreur::domain(series.argument(), reason));
    }
    rounded_signed_sqrt(series.sum_of_squares().clone(), denominator, operation)
}

/// The range: the largest value minus the smallest.
///
/// # Errors
/// [`Overflow`](valeurs::Code::Overflow).
pub(crate) fn etendue(series: &Series) -> Resultat<Decimal> {
    series
        .maximum()
        .try_sub(series.minimum())
        .map_err(|error| error.during("etendue"))
}

/// Σd² / (n²·divisor·unit²).
fn variance_parts(
    series: &Series,
    definition: Definition,
    operation: &'static str,
) -> Resultat<(IBig, IBig)> {
    let divisor = definition.divisor(series, operation)?;
    let denominator = divisor * series.n().pow(2) * series.unit().pow(2);
    Ok((series.sum_of_squares().clone(), denominator))
}

#[cfg(test)]
mod tests;
