//! Series of a series: sorted, centred, without outliers.

use async_graphql::Enum;
use dashu_int::{IBig, ops::Abs};
use valeurs::{Decimal, Erreur, Resultat, exact};

use crate::{quantile, series::Series};

/// The values in ascending order.
pub(crate) fn triee(series: &Series) -> Vec<Decimal> {
    series.sorted().to_vec()
}

/// Each value minus the mean, in their order, from the exact mean and rounded once.
///
/// # Errors
/// [`Overflow`](valeurs::Code::Overflow).
pub(crate) fn centree(series: &Series) -> Resultat<Vec<Decimal>> {
    let denominator = series.n() * series.unit();
    let deviations = series.deviations().iter();
    deviations
        .map(|deviation| exact::rounded(deviation.clone(), denominator.clone(), "centree"))
        .collect()
}

/// Which values are outliers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Enum)]
#[graphql(name = "MethodeAberrantes")]
pub(crate) enum Aberrantes {
    /// Outside of Tukey's fences: below Q1 - k · (Q3 - Q1) or above Q3 + k · (Q3 - Q1), with quartiles of type 7 and k = 1.5 unless another `facteur` is given
    /// (Tukey, Exploratory Data Analysis, 1977; NIST/SEMATECH e-Handbook 7.1.6). The default.
    #[default]
    Tukey,
    /// More than k standard deviations of the sample from the mean, with k = 3 unless another `facteur` is given.
    EcartType,
}

impl Aberrantes {
    fn factor(self) -> Resultat<Decimal> {
        match self {
            Aberrantes::Tukey => Decimal::parse("1.5"),
            Aberrantes::EcartType => Decimal::parse("3"),
        }
    }
}

/// The values that are not outliers, in their order. What lies on a fence is none.
///
/// # Errors
/// [`InvalidArgument`](valeurs::Code::InvalidArgument) for a negative `factor`, a sample of one value where its standard deviation is asked for;
/// [`Domain`](valeurs::Code::Domain) when no value is left.
pub(crate) fn sans(
    series: &Series,
    aberrantes: Aberrantes,
    factor: Option<Decimal>,
) -> Resultat<Vec<Decimal>> {
    let factor = factor.map_or_else(|| aberrantes.factor(), Ok)?;
    check_factor(factor)?;
    let (above, below) = (IBig::from(factor.mantissa()), exact::pow10(factor.scale()));
    let kept: Vec<Decimal> = match aberrantes {
        Aberrantes::Tukey => {
            let ((low, high), denominator) = quantile::hinges(series);
            let reach = (&high - &low) * above;
            let (lowest, highest) = (low * &below - &reach, high * &below + reach);
            let unit = denominator * below;
            let is_inside = |value: &&Decimal| {
                let place = exact::units(**value, series.scale()) * &unit;
                lowest <= place && place <= highest
            };
            series.values().iter().filter(is_inside).copied().collect()
        }
        Aberrantes::EcartType => {
            series.at_least(2, "sans")?;
            // (d/n)² ≤ k²·Σd² / (n²·(n − 1)), with d = n·x − Σx.
            let farthest = above.pow(2) * series.sum_of_squares();
            let unit = below.pow(2) * (series.n() - 1);
            let is_inside = |deviation: &IBig| deviation.clone().abs().pow(2) * &unit <= farthest;
            let pairs = series.values().iter().zip(series.deviations());
            pairs
                .filter(|(_, deviation)| is_inside(deviation))
                .map(|(value, _)| *value)
                .collect()
        }
    };
    if kept.is_empty() {
        let reason = "all values are outliers by this factor: none is left";
        return Err(Erreur::domain("facteur", reason));
    }
    Ok(kept)
}

/// # Errors
/// [`InvalidArgument`](valeurs::Code::InvalidArgument) of `facteur` for a negative one.
pub(crate) fn check_factor(factor: Decimal) -> Resultat<()> {
    if factor.is_negative() {
        let reason = format!("a factor is not negative, got {factor}");
        return Err(Erreur::invalid("facteur", reason));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
