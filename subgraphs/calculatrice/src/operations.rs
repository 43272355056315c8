//! The operations of the calculator that are not already those of a `Decimal`.

use valeurs::{Decimal, Erreur, Resultat, Rounding};

#[cfg(test)]
mod tests;

/// The largest number whose factorial a `Decimal` holds.
const LAST_FACTORIAL: i128 = 27;

/// n! = 1 × 2 × … × n, exact.
///
/// # Errors
/// [`Domain`](valeurs::Code::Domain) of `n` unless it is a whole number not below 0;
/// [`Overflow`](valeurs::Code::Overflow) above 27.
pub(crate) fn factorial(n: Decimal) -> Resultat<Decimal> {
    if n.is_negative() || !n.is_integer() {
        let reason = format!("only whole numbers from 0 have a factorial, got {n}");
        return Err(Erreur::domain("n", reason));
    }
    if n.mantissa() > LAST_FACTORIAL {
        return Err(Erreur::overflow("factorielle"));
    }
    Decimal::from_parts((1..=n.mantissa()).product(), 0)
        .ok_or_else(|| Erreur::overflow("factorielle"))
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
    match small(n) {
        Some(2) => x.try_sqrt(),
        Some(n) => x.try_nth_root(n),
        None => {
            let reason = format!("the degree of a root is a whole number from 1 to 100, got {n}");
            Err(Erreur::invalid("n", reason))
        }
    }
}

/// `x` with at most `decimals` digits after the point.
///
/// # Errors
/// [`InvalidArgument`](valeurs::Code::InvalidArgument) of `decimales` unless it is a whole number from 0 to 28.
pub(crate) fn round(x: Decimal, decimals: Decimal, rounding: Rounding) -> Resultat<Decimal> {
    match small(decimals) {
        Some(scale) if scale <= Decimal::MAX_SCALE => x.try_round(scale, rounding),
        _ => {
            let reason = format!("a whole number from 0 to 28 is expected, got {decimals}");
            Err(Erreur::invalid("decimales", reason))
        }
    }
}

/// A whole number from 0 that 32 bits hold.
fn small(n: Decimal) -> Option<u32> {
    n.is_integer().then(|| u32::try_from(n.mantissa()).ok())?
}

/// The quotient truncated to a whole number: what [`Decimal::try_rem`] takes away.
///
/// # Errors
/// [`DivisionByZero`](valeurs::Code::DivisionByZero) of `b`; [`Overflow`](valeurs::Code::Overflow).
pub(crate) fn whole_quotient(a: Decimal, b: Decimal) -> Resultat<Decimal> {
    // What remains is taken away first: the division is then exact, and no rounding can reach the next whole number.
    let remainder = a.try_rem(b)?;
    let quotient = a.try_sub(remainder)?.try_div(b)?;
    quotient.try_round(0, Rounding::HalfEven)
}

/// -1, 0 or 1.
pub(crate) fn sign(x: Decimal) -> Decimal {
    if x.is_zero() {
        Decimal::ZERO
    } else if x.is_negative() {
        Decimal::ONE.opposite()
    } else {
        Decimal::ONE
    }
}

/// `rate` per cent of `value`.
///
/// # Errors
/// [`Overflow`](valeurs::Code::Overflow).
pub(crate) fn percentage(rate: Decimal, value: Decimal) -> Resultat<Decimal> {
    // A hundredth of a rate is exact unless it has 27 or 28 decimals; a product may be too large before it is divided.
    let hundredth = rate.try_div(Decimal::HUNDRED)?;
    if hundredth.try_mul(Decimal::HUNDRED)? == rate {
        hundredth.try_mul(value)
    } else {
        rate.try_mul(value)?.try_div(Decimal::HUNDRED)
    }
}

/// The change from `start` to `end`, in per cent of `start`.
///
/// # Errors
/// [`DivisionByZero`](valeurs::Code::DivisionByZero) of `depart`; [`Overflow`](valeurs::Code::Overflow).
pub(crate) fn change(start: Decimal, end: Decimal) -> Resultat<Decimal> {
    let difference = end.try_sub(start)?;
    let rate = match difference.try_mul(Decimal::HUNDRED) {
        Ok(hundredfold) => hundredfold.try_div(start.abs()),
        Err(_) => difference
            .try_div(start.abs())
            .and_then(|ratio| ratio.try_mul(Decimal::HUNDRED)),
    };
    rate.map_err(|erreur| erreur.renamed("b", "depart"))
}
