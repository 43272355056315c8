//! Student's tests of means.

use async_graphql::Enum;
use dashu_int::{IBig, Sign};
use valeurs::{Decimal, Erreur, Resultat, budget, exact};

use super::loi::{Loi, Part, units};
use super::{Fraction, floor, settle};
use crate::series::Series;

/// How two samples are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Enum)]
#[graphql(name = "VarianteStudent")]
pub(crate) enum Variante {
    /// Two independent samples, whose variances may differ: Welch's test, with the degrees of freedom of Welch and Satterthwaite (Welch, 1947), which need not be
    /// whole. The default, as of R's `t.test`.
    #[default]
    Welch,
    /// Two independent samples of populations with the same variance, which both estimate together: Student's test. It needs `y`.
    Egales,
    /// Pairs of values that belong together: the test of their differences. It needs `y`.
    Appariees,
}

/// The alternative hypothesis of a test.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Enum)]
#[graphql(name = "AlternativeTest")]
pub(crate) enum Alternative {
    /// The mean, or the difference of means, is another one. The default.
    #[default]
    Bilaterale,
    /// It is below.
    Inferieure,
    /// It is above.
    Superieure,
}

/// The outcome of a test.
#[derive(Clone, Debug)]
pub(crate) struct Student {
    /// t, the number of standard errors by which the mean is off.
    pub(crate) statistique: Resultat<Decimal>,
    /// The degrees of freedom.
    pub(crate) degres: Resultat<Decimal>,
    square: Fraction,
    freedom: Fraction,
    side: Side,
}

impl Student {
    /// The p-value.
    ///
    /// # Errors
    /// None but more than the request may cost: it is at most 1.
    pub(crate) fn p(&self) -> Resultat<Decimal> {
        probability(&self.square, &self.freedom, self.side)
    }
}

const OPERATION: &str = "testStudent";

/// Bits with which a probability is computed, and computed again.
const PRECISIONS: [usize; 3] = [192, 448, 1_280];

/// What is tested: a difference, the variance of its estimate, and the degrees of freedom of that.
struct Estimate {
    difference: Fraction,
    variance: Fraction,
    freedom: Fraction,
}

/// The test of the mean of `x` against `mean`, or of the difference of the means of `x` and `y`.
///
/// # Errors
/// A sample of one value, no variance, pairs of samples of different lengths, one sample for a variant other than the default.
pub(crate) fn test(
    x: &Series,
    y: Option<&Series>,
    mean: Decimal,
    variante: Variante,
    alternative: Alternative,
) -> Resultat<Student> {
    let mut estimate = match (y, variante) {
        (None, Variante::Welch) => of_one(x)?,
        // How two samples are compared says that there are two.
        (None, Variante::Egales | Variante::Appariees) => {
            let reason = "it is missing: this variant of the test compares two samples";
            return Err(Erreur::invalid("y", reason));
        }
        (Some(y), Variante::Welch) => of_two(x, y, false)?,
        (Some(y), Variante::Egales) => of_two(x, y, true)?,
        (Some(y), Variante::Appariees) => of_pairs(x, y)?,
    };
    if estimate.variance.numerator.is_zero() {
        let reason = format!("`{OPERATION}` divides by the variance, which is zero");
        return Err(Erreur::domain(x.argument(), reason));
    }
    let mean = Fraction::new(-mean.mantissa(), exact::pow10(mean.scale()));
    estimate.difference = estimate.difference.plus(&mean);
    let Estimate {
        difference,
        variance,
        freedom,
    } = estimate;
    let square = difference.squared().over(&variance);
    let statistique = exact::rounded_signed_sqrt(
        exact::signed(square.numerator.clone(), &difference.numerator),
        square.denominator.clone(),
        OPERATION,
    );
    let degres = exact::rounded(
        freedom.numerator.clone(),
        freedom.denominator.clone(),
        OPERATION,
    );
    let is_below = difference.numerator.sign() == Sign::Negative;
    let side = match alternative {
        Alternative::Bilaterale => Side::Both,
        Alternative::Superieure if is_below => Side::Most,
        Alternative::Inferieure if !is_below => Side::Most,
        _ => Side::One,
    };
    Ok(Student {
        statistique,
        degres,
        square,
        freedom,
        side,
    })
}

/// Of what is outside of ±t.
#[derive(Clone, Copy, Debug)]
enum Side {
    Both,
    /// Half of it.
    One,
    /// All but half of it.
    Most,
}

