//! Shape: skewness and kurtosis, by the moments about the mean.
//!
//! With mₖ = Σ(xᵢ − x̄)ᵏ / n: g₁ = m₃ / m₂^(3/2) and g₂ = m₄ / m₂² − 3 describe a population; the sample definitions G₁ and G₂ are
//! those of Joanes and Gill (1998), <https://doi.org/10.1111/1467-9884.00122>, that SAS, SPSS and Excel use.

use dashu_int::IBig;
use valeurs::{
    Decimal, Resultat,
    exact::{rounded, rounded_signed_sqrt, signed},
};

use crate::{dispersion::Definition, series::Series};

/// The skewness: g₁ of a population, G₁ = g₁·√(n(n − 1)) / (n − 2) of a sample.
///
/// # Errors
/// All values are equal, or the sample has fewer than three.
pub(crate) fn asymetrie(series: &Series, definition: Definition) -> Resultat<Decimal> {
    let operation = "asymetrie";
    if definition == Definition::Echantillon {
        series.at_least(3, operation)?;
    }
    series.not_constant(operation)?;
    let n = series.n();
    let (squares, cubes) = (series.sum_of_squares(), series.sum_of_cubes());
    // g₁² = n·(Σd³)² / (Σd²)³: the scale of the deviations d and their factor n cancel.
    let numerator = &n * cubes.pow(2);
    let denominator = squares.pow(3);
    let (numerator, denominator) = match definition {
        Definition::Population => (numerator, denominator),
        Definition::Echantillon => (
            numerator * &n * (&n - 1),
            denominator * (&n - IBig::from(2)).pow(2),
        ),
    };
    rounded_signed_sqrt(signed(numerator, cubes), denominator, operation)
}

/// The excess kurtosis, near 0 for a normal distribution: g₂ of a population, G₂ = (n − 1)·((n + 1)·g₂ + 6) / ((n − 2)(n − 3)) of a
/// sample.
///
/// # Errors
/// All values are equal, or the sample has fewer than four.
pub(crate) fn aplatissement(series: &Series, definition: Definition) -> Resultat<Decimal> {
    let operation = "aplatissement";
    if definition == Definition::Echantillon {
        series.at_least(4, operation)?;
    }
    series.not_constant(operation)?;
    let n = series.n();
    // g₂ = excess / square.
    let square = series.sum_of_squares().pow(2);
    let excess: IBig = &n * series.sum_of_fourths() - 3 * &square;
    match definition {
        Definition::Population => rounded(excess, square, operation),
        Definition::Echantillon => {
            let numerator = (&n - 1) * ((&n + 1) * excess + 6 * &square);
            rounded(numerator, (&n - 2) * (&n - 3) * square, operation)
        }
    }
}

#[cfg(test)]
mod tests;
