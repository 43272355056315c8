//! Numbers on their way through an expression.

use dashu_int::IBig;
use dashu_int::ops::BitTest as _;

use crate::ball::{Ball, MAX_EXPONENT};
use crate::decimal::Decimal;
use crate::erreur::{Code, Erreur, Resultat};
use crate::exact;
use crate::precision::{Precision, Stop};
use crate::rational::Rational;

mod arithmetic;
mod degrees;
mod power;
mod real;
mod steps;
#[cfg(test)]
mod tests;

/// What an operation gives.
pub type Computed = Result<Number, Stop>;

/// A number that is not rounded yet: an exact fraction as long as it is rational, and an enclosure, within which the number certainly is, where
/// it is what a real function gives.
///
/// Operations take the precision that they are done with. Where an enclosure leaves open what an operation gives, as whether a root exists, it asks
/// for more bits; with the last precision, what cannot be distinguished from a step of a function is taken for the step: for 0, for a whole number, for half way
/// between two decimals. Whether a real function gives one of these is all that more digits could not tell either.
///
/// That is not so of a fraction that is too long to be exact, and of a number that is too near to 0 for its exponent: these are enclosed too, but in doubt, and
/// what the last precision leaves open of them is refused.
#[derive(Debug, Clone, PartialEq)]
pub struct Number(Value);

#[derive(Debug, Clone, PartialEq)]
enum Value {
    Exact(Rational),
    /// A multiple of π, not 0: an angle of any size, of which nothing is lost.
    Turned(Rational),
    Near(Ball),
    /// An enclosure of which nothing is believed but that the number is in it.
    Doubted(Ball),
}

/// The binary exponent up to which a number that is not exact is compared and written as a fraction: as long as an exact one may be.
const MAX_TOP: i64 = Rational::MAX_BITS as i64;

/// The binary exponent of the smallest number that is distinguished from 0.
const LEAST: i64 = 64 - MAX_EXPONENT;

/// The most bits after the point at which the ends of an enclosure are compared.
const MAX_SCALE: i64 = 8192;

/// How far beyond the last bit that a step needs an enclosure reaches that is taken for it.
const BELIEVED: i64 = 64;

impl From<Decimal> for Number {
    fn from(value: Decimal) -> Self {
        Number::exact(value.into())
    }
}

impl Number {
    fn exact(value: Rational) -> Number {
        Number(Value::Exact(value))
    }

    fn whole(value: IBig) -> Number {
        Number::exact(Rational::from_whole(value))
    }

    /// What a function gives.
    fn near(value: Ball) -> Computed {
        if value.is_zero() {
            return Ok(Number::from(Decimal::ZERO));
        }
        // Exponents do not add up without end.
        if value.bottom().is_some_and(|least| least > MAX_EXPONENT) {
            return Err(too_large());
        }
        if value.top() < LEAST {
            return Ok(Number(Value::Doubted(value.vanishing(LEAST))));
        }
        Ok(Number(Value::Near(value)))
    }

    /// The same number in doubt, unless it is exact.
    fn doubted(self) -> Number {
        match self.0 {
            Value::Near(ball) => Number(Value::Doubted(ball)),
            _ => self,
        }
    }

    fn is_doubted(&self) -> bool {
        matches!(self.0, Value::Doubted(_))
    }

    /// What an operation on this number gives: in doubt where it is.
    fn gives(&self, computed: Computed) -> Computed {
        match self.is_doubted() {
            true => computed.map(Number::doubted),
            false => computed,
        }
    }

    /// Whether what it cannot be distinguished from is what it is taken for.
    fn is_believed(&self, at: Precision) -> bool {
        at.is_last() && !self.is_doubted()
    }

    /// This multiple of π.
    fn turned(of: Rational) -> Number {
        match of.sign() {
            0 => Number::exact(of),
            _ => Number(Value::Turned(of)),
        }
    }

    /// Whether more bits tell nothing more of it.
    pub fn is_exact(&self) -> bool {
        matches!(self.0, Value::Exact(_) | Value::Turned(_))
    }

    /// The fraction that it is.
    fn rational(&self) -> Option<&Rational> {
        match &self.0 {
            Value::Exact(value) => Some(value),
            Value::Turned(_) | Value::Near(_) | Value::Doubted(_) => None,
        }
    }

    /// It, to this many bits.
    fn ball(&self, bits: usize) -> Ball {
        match &self.0 {
            Value::Exact(value) => value.to_ball(bits),
            Value::Turned(of) => of.to_ball(bits + 2).times(&Ball::pi(bits + 2), bits),
            Value::Near(value) | Value::Doubted(value) => value.clone(),
        }
    }

    /// It, where its absolute error matters: with as many bits more as it has before its point.
    fn absolute(&self, bits: usize) -> Ball {
        let before = match &self.0 {
            Value::Exact(value) | Value::Turned(value) => {
                let (numerator, denominator) = value.terms();
                numerator.bit_len().saturating_sub(denominator.bit_len()) + 3
            }
            Value::Near(_) | Value::Doubted(_) => 0,
        };
        self.ball(bits + before)
    }

    /// The circle constant.
    pub fn pi() -> Number {
        Number::turned(Rational::ONE)
    }

