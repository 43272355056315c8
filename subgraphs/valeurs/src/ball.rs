//! Real numbers as enclosures: a middle and a radius within which the true number certainly is.
//!
//! Both are whole numbers in units of a power of two. Each operation rounds the middle to a number of bits and makes the radius as large as
//! the rounding, the radii of its operands, and the error of its method may be; no estimate in floating point decides about either. So an
//! enclosure is right however it was computed, and what cancels shows as a radius that is large beside the middle.
//!
//! [Ball arithmetic](https://arxiv.org/abs/1611.02831) is what Arb does in the same way.

use dashu_int::ops::{Abs as _, BitTest as _, DivRem as _};
use dashu_int::{IBig, Sign, UBig};

mod constants;
mod fixed;
mod functions;
mod root;
#[cfg(test)]
mod tests;

/// Bits of a radius: more would say nothing.
const RADIUS_BITS: usize = 30;

/// Bits beyond those of a result in which what it is made of is computed.
const GUARD: usize = 16;

/// The binary exponents of what is computed with: a number beyond is too large, or no different from 0.
pub(crate) const MAX_EXPONENT: i64 = 1 << 32;

/// A number between (`middle` - `radius`) × 2^`exponent` and (`middle` + `radius`) × 2^`exponent`, both included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ball {
    middle: IBig,
    radius: u64,
    exponent: i64,
}

impl From<IBig> for Ball {
    fn from(value: IBig) -> Self {
        Ball::exact(value, 0)
    }
}

impl Ball {
    /// 0.
    pub(crate) const ZERO: Ball = Ball {
        middle: IBig::ZERO,
        radius: 0,
        exponent: 0,
    };

    /// `middle` × 2^`exponent`, exactly.
    fn exact(middle: impl Into<IBig>, exponent: i64) -> Ball {
        Ball {
            middle: middle.into(),
            radius: 0,
            exponent,
        }
    }

    /// Everything up to 2^`exponent` on both sides of 0.
    pub(crate) fn around_zero(exponent: i64) -> Ball {
        Ball {
            middle: IBig::ZERO,
            radius: 1,
            exponent,
        }
    }

    /// 2^`exponent`.
    pub(crate) fn power_of_two(exponent: i64) -> Ball {
        Ball::exact(1, exponent)
    }

    /// What is this near to 0: everything up to 2^`exponent`, on the sides of 0 that it is on.
    pub(crate) fn vanishing(&self, exponent: i64) -> Ball {
        let (low, high, _) = self.ends();
        match (low >= IBig::ZERO, high <= IBig::ZERO) {
            (true, _) => Ball::between(IBig::ZERO, IBig::ONE, exponent, RADIUS_BITS),
            (_, true) => Ball::between(IBig::NEG_ONE, IBig::ZERO, exponent, RADIUS_BITS),
            _ => Ball::around_zero(exponent),
        }
    }

    /// `self` / 10^`tens`; `None` where that is known too badly.
    pub(crate) fn without_tens(&self, tens: i64, bits: usize) -> Option<Ball> {
        let power = Ball::exact(10, 0).power(tens.unsigned_abs(), bits);
        match tens {
            0 => Some(self.clone()),
            1.. => self.over(&power, bits),
            _ => Some(self.times(&power, bits)),
        }
    }

    /// Whether some of it is below 0.
    pub(crate) fn reaches_below_zero(&self) -> bool {
        self.ends().0 < IBig::ZERO
    }

    /// A middle of at most `bits` and a radius that covers what is dropped.
    fn rounded(middle: IBig, radius: UBig, exponent: i64, bits: usize) -> Ball {
        let long = middle.bit_len().saturating_sub(bits);
        let shift = long.max(radius.bit_len().saturating_sub(RADIUS_BITS));
        let (middle, radius) = match shift {
            0 => (middle, radius),
            // Each loses less than a unit.
            _ => (middle >> shift, (radius >> shift) + 2_u8),
        };
        Ball {
            middle,
            radius: u64::try_from(&radius).expect("it was shifted to fewer bits"),
            exponent: exponent + shift as i64,
        }
    }

    /// The numbers between two.
    fn between(low: IBig, high: IBig, exponent: i64, bits: usize) -> Ball {
        let radius = (&high - &low).into_parts().1;
        Ball::rounded(low + high, radius, exponent - 1, bits)
    }

    /// The same with a middle of at most `bits`.
    pub(crate) fn with_bits(&self, bits: usize) -> Ball {
        if self.middle.bit_len() <= bits {
            return self.clone();
        }
        Ball::rounded(self.middle.clone(), self.radius.into(), self.exponent, bits)
    }

