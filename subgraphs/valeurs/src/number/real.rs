//! Exponentials, logarithms and trigonometry.

use dashu_int::IBig;
use dashu_int::ops::BitTest as _;

use super::power::one;
use super::{Computed, Number, Value, too_large};
use crate::ball::Ball;
use crate::decimal::Decimal;
use crate::erreur::{Code, Erreur, Resultat};
use crate::precision::{Precision, Stop};
use crate::rational::Rational;

/// The logarithms whose quotient may be a fraction with a small denominator have one up to this.
const MAX_DENOMINATOR: i32 = 16;

impl Number {
    /// What a message says of it: the nearest `Decimal`, or that it is beyond the largest.
    ///
    /// # Errors
    /// When that is not determined.
    pub fn told(&self, at: Precision) -> Result<String, Stop> {
        Ok(match (self.nearest(at)?, self.sign(at)?) {
            (Some(nearest), _) => nearest.to_string(),
            (None, -1) => format!("a number below {}", Decimal::MIN),
            (None, _) => format!("a number above {}", Decimal::MAX),
        })
    }

    /// e to the power of `self`.
    ///
    /// # Errors
    /// [`Code::LimitExceeded`](crate::Code::LimitExceeded) beyond all exponents; when that is not determined.
    pub fn try_exp(&self, at: Precision) -> Computed {
        if self.is_zero() {
            return Ok(Decimal::ONE.into());
        }
        self.gives(Number::exponential(&self.ball(at.bits() + 48), at))
    }

    pub(super) fn exponential(x: &Ball, at: Precision) -> Computed {
        match x.exp(at.bits()) {
            Some(power) => Number::near(power),
            None if x.bottom().is_some_and(|least| least > 14) && x.sign() == Some(1) => {
                Err(too_large())
            }
            None => Err(at.undecided()),
        }
    }

    /// The natural logarithm of what is above 0; `None` where that cannot be decided.
    pub(super) fn logarithm(&self, bits: usize) -> Option<Ball> {
        let x = match &self.0 {
            Value::Near(_) | Value::Doubted(_) | Value::Turned(_) => {
                return self.ball(bits + 16).ln(bits);
            }
            Value::Exact(value) => value,
        };
        // Near 1, as many bits more as its distance has zeros.
        let (numerator, denominator) = x.terms();
        let distance = numerator - IBig::from(denominator.clone());
        if distance.is_zero() {
            return Some(Ball::ZERO);
        }
        let zeros = denominator.bit_len().saturating_sub(distance.bit_len());
        x.to_ball(bits + zeros + 16).ln(bits)
    }

    /// The natural logarithm.
    ///
    /// # Errors
    /// [`Code::Domain`](crate::Code::Domain) of the argument `x` unless it is above 0; when that is not determined.
    pub fn try_ln(&self, at: Precision) -> Computed {
        self.positive("x", at)?;
        match self.logarithm(at.bits()) {
            Some(logarithm) => self.gives(Number::near(logarithm)),
            None => Err(at.undecided()),
        }
    }

    /// The logarithm to this base.
    ///
    /// # Errors
    /// [`Code::Domain`](crate::Code::Domain) of the argument `x` or `base` unless it is above 0, and of `base` when it is 1; when that is not
    /// determined.
    pub fn try_log(&self, base: &Number, at: Precision) -> Computed {
        self.positive("x", at)?;
        base.positive("base", at)?;
        if base.is_one(at) {
            let reason = "there is no logarithm to base 1";
            return Err(Erreur::domain("base", reason).into());
        }
        let bits = at.bits();
        let (Some(above), Some(below)) = (self.logarithm(bits), base.logarithm(bits)) else {
            return Err(at.undecided());
        };
        let Some(quotient) = above.over(&below, bits) else {
            return Err(at.undecided());
        };
        if let (Some(x), Some(base)) = (self.rational(), base.rational())
            && let Some(exact) = exact_logarithm(x, base, quotient.to_f64())?
        {
            return Ok(Number::exact(exact));
        }
        self.gives(base.gives(Number::near(quotient)))
    }

    fn positive(&self, argument: &'static str, at: Precision) -> Result<(), Stop> {
        if self.sign(at)? > 0 {
            return Ok(());
        }
        let told = self.told(at)?;
        let reason = format!("only numbers above 0 have a real logarithm, got {told}");
        Err(Erreur::domain(argument, reason).into())
    }

