//! Student's distribution at work: confidence intervals of a mean, and tests of means.
//!
//! Statistics and degrees of freedom are exact fractions of the values, or square roots of such. Only the distribution itself has no end: [`loi`] gives
//! its probabilities with a bound on their error, and more digits are computed until the nearest decimal is settled (Ziv's method). What lies exactly half
//! way between two decimals never settles; it is known by having no digit beyond.

use dashu_int::{IBig, ops::SquareRoot};
use valeurs::{Decimal, Erreur, Resultat, budget, exact};

use self::loi::Loi;
use crate::series::Series;

mod gamma;
mod loi;
mod precise;
mod test;

pub(crate) use self::test::{Alternative, Student, Variante, test};

/// An exact fraction. The denominator is above 0.
#[derive(Clone, Debug)]
struct Fraction {
    numerator: IBig,
    denominator: IBig,
}

impl Fraction {
    fn new(numerator: impl Into<IBig>, denominator: impl Into<IBig>) -> Self {
        Self {
            numerator: numerator.into(),
            denominator: denominator.into(),
        }
    }

    fn plus(&self, other: &Self) -> Self {
        Self {
            numerator: &self.numerator * &other.denominator + &other.numerator * &self.denominator,
            denominator: &self.denominator * &other.denominator,
        }
    }

    fn squared(&self) -> Self {
        Self {
            numerator: self.numerator.pow(2),
            denominator: self.denominator.pow(2),
        }
    }

    /// `self` / `divisor`, which is above 0.
    fn over(&self, divisor: &Self) -> Self {
        Self {
            numerator: &self.numerator * &divisor.denominator,
            denominator: &self.denominator * &divisor.numerator,
        }
    }

    /// The largest whole number of 1/`unit` that is not above it.
    fn floor(&self, unit: &IBig) -> IBig {
        floor(&self.numerator * unit, &self.denominator)
    }
}

/// The quotient, rounded down. The denominator is above 0.
fn floor(numerator: IBig, denominator: &IBig) -> IBig {
    let quotient = &numerator / denominator;
    if numerator < &quotient * denominator {
        quotient - 1
    } else {
        quotient
    }
}

/// The interval in which a mean is with a given confidence.
#[derive(Clone, Debug)]
pub(crate) struct Intervalle {
    /// Where it begins.
    pub(crate) borne_inf: Resultat<Decimal>,
    /// Where it ends.
    pub(crate) borne_sup: Resultat<Decimal>,
    /// Half its width.
    pub(crate) marge: Resultat<Decimal>,
}

/// The name of the operation that gives an [`Intervalle`].
const OPERATION: &str = "intervalleConfiance";

/// Bits with which an interval is computed, and computed again. The first is for results of 29 digits, the last shows what is half way between two.
const PRECISIONS: [usize; 3] = [320, 640, 1_280];

/// Digits after the point to which the last is rounded before it is rounded to a [`Decimal`]: more than any number half way between two has.
const SNAP: u32 = 40;

/// 95 %, the level of confidence when none is asked for.
pub(crate) fn default_level() -> Decimal {
    Decimal::from_parts(95, 2).unwrap_or_default()
}

/// # Errors
/// [`InvalidArgument`](valeurs::Code::InvalidArgument) of `niveau` for one that is not between 0 and 1.
pub(crate) fn check_level(niveau: Decimal) -> Resultat<()> {
    if niveau <= Decimal::ZERO || niveau >= Decimal::ONE {
        let reason = format!("a level of confidence is above 0 and below 1, not {niveau}");
        return Err(Erreur::invalid("niveau", reason));
    }
    Ok(())
}

/// The confidence interval of the mean: x̄ ± t·s/√n, with s the standard deviation of the sample and t the quantile of Student's distribution with n − 1
/// degrees of freedom outside of which, on both sides together, there is 1 − `niveau`.
///
/// # Errors
/// The sample has one value, or `niveau` is not between 0 and 1; of a bound, [`Overflow`](valeurs::Code::Overflow).
pub(crate) fn intervalle(series: &Series, niveau: Decimal) -> Resultat<Intervalle> {
    check_level(niveau)?;
    series.at_least(2, OPERATION)?;
    let mean = Fraction::new(series.sum().clone(), series.n() * series.unit());
    // s²/n = Σd² / (n²·(n − 1)·n)
    let n = series.n();
    let variance = Fraction::new(
        series.sum_of_squares().clone(),
        n.pow(3) * (&n - 1) * series.unit().pow(2),
    );
    if variance.numerator.is_zero() {
        let mean = exact::rounded(mean.numerator, mean.denominator, OPERATION);
        return Ok(Intervalle {
            borne_inf: mean.clone(),
            borne_sup: mean,
            marge: Ok(Decimal::ZERO),
        });
    }
    let level = Fraction::new(niveau.mantissa(), exact::pow10(niveau.scale()));
    let freedom = Fraction::new(n - 1, 1);
    let mut settled: [Option<Option<Decimal>>; 3] = [None; 3];
    for bits in PRECISIONS {
        // Some milliseconds, besides the terms of series.
        budget::charge(bits as u64 * 40)?;
        let loi = Loi::new(&freedom, bits, OPERATION)?;
        let (low, high) = loi.quantile(&level)?;
        let is_last = bits == PRECISIONS[2];
        let decimals = bits as u32 / 4;
        let unit = exact::pow10(decimals);
        let middle = mean.floor(&unit);
        let [shortest, longest] = [(low, 0), (high, 1)].map(|(quantile, up)| {
            let square = quantile.squared();
            let square = floor(
                square.numerator * &variance.numerator * unit.pow(2),
                &(square.denominator * &variance.denominator),
            );
            IBig::from(square.into_parts().1.sqrt()) + up
        });
        let ends = [
            (&middle - &longest, &middle + 1 - &shortest),
            (&middle + &shortest, &middle + 1 + &longest),
            (shortest, longest),
        ];
        for (settled, (low, high)) in settled.iter_mut().zip(ends) {
            if settled.is_none() {
                *settled = settle(low, high, decimals, is_last);
            }
        }
        if settled.iter().all(Option::is_some) {
            break;
        }
    }
    let [borne_inf, borne_sup, marge] =
        settled.map(|value| value.flatten().ok_or_else(|| Erreur::overflow(OPERATION)));
    Ok(Intervalle {
        borne_inf,
        borne_sup,
        marge,
    })
}

/// The decimal nearest to all numbers between `low` and `high`, in units of 10^-`decimals`: `None` when there is not one for all. What is still not settled
/// the last time is half way between two.
fn settle(low: IBig, high: IBig, decimals: u32, is_last: bool) -> Option<Option<Decimal>> {
    let unit = exact::pow10(decimals);
    let (below, above) = (
        exact::nearest(low.clone(), unit.clone()),
        exact::nearest(high.clone(), unit),
    );
    if below == above {
        return Some(below);
    }
    is_last.then(|| {
        let step = exact::pow10(decimals - SNAP);
        let snapped = floor(low + high + &step, &(step * 2));
        exact::nearest(snapped, exact::pow10(SNAP))
    })
}

#[cfg(test)]
mod tests;
