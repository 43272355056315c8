//! Powers, roots, exponentials, logarithms and trigonometry of decimals.
//!
//! A function is computed with [`PRECISION`] significant digits, correctly rounded, and then rounded once to the
//! nearest `Decimal`, ties to even: results have 28 significant digits, or 28 digits after the point where that is
//! less. A result that a `Decimal` equals (the root of a perfect square, a whole power) is exact.

use dashu_float::round::Rounded;
use dashu_float::round::mode::HalfEven;
use dashu_float::{Context, FBig, FpError, Repr};
use dashu_int::IBig;
use dashu_int::ops::DivRem as _;

use crate::decimal::Decimal;
use crate::erreur::{Cause, Erreur, Resultat};

#[cfg(test)]
mod tests;

/// Significant digits of intermediate results: twice those of a `Decimal`, and some.
pub(crate) const PRECISION: usize = 64;

/// The natural logarithm of 2^96 is 66.5, that of half of 10^-28 is -65.2: beyond this, a result is out of range, or 0.
const MAX_EXPONENT: f64 = 68.0;

/// The largest degree of [`Decimal::try_nth_root`].
const MAX_DEGREE: u32 = 100;

pub(crate) type Wide = FBig<HalfEven, 10>;
type Computed = Result<Rounded<Wide>, FpError>;

impl Decimal {
    /// The square root.
    ///
    /// # Errors
    /// [`Code::Domain`](crate::Code::Domain) of the argument `x` when it is negative.
    pub fn try_sqrt(self) -> Resultat<Decimal> {
        if self.is_negative() {
            return Err(Erreur::domain(
                "x",
                format!("a negative number has no real square root, got {self}"),
            ));
        }
        done("racineCarree", |context| context.sqrt(&wide(self)))
    }

    /// The root of this degree: negative for a negative number and an odd degree.
    ///
    /// # Errors
    /// [`Code::InvalidArgument`](crate::Code::InvalidArgument) of the argument `n` when it is not between 1 and 100;
    /// [`Code::Domain`](crate::Code::Domain) of the argument `x` when it is negative and `n` even.
    pub fn try_nth_root(self, n: u32) -> Resultat<Decimal> {
        if !(1..=MAX_DEGREE).contains(&n) {
            return Err(Erreur::invalid(
                "n",
                format!("the degree of a root is between 1 and {MAX_DEGREE}, got {n}"),
            ));
        }
        if self.is_negative() && n.is_multiple_of(2) {
            return Err(Erreur::domain(
                "x",
                format!("a negative number has no real root of even degree, got {self}"),
            ));
        }
        done("racineNieme", |context| {
            context.nth_root(n as usize, &wide(self))
        })
    }

    /// `self` to the power of `exponent`. 0 to the power of 0 is 1, as the empty product.
    ///
    /// # Errors
    /// [`Code::DivisionByZero`](crate::Code::DivisionByZero) of the argument `base` for a negative power of 0;
    /// [`Code::Domain`](crate::Code::Domain) of the argument `base` when it is negative and the exponent is not whole;
    /// [`Code::Overflow`](crate::Code::Overflow) of `puissance`.
    pub fn try_pow(self, exponent: Decimal) -> Resultat<Decimal> {
        if exponent.is_zero() || self == Decimal::ONE {
            return Ok(Decimal::ONE);
        }
        if self.is_zero() {
            if exponent.is_negative() {
                return Err(Erreur::from(Cause::DivisionByZero).on("base"));
            }
            return Ok(Decimal::ZERO);
        }
        if self.is_negative() && !exponent.is_integer() {
            return Err(Erreur::domain(
                "base",
                format!(
                    "a negative number has real powers only for whole exponents, got {self} to the power of {exponent}"
                ),
            ));
        }
        let magnitude = self.abs();
        let estimate = exponent.to_f64() * ln_estimate(magnitude);
        if estimate > MAX_EXPONENT {
            return Err(Erreur::overflow("puissance"));
        }
        if estimate < -MAX_EXPONENT {
            return Ok(Decimal::ZERO);
        }
        let power = done("puissance", |context| {
            if exponent.is_integer() {
                context.powi(&wide(magnitude), IBig::from(exponent.mantissa()))
            } else {
                context.powf(&wide(magnitude), &wide(exponent), None)
            }
        })?;
        let odd = exponent.mantissa() % 2 != 0;
        Ok(if self.is_negative() && odd {
            power.opposite()
        } else {
            power
        })
    }

    /// e to the power of `self`.
    ///
    /// # Errors
    /// [`Code::Overflow`](crate::Code::Overflow) of `exponentielle`.
    pub fn try_exp(self) -> Resultat<Decimal> {
        let estimate = self.to_f64();
        if estimate > MAX_EXPONENT {
            return Err(Erreur::overflow("exponentielle"));
        }
        if estimate < -MAX_EXPONENT {
            return Ok(Decimal::ZERO);
        }
        done("exponentielle", |context| context.exp(&wide(self), None))
    }

