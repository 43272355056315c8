//! Real functions to as many digits as it takes.
//!
//! `dashu` rounds each function correctly at a given number of digits. Rounding that once more to a `Decimal` is the rounding of the
//! exact value, unless what was computed lies half way between two decimals, or so near that its last digits decide. Then, as Ziv
//! proposed (<https://doi.org/10.1145/114697.116813>), the function is computed again with more digits.

use dashu_float::round::Rounded;
use dashu_float::round::mode::HalfEven;
use dashu_float::{Context, FBig, FpError, Repr};
use dashu_int::IBig;

use crate::decimal::Decimal;
use crate::erreur::{Cause, Erreur, Resultat};
use crate::exact::nearest_scaled;

/// Significant digits of what is computed, and of what is computed again. A value that is still half way after the last is taken for
/// one that lies there: a power of a decimal can, and goes to the even digit.
const PRECISIONS: [usize; 3] = [64, 160, 640];

/// The last digits of what was computed that are not trusted, as a whole number: a quotient of two functions is three units off.
const DOUBT: i64 = 8;

/// The largest magnitude of the natural logarithm of a result: far beyond a `Decimal` (2^96 has 66.5, half of 10^-28 has -65.2), so that
/// an estimate in floating point never decides about one, and short enough to be computed on.
const MAX_EXPONENT: f64 = 2_000.0;

/// The largest degree of a root.
const MAX_DEGREE: u32 = 100;

/// A number with as many digits as it takes.
pub(crate) type Wide = FBig<HalfEven, 10>;
type Computed = Result<Rounded<Wide>, FpError>;

/// What a function takes: an exact number that is written with digits when it is used.
pub(crate) trait Operand: std::fmt::Display {
    /// -1, 0 or 1.
    fn sign(&self) -> i32;
    /// The whole number that it is.
    fn whole(&self) -> Option<IBig>;
    /// Whether it is 1.
    fn is_one(&self) -> bool;
    /// Its digits: all of them, or `precision` and enough to spare where they have no end.
    fn repr(&self, precision: usize) -> Repr<10>;
    /// The double next to it.
    fn estimate(&self) -> f64;
    /// The natural logarithm of its magnitude, right to a millionth of itself, also near 1.
    fn ln_estimate(&self) -> f64;
}

impl Operand for Decimal {
    fn sign(&self) -> i32 {
        self.mantissa().signum() as i32
    }

    fn whole(&self) -> Option<IBig> {
        self.is_integer().then(|| self.mantissa().into())
    }

    fn is_one(&self) -> bool {
        *self == Decimal::ONE
    }

    fn repr(&self, _: usize) -> Repr<10> {
        // A scale is at most 28.
        Repr::new(IBig::from(self.mantissa()), -(self.scale() as isize))
    }

    fn estimate(&self) -> f64 {
        self.to_f64()
    }

    fn ln_estimate(&self) -> f64 {
        let x = self.abs();
        let near = |text: f64| (0.5..2.0).contains(&text);
        match x.try_sub(Decimal::ONE) {
            Ok(difference) if near(x.to_f64()) => difference.to_f64().ln_1p(),
            _ => x.to_f64().ln(),
        }
    }
}

pub(crate) fn sqrt(x: &impl Operand) -> Resultat<Wide> {
    if x.sign() < 0 {
        return Err(Erreur::domain(
            "x",
            format!("a negative number has no real square root, got {x}"),
        ));
    }
    settled("racineCarree", |context| context.sqrt(&of(x, context)))
}

pub(crate) fn root(x: &impl Operand, n: u32) -> Resultat<Wide> {
    if !(1..=MAX_DEGREE).contains(&n) {
        return Err(Erreur::invalid(
            "n",
            format!("the degree of a root is between 1 and {MAX_DEGREE}, got {n}"),
        ));
    }
    if x.sign() < 0 && n.is_multiple_of(2) {
        return Err(Erreur::domain(
            "x",
            format!("a negative number has no real root of even degree, got {x}"),
        ));
    }
    settled("racineNieme", |context| {
        context.nth_root(n as usize, &of(x, context))
    })
}

