//! The operations of the calculator that are not already those of a `Decimal`.

use dashu_int::IBig;
use valeurs::{Cause, Decimal, Erreur, Resultat, Rounding, exact};

#[cfg(test)]
mod tests;

/// n! = 1 × 2 × … × n, exact.
///
/// # Errors
/// [`Domain`](valeurs::Code::Domain) of `n` unless it is a whole number not below 0;
/// [`Overflow`](valeurs::Code::Overflow) above 27.
pub(crate) fn factorial(n: Decimal) -> Resultat<Decimal> {
    descending_product(n, 1, "factorielle")
}

/// n!! = n × (n - 2) × (n - 4) × …, down to 1 or 2, exact; 0!! is 1.
///
/// # Errors
/// [`Domain`](valeurs::Code::Domain) of `n` unless it is a whole number not below 0;
/// [`Overflow`](valeurs::Code::Overflow) above 45.
pub(crate) fn double_factorial(n: Decimal) -> Resultat<Decimal> {
    descending_product(n, 2, "doubleFactorielle")
}

/// The number n of which a factorial is asked, as a whole one.
///
/// # Errors
/// [`Domain`](valeurs::Code::Domain) of `n` unless it is that, and not below 0.
pub(crate) fn factors(n: Decimal) -> Resultat<i128> {
    if n.is_negative() || !n.is_integer() {
        let reason = format!("only whole numbers from 0 have a factorial, got {n}");
        return Err(Erreur::domain("n", reason));
    }
    Ok(n.mantissa())
}

/// n × (n - `step`) × …, as long as the factors are above 0.
fn descending_product(n: Decimal, step: usize, operation: &'static str) -> Resultat<Decimal> {
    // Any product of this many factors is too large: none longer is computed.
    let first = factors(n)?.min(100);
    let mut product: i128 = 1;
    for factor in (1..=first).rev().step_by(step) {
        product = product
            .checked_mul(factor)
            .ok_or_else(|| Erreur::overflow(operation))?;
    }
    Decimal::from_parts(product, 0).ok_or_else(|| Erreur::overflow(operation))
}

/// The greatest common divisor, not below 0; that of 0 and 0 is 0.
///
/// # Errors
/// [`InvalidArgument`](valeurs::Code::InvalidArgument) unless both are whole numbers.
pub(crate) fn gcd(a: Decimal, b: Decimal) -> Resultat<Decimal> {
    let divisor = euclid(whole(a, "a")?, whole(b, "b")?);
    from_whole(divisor).ok_or_else(|| Erreur::overflow("pgcd"))
}

/// The least common multiple, not below 0; 0 when one of them is.
///
/// # Errors
/// [`InvalidArgument`](valeurs::Code::InvalidArgument) unless both are whole numbers;
/// [`Overflow`](valeurs::Code::Overflow).
pub(crate) fn lcm(a: Decimal, b: Decimal) -> Resultat<Decimal> {
    let (a, b) = (whole(a, "a")?, whole(b, "b")?);
    if a == 0 || b == 0 {
        return Ok(Decimal::ZERO);
    }
    (a / euclid(a, b))
        .checked_mul(b)
        .and_then(from_whole)
        .ok_or_else(|| Erreur::overflow("ppcm"))
}

/// <https://en.wikipedia.org/wiki/Euclidean_algorithm>
fn euclid(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

fn from_whole(n: u128) -> Option<Decimal> {
    Decimal::from_parts(i128::try_from(n).ok()?, 0)
}

fn whole(x: Decimal, argument: &'static str) -> Resultat<u128> {
    if !x.is_integer() {
        let reason = format!("a whole number is expected, got {x}");
        return Err(Erreur::invalid(argument, reason));
    }
    Ok(x.mantissa().unsigned_abs())
}

/// The root of `x` of degree `n`.
///
/// # Errors
/// As [`Decimal::try_nth_root`], and [`InvalidArgument`](valeurs::Code::InvalidArgument) of `n` unless it is a whole
/// number.
pub(crate) fn root(x: Decimal, n: Decimal) -> Resultat<Decimal> {
    match degree(n)? {
        2 => x.try_sqrt(),
        n => x.try_nth_root(n),
    }
}

/// The degree of a root: a whole number.
///
/// # Errors
/// [`InvalidArgument`](valeurs::Code::InvalidArgument) of `n`.
pub(crate) fn degree(n: Decimal) -> Resultat<u32> {
    small(n).ok_or_else(|| {
        let reason = format!("the degree of a root is a whole number from 1 to 100, got {n}");
        Erreur::invalid("n", reason)
    })
}

/// `x` with at most `decimals` digits after the point.
///
/// # Errors
/// [`InvalidArgument`](valeurs::Code::InvalidArgument) of `decimales` unless it is a whole number from 0 to 28.
pub(crate) fn round(x: Decimal, decimals: Decimal, rounding: Rounding) -> Resultat<Decimal> {
    x.try_round(scale(decimals)?, rounding)
}

/// A number of digits after the point.
///
/// # Errors
/// [`InvalidArgument`](valeurs::Code::InvalidArgument) of `decimales` unless it is a whole number from 0 to 28.
pub(crate) fn scale(decimals: Decimal) -> Resultat<u32> {
    small(decimals)
        .filter(|scale| *scale <= Decimal::MAX_SCALE)
        .ok_or_else(|| {
            let reason = format!("a whole number from 0 to 28 is expected, got {decimals}");
            Erreur::invalid("decimales", reason)
        })
}

/// A whole number from 0 that 32 bits hold.
fn small(n: Decimal) -> Option<u32> {
    n.is_integer().then(|| u32::try_from(n.mantissa()).ok())?
}

/// `rate` per cent of `value`.
///
/// # Errors
/// [`Overflow`](valeurs::Code::Overflow).
pub(crate) fn percentage(rate: Decimal, value: Decimal) -> Resultat<Decimal> {
    let product = IBig::from(rate.mantissa()) * IBig::from(value.mantissa());
    let hundredfold = exact::pow10(rate.scale() + value.scale() + 2);
    exact::rounded(product, hundredfold, "pourcentage")
}

/// The change from `start` to `end`, in per cent of `start`.
///
/// # Errors
/// [`DivisionByZero`](valeurs::Code::DivisionByZero) of `depart`; [`Overflow`](valeurs::Code::Overflow).
pub(crate) fn change(start: Decimal, end: Decimal) -> Resultat<Decimal> {
    if start.is_zero() {
        return Err(Erreur::from(Cause::DivisionByZero).on("depart"));
    }
    let scale = start.scale().max(end.scale());
    let units = |value| exact::units(value, scale);
    let hundredfold = (units(end) - units(start)) * 100;
    exact::rounded(hundredfold, units(start.abs()), "evolution")
}
