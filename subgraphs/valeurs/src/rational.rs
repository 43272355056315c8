//! Exact rational numbers of bounded size.

use std::cmp::Ordering;
use std::fmt;

use dashu_float::Repr;
use dashu_float::round::mode::HalfEven;
use dashu_int::ops::{BitTest, DivRem, Gcd};
use dashu_int::{IBig, Sign, UBig};

use crate::arithmetic::Rounding;
use crate::ball::Ball;
use crate::decimal::Decimal;
use crate::erreur::{Cause, Erreur, Resultat};
use crate::exact;

#[cfg(test)]
mod tests;
mod whole;

use self::whole::{lowest, whole_root};

/// A fraction in lowest terms, with a denominator above 0 and both of at most [`MAX_BITS`](Rational::MAX_BITS).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rational {
    numerator: IBig,
    denominator: UBig,
}

impl From<Decimal> for Rational {
    fn from(value: Decimal) -> Self {
        let denominator = UBig::from(10_u8).pow(value.scale() as usize);
        Rational::reduced(value.mantissa().into(), denominator)
    }
}

impl Rational {
    /// The longest numerator and denominator, in bits: nearly five thousand digits.
    pub const MAX_BITS: usize = 1 << 14;

    /// 1.
    pub const ONE: Rational = Rational {
        numerator: IBig::ONE,
        denominator: UBig::ONE,
    };

    /// -1, 0 or 1.
    pub(crate) fn sign(&self) -> i32 {
        match (self.numerator.is_zero(), self.numerator.sign()) {
            (true, _) => 0,
            (_, Sign::Positive) => 1,
            (_, Sign::Negative) => -1,
        }
    }

    /// A whole number.
    pub(crate) fn from_whole(value: IBig) -> Rational {
        Rational {
            numerator: value,
            denominator: UBig::ONE,
        }
    }

    /// `numerator` / `denominator`, which is not 0.
    pub(crate) fn fraction(numerator: IBig, denominator: u128) -> Rational {
        Rational::reduced(numerator, denominator.into())
    }

    /// `units` × 2^`exponent`.
    pub(crate) fn from_binary(units: IBig, exponent: i64) -> Rational {
        let shift = exponent.unsigned_abs() as usize;
        match exponent {
            0.. => Rational::from_whole(units << shift),
            _ => Rational::reduced(units, UBig::ONE << shift),
        }
    }

    /// An enclosure to this many bits.
    pub(crate) fn to_ball(&self, bits: usize) -> Ball {
        Ball::quotient(&self.numerator, &self.denominator, bits)
    }

    fn reduced(numerator: IBig, denominator: UBig) -> Rational {
        if numerator.is_zero() {
            return Rational {
                numerator,
                denominator: UBig::ONE,
            };
        }
        let divisor = (&numerator).gcd(&denominator);
        if divisor.is_one() {
            return Rational {
                numerator,
                denominator,
            };
        }
        Rational {
            numerator: numerator / IBig::from(divisor.clone()),
            denominator: denominator / divisor,
        }
    }

    /// `self` + `other`.
    ///
    /// # Errors
    /// [`Code::LimitExceeded`](crate::Code::LimitExceeded) before anything longer than [`MAX_BITS`](Rational::MAX_BITS) is computed.
    pub fn try_add(&self, other: &Rational) -> Resultat<Rational> {
        let (a, b) = self.crossed(other)?;
        let (sum, denominator) = (a + b, &self.denominator * &other.denominator);
        // Where the denominators have nothing in common, neither have the sum and their product. That of a whole number is 1.
        let coprime = self.denominator.is_one() || other.denominator.is_one();
        if coprime && !sum.is_zero() {
            return Ok(Rational {
                numerator: sum,
                denominator,
            });
        }
        Ok(Rational::reduced(sum, denominator))
    }

    /// `self` - `other`.
    ///
    /// # Errors
    /// As [`try_add`](Rational::try_add).
    pub fn try_sub(&self, other: &Rational) -> Resultat<Rational> {
        self.try_add(&other.opposite())
    }

