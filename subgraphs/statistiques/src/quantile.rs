//! Quantiles, by the nine definitions of Hyndman and Fan (1996), <https://doi.org/10.2307/2684934>.
//!
//! With the values in ascending order x₁ … xₙ, h = n·p + m, j = ⌊h⌋ and g = h − j, the quantile is (1 − γ)·xⱼ + γ·xⱼ₊₁, where x₀ is x₁ and xₙ₊₁ is xₙ. The
//! definitions differ in m and in how γ follows from g. Type 7, with m = 1 − p and γ = g, is the default here as in R and NumPy, and Excel's
//! `PERCENTILE.INC`: it interpolates linearly at (n − 1)·p, counted from 0.

use async_graphql::Enum;
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

/// Which quantile: the numbers of Hyndman and Fan, which are those of the argument `type` of R's `quantile`. With the n values in ascending order numbered from 1,
/// h = n · p + m is the place of the quantile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Enum)]
#[graphql(name = "MethodeQuantile")]
pub(crate) enum Methode {
    /// The inverse of the empirical distribution function: the first value that at least the part p of all values does not exceed.
    #[graphql(name = "TYPE_1")]
    Type1,
    /// As TYPE_1, but the mean of both values where the distribution function is p exactly. The definition of SAS.
    #[graphql(name = "TYPE_2")]
    Type2,
    /// The value whose number is nearest to n · p, the even one of two.
    #[graphql(name = "TYPE_3")]
    Type3,
    /// The empirical distribution function interpolated linearly: m = 0.
    #[graphql(name = "TYPE_4")]
    Type4,
    /// Interpolated in the middle of the steps of the distribution function: m = 1/2. Hazen's, usual in hydrology.
    #[graphql(name = "TYPE_5")]
    Type5,
    /// Interpolated between the expected positions: m = p. Weibull's, and of Minitab and SPSS; Excel's PERCENTILE.EXC.
    #[graphql(name = "TYPE_6")]
    Type6,
    /// Interpolated between the modes of the positions: m = 1 - p. The default, as in R, NumPy and Excel's PERCENTILE.INC.
    #[default]
    #[graphql(name = "TYPE_7")]
    Type7,
    /// Interpolated between approximate medians of the positions: m = (p + 1) / 3. What Hyndman and Fan recommend.
    #[graphql(name = "TYPE_8")]
    Type8,
    /// Approximately unbiased for normally distributed values: m = p / 4 + 3/8.
    #[graphql(name = "TYPE_9")]
    Type9,
}

/// The type 7 quantile of probability `p`.
pub(crate) fn quantile(series: &Series, p: &Probability) -> Resultat<Decimal> {
    quantile_of(series, p, Methode::Type7)
}

/// The quantile of probability `p` by one of the definitions.
pub(crate) fn quantile_of(series: &Series, p: &Probability, methode: Methode) -> Resultat<Decimal> {
    let (units, denominator) = interpolated(series, p, methode);
    rounded(units, denominator * series.unit(), "quantile")
}

/// The most quantiles that are asked for at once.
pub(crate) const MAX_QUANTILES: usize = 1_000;

/// The quantiles of several probabilities, in their order.
///
/// # Errors
/// [`InvalidArgument`](valeurs::Code::InvalidArgument) of `ps` for one outside of 0 … 1,
/// [`LimitExceeded`](valeurs::Code::LimitExceeded) for more than [`MAX_QUANTILES`].
pub(crate) fn quantiles(
    series: &Series,
    ps: &[Decimal],
    methode: Methode,
) -> Resultat<Vec<Decimal>> {
    if ps.len() > MAX_QUANTILES {
        return Err(Erreur::limit("quantiles", MAX_QUANTILES, ps.len()).on("ps"));
    }
    let quantile = |p: &Decimal| {
        let p = Probability::from_decimal(*p).map_err(|error| error.on("ps"))?;
        quantile_of(series, &p, methode)
    };
    ps.iter().map(quantile).collect()
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
    let ((low, high), denominator) = hinges(series);
    rounded(
        high - low,
        denominator * series.unit(),
        "ecartInterquartile",
    )
}

/// The first and the third quartile, over the second number and in units of the series.
pub(crate) fn hinges(series: &Series) -> ((IBig, IBig), IBig) {
    let quartile =
        |quarters| interpolated(series, &Probability::quarters(quarters), Methode::Type7);
    let ((low, denominator), (high, _)) = (quartile(1), quartile(3));
    ((low, high), denominator)
}

/// What the denominators of all m divide.
const PARTS: u32 = 24;

/// The quantile over the second number, in units of the series.
fn interpolated(series: &Series, p: &Probability, methode: Methode) -> (IBig, IBig) {
    let sorted = series.sorted();
    let n = sorted.len();
    let (above, below) = (&p.numerator, &p.denominator);
    // m, in PARTS of 1/below.
    let shift: IBig = match methode {
        Methode::Type1 | Methode::Type2 | Methode::Type4 => IBig::ZERO,
        Methode::Type3 => below * -12,
        Methode::Type5 => below * 12,
        Methode::Type6 => above * 24,
        Methode::Type7 => (below - above) * 24,
        Methode::Type8 => (below + above) * 8,
        Methode::Type9 => above * 6 + below * 9,
    };
    let denominator = below * PARTS;
    let place = above * PARTS * n + shift;
    let floor = &place / &denominator;
    let mut rest = &place - &floor * &denominator;
    let (number, rest) = if rest < IBig::ZERO {
        rest += &denominator;
        (floor - 1, rest)
    } else {
        (floor, rest)
    };
    let is_whole = rest.is_zero();
    let rest = match methode {
        Methode::Type1 if is_whole => rest,
        Methode::Type2 if is_whole => &denominator / 2,
        Methode::Type3 if is_whole && (&number % 2) == 0 => rest,
        Methode::Type1 | Methode::Type2 | Methode::Type3 => denominator.clone(),
        _ => rest,
    };
    // Numbers are from 1; what is before the first value is the first, what is after the last is the last.
    let value = |number: IBig| {
        let number = usize::try_from(number).unwrap_or(0).clamp(1, n);
        exact::units(sorted[number - 1], series.scale())
    };
    let low = value(number.clone());
    let step = value(number + 1) - &low;
    (low * &denominator + step * rest, denominator)
}

#[cfg(test)]
mod tests;