    /// The base of natural logarithms.
    pub fn e(at: Precision) -> Number {
        Number(Value::Near(Ball::e(at.bits())))
    }

    /// The nearest `Decimal`; `None` beyond the largest. What lies that near to half way between two that the last precision cannot tell is taken
    /// for half way, and goes to the even one.
    ///
    /// # Errors
    /// When that is not determined.
    pub fn nearest(&self, at: Precision) -> Result<Option<Decimal>, Stop> {
        if let Value::Exact(value) = &self.0 {
            return Ok(value.nearest());
        }
        let ball = &self.absolute(at.bits());
        if ball.top() > MAX_TOP && ball.sign().is_none() {
            return Err(at.undecided());
        }
        let (low, high) = decimals(ball);
        match (low, high) {
            _ if low == high && (low.is_some() || ball.sign().is_some()) => Ok(low),
            _ if !self.is_believed(at) || !is_narrow(ball) => Err(at.undecided()),
            (Some(low), Some(high)) => {
                let sum = Rational::from(low).try_add(&high.into())?;
                Ok(sum.try_div(&Decimal::TWO.into())?.nearest())
            }
            _ => Ok(None),
        }
    }

    /// The nearest `Decimal` in text. A number beyond the largest is written by 28 digits and a power of ten, as is one that is not 0 though 0 is
    /// nearest; but one that may be 0 is written as that.
    ///
    /// # Errors
    /// When that is not determined.
    pub fn text(&self, at: Precision) -> Result<String, Stop> {
        let nearest = self.nearest(at)?;
        if let Some(nearest) = nearest.filter(|nearest| !nearest.is_zero()) {
            return Ok(nearest.to_string());
        }
        if let Value::Exact(value) = &self.0 {
            return Ok(match value.sign() {
                0 => "0".to_owned(),
                _ => value.scientific(0),
            });
        }
        let ball = self.ball(at.bits());
        if ball.sign().is_none() {
            return Ok("0".to_owned());
        }
        // What is far from 1 has few enough digits without a power of ten.
        let tens = match ball.top().abs() > MAX_TOP {
            true => (ball.top() as f64 * std::f64::consts::LOG10_2) as i64,
            false => 0,
        };
        let Some(scaled) = ball.without_tens(tens, at.bits()) else {
            return Err(at.undecided());
        };
        let (low, high, exponent) = scaled.ends();
        let text = |end| Rational::from_binary(end, exponent).scientific(tens);
        let (low, high) = (text(low), text(high));
        match low == high || self.is_believed(at) && is_accurate(&ball) {
            true => Ok(low),
            false => Err(at.undecided()),
        }
    }

    /// How long it is, in words of 64 bits: what arithmetic on it costs grows with the square.
    pub fn words(&self) -> usize {
        match &self.0 {
            Value::Exact(value) | Value::Turned(value) => value.bits() / 64,
            Value::Near(ball) | Value::Doubted(ball) => ball.accuracy() / 64,
        }
    }
}

/// Why a number is not computed that is beyond all exponents.
fn too_large() -> Stop {
    const MOST: usize = MAX_EXPONENT as usize;
    let what = "binary digits before the point of a number";
    Stop::TooLarge(Erreur::limit(what, MOST, MOST + 1))
}

/// What an operation on fractions gives; `None` where that is too long for one.
fn unless_too_long<T>(computed: Resultat<T>) -> Resultat<Option<T>> {
    match computed {
        Err(erreur) if erreur.code() == Code::LimitExceeded => Ok(None),
        computed => computed.map(Some),
    }
}

/// Whether the digits that are shown of an enclosure are known, and some.
fn is_accurate(ball: &Ball) -> bool {
    ball.accuracy() as i64 > LAST + BELIEVED
}

/// Bits of a `Decimal` after the point, or in all.
const LAST: i64 = 96;

/// Whether an enclosure is that narrow, for a `Decimal`, that its numbers are taken for one.
fn is_narrow(ball: &Ball) -> bool {
    ball.radius_top() < ball.top().max(0) - LAST - BELIEVED
}

/// The decimals nearest to both ends.
fn decimals(ball: &Ball) -> (Option<Decimal>, Option<Decimal>) {
    if ball.bottom().is_some_and(|least| least > 97) {
        return (None, None);
    }
    let (low, high, scale) = scaled_ends(ball, MAX_SCALE);
    let unit = IBig::ONE << scale;
    let nearest = |end: IBig| match end.bit_len() > scale + 98 {
        true => None,
        false => exact::nearest(end, unit.clone()),
    };
    (nearest(low), nearest(high))
}

/// A number below and one above, in units of 2^-`scale`: the ends themselves where that is not more than `most`.
fn scaled_ends(ball: &Ball, most: i64) -> (IBig, IBig, usize) {
    let (low, high, exponent) = ball.ends();
    if exponent >= 0 {
        return (low << exponent as usize, high << exponent as usize, 0);
    }
    if -exponent <= most {
        return (low, high, -exponent as usize);
    }
    let bits = low.bit_len().max(high.bit_len()) + 64;
    let drop = usize::try_from(-exponent - most).map_or(bits, |drop| drop.min(bits));
    (low >> drop, (high >> drop) + 1, most as usize)
}
