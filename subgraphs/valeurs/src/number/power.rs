//! Powers and roots.

use dashu_int::ops::BitTest as _;
use dashu_int::{IBig, Sign};

use super::real::inverse;
use super::{Computed, Number};
use crate::ball::Ball;
use crate::decimal::Decimal;
use crate::erreur::{Cause, Erreur};
use crate::precision::Precision;
use crate::rational::Rational;

/// The largest degree of a root.
const MAX_DEGREE: u32 = 100;

/// The largest exponent that is raised to by multiplications, rather than by the logarithm.
const MAX_FACTORS: u64 = 1 << 16;

impl Number {
    /// `self` to the power of `exponent`: exact where it is rational and no longer than a [`Rational`] may be. 0 to the power of 0 is 1, as the
    /// empty product.
    ///
    /// # Errors
    /// [`Code::DivisionByZero`](crate::Code::DivisionByZero) of the argument `base` for a negative power of 0;
    /// [`Code::Domain`](crate::Code::Domain) of the argument `base` when it is negative and the exponent is not whole;
    /// [`Code::LimitExceeded`](crate::Code::LimitExceeded) beyond all exponents; when that is not determined.
    pub fn try_pow(&self, exponent: &Number, at: Precision) -> Computed {
        if exponent.is_zero() || self.rational() == Some(&Rational::ONE) {
            return Ok(Decimal::ONE.into());
        }
        if let (Some(base), Some(exponent)) = (self.rational(), exponent.rational())
            && let Some(power) = exact_power(base, exponent)?
        {
            return Ok(Number::exact(power));
        }
        if self.is_zero() {
            return zero_to(exponent.sign(at)?);
        }
        let whole = match exponent.rational() {
            Some(exponent) => exponent.to_whole(),
            None => None,
        };
        if let Some(whole) = whole {
            let power = self.whole_power(&whole, at);
            return match self.rational() {
                // A fraction that is too long for one.
                Some(_) => power.map(Number::doubted),
                None => self.gives(power),
            };
        }
        let power = match self.known_sign(at)? {
            Some(1) => self.positive_power(exponent, at),
            None => self.power_next_to_zero(exponent, at),
            _ => match exponent.to_whole(at)? {
                Some(whole) => self.whole_power(&whole, at),
                None => Err(Erreur::domain(
                    "base",
                    format!(
                        "a negative number has real powers only for whole exponents, got {} to the power of {}",
                        self.told(at)?,
                        exponent.told(at)?
                    ),
                )
                .into()),
            },
        };
        self.gives(exponent.gives(power))
    }

    /// A whole power of what is not 0 exactly.
    fn whole_power(&self, exponent: &IBig, at: Precision) -> Computed {
        let (sign, magnitude) = exponent.clone().into_parts();
        let bits = at.bits();
        match u64::try_from(&magnitude) {
            Ok(0) => Ok(Decimal::ONE.into()),
            Ok(factors) if factors <= MAX_FACTORS => {
                let base = self.ball(bits + 32);
                // Beyond it the power is too large, or hardly different from 0.
                let power = match base.top().saturating_mul(factors as i64).abs() > 1 << 20 {
                    true => return self.power_by_logarithm(exponent, at),
                    false => base.power(factors, bits),
                };
                match sign {
                    Sign::Positive => Number::near(power.with_bits(bits)),
                    // What would be too large itself may have an inverse that is not.
                    Sign::Negative => match inverse(&power, bits) {
                        Some(inverse) => Number::near(inverse),
                        None if self.sign(at)? == 0 => zero_to(-1),
                        None => Err(at.undecided()),
                    },
                }
            }
            _ => self.power_by_logarithm(exponent, at),
        }
    }

    fn power_by_logarithm(&self, exponent: &IBig, at: Precision) -> Computed {
        let exact = Number::whole(exponent.clone());
        let Some(sign) = self.known_sign(at)? else {
            return self.power_next_to_zero(&exact, at);
        };
        let power = match self.abs().rational() == Some(&Rational::ONE) {
            true => Decimal::ONE.into(),
            false => self.abs().positive_power(&exact, at)?,
        };
        match sign < 0 && exponent.bit(0) {
            true => Ok(power.opposite()),
            false => Ok(power),
        }
    }

    /// A power of what the last precision cannot distinguish from 0: any number up to the power of the largest magnitude.
    fn power_next_to_zero(&self, exponent: &Number, at: Precision) -> Computed {
        let sign = exponent.sign(at)?;
        if sign == 0 {
            return Err(at.undecided());
        }
        if sign < 0 {
            // What is in doubt is not taken for 0.
            self.sign(at)?;
            return zero_to(sign);
        }
        let bits = at.bits() + 48;
        let base = self.ball(bits);
        let whole = exponent.to_whole(at)?;
        if whole.is_none() && !self.may_have_real_powers(&base) {
            return Err(at.undecided());
        }
        // Below 1, the least exponent gives the largest power.
        let logarithm = Ball::power_of_two(base.top()).ln(bits);
        let largest =
            logarithm.and_then(|logarithm| exponent.ball(bits).times(&logarithm, bits).exp(bits));
        let Some(largest) = largest else {
            return Err(at.undecided());
        };
        let even = whole.is_none_or(|whole| !whole.bit(0));
        Number::near(next_to_zero(&base, largest.top(), even))
    }

