//! The four operations, the remainder and rounding on decimals.
//!
//! A result that a `Decimal` equals is exact. Any other is computed exactly and rounded once, ties to even, to as many digits
//! as a `Decimal` holds: see [`exact`].

use dashu_int::IBig;
use rust_decimal::RoundingStrategy;

use crate::decimal::Decimal;
use crate::erreur::{Cause, Erreur, Resultat};
use crate::exact;

#[cfg(test)]
mod tests;

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
        self.sum(other, "addition")
    }

    /// `self` - `other`.
    ///
    /// # Errors
    /// [`Code::Overflow`](crate::Code::Overflow) of `soustraction`.
    pub fn try_sub(self, other: Decimal) -> Resultat<Decimal> {
        self.sum(other.opposite(), "soustraction")
    }

    fn sum(self, other: Decimal, operation: &'static str) -> Resultat<Decimal> {
        let scale = self.scale().max(other.scale());
        if let (Some(a), Some(b)) = (units(self, scale), units(other, scale))
            && let Some(sum) = a.checked_add(b)
            && let Some(sum) = Decimal::from_parts(sum, scale)
        {
            return Ok(sum);
        }
        let sum = exact::units(self, scale) + exact::units(other, scale);
        exact::rounded(sum, exact::pow10(scale), operation)
    }

    /// `self` × `other`. A product nearer to 0 than half of 10^-28 is 0.
    ///
    /// # Errors
    /// [`Code::Overflow`](crate::Code::Overflow) of `multiplication`.
    pub fn try_mul(self, other: Decimal) -> Resultat<Decimal> {
        let scale = self.scale() + other.scale();
        if let Some(product) = self.mantissa().checked_mul(other.mantissa())
            && let Some(product) = Decimal::from_parts(product, scale)
        {
            return Ok(product);
        }
        let product = IBig::from(self.mantissa()) * IBig::from(other.mantissa());
        exact::rounded(product, exact::pow10(scale), "multiplication")
    }

    /// `self` / `divisor`.
    ///
    /// # Errors
    /// [`Code::DivisionByZero`](crate::Code::DivisionByZero) of the argument `b`, or
    /// [`Code::Overflow`](crate::Code::Overflow) of `division`.
    pub fn try_div(self, divisor: Decimal) -> Resultat<Decimal> {
        not_zero(divisor)?;
        let (a, b) = aligned(self, divisor);
        exact::rounded(a, b, "division")
    }

    /// `self` / `divisor` truncated to a whole number, towards 0. With [`try_rem`](Decimal::try_rem),
    /// `self` = `divisor` × quotient + remainder, exactly.
    ///
    /// # Errors
    /// [`Code::DivisionByZero`](crate::Code::DivisionByZero) of the argument `b`, or
    /// [`Code::Overflow`](crate::Code::Overflow) of `divisionEntiere`.
    pub fn try_div_whole(self, divisor: Decimal) -> Resultat<Decimal> {
        not_zero(divisor)?;
        let (a, b) = aligned(self, divisor);
        i128::try_from(a / b)
            .ok()
            .and_then(|quotient| Decimal::from_parts(quotient, 0))
            .ok_or_else(|| Erreur::overflow("divisionEntiere"))
    }

    /// What remains of `self` after the division by `divisor` truncated to a whole number. It has the sign of `self`,
    /// and is exact.
    ///
    /// # Errors
    /// [`Code::DivisionByZero`](crate::Code::DivisionByZero) of the argument `b`.
    pub fn try_rem(self, divisor: Decimal) -> Resultat<Decimal> {
        not_zero(divisor)?;
        let scale = self.scale().max(divisor.scale());
        let (a, b) = aligned(self, divisor);
        // It is below the divisor and not above `self`: with the scale of either, the coefficient fits.
        exact::rounded(a % b, exact::pow10(scale), "modulo")
    }

    /// `self` with at most `scale` digits after the point. With `scale` of 28 or more nothing changes.
    ///
    /// # Errors
    /// [`Code::Overflow`](crate::Code::Overflow) of `arrondi`.
    pub fn try_round(self, scale: u32, rounding: Rounding) -> Resultat<Decimal> {
        let raw = rust_decimal::Decimal::from(self);
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

/// `value` in units of 10^-`scale`, where 128 bits hold it.
fn units(value: Decimal, scale: u32) -> Option<i128> {
    let raise = 10_i128.checked_pow(scale - value.scale())?;
    value.mantissa().checked_mul(raise)
}

/// Both values in the same units.
fn aligned(a: Decimal, b: Decimal) -> (IBig, IBig) {
    let scale = a.scale().max(b.scale());
    (exact::units(a, scale), exact::units(b, scale))
}
