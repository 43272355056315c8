//! Numbers on their way through an expression.

use std::cmp::Ordering;
use std::fmt;

use dashu_int::IBig;
use dashu_int::ops::{BitTest as _, Gcd as _};

use crate::arithmetic::Rounding;
use crate::decimal::Decimal;
use crate::erreur::Resultat;
use crate::functions::degrees;
use crate::functions::real::{self, Operand, Real};
use crate::rational::Rational;

#[cfg(test)]
mod tests;

/// A number that is not rounded yet: an exact fraction as long as it is rational, and what a real function gives with at least 64
/// significant digits.
///
/// Its `Display` is the nearest [`Decimal`].
#[derive(Debug, Clone, PartialEq)]
pub struct Number {
    value: Rational,
    exact: bool,
}

impl From<Decimal> for Number {
    fn from(value: Decimal) -> Self {
        Number::exact(value.into())
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

/// How many digits after the point of what is not exact are believed where a step of a function is near.
const BELIEVED: u32 = 40;

/// π × 10^79, from <https://oeis.org/A000796>.
const PI: &str = "31415926535897932384626433832795028841971693993751058209749445923078164062862090";

/// e × 10^79, from <https://oeis.org/A001113>.
const E: &str = "27182818284590452353602874713526624977572470936999595749669676277240766303535476";

/// A function of one number.
type Function = fn(&Rational) -> Resultat<Real>;

impl Number {
    fn exact(value: Rational) -> Number {
        Number { value, exact: true }
    }

    /// What a function gives for numbers that are exact or not.
    fn from_real(value: Real, exact: bool) -> Number {
        match value {
            Real::Exact(value) => Number { value, exact },
            Real::Digits(value) => Number {
                value: Rational::from_wide(&value),
                exact: false,
            },
        }
    }

    fn of(self: &Number, function: Function) -> Resultat<Number> {
        let value = function(&self.value)?;
        Ok(Number::from_real(value, self.exact))
    }

    fn with(&self, other: &Number, value: Rational) -> Number {
        let exact = self.exact && other.exact;
        Number { value, exact }
    }

    /// The nearest `Decimal`; `None` beyond the largest.
    pub fn nearest(&self) -> Option<Decimal> {
        self.value.nearest()
    }

    /// The nearest `Decimal` in text. A number beyond the largest is written by 28 digits and a power of ten, as is one that is not 0 though 0 is
    /// nearest; but of what is not exact, digits so far down mean nothing.
    pub fn text(&self) -> String {
        match self.nearest() {
            Some(nearest) if !self.exact || !nearest.is_zero() || self.value.sign() == 0 => {
                nearest.to_string()
            }
            _ => self.value.scientific(),
        }
    }

    /// The number itself when it is exact; what it is taken for where a function has a step, else: √2² is 2 there, and not a hair below.
    fn settled(&self) -> Resultat<Rational> {
        if self.exact {
            return Ok(self.value.clone());
        }
        self.value.try_round(BELIEVED, Rounding::HalfEven)
    }

    /// The `Decimal` that it is, for operations on decimals.
    pub fn to_decimal(&self) -> Option<Decimal> {
        self.settled().ok()?.to_decimal()
    }

    /// The whole number that it is.
    pub fn to_whole(&self) -> Option<IBig> {
        self.settled().ok()?.to_whole()
    }

    /// The greatest common divisor of whole numbers, not below 0; `None` unless both are whole.
    pub fn gcd(&self, other: &Number) -> Option<Number> {
        let (a, b) = (self.to_whole()?, other.to_whole()?);
        if a.is_zero() && b.is_zero() {
            return Some(Decimal::ZERO.into());
        }
        Some(Number::exact(Rational::from_whole(a.gcd(&b).into())))
    }

    /// `first` × (`first` - `step`) × …, as long as the factors are above 0: 1 where none is. `None` where that is longer than a [`Rational`] may be.
    pub fn descending_product(first: i128, step: usize) -> Option<Number> {
        let mut product = IBig::ONE;
        // The first factors are the largest, so that this ends soon whatever they are.
        for factor in (1..=first).rev().step_by(step) {
            product *= IBig::from(factor);
            if product.bit_len() > Rational::MAX_BITS {
                return None;
            }
        }
        Some(Number::exact(Rational::from_whole(product)))
    }

    /// The circle constant, to 80 digits.
    pub fn pi() -> Number {
        Number::constant(PI)
    }

    /// The base of natural logarithms, to 80 digits.
    pub fn e() -> Number {
        Number::constant(E)
    }

    /// One digit, a point that is not written, and the others.
    fn constant(digits: &str) -> Number {
        let digits_after = digits.len() as u32 - 1;
        let value = IBig::from_str_radix(digits, 10).unwrap_or_default();
        Number {
            value: Rational::from_units(value, digits_after),
            exact: false,
        }
    }

    /// -1, 0 or 1.
    pub fn signum(&self) -> Number {
        Decimal::from(self.value.sign()).into()
    }

    /// Whether it is below 0.
    pub fn is_negative(&self) -> bool {
        self.value.sign() < 0
    }

    /// `self` + `other`.
    ///
    /// # Errors
    /// Of [`Rational::try_add`], as the other operations.
    pub fn try_add(&self, other: &Number) -> Resultat<Number> {
        Ok(self.with(other, self.value.try_add(&other.value)?))
    }

    /// `self` - `other`.
    ///
    /// # Errors
    /// Of [`Rational::try_sub`].
    pub fn try_sub(&self, other: &Number) -> Resultat<Number> {
        Ok(self.with(other, self.value.try_sub(&other.value)?))
    }

    /// `self` × `other`.
    ///
    /// # Errors
    /// Of [`Rational::try_mul`].
    pub fn try_mul(&self, other: &Number) -> Resultat<Number> {
        Ok(self.with(other, self.value.try_mul(&other.value)?))
    }

    /// `self` / `divisor`.
    ///
    /// # Errors
    /// Of [`Rational::try_div`].
    pub fn try_div(&self, divisor: &Number) -> Resultat<Number> {
        Ok(self.with(divisor, self.value.try_div(&divisor.value)?))
    }

    /// The remainder, with the sign of `self`.
    ///
    /// # Errors
    /// Of [`Rational::try_rem`].
    pub fn try_rem(&self, divisor: &Number) -> Resultat<Number> {
        let remainder = self.settled()?.try_rem(&divisor.settled()?)?;
        Ok(self.with(divisor, remainder))
    }

    /// `self` to the power of `exponent`: exact for a whole exponent, unless the power is longer than a [`Rational`] may be.
    ///
    /// # Errors
    /// As [`Decimal::try_pow`].
    pub fn try_pow(&self, exponent: &Number) -> Resultat<Number> {
        // A power that is exact is not bounded by what a `Decimal` holds.
        if let Some(power) = self.value.try_pow(&exponent.value)? {
            return Ok(self.with(exponent, power));
        }
        let value = real::power(&self.value, &exponent.value)?;
        Ok(Number::from_real(value, self.exact && exponent.exact))
    }

    /// The root of degree `n`, exact when it is rational.
    ///
    /// # Errors
    /// As [`Decimal::try_sqrt`] for the degree 2, as [`Decimal::try_nth_root`] for others.
    pub fn try_root(&self, n: u32) -> Resultat<Number> {
        let root = match n {
            2 => real::sqrt(&self.value)?,
            n => real::root(&self.value, n)?,
        };
        Ok(Number::from_real(root, self.exact))
    }

    /// The magnitude.
    #[must_use]
    pub fn abs(&self) -> Number {
        let (value, exact) = (self.value.abs(), self.exact);
        Number { value, exact }
    }

    /// The opposite.
    #[must_use]
    pub fn opposite(&self) -> Number {
        let (value, exact) = (self.value.opposite(), self.exact);
        Number { value, exact }
    }

    /// With at most `scale` digits after the point.
    ///
    /// # Errors
    /// Of [`Rational::try_round`].
    pub fn try_round(&self, scale: u32, rounding: Rounding) -> Resultat<Number> {
        self.settled()?
            .try_round(scale, rounding)
            .map(Number::exact)
    }

    /// e to the power of `self`.
    ///
    /// # Errors
    /// As [`Decimal::try_exp`].
    pub fn try_exp(&self) -> Resultat<Number> {
        self.of(real::exp)
    }

    /// The natural logarithm.
    ///
    /// # Errors
    /// As [`Decimal::try_ln`].
    pub fn try_ln(&self) -> Resultat<Number> {
        self.of(real::ln)
    }

    /// The logarithm to this base.
    ///
    /// # Errors
    /// As [`Decimal::try_log`].
    pub fn try_log(&self, base: &Number) -> Resultat<Number> {
        let value = real::log(&self.value, &base.value)?;
        Ok(Number::from_real(value, self.exact && base.exact))
    }

    /// The sine of an angle in radians.
    ///
    /// # Errors
    /// As [`Decimal::try_sin`].
    pub fn try_sin(&self) -> Resultat<Number> {
        self.of(real::sin)
    }

    /// The cosine of an angle in radians.
    ///
    /// # Errors
    /// As [`Decimal::try_cos`].
    pub fn try_cos(&self) -> Resultat<Number> {
        self.of(real::cos)
    }

    /// The tangent of an angle in radians.
    ///
    /// # Errors
    /// As [`Decimal::try_tan`].
    pub fn try_tan(&self) -> Resultat<Number> {
        self.of(real::tan)
    }

    /// The angle in radians of this tangent.
    ///
    /// # Errors
    /// As [`Decimal::try_atan`].
    pub fn try_atan(&self) -> Resultat<Number> {
        self.of(real::atan)
    }

    /// The sine of an angle in degrees.
    ///
    /// # Errors
    /// As [`Decimal::try_sin_degrees`].
    pub fn try_sin_degrees(&self) -> Resultat<Number> {
        self.angle().of(degrees::sin)
    }

    /// The cosine of an angle in degrees.
    ///
    /// # Errors
    /// As [`Decimal::try_cos_degrees`].
    pub fn try_cos_degrees(&self) -> Resultat<Number> {
        self.angle().of(degrees::cos)
    }

    /// The tangent of an angle in degrees.
    ///
    /// # Errors
    /// As [`Decimal::try_tan_degrees`].
    pub fn try_tan_degrees(&self) -> Resultat<Number> {
        self.angle().of(degrees::tan)
    }

    /// This many degrees in radians.
    ///
    /// # Errors
    /// Of [`Rational::try_mul`].
    pub fn try_radians(&self) -> Resultat<Number> {
        self.try_mul(&Number::pi())?
            .try_div(&Decimal::from(180).into())
    }

    /// This many radians in degrees.
    ///
    /// # Errors
    /// Of [`Rational::try_mul`].
    pub fn try_degrees(&self) -> Resultat<Number> {
        self.try_mul(&Decimal::from(180).into())?
            .try_div(&Number::pi())
    }

    /// A number of degrees: a whole one where it is taken for that, so that the steps of the tangent are found.
    fn angle(&self) -> Number {
        match self.to_whole() {
            Some(whole) if !self.exact => Number {
                value: Rational::from_whole(whole),
                exact: false,
            },
            _ => self.clone(),
        }
    }

    /// How long it is, in words of 64 bits: what arithmetic on it costs grows with the square.
    pub fn words(&self) -> usize {
        self.value.bits() / 64
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Number) -> Option<Ordering> {
        Some(self.value.cmp(&other.value))
    }
}
