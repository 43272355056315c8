//! Powers, roots, exponentials, logarithms and trigonometry of decimals.
//!
//! A function is computed with enough bits to determine the nearest `Decimal`, and rounded once, ties to even: see [`Number`]. A result that
//! a `Decimal` equals (the root of a perfect square, a whole power) is exact.

use crate::decimal::Decimal;
use crate::erreur::{Erreur, Resultat};
use crate::number::{Computed, Number};
use crate::precision::{Precision, Stop};

#[cfg(test)]
mod tests;

impl Decimal {
    /// The square root.
    ///
    /// # Errors
    /// [`Code::Domain`](crate::Code::Domain) of the argument `x` when it is negative.
    pub fn try_sqrt(self) -> Resultat<Decimal> {
        done("racineCarree", |at| Number::from(self).try_sqrt(at))
    }

    /// The root of this degree: negative for a negative number and an odd degree.
    ///
    /// # Errors
    /// [`Code::InvalidArgument`](crate::Code::InvalidArgument) of the argument `n` when it is not between 1 and 100;
    /// [`Code::Domain`](crate::Code::Domain) of the argument `x` when it is negative and `n` even.
    pub fn try_nth_root(self, n: u32) -> Resultat<Decimal> {
        done("racineNieme", |at| Number::from(self).try_root(n, at))
    }

    /// `self` to the power of `exponent`. 0 to the power of 0 is 1, as the empty product.
    ///
    /// # Errors
    /// [`Code::DivisionByZero`](crate::Code::DivisionByZero) of the argument `base` for a negative power of 0;
    /// [`Code::Domain`](crate::Code::Domain) of the argument `base` when it is negative and the exponent is not whole;
    /// [`Code::Overflow`](crate::Code::Overflow) of `puissance`.
    pub fn try_pow(self, exponent: Decimal) -> Resultat<Decimal> {
        done("puissance", |at| {
            Number::from(self).try_pow(&exponent.into(), at)
        })
    }

    /// e to the power of `self`.
    ///
    /// # Errors
    /// [`Code::Overflow`](crate::Code::Overflow) of `exponentielle`.
    pub fn try_exp(self) -> Resultat<Decimal> {
        done("exponentielle", |at| Number::from(self).try_exp(at))
    }

    /// The natural logarithm.
    ///
    /// # Errors
    /// [`Code::Domain`](crate::Code::Domain) of the argument `x` unless it is above 0.
    pub fn try_ln(self) -> Resultat<Decimal> {
        done("logarithme", |at| Number::from(self).try_ln(at))
    }

    /// The logarithm to this base.
    ///
    /// # Errors
    /// [`Code::Domain`](crate::Code::Domain) of the argument `x` or `base` unless it is above 0, and of `base` when
    /// it is 1; [`Code::Overflow`](crate::Code::Overflow) of `logarithme` for a base very near to 1.
    pub fn try_log(self, base: Decimal) -> Resultat<Decimal> {
        done("logarithme", |at| {
            Number::from(self).try_log(&base.into(), at)
        })
    }

    /// The sine of an angle in radians.
    ///
    /// # Errors
    /// None in practice: every angle has a sine.
    pub fn try_sin(self) -> Resultat<Decimal> {
        done("sinus", |at| Number::from(self).try_sin(at))
    }

    /// The cosine of an angle in radians.
    ///
    /// # Errors
    /// None in practice: every angle has a cosine.
    pub fn try_cos(self) -> Resultat<Decimal> {
        done("cosinus", |at| Number::from(self).try_cos(at))
    }

    /// The tangent of an angle in radians.
    ///
    /// # Errors
    /// [`Code::Overflow`](crate::Code::Overflow) of `tangente` very near to an odd multiple of π/2.
    pub fn try_tan(self) -> Resultat<Decimal> {
        done("tangente", |at| Number::from(self).try_tan(at))
    }

    /// The angle in radians, between -π/2 and π/2, of this tangent.
    ///
    /// # Errors
    /// None in practice: every number is a tangent.
    pub fn try_atan(self) -> Resultat<Decimal> {
        done("arctangente", |at| Number::from(self).try_atan(at))
    }

    /// The sine of an angle in degrees.
    ///
    /// # Errors
    /// None in practice: every angle has a sine.
    pub fn try_sin_degrees(self) -> Resultat<Decimal> {
        done("sinus", |at| Number::from(self).try_sin_degrees(at))
    }

    /// The cosine of an angle in degrees.
    ///
    /// # Errors
    /// None in practice: every angle has a cosine.
    pub fn try_cos_degrees(self) -> Resultat<Decimal> {
        done("cosinus", |at| Number::from(self).try_cos_degrees(at))
    }

    /// The tangent of an angle in degrees.
    ///
    /// # Errors
    /// [`Code::Domain`](crate::Code::Domain) of the argument `x` for an odd multiple of 90;
    /// [`Code::Overflow`](crate::Code::Overflow) of `tangente` very near to one.
    pub fn try_tan_degrees(self) -> Resultat<Decimal> {
        done("tangente", |at| Number::from(self).try_tan_degrees(at))
    }

    /// The angle in degrees, between -90 and 90, of this tangent.
    ///
    /// # Errors
    /// None in practice: every number is a tangent.
    pub fn try_atan_degrees(self) -> Resultat<Decimal> {
        done("arctangente", |at| Number::from(self).try_atan_degrees(at))
    }
}

fn done(operation: &'static str, compute: impl Fn(Precision) -> Computed) -> Resultat<Decimal> {
    let nearest = Precision::settled(|at| match compute(at) {
        Err(Stop::TooLarge(_)) => Ok(None),
        computed => computed?.nearest(at),
    });
    let nearest = nearest.map_err(|erreur| erreur.during(operation))?;
    nearest.ok_or_else(|| Erreur::overflow(operation))
}