    /// `numerator` / `denominator` to this many bits.
    pub(crate) fn quotient(numerator: &IBig, denominator: &UBig, bits: usize) -> Ball {
        if denominator.is_one() {
            return Ball::exact(numerator.clone(), 0).with_bits(bits);
        }
        let raise = (bits + 1 + denominator.bit_len()).saturating_sub(numerator.bit_len());
        let (quotient, rest) = (numerator << raise).div_rem(IBig::from(denominator.clone()));
        let radius = UBig::from(u8::from(!rest.is_zero()));
        Ball::rounded(quotient, radius, -(raise as i64), bits)
    }

    /// The only number in it.
    fn middle(&self) -> Ball {
        Ball::exact(self.middle.clone(), self.exponent)
    }

    /// The ends, in units of a power of two.
    pub(crate) fn ends(&self) -> (IBig, IBig, i64) {
        let radius = IBig::from(self.radius);
        (
            &self.middle - &radius,
            &self.middle + &radius,
            self.exponent,
        )
    }

    /// An exponent such that every number in it has a magnitude below 2^that.
    pub(crate) fn top(&self) -> i64 {
        if self.is_zero() {
            return -MAX_EXPONENT;
        }
        let radius = 64 - self.radius.leading_zeros() as usize;
        self.exponent + self.middle.bit_len().max(radius) as i64 + 1
    }

    /// An exponent such that no number in it has a magnitude below 2^that; `None` when 0 is in it.
    pub(crate) fn bottom(&self) -> Option<i64> {
        let magnitude = (&self.middle).abs();
        let least = magnitude - IBig::from(self.radius);
        (least > IBig::ZERO).then(|| self.exponent + least.bit_len() as i64 - 1)
    }

    /// An exponent such that the radius is below 2^that.
    pub(crate) fn radius_top(&self) -> i64 {
        match self.radius {
            0 => -MAX_EXPONENT,
            radius => self.exponent + 64 - i64::from(radius.leading_zeros()),
        }
    }

    /// The whole number next to the middle.
    pub(crate) fn nearest_whole(&self) -> IBig {
        (self.at_scale(1) + 1) >> 1_usize
    }

    /// The double next to the middle.
    pub(crate) fn to_f64(&self) -> f64 {
        let (head, exponent) = self.estimate();
        head * (exponent as f64).exp2()
    }

    /// Whether it is 0, exactly.
    pub(crate) fn is_zero(&self) -> bool {
        self.middle.is_zero() && self.radius == 0
    }

    /// -1 or 1 when all of it has that sign, 0 when it is 0 exactly.
    pub(crate) fn sign(&self) -> Option<i32> {
        if self.is_zero() {
            return Some(0);
        }
        self.bottom()?;
        Some(match self.middle.sign() {
            Sign::Positive => 1,
            Sign::Negative => -1,
        })
    }

    /// How many bits of the middle are known.
    pub(crate) fn accuracy(&self) -> usize {
        let unknown = 64 - self.radius.leading_zeros() as usize;
        self.middle.bit_len().saturating_sub(unknown)
    }

    /// Larger by 2^`exponent` × `radius` on both sides.
    fn widened(&self, radius: &Ball, bits: usize) -> Ball {
        let (low, high, exponent) = radius.ends();
        let most = low.abs().max(high.abs()).into_parts().1;
        let error = Ball::rounded(IBig::ZERO, most, exponent, bits);
        self.plus(&error, bits)
    }

    /// The opposite.
    pub(crate) fn opposite(&self) -> Ball {
        Ball {
            middle: -&self.middle,
            ..*self
        }
    }

    /// The magnitude.
    pub(crate) fn abs(&self) -> Ball {
        match self.sign() {
            Some(-1) => self.opposite(),
            Some(_) => self.clone(),
            None => {
                let (low, high, exponent) = self.ends();
                let most = low.abs().max(high.abs());
                Ball::between(IBig::ZERO, most, exponent, self.middle.bit_len().max(64))
            }
        }
    }

    /// What is in it and not below 0.
    pub(crate) fn not_below_zero(&self, bits: usize) -> Ball {
        let (low, high, exponent) = self.ends();
        match low.sign() {
            Sign::Positive => self.clone(),
            Sign::Negative => Ball::between(IBig::ZERO, high.max(IBig::ZERO), exponent, bits),
        }
    }

    /// `self` × 2^`exponent`.
    fn shifted(&self, exponent: i64) -> Ball {
        Ball {
            exponent: self.exponent + exponent,
            ..self.clone()
        }
    }

    /// In units not below 2^`floor`.
    fn above(&self, floor: i64) -> Ball {
        if self.exponent >= floor {
            return self.clone();
        }
        // What is shifted out of all bits is 0 or -1, however far it is.
        let most = self.middle.bit_len() + 64;
        let shift = usize::try_from(floor - self.exponent).map_or(most, |shift| shift.min(most));
        Ball {
            middle: &self.middle >> shift,
            radius: self.radius.checked_shr(shift as u32).unwrap_or(0) + 2,
            exponent: floor,
        }
    }

