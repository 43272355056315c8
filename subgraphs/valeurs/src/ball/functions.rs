//! Exponentials, logarithms and trigonometry.

use dashu_int::ops::{BitTest as _, DivRemEuclid as _};
use dashu_int::{IBig, Sign, UBig};

use super::constants;
use super::fixed;
use super::{Ball, GUARD, MAX_EXPONENT};

/// Bits before the point of the largest angle that is reduced: the longest exact number, and some.
const MAX_ANGLE: i64 = (1 << 14) + 64;

/// A result of fixed-point arithmetic, with its error and that of its argument, in its units.
fn of_fixed(value: IBig, error: UBig, exponent: i64, bits: usize) -> Ball {
    Ball::rounded(value, error, exponent, bits)
}

impl Ball {
    /// π.
    pub(crate) fn pi(bits: usize) -> Ball {
        Ball::rounded(constants::pi(bits), UBig::ONE, -(bits as i64), bits)
    }

    /// e.
    pub(crate) fn e(bits: usize) -> Ball {
        let one = Ball::exact(1, 0);
        one.exp(bits).expect("1 is not too large")
    }

    /// e to the power of it; `None` where that is too large.
    pub(crate) fn exp(&self, bits: usize) -> Option<Ball> {
        let scale = bits + GUARD;
        if self.radius == 0 && self.top() > 33 {
            // A magnitude of 2^32 at least.
            return match self.middle.sign() {
                Sign::Negative => Some(Ball::between(IBig::ZERO, IBig::ONE, -MAX_EXPONENT, bits)),
                Sign::Positive => None,
            };
        }
        let radius = (self.top() <= 33).then(|| self.radius_at_scale(scale as i64));
        let Some(radius) = radius.filter(|radius| radius.bit_len() <= scale) else {
            // More than 1 on both sides, or too large: from 0 to the exponential of the upper end.
            let (_, high, exponent) = self.ends();
            let most = Ball::exact(high, exponent).exp(bits)?;
            let (_, high, exponent) = most.ends();
            return Some(Ball::between(IBig::ZERO, high, exponent, bits));
        };
        let argument = self.at_scale(scale as i64);
        let (halves, rest) = match self.top() < 0 {
            true => (0, argument),
            false => {
                // 2^k times the exponential of what is left: k has 34 bits at most, and so has the error of its multiple of ln 2.
                let wide = scale + 40;
                let (k, rest) = (argument << 40).div_rem_euclid(constants::ln_2(wide));
                let k = i64::try_from(&k).expect("the argument is below 2^33");
                (k, IBig::from(rest) >> 40)
            }
        };
        let value = fixed::exp(&rest, scale);
        // What the argument is off, by its rounding (3 units) and its radius, grows with the value, by a factor of 2 at most; the value is off itself.
        let off = ((radius + 3_u8) * value.clone().into_parts().1) >> (scale - 1);
        let error = off + 4 * fixed::ERROR;
        Some(of_fixed(value, error, halves - scale as i64, bits))
    }

    /// The natural logarithm of a number above 0; `None` when it may be 0 or below.
    pub(crate) fn ln(&self, bits: usize) -> Option<Ball> {
        if self.sign() != Some(1) {
            return None;
        }
        // m × 2^k with m from 3/4 to 3/2.
        let mut k = self.exponent + self.middle.bit_len() as i64;
        let head = &self.middle >> self.middle.bit_len().saturating_sub(2);
        if head == IBig::from(2) || self.middle.bit_len() == 1 {
            k -= 1;
        }
        let m = self.shifted(-k);
        if k != 0 {
            let inner = bits + GUARD;
            let twos = Ball::exact(k, 0).times(&ln_2(inner), inner);
            return Some(near_one(&m, inner)?.plus(&twos, bits));
        }
        // Near 1 the logarithm is small: more bits of it, as far as the number itself is known.
        let difference = m.minus(&Ball::exact(1, 0), m.middle.bit_len() + GUARD);
        if difference.is_zero() {
            return Some(Ball::ZERO);
        }
        let small = usize::try_from(-difference.top()).unwrap_or(0);
        let useful = match self.radius {
            0 => bits + small,
            _ => (bits + small).min(self.accuracy() + GUARD),
        };
        Some(near_one(&m, useful + GUARD)?.with_bits(bits))
    }

