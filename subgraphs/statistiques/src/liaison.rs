//! How two series go together: covariance, Pearson's and Spearman's correlation, the least-squares line.

use async_graphql::Enum;
use dashu_int::IBig;
use valeurs::{
    Decimal, Resultat, Valeurs,
    exact::{self, rounded, rounded_signed_sqrt, signed},
};

use crate::{dispersion::Definition, series::Series};

/// Two series of the same length, whose values go in pairs (xᵢ, yᵢ).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pairs<'a> {
    x: &'a Series,
    y: &'a Series,
}

impl<'a> Pairs<'a> {
    /// # Errors
    /// [`InvalidArgument`](valeurs::Code::InvalidArgument) when the lengths differ.
    pub(crate) fn new(x: &'a Series, y: &'a Series) -> Resultat<Pairs<'a>> {
        x.same_length(y)?;
        Ok(Pairs { x, y })
    }

    /// Σ(n·xᵢ − Σx)(n·yᵢ − Σy), in units of x times units of y.
    fn sum_of_products(self) -> IBig {
        self.x
            .deviations()
            .iter()
            .zip(self.y.deviations())
            .map(|(dx, dy)| dx * dy)
            .sum()
    }
}

/// The covariance: the mean of the products of the deviations from the means, divided by n − 1 or n as `definition` says.
///
/// # Errors
/// A sample of one pair, or [`Overflow`](valeurs::Code::Overflow).
pub(crate) fn covariance(pairs: Pairs<'_>, definition: Definition) -> Resultat<Decimal> {
    let divisor = definition.divisor(pairs.x, "covariance")?;
    let denominator = divisor * pairs.x.n().pow(2) * pairs.x.unit() * pairs.y.unit();
    rounded(pairs.sum_of_products(), denominator, "covariance")
}

/// Which correlation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Enum)]
#[graphql(name = "MethodeCorrelation")]
pub(crate) enum Correlation {
    /// Pearson's r of the values: the covariance divided by both standard deviations. How well a line fits them. The default.
    #[default]
    Pearson,
    /// Spearman's ρ: Pearson's r of the ranks, where equal values share the mean of theirs (Spearman, 1904). How well any increasing function fits them.
    Spearman,
}

/// The correlation, from -1 to 1.
///
/// # Errors
/// As [`correlation`].
pub(crate) fn correlation_of(pairs: Pairs<'_>, methode: Correlation) -> Resultat<Decimal> {
    match methode {
        Correlation::Pearson => correlation(pairs),
        Correlation::Spearman => {
            let (x, y) = (ranks(pairs.x)?, ranks(pairs.y)?);
            correlation(Pairs::new(&x, &y)?)
        }
    }
}

/// Twice the rank of each value, from 1: the mean of their ranks for those that are equal.
fn ranks(series: &Series) -> Resultat<Series> {
    let sorted = series.sorted();
    let rank = |value: &Decimal| {
        let before = sorted.partition_point(|other| other < value);
        let equal = sorted[before..].partition_point(|other| other == value);
        // The mean of before + 1 … before + equal.
        Decimal::from(2 * before + equal + 1)
    };
    let ranks: Vec<Decimal> = series.values().iter().map(rank).collect();
    Ok(Series::new(series.argument(), Valeurs::new(ranks)?))
}

/// Pearson's correlation coefficient: the covariance divided by both standard deviations, from -1 to 1. The sample and the population
/// definition give the same.
///
/// # Errors
/// There are fewer than two pairs, or the values of a series are all equal.
pub(crate) fn correlation(pairs: Pairs<'_>) -> Resultat<Decimal> {
    let operation = "correlation";
    for series in [pairs.x, pairs.y] {
        series.at_least(2, operation)?;
        series.not_constant(operation)?;
    }
    let products = pairs.sum_of_products();
    let denominator = pairs.x.sum_of_squares() * pairs.y.sum_of_squares();
    rounded_signed_sqrt(signed(products.pow(2), &products), denominator, operation)
}