    /// The sum.
    pub(crate) fn plus(&self, other: &Ball, bits: usize) -> Ball {
        if self.is_zero() {
            return other.with_bits(bits);
        }
        if other.is_zero() {
            return self.with_bits(bits);
        }
        // Far below the larger one, nothing is kept of the smaller one but that it is there.
        let floor = self.top().max(other.top()) - (bits + 2 * RADIUS_BITS) as i64;
        let (a, b) = (self.above(floor), other.above(floor));
        let exponent = a.exponent.min(b.exponent);
        let raise = |x: &Ball| (x.exponent - exponent) as usize;
        let (up_a, up_b) = (raise(&a), raise(&b));
        let radius = (UBig::from(a.radius) << up_a) + (UBig::from(b.radius) << up_b);
        let middle = (a.middle << up_a) + (b.middle << up_b);
        Ball::rounded(middle, radius, exponent, bits)
    }

    /// The difference.
    pub(crate) fn minus(&self, other: &Ball, bits: usize) -> Ball {
        self.plus(&other.opposite(), bits)
    }

    /// The product.
    pub(crate) fn times(&self, other: &Ball, bits: usize) -> Ball {
        let exponent = self.exponent + other.exponent;
        let middle = &self.middle * &other.middle;
        if self.radius == 0 && other.radius == 0 {
            return Ball::rounded(middle, UBig::ZERO, exponent, bits);
        }
        let magnitude = |x: &Ball| (&x.middle).abs().into_parts().1;
        let radius = magnitude(self) * other.radius
            + magnitude(other) * self.radius
            + UBig::from(self.radius) * other.radius;
        Ball::rounded(middle, radius, exponent, bits)
    }

    /// The quotient; `None` when 0 is in the divisor.
    pub(crate) fn over(&self, divisor: &Ball, bits: usize) -> Option<Ball> {
        divisor.bottom()?;
        let (long, short) = (self.middle.bit_len(), divisor.middle.bit_len());
        let raise = (bits + 2 + short).saturating_sub(long);
        let quotient = (&self.middle << raise) / &divisor.middle;
        let magnitude = (&quotient).abs().into_parts().1;
        let least = (&divisor.middle).abs().into_parts().1 - divisor.radius;
        // |a/b - m/n| ≤ (r + |m/n|·s) / (|n| - s), and less than a unit was dropped.
        let spread = (UBig::from(self.radius) << raise) + (magnitude + 1_u8) * divisor.radius;
        let radius = spread / least + 2_u8;
        let exponent = self.exponent - divisor.exponent - raise as i64;
        Some(Ball::rounded(quotient, radius, exponent, bits))
    }

    /// A whole power, by squaring.
    pub(crate) fn power(&self, exponent: u64, bits: usize) -> Ball {
        // Each of two times as many products as the exponent has bits may double the error.
        let bits = bits + 2 * (64 - exponent.leading_zeros() as usize);
        let mut power = Ball::exact(1, 0);
        for bit in (0..64 - exponent.leading_zeros()).rev() {
            power = power.times(&power, bits);
            if exponent >> bit & 1 == 1 {
                power = power.times(self, bits);
            }
        }
        power
    }

    /// The larger of two numbers.
    pub(crate) fn max(&self, other: &Ball, bits: usize) -> Ball {
        // max(a, b) = a + max(b - a, 0)
        let difference = other.minus(self, bits);
        match difference.sign() {
            Some(-1 | 0) => self.clone(),
            Some(_) => other.clone(),
            None => self.plus(&difference.not_below_zero(bits), bits),
        }
    }

    /// The middle as a double and a power of two.
    fn estimate(&self) -> (f64, i64) {
        let (sign, magnitude) = self.middle.clone().into_parts();
        let drop = magnitude.bit_len().saturating_sub(64);
        let head = u64::try_from(&magnitude >> drop).unwrap_or(u64::MAX) as f64;
        let signed = if sign == Sign::Negative { -head } else { head };
        (signed, self.exponent + drop as i64)
    }

    /// A double, exactly.
    fn from_f64(value: f64) -> Ball {
        /// The least exponent of the digits that matter.
        const UNITS: i64 = 62;
        let scaled = (value * (UNITS as f64).exp2()) as i128;
        Ball::exact(scaled, -UNITS)
    }

    /// Whole numbers of 2^-`scale`, rounded down.
    fn at_scale(&self, scale: i64) -> IBig {
        let shift = self.exponent + scale;
        let most = self.middle.bit_len() + 64;
        match usize::try_from(shift) {
            Ok(up) => &self.middle << up,
            Err(_) => &self.middle >> usize::try_from(-shift).map_or(most, |down| down.min(most)),
        }
    }

    /// The radius in whole numbers of 2^-`scale`, rounded up.
    fn radius_at_scale(&self, scale: i64) -> UBig {
        if self.radius == 0 {
            return UBig::ZERO;
        }
        let radius = Ball::exact(self.radius, self.exponent).at_scale(scale);
        radius.into_parts().1 + 1_u8
    }
}