    /// The angle in degrees of a multiple of π, which is then exact; `None` of another number.
    fn degrees(&self) -> Resultat<Option<Number>> {
        match &self.0 {
            Value::Turned(of) => {
                let half_turn = Rational::from_whole(180.into());
                Ok(Some(Number::exact(of.try_mul(&half_turn)?)))
            }
            _ => Ok(None),
        }
    }

    /// The sine of an angle in radians.
    ///
    /// # Errors
    /// When that is not determined.
    pub fn try_sin(&self, at: Precision) -> Computed {
        if let Some(angle) = self.degrees()? {
            return angle.try_sin_degrees(at);
        }
        self.gives(Number::near(self.absolute(at.bits()).sin_cos(at.bits()).0))
    }

    /// The cosine of an angle in radians.
    ///
    /// # Errors
    /// When that is not determined.
    pub fn try_cos(&self, at: Precision) -> Computed {
        if let Some(angle) = self.degrees()? {
            return angle.try_cos_degrees(at);
        }
        if self.is_zero() {
            return Ok(Decimal::ONE.into());
        }
        self.gives(Number::near(self.absolute(at.bits()).sin_cos(at.bits()).1))
    }

    /// The tangent of an angle in radians.
    ///
    /// # Errors
    /// [`Code::Domain`](crate::Code::Domain) of the argument `x` for an odd multiple of π/2; when that is not determined.
    pub fn try_tan(&self, at: Precision) -> Computed {
        if let Some(angle) = self.degrees()? {
            return match angle.try_tan_degrees(at) {
                // The same, in the unit that it was asked in.
                Err(Stop::Failed(erreur)) if erreur.code() == Code::Domain => {
                    let told = self.told(at)?;
                    let reason = format!("an odd multiple of π/2 has no tangent, got {told}");
                    Err(Erreur::domain("x", reason).into())
                }
                tangent => tangent,
            };
        }
        let (sine, cosine) = self.absolute(at.bits()).sin_cos(at.bits());
        match sine.over(&cosine, at.bits()) {
            Some(tangent) => self.gives(Number::near(tangent)),
            None => Err(at.undecided()),
        }
    }

    /// The angle in radians, between -π/2 and π/2, of this tangent.
    ///
    /// # Errors
    /// None in practice: every number is a tangent.
    pub fn try_atan(&self, at: Precision) -> Computed {
        self.gives(Number::near(self.ball(at.bits() + 16).atan(at.bits())))
    }

    /// This many degrees in radians.
    ///
    /// # Errors
    /// As of a product.
    pub fn try_radians(&self, at: Precision) -> Computed {
        self.try_mul(&Number::pi(), at)?
            .try_div(&Decimal::from(180).into(), at)
    }

    /// This many radians in degrees.
    ///
    /// # Errors
    /// As of a product.
    pub fn try_degrees(&self, at: Precision) -> Computed {
        self.try_mul(&Decimal::from(180).into(), at)?
            .try_div(&Number::pi(), at)
    }

    /// The angle in degrees, between -90 and 90, of this tangent. It is rational for 0 and ±1 only.
    ///
    /// # Errors
    /// None in practice: every number is a tangent.
    pub(crate) fn try_atan_degrees(&self, at: Precision) -> Computed {
        if let Some(tangent) = self.rational()
            && tangent.abs() == Rational::ONE
        {
            return Ok(Decimal::from(45 * tangent.sign()).into());
        }
        self.try_atan(at)?.try_degrees(at)
    }
}

/// The logarithm where it is a fraction p/q of small numbers, which is near to `estimate`: then x^q = base^p, and no doubt is left.
fn exact_logarithm(
    x: &Rational,
    base: &Rational,
    estimate: f64,
) -> Result<Option<Rational>, Erreur> {
    /// Further off than an estimate of a quotient of whole numbers is.
    const NEAR: f64 = 1e-9;
    let near = |q: &i32| {
        let p = estimate * f64::from(*q);
        (p - p.round()).abs() < NEAR * p.abs().max(1.0) && p.abs() < 1e4
    };
    let Some(q) = (1..=MAX_DENOMINATOR).find(near) else {
        return Ok(None);
    };
    let p = IBig::from((estimate * f64::from(q)).round() as i64);
    let power = |of: &Rational, n: IBig| of.try_pow(&Rational::from_whole(n));
    match (power(x, q.into())?, power(base, p.clone())?) {
        (Some(a), Some(b)) if a == b => Ok(Some(Rational::fraction(p, q as u128))),
        _ => Ok(None),
    }
}

/// 1 / `of`, where 0 is not in it.
pub(super) fn inverse(of: &Ball, bits: usize) -> Option<Ball> {
    one().over(of, bits)
}
