//! Quantiles by linear interpolation between order statistics: type 7 of Hyndman and Fan (1996).
//!
//! With the values in ascending order x₀ … xₙ₋₁ and h = (n − 1)·p, the quantile is x⌊h⌋ + (h − ⌊h⌋)·(x⌊h⌋₊₁ − x⌊h⌋). It is the
//! default of R's `quantile` and of NumPy, and Excel's `PERCENTILE.INC`. <https://doi.org/10.2307/2684934>

use dashu_int::IBig;
use valeurs::{
    Decimal, Erreur, Resultat,
    exact::{self, rounded},
};

use crate::series::Series;

/// A probability: an exact fraction from 0 to 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Probability {
    numerator: IBig,
    denominator: IBig,
}

impl Probability {
    /// The shortest decimal that a double stands for: `0.1` is one tenth, not the double nearest to it.
    ///
    /// # Errors
    /// [`InvalidArgument`](valeurs::Code::InvalidArgument) of `p` outside of 0 … 1, or for what is not a number.
    pub(crate) fn from_f64(p: f64) -> Resultat<Probability> {
        if !(0.0..=1.0).contains(&p) {
            return Err(outside(p));
        }
        // "{:e}" writes the shortest digits that read back as the same double, as `d.ddde-x`. The exponent is not positive here.
        let text = format!("{:e}", p.abs());
        let (digits, exponent) = text.split_once('e').ok_or_else(|| outside(p))?;
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
        let coefficient: u64 = format!("{whole}{decimals}")
            .parse()
            .map_err(|_| outside(p))?;
        let exponent: i32 = exponent.parse().map_err(|_| outside(p))?;
        let scale = exponent.unsigned_abs() + decimals.len() as u32;
        Ok(Probability {
            numerator: coefficient.into(),
            denominator: exact::pow10(scale),
        })
    }

    /// # Errors
    /// [`InvalidArgument`](valeurs::Code::InvalidArgument) of `p` outside of 0 … 1.
    pub(crate) fn from_decimal(p: Decimal) -> Resultat<Probability> {
        if p < Decimal::ZERO || p > Decimal::ONE {
            return Err(outside(p));
        }
        Ok(Probability {
            numerator: p.mantissa().into(),
            denominator: exact::pow10(p.scale()),
        })
    }

    /// `quarters` / 4.
    fn quarters(quarters: u32) -> Probability {
        Probability {
            numerator: quarters.into(),
            denominator: 4.into(),
        }
    }
}

fn outside(p: impl std::fmt::Display) -> Erreur {
    Erreur::invalid("p", format!("a probability is from 0 to 1, not {p}"))
}

/// The quantile of probability `p`.
pub(crate) fn quantile(series: &Series, p: &Probability) -> Resultat<Decimal> {
    let units = interpolated(series, p);
    rounded(units, &p.denominator * series.unit(), "quantile")
}

/// The median, which is the quantile of probability ½: the middle value, or the mean of the two in the middle.
pub(crate) fn mediane(series: &Series) -> Resultat<Decimal> {
    quantile(series, &Probability::quarters(2))
}

/// The three values that cut a series into quarters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Quartiles {
    /// The quantile of probability ¼.
    pub(crate) q1: Decimal,
    /// The median.
    pub(crate) q2: Decimal,
    /// The quantile of probability ¾.
    pub(crate) q3: Decimal,
}

/// The quartiles.
pub(crate) fn quartiles(series: &Series) -> Resultat<Quartiles> {
    let quartile = |quarters| quantile(series, &Probability::quarters(quarters));
    Ok(Quartiles {
        q1: quartile(1)?,
        q2: quartile(2)?,
        q3: quartile(3)?,
    })
}

/// The third quartile minus the first, rounded once.
///
/// # Errors
/// [`Overflow`](valeurs::Code::Overflow).
pub(crate) fn ecart_interquartile(series: &Series) -> Resultat<Decimal> {
    let [low, high] = [1, 3].map(|quarters| interpolated(series, &Probability::quarters(quarters)));
    rounded(high - low, series.unit() * 4, "ecartInterquartile")
}

/// The quantile times the denominator of `p`, in units of the series.
fn interpolated(series: &Series, p: &Probability) -> IBig {
    let sorted = series.sorted();
    let last = sorted.len() - 1;
    let h = IBig::from(last) * &p.numerator;
    let floor = &h / &p.denominator;
    let rest = h - &floor * &p.denominator;
    // p ≤ 1, so that the floor of h is an index.
    let index = usize::try_from(floor).unwrap_or(last).min(last);
    let units = |index: usize| exact::units(sorted[index], series.scale());
    let low = units(index);
    let step = units((index + 1).min(last)) - &low;
    low * &p.denominator + step * rest
}

#[cfg(test)]
mod tests;
