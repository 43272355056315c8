//! Where a function has steps: whole numbers, signs, roundings.

use dashu_int::IBig;
use dashu_int::ops::Gcd as _;

use super::{BELIEVED, Computed, MAX_SCALE, Number, Value, scaled_ends, unless_too_long};
use crate::arithmetic::Rounding;
use crate::ball::Ball;
use crate::decimal::Decimal;
use crate::precision::{Precision, Stop};
use crate::rational::Rational;

impl Number {
    /// -1, 0 or 1. What cannot be distinguished from 0 is taken for 0, unless it is in doubt.
    pub(super) fn sign(&self, at: Precision) -> Result<i32, Stop> {
        match self.known_sign(at)? {
            Some(sign) => Ok(sign),
            None if self.is_doubted() => Err(at.undecided()),
            None => Ok(0),
        }
    }

    /// -1, 0 or 1; `None` of what the last precision cannot distinguish from 0.
    pub(super) fn known_sign(&self, at: Precision) -> Result<Option<i32>, Stop> {
        match &self.0 {
            Value::Exact(value) | Value::Turned(value) => Ok(Some(value.sign())),
            Value::Near(ball) | Value::Doubted(ball) => match ball.sign() {
                None if !at.is_last() || ball.top() >= -BELIEVED => Err(at.undecided()),
                sign => Ok(sign),
            },
        }
    }

    /// -1, 0 or 1.
    ///
    /// # Errors
    /// When that is not determined.
    pub fn signum(&self, at: Precision) -> Computed {
        Ok(Decimal::from(self.sign(at)?).into())
    }

    /// The whole number that it is, or that it cannot be distinguished from; `None` when it is none.
    ///
    /// # Errors
    /// When that is not determined.
    pub fn to_whole(&self, at: Precision) -> Result<Option<IBig>, Stop> {
        let ball = match &self.0 {
            Value::Exact(value) => return Ok(value.to_whole()),
            Value::Turned(_) => return Ok(None),
            Value::Near(ball) | Value::Doubted(ball) => ball,
        };
        let (below, above) = wholes(ball, at)?;
        // No whole number is between the ends when both have the same one below them.
        match above - below {
            none if none.is_zero() => Ok(None),
            _ if self.is_believed(at) && ball.radius_top() < -BELIEVED => {
                Ok(Some(snapped(ball, 1)))
            }
            _ => Err(at.undecided()),
        }
    }

    /// The `Decimal` that it is, for operations on decimals: one that is not exact is none, unless it cannot be distinguished from a whole number.
    ///
    /// # Errors
    /// When that is not determined.
    pub fn to_decimal(&self, at: Precision) -> Result<Option<Decimal>, Stop> {
        match &self.0 {
            Value::Exact(value) => Ok(value.to_decimal()),
            Value::Turned(_) => Ok(None),
            Value::Near(_) | Value::Doubted(_) => Ok(self
                .to_whole(at)?
                .and_then(|whole| Rational::from_whole(whole).to_decimal())),
        }
    }

    /// The greatest common divisor of whole numbers, not below 0; `None` unless both are whole.
    ///
    /// # Errors
    /// When that is not determined.
    pub fn gcd(&self, other: &Number, at: Precision) -> Result<Option<Number>, Stop> {
        let (Some(a), Some(b)) = (self.to_whole(at)?, other.to_whole(at)?) else {
            return Ok(None);
        };
        if a.is_zero() && b.is_zero() {
            return Ok(Some(Decimal::ZERO.into()));
        }
        Ok(Some(Number::whole(a.gcd(&b).into())))
    }

    /// With at most `scale` digits after the point.
    ///
    /// # Errors
    /// When that is not determined.
    pub fn try_round(&self, scale: u32, rounding: Rounding, at: Precision) -> Computed {
        if let Value::Exact(value) = &self.0
            && let Some(rounded) = unless_too_long(value.try_round(scale, rounding))?
        {
            return Ok(Number::exact(rounded));
        }
        let ball = &self.absolute(at.bits());
        if ball.top() > at.bits() as i64 {
            return Err(at.undecided());
        }
        let (low, high, binary) = scaled_ends(ball, MAX_SCALE);
        let rounded = |end| Rational::from_binary(end, -(binary as i64)).try_round(scale, rounding);
        let (low, high) = (rounded(low)?, rounded(high)?);
        if low == high {
            return Ok(Number::exact(low));
        }
        let digits = i64::from(scale) * 10 / 3 + 1;
        if self.is_exact() || !self.is_believed(at) || ball.radius_top() >= -digits - BELIEVED {
            return Err(at.undecided());
        }
        // The steps are at the decimals and half way between them.
        let halves = 2 * 10_u128.pow(scale);
        let step = Rational::fraction(snapped(ball, halves), halves);
        Ok(Number::exact(step.try_round(scale, rounding)?))
    }

    /// The remainder of the division with a whole quotient truncated towards 0: it has the sign of `self`.
    ///
    /// # Errors
    /// [`Code::DivisionByZero`](crate::Code::DivisionByZero) of the argument `b`; when that is not determined.
    pub fn try_rem(&self, divisor: &Number, at: Precision) -> Computed {
        let rest = match (&self.0, &divisor.0) {
            (Value::Exact(a), Value::Exact(b)) => unless_too_long(a.try_rem(b))?.map(Number::exact),
            (Value::Turned(a), Value::Turned(b)) => {
                unless_too_long(a.try_rem(b))?.map(Number::turned)
            }
            _ => None,
        };
        if let Some(rest) = rest {
            return Ok(rest);
        }
        let quotient = self.try_div(divisor, at).map_err(Stop::on_the_way)?;
        let towards_zero = quotient.try_round(0, Rounding::Truncate, at)?;
        // What cannot be distinguished from a multiple leaves nothing.
        if at.is_last() && quotient.to_whole(at)?.is_some() {
            return Ok(Decimal::ZERO.into());
        }
        let multiple = divisor.try_mul(&towards_zero, at);
        self.try_sub(&multiple.map_err(Stop::on_the_way)?, at)
    }
}

/// The nearest multiple of 1 / `parts`, in these.
fn snapped(ball: &Ball, parts: u128) -> IBig {
    let (low, high, scale) = scaled_ends(ball, MAX_SCALE);
    // The middle, to the nearest.
    let twice = (low + high) * IBig::from(parts);
    (twice + (IBig::ONE << scale)) >> (scale + 1)
}

/// The whole number below the lower end less a hair, and the one below the upper end.
fn wholes(ball: &Ball, at: Precision) -> Result<(IBig, IBig), Stop> {
    if ball.top() > at.bits() as i64 {
        return Err(at.undecided());
    }
    let (low, high, scale) = scaled_ends(ball, MAX_SCALE);
    Ok(((low - 1) >> scale, high >> scale))
}