    /// Whether what cannot be distinguished from 0 is taken to have powers that are not whole.
    fn may_have_real_powers(&self, ball: &Ball) -> bool {
        !self.is_doubted() || !ball.reaches_below_zero()
    }

    /// A power of what is above 0, by its logarithm.
    fn positive_power(&self, exponent: &Number, at: Precision) -> Computed {
        // The product is below 2^33 where the power is not out of all bounds.
        let bits = at.bits() + 48;
        let Some(logarithm) = self.logarithm(bits) else {
            return Err(at.undecided());
        };
        let product = exponent.ball(bits).times(&logarithm, bits);
        Number::exponential(&product, at)
    }

    /// The root of degree `n`, exact when it is rational.
    ///
    /// # Errors
    /// [`Code::InvalidArgument`](crate::Code::InvalidArgument) of the argument `n` when it is not between 1 and 100;
    /// [`Code::Domain`](crate::Code::Domain) of the argument `x` when it is negative and `n` even; when that is not determined.
    pub fn try_root(&self, n: u32, at: Precision) -> Computed {
        if !(1..=MAX_DEGREE).contains(&n) {
            let reason = format!("the degree of a root is between 1 and {MAX_DEGREE}, got {n}");
            return Err(Erreur::invalid("n", reason).into());
        }
        let (sign, even) = (self.known_sign(at)?, n.is_multiple_of(2));
        if sign == Some(-1) && even {
            let told = self.told(at)?;
            let reason = format!("a negative number has no real root of even degree, got {told}");
            return Err(Erreur::domain("x", reason).into());
        }
        if let Some(root) = self.rational().and_then(|value| value.root(n)) {
            return Ok(Number::exact(root));
        }
        let bits = at.bits();
        let Some(sign) = sign else {
            let ball = self.ball(bits);
            if even && !self.may_have_real_powers(&ball) {
                return Err(at.undecided());
            }
            // Any number up to the root of the largest magnitude.
            let largest = -(-ball.top()).div_euclid(i64::from(n));
            return self.gives(Number::near(next_to_zero(&ball, largest, even)));
        };
        let root = match self.ball(bits + 16).abs().root(n, bits) {
            Some(root) if sign < 0 => Number::near(root.opposite()),
            Some(root) => Number::near(root),
            None => Err(at.undecided()),
        };
        self.gives(root)
    }

    /// The square root.
    ///
    /// # Errors
    /// [`Code::Domain`](crate::Code::Domain) of the argument `x` when it is negative; when that is not determined.
    pub fn try_sqrt(&self, at: Precision) -> Computed {
        if self.known_sign(at)? == Some(-1) {
            let told = self.told(at)?;
            let reason = format!("a negative number has no real square root, got {told}");
            return Err(Erreur::domain("x", reason).into());
        }
        self.try_root(2, at)
    }
}

/// Everything up to 2^`top`: on both sides of 0 where `base` is on both, and an odd power or root is taken of it.
fn next_to_zero(base: &Ball, top: i64, even: bool) -> Ball {
    let reach = Ball::around_zero(top);
    match even || !base.reaches_below_zero() {
        true => reach.abs(),
        false => reach,
    }
}

/// A power of 0, to an exponent of this sign.
fn zero_to(sign: i32) -> Computed {
    match sign {
        0 => Ok(Decimal::ONE.into()),
        1 => Ok(Decimal::ZERO.into()),
        _ => Err(Erreur::from(Cause::DivisionByZero).on("base").into()),
    }
}

/// The power, when it is rational and of a bounded length: one to an exponent p/q in lowest terms is, for a base that is the q-th power of a
/// rational number.
fn exact_power(base: &Rational, exponent: &Rational) -> Result<Option<Rational>, Erreur> {
    let (numerator, denominator) = exponent.terms();
    let whole = Rational::from_whole(numerator.clone());
    // A root of a higher degree is rational for longer numbers than a `Decimal` has, and is computed as others are.
    match u32::try_from(denominator) {
        Ok(1) => base.try_pow(&whole),
        Ok(degree) if degree <= MAX_DEGREE && base.sign() > 0 => match base.root(degree) {
            Some(root) => root.try_pow(&whole),
            None => Ok(None),
        },
        _ => Ok(None),
    }
}

/// 1.
pub(super) fn one() -> Ball {
    Ball::from(IBig::ONE)
}
