//! Trigonometry in degrees.
//!
//! The angle is reduced without rounding, to at most 45 degrees and a sign, before it becomes radians: what is exact in degrees is exact here. By
//! Niven's theorem (<https://en.wikipedia.org/wiki/Niven%27s_theorem>) the sine of a rational number of degrees is rational at multiples of 30
//! only, where it is 0, ±1/2 or ±1, and the tangent at multiples of 45, where it is 0, ±1 or none.

use dashu_float::Context;
use dashu_float::round::mode::HalfEven;
use dashu_int::IBig;

use super::real::{Computed, GUARD, Operand, Real, settled};
use crate::erreur::{Erreur, Resultat};
use crate::rational::{Rational, Wide};

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
    fn of(x: &impl Operand) -> Resultat<Reduced> {
        let turn = x.rational().try_rem(&whole(360))?;
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
}

/// The rest of an angle in radians.
fn radians(rest: &Rational, context: Context<HalfEven>) -> Result<Wide, dashu_float::FpError> {
    let wide = Context::<HalfEven>::new(context.precision() + GUARD);
    let degrees = rest.repr(wide.precision());
    let turned = wide
        .mul(&degrees, wide.pi::<10>(None).value().repr())?
        .value();
    Ok(wide.div(turned.repr(), &IBig::from(180).into())?.value())
}

fn signed(value: Real, negative: bool) -> Real {
    match value {
        value if !negative => value,
        Real::Exact(value) => Real::Exact(value.opposite()),
        Real::Digits(value) => Real::Digits(-value),
    }
}

/// The sine of at most 45 degrees.
fn small_sine(rest: &Rational, operation: &'static str) -> Resultat<Real> {
    if rest.sign() == 0 {
        return Ok(Real::Exact(whole(0)));
    }
    if rest.abs() == whole(30) {
        let half = Rational::ONE.try_div(&whole(2))?;
        return Ok(signed(Real::Exact(half), rest.sign() < 0));
    }
    settled(operation, |context| {
        context.sin(radians(rest, context)?.repr(), None)
    })
}

/// The cosine of at most 45 degrees.
fn small_cosine(rest: &Rational, operation: &'static str) -> Resultat<Real> {
    if rest.sign() == 0 {
        return Ok(Real::Exact(Rational::ONE));
    }
    settled(operation, |context| {
        context.cos(radians(rest, context)?.repr(), None)
    })
}

pub(crate) fn sin(x: &impl Operand) -> Resultat<Real> {
    let Reduced { rest, quarters } = Reduced::of(x)?;
    let value = match quarters {
        0 | 2 => small_sine(&rest, "sinus")?,
        _ => small_cosine(&rest, "sinus")?,
    };
    Ok(signed(value, quarters >= 2))
}

pub(crate) fn cos(x: &impl Operand) -> Resultat<Real> {
    let Reduced { rest, quarters } = Reduced::of(x)?;
    let value = match quarters {
        0 | 2 => small_cosine(&rest, "cosinus")?,
        _ => small_sine(&rest, "cosinus")?,
    };
    Ok(signed(value, matches!(quarters, 1 | 2)))
}

pub(crate) fn tan(x: &impl Operand) -> Resultat<Real> {
    let Reduced { rest, quarters } = Reduced::of(x)?;
    let beside = quarters % 2 == 1;
    if rest.sign() == 0 {
        return match beside {
            true => Err(Erreur::domain(
                "x",
                format!("an odd multiple of 90 degrees has no tangent, got {x}"),
            )),
            false => Ok(Real::Exact(whole(0))),
        };
    }
    if rest.abs() == whole(45) {
        let one = Real::Exact(Rational::ONE);
        return Ok(signed(one, (rest.sign() < 0) != beside));
    }
    let tangent = settled("tangente", |context| {
        let radians = radians(&rest, context)?;
        if beside {
            // A quarter of a turn further, the tangent is minus the cotangent.
            let wide = Context::<HalfEven>::new(context.precision() + GUARD);
            let tangent = wide.tan(radians.repr(), None)?.value();
            return context.div(&IBig::ONE.into(), tangent.repr());
        }
        context.tan(radians.repr(), None)
    })?;
    Ok(signed(tangent, beside))
}

/// The angle of a tangent. It is rational for 0 and ±1 only.
pub(crate) fn atan(x: &impl Operand) -> Resultat<Real> {
    let tangent = x.rational();
    if tangent.sign() == 0 || tangent.abs() == Rational::ONE {
        return Ok(Real::Exact(whole(45 * tangent.sign())));
    }
    settled("arctangente", |context| -> Computed {
        let wide = Context::<HalfEven>::new(context.precision() + GUARD);
        let radians = wide.atan(&x.repr(wide.precision()), None)?.value();
        let turned = wide.mul(radians.repr(), &IBig::from(180).into())?.value();
        context.div(turned.repr(), wide.pi::<10>(None).value().repr())
    })
}

#[cfg(test)]
mod tests;