/// The line y = intercept + slope·x for which the sum of the squared vertical distances is the least: exact, and rounded where it is asked.
#[derive(Clone, Debug)]
pub(crate) struct Regression {
    line: Line,
    /// R² as a fraction. `None` when all y are equal, and there is no variance to explain.
    explained: Option<(IBig, IBig)>,
}

/// The exact line: y = (constant + slope·x) / denominator.
#[derive(Clone, Debug)]
struct Line {
    constant: IBig,
    slope: IBig,
    denominator: IBig,
}

impl Regression {
    /// The slope, in units of y per unit of x.
    ///
    /// # Errors
    /// [`Overflow`](valeurs::Code::Overflow).
    pub(crate) fn pente(&self) -> Resultat<Decimal> {
        self.coefficient(&self.line.slope)
    }

    /// The intercept: where the line is at x = 0.
    ///
    /// # Errors
    /// [`Overflow`](valeurs::Code::Overflow).
    pub(crate) fn ordonnee(&self) -> Resultat<Decimal> {
        self.coefficient(&self.line.constant)
    }

    /// The coefficient of determination, from 0 to 1: the part of the variance of y that the line explains.
    ///
    /// # Errors
    /// None: it is at most 1.
    pub(crate) fn r2(&self) -> Resultat<Option<Decimal>> {
        let explained = self.explained.clone();
        explained
            .map(|(part, whole)| rounded(part, whole, OPERATION))
            .transpose()
    }

    /// The residuals yᵢ − (intercept + slope·xᵢ) of the pairs, in their order, from the exact coefficients and each rounded once.
    ///
    /// # Errors
    /// [`Overflow`](valeurs::Code::Overflow).
    pub(crate) fn residus(&self, pairs: Pairs<'_>) -> Resultat<Vec<Decimal>> {
        let Pairs { x, y } = pairs;
        let (unit_x, unit_y) = (x.unit(), y.unit());
        let denominator = &self.line.denominator * &unit_x;
        let constant = &self.line.constant * &unit_x;
        let residual = |(x_value, y_value): (&Decimal, &Decimal)| {
            let line = &constant + &self.line.slope * exact::units(*x_value, x.scale());
            let numerator = exact::units(*y_value, y.scale()) * &denominator - line * &unit_y;
            rounded(numerator, &denominator * &unit_y, "residus")
        };
        x.values().iter().zip(y.values()).map(residual).collect()
    }

    fn coefficient(&self, numerator: &IBig) -> Resultat<Decimal> {
        rounded(numerator.clone(), self.line.denominator.clone(), OPERATION)
    }

    /// Where the line is at `x`, from the exact coefficients and rounded once.
    ///
    /// # Errors
    /// [`Overflow`](valeurs::Code::Overflow).
    pub(crate) fn prediction(&self, x: Decimal) -> Resultat<Decimal> {
        let unit = exact::pow10(x.scale());
        let numerator = &self.line.constant * &unit + &self.line.slope * IBig::from(x.mantissa());
        rounded(numerator, &self.line.denominator * unit, "prediction")
    }
}

/// The name of the operation that gives a [`Regression`].
const OPERATION: &str = "regression";

/// The least-squares line through the pairs.
///
/// # Errors
/// There are fewer than two pairs, or all x are equal.
pub(crate) fn regression_lineaire(pairs: Pairs<'_>) -> Resultat<Regression> {
    let Pairs { x, y } = pairs;
    x.at_least(2, OPERATION)?;
    x.not_constant(OPERATION)?;
    let (products, squares) = (pairs.sum_of_products(), x.sum_of_squares());
    // slope = Sxy / Sxx in units of y per unit of x, and intercept = (Σy − slope·Σx) / n, over the common denominator n·Sxx.
    let line = Line {
        constant: y.sum() * squares - &products * x.sum(),
        slope: &products * x.n() * x.unit(),
        denominator: squares * x.n() * y.unit(),
    };
    let explained = match y.not_constant(OPERATION) {
        Ok(()) => Some((products.pow(2), squares * y.sum_of_squares())),
        Err(_) => None,
    };
    Ok(Regression { line, explained })
}

#[cfg(test)]
mod tests;