    /// The sine and the cosine.
    pub(crate) fn sin_cos(&self, bits: usize) -> (Ball, Ball) {
        let top = self.top();
        if top < -(bits as i64) / 4 {
            return self.small_sin_cos(bits);
        }
        // Within 2 of both is all that they can be.
        let wide =
            self.radius > 0 && self.exponent + 62 - i64::from(self.radius.leading_zeros()) > 0;
        if top > MAX_ANGLE || wide {
            return (Ball::around_zero(0), Ball::around_zero(0));
        }
        let (small, large) = (
            usize::try_from(-top).unwrap_or(0),
            usize::try_from(top).unwrap_or(0),
        );
        let scale = bits + GUARD + small;
        // As many bits of π more as the multiple of π/2 has.
        let more = large + 8;
        let half_pi = constants::pi(scale + more - 1);
        let argument = self.at_scale((scale + more) as i64);
        let (quarters, rest) = (argument + (&half_pi >> 1)).div_rem_euclid(&half_pi);
        let rest = (IBig::from(rest) - (half_pi >> 1)) >> more;
        let (sine, cosine) = fixed::sin_cos(&rest, scale);
        // The argument is off by its radius and 3 units at most, and so are the results.
        let error = self.radius_at_scale(scale as i64) + 3_u8 + fixed::ERROR;
        let ball = |value: IBig| of_fixed(value, error.clone(), -(scale as i64), bits);
        let (sine, cosine) = (ball(sine), ball(cosine));
        match (quarters.bit(1), quarters.bit(0)) {
            (false, false) => (sine, cosine),
            (false, true) => (cosine, sine.opposite()),
            (true, false) => (sine.opposite(), cosine.opposite()),
            (true, true) => (cosine.opposite(), sine),
        }
    }

    /// The first terms of the series, where the next ones are below the last bit.
    fn small_sin_cos(&self, bits: usize) -> (Ball, Ball) {
        let square = self.times(self, bits);
        let cube = square.times(self, bits);
        let sixth = cube.over(&Ball::exact(6, 0), bits).unwrap_or(Ball::ZERO);
        let fourth = square.times(&square, bits);
        let sine = self.minus(&sixth, bits);
        let sine = sine.widened(&cube.times(&square, bits), bits);
        let cosine = Ball::exact(1, 0).minus(&square.shifted(-1), bits);
        (sine, cosine.widened(&fourth, bits))
    }

    /// The angle of this tangent, between -π/2 and π/2.
    pub(crate) fn atan(&self, bits: usize) -> Ball {
        let inner = bits + GUARD;
        let top = self.top();
        if top < -(bits as i64) / 4 {
            let square = self.times(self, inner);
            let cube = square.times(self, inner);
            let third = cube.over(&Ball::exact(3, 0), inner).unwrap_or(Ball::ZERO);
            let angle = self.minus(&third, inner);
            return angle.widened(&cube.times(&square, inner), bits);
        }
        if top > 2
            && let Some(inverse) = Ball::exact(1, 0).over(self, inner)
            && inverse.top() <= 2
        {
            let right = Ball::pi(inner).shifted(-1);
            let right = match self.middle.sign() {
                Sign::Positive => right,
                Sign::Negative => right.opposite(),
            };
            return right.minus(&inverse.atan(inner), bits);
        }
        if top > 2 {
            // It may be anything from far below 0 to far above.
            return Ball::around_zero(1);
        }
        let small = usize::try_from(-top).unwrap_or(0);
        angle_of(self, inner + small).with_bits(bits)
    }
}

/// ln 2.
fn ln_2(bits: usize) -> Ball {
    Ball::rounded(constants::ln_2(bits), UBig::ONE, -(bits as i64), bits)
}

/// The logarithm of a number from 3/4 to 3/2, to 2^-`bits`.
///
/// With y near it and E = e^y, it is y + 2 artanh(u) where u = (m - E) / (m + E), and that is y + 2u but for |u|³.
fn near_one(m: &Ball, bits: usize) -> Option<Ball> {
    let y = match bits {
        ..=45 => Ball::from_f64(m.to_f64().ln()),
        _ => {
            let fewer = bits / 3 + GUARD;
            near_one(&m.middle().with_bits(fewer), fewer)?.middle()
        }
    };
    let e = y.exp(bits + 8)?;
    let u = m.minus(&e, bits + 8).over(&m.plus(&e, bits + 8), bits)?;
    let sum = y.plus(&u.shifted(1), bits + 8);
    let cube = u.times(&u, bits).times(&u, bits);
    Some(sum.widened(&cube, bits + 8))
}

/// The angle of a tangent of a magnitude up to 4, to 2^-`bits`.
///
/// With y near it, it is y + atan(u) where u = (x cos y - sin y) / (cos y + x sin y), and that is y + u but for |u|³.
fn angle_of(x: &Ball, bits: usize) -> Ball {
    let y = match bits {
        ..=45 => Ball::from_f64(x.to_f64().atan()),
        _ => {
            let fewer = bits / 3 + GUARD;
            angle_of(&x.middle().with_bits(fewer), fewer).middle()
        }
    };
    let inner = bits + 8;
    let (sine, cosine) = y.sin_cos(inner);
    let below = cosine.plus(&x.times(&sine, inner), inner);
    let above = x.times(&cosine, inner).minus(&sine, inner);
    let Some(u) = above.over(&below, bits) else {
        // The tangent is known too badly for that.
        return Ball::around_zero(1);
    };
    let cube = u.times(&u, bits).times(&u, bits);
    y.plus(&u, inner).widened(&cube, inner)
}
