//! Exact rational numbers that are rounded once, at the end: the one place where a digit is dropped.
//!
//! A result is a rational number, or the square root of one. It is computed in integers of any size, so that nothing cancels, and
//! nothing overflows on the way to a result that itself fits. The one rounding is half to even, to as many digits as a [`Decimal`]
//! holds: at most 28 after the point, and a coefficient under 2⁹⁶ (28 or 29 significant digits where the whole part is not 0).

use dashu_int::{
    IBig, Sign, UBig,
    ops::{BitTest, SquareRoot},
};

use crate::decimal::Decimal;
use crate::erreur::{Erreur, Resultat};

/// `numerator / denominator` as the result of `operation`.
///
/// # Errors
/// [`Overflow`](crate::Code::Overflow). A zero denominator is reported as one: callers have ruled it out.
pub fn rounded(numerator: IBig, denominator: IBig, operation: &'static str) -> Resultat<Decimal> {
    nearest(numerator, denominator).ok_or_else(|| Erreur::overflow(operation))
}

/// √|`numerator / denominator`| with the sign of the quotient, as the result of `operation`.
///
/// # Errors
/// As [`rounded`].
pub fn rounded_signed_sqrt(
    numerator: IBig,
    denominator: IBig,
    operation: &'static str,
) -> Resultat<Decimal> {
    nearest_signed_sqrt(numerator, denominator).ok_or_else(|| Erreur::overflow(operation))
}

/// `square` with the sign of `root`: what [`rounded_signed_sqrt`] takes for a result that has that sign.
pub fn signed(square: IBig, root: &IBig) -> IBig {
    if root.sign() == Sign::Negative {
        -square
    } else {
        square
    }
}

/// `value` in units of 10^-`scale`: exact when `scale` is at least the value's own.
pub fn units(value: Decimal, scale: u32) -> IBig {
    let mantissa = IBig::from(value.mantissa());
    match scale.saturating_sub(value.scale()) {
        0 => mantissa,
        raise => mantissa * pow10(raise),
    }
}

/// 10^`exponent`.
pub fn pow10(exponent: u32) -> IBig {
    match 10u128.checked_pow(exponent) {
        Some(power) => power.into(),
        None => IBig::from(10).pow(exponent as usize),
    }
}

/// The decimal nearest to `numerator / denominator`; `None` beyond the largest one, and for a denominator of 0.
pub fn nearest(numerator: IBig, denominator: IBig) -> Option<Decimal> {
    let (sign, numerator, denominator) = fraction(numerator, denominator)?;
    with_most_digits(sign, |scale| {
        let numerator = &numerator * magnitude(pow10(scale));
        let quotient = &numerator / &denominator;
        let twice_rest = (numerator - &quotient * &denominator) << 1;
        let up = twice_rest > denominator || (twice_rest == denominator && quotient.bit(0));
        (quotient, up)
    })
}

/// The decimal nearest to `significand` × 10^`exponent`; `None` beyond the largest one.
pub(crate) fn nearest_scaled(significand: &IBig, exponent: isize) -> Option<Decimal> {
    // Digits before the point, from below: neither a number of a million digits nor one of as many zeros is written out.
    let bits = significand.bit_len() as isize;
    let whole = bits.saturating_sub(1) * 30_102 / 100_000 + exponent;
    if bits == 0 || bits * 30_104 / 100_000 + 1 + exponent < -(Decimal::MAX_SCALE as isize) {
        return Some(Decimal::ZERO);
    }
    if whole > 29 {
        return None;
    }
    let power = IBig::from(10).pow(exponent.unsigned_abs());
    if exponent < 0 {
        nearest(significand.clone(), power)
    } else {
        nearest(significand * power, IBig::ONE)
    }
}

/// The decimal nearest to √|`numerator / denominator`|, with the sign of the quotient; `None` beyond the largest one.
fn nearest_signed_sqrt(numerator: IBig, denominator: IBig) -> Option<Decimal> {
    let (sign, numerator, denominator) = fraction(numerator, denominator)?;
    with_most_digits(sign, |scale| {
        // The root at that scale is √v, with v = numerator / denominator from here on.
        let numerator = &numerator * magnitude(pow10(2 * scale));
        let root = (&numerator / &denominator).sqrt();
        // √v is above root + ½ when 4v > (2·root + 1)².
        let middle: UBig = (&root << 1) + 1u8;
        let (above, middle) = (numerator << 2, middle.pow(2) * &denominator);
        let up = above > middle || (above == middle && root.bit(0));
        (root, up)
    })
}

/// The sign of a quotient and the magnitudes of its terms; `None` for a division by zero.
fn fraction(numerator: IBig, denominator: IBig) -> Option<(Sign, UBig, UBig)> {
    if denominator.is_zero() {
        return None;
    }
    let (above, numerator) = numerator.into_parts();
    let (below, denominator) = denominator.into_parts();
    Some((above * below, numerator, denominator))
}

fn magnitude(integer: IBig) -> UBig {
    integer.into_parts().1
}

/// The decimal with the most digits that a value can be given. `at(scale)` is the value's magnitude times 10^scale, rounded down, and
/// whether the rest rounds up.
fn with_most_digits(sign: Sign, at: impl Fn(u32) -> (UBig, bool)) -> Option<Decimal> {
    // The length of the integer part determines how many decimals can appear after it.
    let bits = at(0).0.bit_len();
    // Its decimal digits, less one: from below (log10(2) > 0.30102), and at most one too few.
    let digits = u32::try_from(bits.saturating_sub(1) * 30_102 / 100_000).ok()?;
    let widest = if bits == 0 {
        Decimal::MAX_SCALE
    } else {
        Decimal::MAX_SCALE.checked_sub(digits)?
    };
    // Two or three are tried: the estimate may be a digit off, 29 digits may be too many, and rounding up may make one more.
    (0..=widest).rev().find_map(|scale| {
        let (floor, up) = at(scale);
        let coefficient = i128::try_from(floor + u8::from(up)).ok()?;
        let signed = if sign == Sign::Negative {
            -coefficient
        } else {
            coefficient
        };
        Decimal::from_parts(signed, scale)
    })
}

#[cfg(test)]
mod tests;