    /// `self` × `other`.
    ///
    /// # Errors
    /// As [`try_add`](Rational::try_add).
    pub fn try_mul(&self, other: &Rational) -> Resultat<Rational> {
        bounded(self.numerator.bit_len() + other.numerator.bit_len())?;
        bounded(self.denominator.bit_len() + other.denominator.bit_len())?;
        if self.numerator.is_zero() || other.numerator.is_zero() {
            return Ok(Rational::from_whole(IBig::ZERO));
        }
        // Each is in lowest terms: only a numerator and the denominator of the other have something in common, and that of a long and a short
        // number is soon found.
        let (a, d) = lowest(&self.numerator, &other.denominator);
        let (c, b) = lowest(&other.numerator, &self.denominator);
        Ok(Rational {
            numerator: a * c,
            denominator: b * d,
        })
    }

    /// `self` / `divisor`.
    ///
    /// # Errors
    /// [`Code::DivisionByZero`](crate::Code::DivisionByZero) of the argument `b`, and as [`try_add`](Rational::try_add).
    pub fn try_div(&self, divisor: &Rational) -> Resultat<Rational> {
        self.try_mul(&divisor.inverse()?)
    }

    /// The remainder of the division with a whole quotient truncated towards 0: it has the sign of `self`.
    ///
    /// # Errors
    /// As [`try_div`](Rational::try_div).
    pub fn try_rem(&self, divisor: &Rational) -> Resultat<Rational> {
        divisor.inverse()?;
        let (a, b) = self.crossed(divisor)?;
        let denominator = &self.denominator * &divisor.denominator;
        Ok(Rational::reduced(a % b, denominator))
    }

    /// `self` to the power of a whole number; `None` when a term would be longer than [`MAX_BITS`](Rational::MAX_BITS).
    ///
    /// # Errors
    /// [`Code::DivisionByZero`](crate::Code::DivisionByZero) of the argument `base` for a negative power of 0.
    pub fn try_pow(&self, exponent: &Rational) -> Resultat<Option<Rational>> {
        let Some(exponent) = exponent.to_whole() else {
            return Ok(None);
        };
        let (sign, magnitude) = exponent.into_parts();
        let base = match sign {
            Sign::Positive => self.clone(),
            Sign::Negative => self.inverse().map_err(|erreur| erreur.on("base"))?,
        };
        if magnitude.is_zero() {
            return Ok(Some(Rational::ONE));
        }
        // 0 and ±1 do not grow.
        let small = base.denominator.is_one() && base.numerator.bit_len() <= 1;
        let magnitude = match usize::try_from(&magnitude) {
            Ok(exponent) => exponent,
            Err(_) if small => 2 - usize::from(magnitude.bit(0)),
            Err(_) => return Ok(None),
        };
        let longest = base.numerator.bit_len().max(base.denominator.bit_len());
        if !small && longest.saturating_mul(magnitude) > Rational::MAX_BITS {
            return Ok(None);
        }
        let magnitude = if small { 2 - magnitude % 2 } else { magnitude };
        // Powers of coprime numbers are coprime.
        Ok(Some(Rational {
            numerator: base.numerator.pow(magnitude),
            denominator: base.denominator.pow(magnitude),
        }))
    }

    /// The root of this degree, when it is rational. The degree is at least 1, and `self` not below 0 when it is even.
    pub fn root(&self, degree: u32) -> Option<Rational> {
        let (sign, numerator) = self.numerator.clone().into_parts();
        Some(Rational {
            denominator: whole_root(&self.denominator, degree)?,
            numerator: IBig::from_parts(sign, whole_root(&numerator, degree)?),
        })
    }

    /// The numerator and the denominator.
    pub(crate) fn terms(&self) -> (&IBig, &UBig) {
        (&self.numerator, &self.denominator)
    }

    /// The length of both, in bits.
    pub(crate) fn bits(&self) -> usize {
        self.numerator.bit_len() + self.denominator.bit_len()
    }

    /// The opposite.
    #[must_use]
    pub fn opposite(&self) -> Rational {
        Rational {
            numerator: -&self.numerator,
            denominator: self.denominator.clone(),
        }
    }

    /// The magnitude.
    #[must_use]
    pub fn abs(&self) -> Rational {
        match self.sign() {
            -1 => self.opposite(),
            _ => self.clone(),
        }
    }

    fn inverse(&self) -> Resultat<Rational> {
        if self.numerator.is_zero() {
            return Err(Erreur::from(Cause::DivisionByZero).on("b"));
        }
        let (sign, magnitude) = self.numerator.clone().into_parts();
        Ok(Rational {
            numerator: IBig::from_parts(sign, self.denominator.clone()),
            denominator: magnitude,
        })
    }

    /// The whole number that it is.
    pub fn to_whole(&self) -> Option<IBig> {
        self.denominator.is_one().then(|| self.numerator.clone())
    }