    /// The natural logarithm.
    ///
    /// # Errors
    /// [`Code::Domain`](crate::Code::Domain) of the argument `x` unless it is above 0.
    pub fn try_ln(self) -> Resultat<Decimal> {
        self.positive("x")?;
        done("logarithme", |context| context.ln(&wide(self), None))
    }

    /// The logarithm to this base.
    ///
    /// # Errors
    /// [`Code::Domain`](crate::Code::Domain) of the argument `x` or `base` unless it is above 0, and of `base` when
    /// it is 1; [`Code::Overflow`](crate::Code::Overflow) of `logarithme` for a base very near to 1.
    pub fn try_log(self, base: Decimal) -> Resultat<Decimal> {
        self.positive("x")?;
        base.positive("base")?;
        if base == Decimal::ONE {
            return Err(Erreur::domain("base", "there is no logarithm to base 1"));
        }
        done("logarithme", |context| {
            let numerator = context.ln(&wide(self), None)?.value();
            let denominator = context.ln(&wide(base), None)?.value();
            context.div(numerator.repr(), denominator.repr())
        })
    }

    /// The sine of an angle in radians.
    ///
    /// # Errors
    /// None in practice: every angle has a sine.
    pub fn try_sin(self) -> Resultat<Decimal> {
        done("sinus", |context| context.sin(&wide(self), None))
    }

    /// The cosine of an angle in radians.
    ///
    /// # Errors
    /// None in practice: every angle has a cosine.
    pub fn try_cos(self) -> Resultat<Decimal> {
        done("cosinus", |context| context.cos(&wide(self), None))
    }

    /// The tangent of an angle in radians.
    ///
    /// # Errors
    /// [`Code::Overflow`](crate::Code::Overflow) of `tangente` very near to an odd multiple of π/2.
    pub fn try_tan(self) -> Resultat<Decimal> {
        done("tangente", |context| context.tan(&wide(self), None))
    }

    /// The angle in radians, between -π/2 and π/2, of this tangent.
    ///
    /// # Errors
    /// None in practice: every number is a tangent.
    pub fn try_atan(self) -> Resultat<Decimal> {
        done("arctangente", |context| context.atan(&wide(self), None))
    }

    fn positive(self, argument: &'static str) -> Resultat<()> {
        if self <= Decimal::ZERO {
            return Err(Erreur::domain(
                argument,
                format!("only numbers above 0 have a real logarithm, got {self}"),
            ));
        }
        Ok(())
    }
}

/// The natural logarithm of a number above 0, with the precision of a double also near 1.
fn ln_estimate(x: Decimal) -> f64 {
    match x.try_sub(Decimal::ONE) {
        Ok(difference) if difference.abs() < Decimal::ONE => difference.to_f64().ln_1p(),
        _ => x.to_f64().ln(),
    }
}

pub(crate) fn wide(x: Decimal) -> Repr<10> {
    // A scale is at most 28.
    Repr::new(IBig::from(x.mantissa()), -(x.scale() as isize))
}

fn done(
    operation: &'static str,
    compute: impl FnOnce(Context<HalfEven>) -> Computed,
) -> Resultat<Decimal> {
    match compute(Context::new(PRECISION)) {
        Ok(rounded) => nearest(rounded.value().repr()).ok_or_else(|| Erreur::overflow(operation)),
        Err(FpError::Underflow(_)) => Ok(Decimal::ZERO),
        // The domain was checked before: what is left is a result too large, or too hard to certify.
        Err(_) => Err(Erreur::overflow(operation)),
    }
}

/// The `Decimal` nearest to `value`, ties to even; `None` beyond the largest.
pub(crate) fn nearest(value: &Repr<10>) -> Option<Decimal> {
    if value.is_infinite() {
        return None;
    }
    let (significand, exponent) = (value.significand(), value.exponent());
    let whole_digits = value.digits() as isize + exponent;
    if whole_digits > 29 {
        return None;
    }
    if exponent >= 0 {
        let mantissa = significand * IBig::from(10).pow(exponent as usize);
        return Decimal::from_parts(i128::try_from(mantissa).ok()?, 0);
    }
    // 29 digits fit or not, depending on the digits; 28 always do.
    let most = (-exponent).min(Decimal::MAX_SCALE as isize);
    let scale = (29 - whole_digits.max(0)).min(most);
    at_scale(significand, exponent, scale)
        .or_else(|| (scale > 0).then(|| at_scale(significand, exponent, scale - 1))?)
}

/// `significand` × 10^`exponent` rounded to `scale` digits after the point, if a `Decimal` holds it.
fn at_scale(significand: &IBig, exponent: isize, scale: isize) -> Option<Decimal> {
    let dropped = usize::try_from(-exponent - scale).ok()?;
    let unit = IBig::from(10).pow(dropped);
    let (mut quotient, remainder) = significand.div_rem(&unit);
    let twice = remainder * 2;
    let away = if significand < &IBig::ZERO {
        -IBig::ONE
    } else {
        IBig::ONE
    };
    let magnitude = twice * &away;
    if magnitude > unit || (magnitude == unit && !(&quotient % IBig::from(2)).is_zero()) {
        quotient += away;
    }
    Decimal::from_parts(i128::try_from(quotient).ok()?, scale as u32)
}