fn probability(square: &Fraction, freedom: &Fraction, side: Side) -> Resultat<Decimal> {
    if square.numerator.is_zero() {
        let half = Decimal::from_parts(5, 1).unwrap_or_default();
        return Ok(match side {
            Side::Both => Decimal::ONE,
            Side::One | Side::Most => half,
        });
    }
    for bits in PRECISIONS {
        budget::charge(bits as u64 * 16)?;
        let loi = Loi::new(freedom, bits, OPERATION)?;
        // In halves of units of 2^-bits.
        let whole = IBig::ONE << (bits + 1);
        let (outside, doubt) = match loi.probability(square)? {
            Part::Outside(value) => {
                let (value, doubt) = units(&value, bits);
                (value * 2, doubt)
            }
            Part::Within(value) => {
                let (value, doubt) = units(&value, bits);
                (&whole - value * 2, doubt)
            }
        };
        let middle = match side {
            Side::Both => outside,
            Side::One => outside / 2,
            Side::Most => &whole - outside / 2,
        };
        let doubt = doubt * 4;
        let decimals = bits as u32 / 4;
        let unit = exact::pow10(decimals);
        let low = floor((&middle - &doubt) * &unit, &whole);
        let high = floor((middle + doubt) * unit, &whole) + 1;
        // A probability is not below 0, however it is rounded.
        let low = low.max(IBig::ZERO);
        let settled = settle(low, high, decimals, bits == PRECISIONS[2]);
        if let Some(settled) = settled {
            return settled.ok_or_else(|| Erreur::overflow(OPERATION));
        }
    }
    // The last precision settles.
    Err(Erreur::overflow(OPERATION))
}

/// x̄, and s²/n.
fn of_one(x: &Series) -> Resultat<Estimate> {
    x.at_least(2, OPERATION)?;
    let (mean, variance) = parts(x);
    Ok(Estimate {
        difference: mean,
        variance,
        freedom: Fraction::new(x.n() - 1, 1),
    })
}

/// The mean, and the variance of the mean: s²/n = Σd² / (n²·(n − 1)·n).
fn parts(x: &Series) -> (Fraction, Fraction) {
    let n = x.n();
    (
        Fraction::new(x.sum().clone(), &n * x.unit()),
        Fraction::new(
            x.sum_of_squares().clone(),
            n.pow(3) * (&n - 1) * x.unit().pow(2),
        ),
    )
}

fn of_two(x: &Series, y: &Series, is_pooled: bool) -> Resultat<Estimate> {
    x.at_least(2, OPERATION)?;
    y.at_least(2, OPERATION)?;
    let ((mean_x, variance_x), (mean_y, variance_y)) = (parts(x), parts(y));
    let opposite = Fraction::new(-mean_y.numerator, mean_y.denominator);
    let difference = mean_x.plus(&opposite);
    let (n, m) = (x.n(), y.n());
    if is_pooled {
        // (Σdx² + Σdy²) / (n + m − 2) · (1/n + 1/m), where a variance of a mean is Σd² / (n·(n − 1)).
        let squares = |variance: Fraction, n: &IBig| {
            Fraction::new(variance.numerator * n * (n - 1), variance.denominator)
        };
        let freedom = &n + &m - 2;
        let sum = squares(variance_x, &n).plus(&squares(variance_y, &m));
        let variance = Fraction::new(
            sum.numerator * (&n + &m),
            sum.denominator * &freedom * n * m,
        );
        return Ok(Estimate {
            difference,
            variance,
            freedom: Fraction::new(freedom, 1),
        });
    }
    let variance = variance_x.plus(&variance_y);
    // Where there is no variance there are no degrees of freedom either, and the caller says so.
    if variance.numerator.is_zero() {
        return Ok(Estimate {
            difference,
            variance,
            freedom: Fraction::new(1, 1),
        });
    }
    let share = |variance: &Fraction, n: &IBig| {
        let square = variance.squared();
        Fraction::new(square.numerator, square.denominator * (n - 1))
    };
    let shares = share(&variance_x, &n).plus(&share(&variance_y, &m));
    let freedom = variance.squared().over(&shares);
    Ok(Estimate {
        difference,
        variance,
        freedom,
    })
}

/// The differences of pairs as one sample: exact, also where they are beyond the largest decimal.
fn of_pairs(x: &Series, y: &Series) -> Resultat<Estimate> {
    x.same_length(y)?;
    x.at_least(2, OPERATION)?;
    let scale = x.scale().max(y.scale());
    let (mut sum, mut squares) = (IBig::ZERO, IBig::ZERO);
    for (x, y) in x.values().iter().zip(y.values()) {
        let difference = exact::units(*x, scale) - exact::units(*y, scale);
        squares += difference.pow(2);
        sum += difference;
    }
    let (n, unit) = (x.n(), exact::pow10(scale));
    // Σ(d − d̄)² = (n·Σd² − (Σd)²) / n
    let variance = Fraction::new(&n * squares - sum.pow(2), n.pow(2) * (&n - 1) * unit.pow(2));
    Ok(Estimate {
        difference: Fraction::new(sum, &n * unit),
        variance,
        freedom: Fraction::new(n - 1, 1),
    })
}