    /// The decimal that it is.
    pub fn to_decimal(&self) -> Option<Decimal> {
        self.nearest()
            .filter(|nearest| Rational::from(*nearest) == *self)
    }

    /// The `Decimal` nearest to it, ties to even; `None` beyond the largest.
    pub fn nearest(&self) -> Option<Decimal> {
        exact::nearest(self.numerator.clone(), self.denominator.clone().into())
    }

    /// 28 significant digits of it, half to even, times a power of ten that is 10^`tens` more: `2.65e32`. Zeros at the end are left out.
    pub(crate) fn scientific(&self, tens: i64) -> String {
        const DIGITS: usize = 28;
        let context = dashu_float::Context::<HalfEven>::new(DIGITS);
        let whole = |integer: IBig| Repr::<10>::new(integer, 0);
        let quotient = context.div(
            &whole(self.numerator.clone()),
            &whole(self.denominator.clone().into()),
        );
        let Ok(quotient) = quotient else {
            return "0".to_owned();
        };
        let (significand, exponent) = quotient.value().into_repr().into_parts();
        let (sign, magnitude) = significand.into_parts();
        let digits = magnitude.to_string();
        let exponent = exponent as i64 + digits.len() as i64 - 1 + tens;
        let sign = if sign == Sign::Negative { "-" } else { "" };
        let (first, rest) = digits.split_at(1);
        match rest.trim_end_matches('0') {
            "" => format!("{sign}{first}e{exponent}"),
            rest => format!("{sign}{first}.{rest}e{exponent}"),
        }
    }

    /// With at most `scale` digits after the point.
    ///
    /// # Errors
    /// As [`try_add`](Rational::try_add).
    pub fn try_round(&self, scale: u32, rounding: Rounding) -> Resultat<Rational> {
        let unit = exact::pow10(scale);
        bounded(self.numerator.bit_len() + unit.bit_len())?;
        let (sign, magnitude) = self.numerator.clone().into_parts();
        let unit = unit.into_parts().1;
        let (quotient, rest) = (magnitude * &unit).div_rem(&self.denominator);
        let negative = sign == Sign::Negative;
        let twice = (&rest << 1).cmp(&self.denominator);
        let away = match rounding {
            Rounding::Truncate => false,
            Rounding::Up => !rest.is_zero(),
            Rounding::Floor => negative && !rest.is_zero(),
            Rounding::Ceiling => !negative && !rest.is_zero(),
            Rounding::HalfUp => twice.is_ge(),
            Rounding::HalfDown => twice.is_gt(),
            Rounding::HalfEven => twice.is_gt() || (twice.is_eq() && quotient.bit(0)),
        };
        let rounded = quotient + u8::from(away);
        Ok(Rational::reduced(IBig::from_parts(sign, rounded), unit))
    }

    /// Both numerators over the product of the denominators.
    fn crossed(&self, other: &Rational) -> Resultat<(IBig, IBig)> {
        let (a, b) = (&self.denominator, &other.denominator);
        bounded(self.numerator.bit_len() + b.bit_len() + 1)?;
        bounded(other.numerator.bit_len() + a.bit_len() + 1)?;
        bounded(a.bit_len() + b.bit_len())?;
        Ok((
            &self.numerator * IBig::from(b.clone()),
            &other.numerator * IBig::from(a.clone()),
        ))
    }
}

/// Refuses a term of this many bits.
fn bounded(bits: usize) -> Resultat<()> {
    if bits > Rational::MAX_BITS {
        return Err(Erreur::limit(
            "bits of an exact fraction",
            Rational::MAX_BITS,
            bits,
        ));
    }
    Ok(())
}

impl PartialOrd for Rational {
    fn partial_cmp(&self, other: &Rational) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Rational {
    fn cmp(&self, other: &Rational) -> Ordering {
        // Twice as long as a term at most.
        let left = &self.numerator * IBig::from(other.denominator.clone());
        left.cmp(&(&other.numerator * IBig::from(self.denominator.clone())))
    }
}

/// The nearest `Decimal`, or that it is beyond the largest.
impl fmt::Display for Rational {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.nearest() {
            Some(nearest) => nearest.fmt(f),
            None if self.sign() < 0 => {
                write!(f, "a number below {}", Decimal::MIN)
            }
            None => write!(f, "a number above {}", Decimal::MAX),
        }
    }
}
