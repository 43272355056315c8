//! Trigonometry in degrees.
//!
//! An exact angle is reduced without rounding, to at most 45 degrees and a sign, before it becomes radians: what is exact in degrees is exact here. By
//! Niven's theorem (<https://en.wikipedia.org/wiki/Niven%27s_theorem>) the sine of a rational number of degrees is rational at multiples of 30
//! only, where it is 0, ±1/2 or ±1, and the tangent at multiples of 45, where it is 0, ±1 or none.

use dashu_int::IBig;

use super::real::inverse;
use super::{Computed, Number};
use crate::ball::Ball;
use crate::decimal::Decimal;
use crate::erreur::{Erreur, Resultat};
use crate::precision::Precision;
use crate::rational::Rational;

fn whole(n: i32) -> Rational {
    Rational::from_whole(IBig::from(n))
}

/// An angle as one of at most 45 degrees: `self.rest` from the nearest axis, this many quarters of a turn further.
struct Reduced {
    /// From -45 to 45 degrees.
    rest: Rational,
    /// From 0 to 3.
    quarters: i32,
}

impl Reduced {
    fn of(angle: &Rational) -> Resultat<Reduced> {
        let turn = angle.try_rem(&whole(360))?;
        let turn = match turn.sign() < 0 {
            true => turn.try_add(&whole(360))?,
            false => turn,
        };
        // The nearest multiple of 90, from 0 to 4.
        let mut quarters = 0;
        while turn.cmp(&whole(90 * quarters + 45)).is_gt() {
            quarters += 1;
        }
        Ok(Reduced {
            rest: turn.try_sub(&whole(90 * quarters))?,
            quarters: quarters % 4,
        })
    }

    /// The sine and the cosine of the rest.
    fn sin_cos(&self, bits: usize) -> (Ball, Ball) {
        radians(&self.rest.to_ball(bits + 8), bits + 8).sin_cos(bits)
    }
}

/// Degrees in radians.
fn radians(degrees: &Ball, bits: usize) -> Ball {
    let half_turn = Ball::from(IBig::from(180));
    let turned = degrees.times(&Ball::pi(bits), bits);
    turned.over(&half_turn, bits).unwrap_or(Ball::ZERO)
}

fn signed(value: Number, negative: bool) -> Number {
    match negative {
        true => value.opposite(),
        false => value,
    }
}

/// The sine of at most 45 degrees.
fn small_sine(reduced: &Reduced, bits: usize) -> Computed {
    if reduced.rest.abs() == whole(30) {
        let half = Rational::fraction(IBig::ONE, 2);
        return Ok(signed(Number::exact(half), reduced.rest.sign() < 0));
    }
    Number::near(reduced.sin_cos(bits).0)
}

/// The cosine of at most 45 degrees.
fn small_cosine(reduced: &Reduced, bits: usize) -> Computed {
    if reduced.rest.sign() == 0 {
        return Ok(Decimal::ONE.into());
    }
    Number::near(reduced.sin_cos(bits).1)
}

impl Number {
    /// The sine and the cosine of what is not exact.
    fn near_sin_cos(&self, at: Precision) -> (Ball, Ball) {
        radians(&self.ball(at.bits()), at.bits()).sin_cos(at.bits())
    }

    /// The sine of an angle in degrees.
    ///
    /// # Errors
    /// When that is not determined.
    pub fn try_sin_degrees(&self, at: Precision) -> Computed {
        let Some(angle) = self.rational() else {
            return self.gives(Number::near(self.near_sin_cos(at).0));
        };
        let reduced = Reduced::of(angle)?;
        let value = match reduced.quarters {
            0 | 2 => small_sine(&reduced, at.bits())?,
            _ => small_cosine(&reduced, at.bits())?,
        };
        Ok(signed(value, reduced.quarters >= 2))
    }

    /// The cosine of an angle in degrees.
    ///
    /// # Errors
    /// When that is not determined.
    pub fn try_cos_degrees(&self, at: Precision) -> Computed {
        let Some(angle) = self.rational() else {
            return self.gives(Number::near(self.near_sin_cos(at).1));
        };
        let reduced = Reduced::of(angle)?;
        let value = match reduced.quarters {
            0 | 2 => small_cosine(&reduced, at.bits())?,
            _ => small_sine(&reduced, at.bits())?,
        };
        Ok(signed(value, matches!(reduced.quarters, 1 | 2)))
    }

    /// The tangent of an angle in degrees.
    ///
    /// # Errors
    /// [`Code::Domain`](crate::Code::Domain) of the argument `x` for an odd multiple of 90, also one that cannot be distinguished from it; when that is not
    /// determined.
    pub fn try_tan_degrees(&self, at: Precision) -> Computed {
        let Some(angle) = self.rational() else {
            let (sine, cosine) = self.near_sin_cos(at);
            return match sine.over(&cosine, at.bits()) {
                Some(tangent) => self.gives(Number::near(tangent)),
                None => match self.to_whole(at)? {
                    Some(angle) => Number::whole(angle).try_tan_degrees(at),
                    None => Err(at.undecided()),
                },
            };
        };
        let reduced = Reduced::of(angle)?;
        let beside = reduced.quarters % 2 == 1;
        let rest = &reduced.rest;
        if rest.sign() == 0 {
            return match beside {
                true => {
                    let told = self.told(at)?;
                    let reason =
                        format!("an odd multiple of 90 degrees has no tangent, got {told}");
                    Err(Erreur::domain("x", reason).into())
                }
                false => Ok(Decimal::ZERO.into()),
            };
        }
        if rest.abs() == whole(45) {
            return Ok(signed(Decimal::ONE.into(), (rest.sign() < 0) != beside));
        }
        let bits = at.bits();
        let (sine, cosine) = reduced.sin_cos(bits);
        let tangent = match beside {
            // A quarter of a turn further, the tangent is minus the cotangent.
            true => cosine.times(&inverse(&sine, bits).ok_or_else(|| at.undecided())?, bits),
            false => sine.times(&inverse(&cosine, bits).ok_or_else(|| at.undecided())?, bits),
        };
        Ok(signed(Number::near(tangent)?, beside))
    }
}

#[cfg(test)]
mod tests;
