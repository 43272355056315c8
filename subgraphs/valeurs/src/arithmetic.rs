//! The four operations, the remainder and rounding on decimals.
//!
//! A result that a `Decimal` equals is exact. Any other is the nearest `Decimal`, ties to even: results keep 28
//! significant digits (29 for some) and at most 28 digits after the point.

use rust_decimal::RoundingStrategy;

use crate::decimal::Decimal;
use crate::erreur::{Cause, Erreur, Resultat};

#[cfg(test)]
mod tests;

type Raw = rust_decimal::Decimal;

/// What to do with the digits that rounding drops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Rounding {
    /// To the nearest; halfway, to the even digit.
    #[default]
    HalfEven,
    /// To the nearest; halfway, away from zero.
    HalfUp,
    /// To the nearest; halfway, towards zero.
    HalfDown,
    /// Towards zero.
    Truncate,
    /// Away from zero.
    Up,
    /// Towards negative infinity.
    Floor,
    /// Towards positive infinity.
    Ceiling,
}

impl From<Rounding> for RoundingStrategy {
    fn from(rounding: Rounding) -> Self {
        match rounding {
            Rounding::HalfEven => RoundingStrategy::MidpointNearestEven,
            Rounding::HalfUp => RoundingStrategy::MidpointAwayFromZero,
            Rounding::HalfDown => RoundingStrategy::MidpointTowardZero,
            Rounding::Truncate => RoundingStrategy::ToZero,
            Rounding::Up => RoundingStrategy::AwayFromZero,
            Rounding::Floor => RoundingStrategy::ToNegativeInfinity,
            Rounding::Ceiling => RoundingStrategy::ToPositiveInfinity,
        }
    }
}

impl Decimal {
    /// `self` + `other`.
    ///
    /// # Errors
    /// [`Code::Overflow`](crate::Code::Overflow) of `addition`.
    pub fn try_add(self, other: Decimal) -> Resultat<Decimal> {
        done(Raw::from(self).checked_add(other.into()), "addition")
    }

    /// `self` - `other`.
    ///
    /// # Errors
    /// [`Code::Overflow`](crate::Code::Overflow) of `soustraction`.
    pub fn try_sub(self, other: Decimal) -> Resultat<Decimal> {
        done(Raw::from(self).checked_sub(other.into()), "soustraction")
    }

    /// `self` × `other`. A product nearer to 0 than to 10^-28 is 0.
    ///
    /// # Errors
    /// [`Code::Overflow`](crate::Code::Overflow) of `multiplication`.
    pub fn try_mul(self, other: Decimal) -> Resultat<Decimal> {
        done(Raw::from(self).checked_mul(other.into()), "multiplication")
    }

    /// `self` / `divisor`.
    ///
    /// # Errors
    /// [`Code::DivisionByZero`](crate::Code::DivisionByZero) of the argument `b`, or
    /// [`Code::Overflow`](crate::Code::Overflow) of `division`.
    pub fn try_div(self, divisor: Decimal) -> Resultat<Decimal> {
        not_zero(divisor)?;
        done(Raw::from(self).checked_div(divisor.into()), "division")
    }

    /// What remains of `self` after the division by `divisor` truncated to a whole number. It has the sign of `self`,
    /// and is exact.
    ///
    /// # Errors
    /// [`Code::DivisionByZero`](crate::Code::DivisionByZero) of the argument `b`.
    pub fn try_rem(self, divisor: Decimal) -> Resultat<Decimal> {
        not_zero(divisor)?;
        done(Raw::from(self).checked_rem(divisor.into()), "modulo")
    }

    /// `self` with at most `scale` digits after the point. With `scale` of 28 or more nothing changes.
    ///
    /// # Errors
    /// [`Code::Overflow`](crate::Code::Overflow) of `arrondi`.
    pub fn try_round(self, scale: u32, rounding: Rounding) -> Resultat<Decimal> {
        let raw = Raw::from(self);
        if scale >= raw.scale() {
            return Ok(self);
        }
        // Fewer digits never make a number too large: the range is that of whole numbers.
        Ok(raw.round_dp_with_strategy(scale, rounding.into()).into())
    }
}

fn not_zero(divisor: Decimal) -> Resultat<()> {
    if divisor.is_zero() {
        return Err(Erreur::from(Cause::DivisionByZero).on("b"));
    }
    Ok(())
}

fn done(result: Option<Raw>, operation: &'static str) -> Resultat<Decimal> {
    result
        .map(Decimal::from)
        .ok_or_else(|| Erreur::overflow(operation))
}