pub(crate) fn power(base: &impl Operand, exponent: &impl Operand) -> Resultat<Wide> {
    if exponent.sign() == 0 || base.is_one() {
        return Ok(Wide::ONE);
    }
    if base.sign() == 0 {
        if exponent.sign() < 0 {
            return Err(Erreur::from(Cause::DivisionByZero).on("base"));
        }
        return Ok(Wide::ZERO);
    }
    let whole = exponent.whole();
    if base.sign() < 0 && whole.is_none() {
        return Err(Erreur::domain(
            "base",
            format!(
                "a negative number has real powers only for whole exponents, got {base} to the power of {exponent}"
            ),
        ));
    }
    let estimate = exponent.estimate() * base.ln_estimate();
    if estimate > MAX_EXPONENT {
        return Err(Erreur::overflow("puissance"));
    }
    if estimate < -MAX_EXPONENT {
        return Ok(Wide::ZERO);
    }
    settled("puissance", |context| match &whole {
        Some(n) => context.powi(&of(base, context), n.clone()),
        None => context.powf(&of(base, context), &of(exponent, context), None),
    })
}

pub(crate) fn exp(x: &impl Operand) -> Resultat<Wide> {
    let estimate = x.estimate();
    if estimate > MAX_EXPONENT {
        return Err(Erreur::overflow("exponentielle"));
    }
    if estimate < -MAX_EXPONENT {
        return Ok(Wide::ZERO);
    }
    settled("exponentielle", |context| {
        context.exp(&of(x, context), None)
    })
}

pub(crate) fn ln(x: &impl Operand) -> Resultat<Wide> {
    positive(x, "x")?;
    settled("logarithme", |context| context.ln(&of(x, context), None))
}

pub(crate) fn log(x: &impl Operand, base: &impl Operand) -> Resultat<Wide> {
    positive(x, "x")?;
    positive(base, "base")?;
    if base.is_one() {
        return Err(Erreur::domain("base", "there is no logarithm to base 1"));
    }
    settled("logarithme", |context| {
        let numerator = context.ln(&of(x, context), None)?.value();
        let denominator = context.ln(&of(base, context), None)?.value();
        context.div(numerator.repr(), denominator.repr())
    })
}

pub(crate) fn sin(x: &impl Operand) -> Resultat<Wide> {
    settled("sinus", |context| context.sin(&of(x, context), None))
}

pub(crate) fn cos(x: &impl Operand) -> Resultat<Wide> {
    settled("cosinus", |context| context.cos(&of(x, context), None))
}

pub(crate) fn tan(x: &impl Operand) -> Resultat<Wide> {
    settled("tangente", |context| context.tan(&of(x, context), None))
}

pub(crate) fn atan(x: &impl Operand) -> Resultat<Wide> {
    settled("arctangente", |context| context.atan(&of(x, context), None))
}

/// The `Decimal` nearest to a value; `None` beyond the largest.
pub(crate) fn nearest(value: &Repr<10>) -> Option<Decimal> {
    if value.is_infinite() {
        return None;
    }
    nearest_scaled(value.significand(), value.exponent())
}

fn of(x: &impl Operand, context: Context<HalfEven>) -> Repr<10> {
    x.repr(context.precision())
}

fn positive(x: &impl Operand, argument: &'static str) -> Resultat<()> {
    if x.sign() <= 0 {
        return Err(Erreur::domain(
            argument,
            format!("only numbers above 0 have a real logarithm, got {x}"),
        ));
    }
    Ok(())
}

/// What `compute` gives with so many digits that they tell the nearest `Decimal`.
fn settled(
    operation: &'static str,
    compute: impl Fn(Context<HalfEven>) -> Computed,
) -> Resultat<Wide> {
    let mut value = Wide::ZERO;
    for precision in PRECISIONS {
        value = match compute(Context::new(precision)) {
            Ok(rounded) => rounded.value(),
            Err(FpError::Underflow(_)) => return Ok(Wide::ZERO),
            // The domain was checked before: what is left is a result too large, or too hard to certify.
            Err(_) => return Err(Erreur::overflow(operation)),
        };
        if is_settled(value.repr(), precision) {
            break;
        }
    }
    Ok(value)
}

/// Whether all numbers within [`DOUBT`] of the last of `precision` digits have the same nearest `Decimal`.
fn is_settled(value: &Repr<10>, precision: usize) -> bool {
    let digits = value.digits();
    if value.is_infinite() || digits > precision {
        return true;
    }
    let missing = precision - digits;
    let last = value.significand() * IBig::from(10).pow(missing);
    let exponent = value.exponent() - missing as isize;
    nearest_scaled(&(&last - DOUBT), exponent) == nearest_scaled(&(last + DOUBT), exponent)
}
