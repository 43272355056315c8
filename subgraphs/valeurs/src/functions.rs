//! Powers, roots, exponentials, logarithms and trigonometry of decimals.
//!
//! A function is computed with enough digits to determine the nearest `Decimal`, and rounded once, ties to even: see [`real`]. A result that
//! a `Decimal` equals (the root of a perfect square, a whole power) is exact.

use self::real::Real;
use crate::decimal::Decimal;
use crate::erreur::{Erreur, Resultat};

pub(crate) mod degrees;
pub(crate) mod real;
#[cfg(test)]
mod tests;

impl Decimal {
    /// The square root.
    ///
    /// # Errors
    /// [`Code::Domain`](crate::Code::Domain) of the argument `x` when it is negative.
    pub fn try_sqrt(self) -> Resultat<Decimal> {
        done(real::sqrt(&self)?, "racineCarree")
    }

    /// The root of this degree: negative for a negative number and an odd degree.
    ///
    /// # Errors
    /// [`Code::InvalidArgument`](crate::Code::InvalidArgument) of the argument `n` when it is not between 1 and 100;
    /// [`Code::Domain`](crate::Code::Domain) of the argument `x` when it is negative and `n` even.
    pub fn try_nth_root(self, n: u32) -> Resultat<Decimal> {
        done(real::root(&self, n)?, "racineNieme")
    }

    /// `self` to the power of `exponent`. 0 to the power of 0 is 1, as the empty product.
    ///
    /// # Errors
    /// [`Code::DivisionByZero`](crate::Code::DivisionByZero) of the argument `base` for a negative power of 0;
    /// [`Code::Domain`](crate::Code::Domain) of the argument `base` when it is negative and the exponent is not whole;
    /// [`Code::Overflow`](crate::Code::Overflow) of `puissance`.
    pub fn try_pow(self, exponent: Decimal) -> Resultat<Decimal> {
        done(real::power(&self, &exponent)?, "puissance")
    }

    /// e to the power of `self`.
    ///
    /// # Errors
    /// [`Code::Overflow`](crate::Code::Overflow) of `exponentielle`.
    pub fn try_exp(self) -> Resultat<Decimal> {
        done(real::exp(&self)?, "exponentielle")
    }

    /// The natural logarithm.
    ///
    /// # Errors
    /// [`Code::Domain`](crate::Code::Domain) of the argument `x` unless it is above 0.
    pub fn try_ln(self) -> Resultat<Decimal> {
        done(real::ln(&self)?, "logarithme")
    }

    /// The logarithm to this base.
    ///
    /// # Errors
    /// [`Code::Domain`](crate::Code::Domain) of the argument `x` or `base` unless it is above 0, and of `base` when
    /// it is 1; [`Code::Overflow`](crate::Code::Overflow) of `logarithme` for a base very near to 1.
    pub fn try_log(self, base: Decimal) -> Resultat<Decimal> {
        done(real::log(&self, &base)?, "logarithme")
    }

    /// The sine of an angle in radians.
    ///
    /// # Errors
    /// None in practice: every angle has a sine.
    pub fn try_sin(self) -> Resultat<Decimal> {
        done(real::sin(&self)?, "sinus")
    }

    /// The cosine of an angle in radians.
    ///
    /// # Errors
    /// None in practice: every angle has a cosine.
    pub fn try_cos(self) -> Resultat<Decimal> {
        done(real::cos(&self)?, "cosinus")
    }

    /// The tangent of an angle in radians.
    ///
    /// # Errors
    /// [`Code::Overflow`](crate::Code::Overflow) of `tangente` very near to an odd multiple of π/2.
    pub fn try_tan(self) -> Resultat<Decimal> {
        done(real::tan(&self)?, "tangente")
    }

    /// The angle in radians, between -π/2 and π/2, of this tangent.
    ///
    /// # Errors
    /// None in practice: every number is a tangent.
    pub fn try_atan(self) -> Resultat<Decimal> {
        done(real::atan(&self)?, "arctangente")
    }

    /// The sine of an angle in degrees.
    ///
    /// # Errors
    /// None in practice: every angle has a sine.
    pub fn try_sin_degrees(self) -> Resultat<Decimal> {
        done(degrees::sin(&self)?, "sinus")
    }

    /// The cosine of an angle in degrees.
    ///
    /// # Errors
    /// None in practice: every angle has a cosine.
    pub fn try_cos_degrees(self) -> Resultat<Decimal> {
        done(degrees::cos(&self)?, "cosinus")
    }

    /// The tangent of an angle in degrees.
    ///
    /// # Errors
    /// [`Code::Domain`](crate::Code::Domain) of the argument `x` for an odd multiple of 90;
    /// [`Code::Overflow`](crate::Code::Overflow) of `tangente` very near to one.
    pub fn try_tan_degrees(self) -> Resultat<Decimal> {
        done(degrees::tan(&self)?, "tangente")
    }

    /// The angle in degrees, between -90 and 90, of this tangent.
    ///
    /// # Errors
    /// None in practice: every number is a tangent.
    pub fn try_atan_degrees(self) -> Resultat<Decimal> {
        done(degrees::atan(&self)?, "arctangente")
    }
}

fn done(value: Real, operation: &'static str) -> Resultat<Decimal> {
    value.nearest().ok_or_else(|| Erreur::overflow(operation))
}
