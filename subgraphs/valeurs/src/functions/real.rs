//! Real functions to as many digits as it takes.
//!
//! `dashu` rounds each function correctly at a given number of digits. Rounding that once more to a `Decimal` is the rounding of the
//! exact value, unless what was computed lies half way between two decimals, or so near that its last digits decide. Then, as Ziv
//! proposed (<https://doi.org/10.1145/114697.116813>), the function is computed again with more digits.

use dashu_float::round::Rounded;
use dashu_float::round::mode::HalfEven;
use dashu_float::{Context, FpError, Repr};
use dashu_int::IBig;

use crate::decimal::Decimal;
use crate::erreur::{Cause, Erreur, Resultat};
use crate::exact::nearest_scaled;
use crate::rational::{Rational, Wide};

/// Significant digits of what is computed, and of what is computed again. Nothing irrational was ever seen that near to a decimal or half way
/// between two as the last would need; what is rational is not computed in digits.
const PRECISIONS: [usize; 3] = [64, 160, 640];

/// The last digits of what was computed that are not trusted, as a whole number: a quotient of two functions is three units off.
const DOUBT: i64 = 8;

/// Digits beyond those of a result that is made of several functions.
pub(super) const GUARD: usize = 10;

/// The largest magnitude of the natural logarithm of a result: far beyond a `Decimal` (2^96 has 66.5, half of 10^-28 has -65.2), so that
/// an estimate in floating point never decides about one, and short enough to be computed on.
const MAX_EXPONENT: f64 = 2_000.0;

/// The largest degree of a root.
const MAX_DEGREE: u32 = 100;

pub(super) type Computed = Result<Rounded<Wide>, FpError>;

/// What a function gives.
pub(crate) enum Real {
    /// A rational result, exact.
    Exact(Rational),
    /// Enough digits to determine the nearest `Decimal`.
    Digits(Wide),
}

impl Real {
    /// The `Decimal` nearest to it; `None` beyond the largest.
    pub(crate) fn nearest(&self) -> Option<Decimal> {
        match self {
            Real::Exact(value) => value.nearest(),
            Real::Digits(value) => nearest(value.repr()),
        }
    }
}

/// What a function takes: an exact number that is written with digits when it is used.
pub(crate) trait Operand: std::fmt::Display {
    /// -1, 0 or 1.
    fn sign(&self) -> i32;
    /// The whole number that it is.
    fn whole(&self) -> Option<IBig>;
    /// Whether it is 1.
    fn is_one(&self) -> bool;
    /// The number itself.
    fn rational(&self) -> Rational;
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

    fn rational(&self) -> Rational {
        (*self).into()
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

pub(crate) fn sqrt(x: &impl Operand) -> Resultat<Real> {
    if x.sign() < 0 {
        return Err(Erreur::domain(
            "x",
            format!("a negative number has no real square root, got {x}"),
        ));
    }
    if let Some(root) = x.rational().root(2) {
        return Ok(Real::Exact(root));
    }
    settled("racineCarree", |context| context.sqrt(&of(x, context)))
}

pub(crate) fn root(x: &impl Operand, n: u32) -> Resultat<Real> {
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
    if let Some(root) = x.rational().root(n) {
        return Ok(Real::Exact(root));
    }
    // The root of a number of thousands of digits is slow to find; that of the magnitude by its logarithm is not.
    let negative = x.sign() < 0;
    settled("racineNieme", |context| {
        let wider = Context::<HalfEven>::new(context.precision() + GUARD);
        let (significand, exponent) = x.repr(wider.precision()).into_parts();
        let magnitude = Repr::new(if negative { -significand } else { significand }, exponent);
        let logarithm = wider.ln(&magnitude, None)?.value();
        let part = wider
            .div(logarithm.repr(), &Repr::new(n.into(), 0))?
            .value();
        let root = wider.exp(part.repr(), None)?.value();
        let root = if negative { -root } else { root };
        Ok(root.with_precision(context.precision()))
    })
}

pub(crate) fn power(base: &impl Operand, exponent: &impl Operand) -> Resultat<Real> {
    if exponent.sign() == 0 || base.is_one() {
        return Ok(Real::Exact(Rational::ONE));
    }
    if base.sign() == 0 {
        if exponent.sign() < 0 {
            return Err(Erreur::from(Cause::DivisionByZero).on("base"));
        }
        return Ok(Real::Exact(Decimal::ZERO.into()));
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
        return Ok(Real::Digits(Wide::ZERO));
    }
    // Digits cannot tell a power that ends from one that does not: the first is computed as it is.
    if let Some(power) = exact_power(&base.rational(), &exponent.rational())? {
        return Ok(Real::Exact(power));
    }
    settled("puissance", |context| match &whole {
        Some(n) => context.powi(&of(base, context), n.clone()),
        None => context.powf(&of(base, context), &of(exponent, context), None),
    })
}

/// The power, when it is rational and of a bounded length: one to an exponent p/q in lowest terms is, for a base that is the q-th power of a
/// rational number.
fn exact_power(base: &Rational, exponent: &Rational) -> Resultat<Option<Rational>> {
    let (numerator, denominator) = exponent.terms();
    // No base that a `Decimal` holds is the power of another to more than 96, and no other one is worth the look.
    let root = match u32::try_from(denominator) {
        Ok(1) => Some(base.clone()),
        Ok(degree) if degree <= MAX_DEGREE && base.sign() > 0 => base.root(degree),
        _ => None,
    };
    match root {
        Some(root) => root.try_pow(&Rational::from_whole(numerator.clone())),
        None => Ok(None),
    }
}

pub(crate) fn exp(x: &impl Operand) -> Resultat<Real> {
    let estimate = x.estimate();
    if estimate > MAX_EXPONENT {
        return Err(Erreur::overflow("exponentielle"));
    }
    if estimate < -MAX_EXPONENT {
        return Ok(Real::Digits(Wide::ZERO));
    }
    settled("exponentielle", |context| {
        context.exp(&of(x, context), None)
    })
}

pub(crate) fn ln(x: &impl Operand) -> Resultat<Real> {
    positive(x, "x")?;
    settled("logarithme", |context| context.ln(&of(x, context), None))
}

pub(crate) fn log(x: &impl Operand, base: &impl Operand) -> Resultat<Real> {
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

pub(crate) fn sin(x: &impl Operand) -> Resultat<Real> {
    settled("sinus", |context| context.sin(&of(x, context), None))
}

pub(crate) fn cos(x: &impl Operand) -> Resultat<Real> {
    settled("cosinus", |context| context.cos(&of(x, context), None))
}

pub(crate) fn tan(x: &impl Operand) -> Resultat<Real> {
    settled("tangente", |context| context.tan(&of(x, context), None))
}

pub(crate) fn atan(x: &impl Operand) -> Resultat<Real> {
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

/// What `compute` gives with enough digits to determine the nearest `Decimal`.
pub(super) fn settled(
    operation: &'static str,
    compute: impl Fn(Context<HalfEven>) -> Computed,
) -> Resultat<Real> {
    let mut value = Wide::ZERO;
    for precision in PRECISIONS {
        value = match compute(Context::new(precision)) {
            Ok(rounded) => rounded.value(),
            Err(FpError::Underflow(_)) => return Ok(Real::Digits(Wide::ZERO)),
            // The domain was checked before: what is left is a result too large, or too hard to certify.
            Err(_) => return Err(Erreur::overflow(operation)),
        };
        if is_settled(value.repr(), precision) {
            break;
        }
    }
    Ok(Real::Digits(value))
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
