//! The series of the exponential and of the sine, in whole numbers of 2^-`scale`.
//!
//! The argument is divided by 2^h, where its series is short, and the result squared h times. With fewer than 2^12 terms, each off by at most
//! 3 units, the sum is off by less than 2^14; squaring doubles an error and multiplies it by at most e in all, so that it is below 2^(h + 16).
//! The work is done with h + 24 bits more, that are dropped at the end: the results are off by less than [`ERROR`].

use dashu_int::IBig;
use dashu_int::ops::{Abs as _, BitTest as _};

/// What results are off at most, in their units.
pub(super) const ERROR: u32 = 2;

/// Bits for the error of the sum.
const SUM: usize = 24;

/// How often an argument is halved, so that there are about as many terms as squares.
fn halvings(argument: &IBig, scale: usize) -> usize {
    let zeros = scale.saturating_sub(argument.bit_len());
    scale.isqrt().saturating_sub(zeros)
}

/// The exponential of a number of a magnitude below 1.
pub(super) fn exp(argument: &IBig, scale: usize) -> IBig {
    let halvings = halvings(argument, scale);
    let wide = scale + halvings + SUM;
    // The same bits in smaller units: nothing is rounded.
    let part = argument << SUM;
    let mut term = IBig::ONE << wide;
    let mut sum = term.clone();
    for n in 1_u32.. {
        term = ((term * &part) >> wide) / n;
        // Rounded down, a negative term ends at -1.
        if term.bit_len() <= 1 {
            break;
        }
        sum += &term;
    }
    for _ in 0..halvings {
        sum = IBig::from(sum.sqr()) >> wide;
    }
    sum >> (wide - scale)
}

/// The sine and the cosine of a number of a magnitude below 1.
pub(super) fn sin_cos(argument: &IBig, scale: usize) -> (IBig, IBig) {
    let halvings = halvings(argument, scale) / 2;
    let wide = scale + halvings + SUM;
    let part = argument.abs() << SUM;
    let one = IBig::ONE << wide;
    let (mut sine, mut cosine) = (IBig::ZERO, one.clone());
    let mut term = one;
    for n in 1_u32.. {
        term = ((term * &part) >> wide) / n;
        if term.is_zero() {
            break;
        }
        match n % 4 {
            0 => cosine += &term,
            1 => sine += &term,
            2 => cosine -= &term,
            _ => sine -= &term,
        }
    }
    for _ in 0..halvings {
        let product = &sine * &cosine;
        cosine = ((&cosine - &sine) * (cosine + sine)) >> wide;
        sine = product >> (wide - 1);
    }
    let drop = wide - scale;
    let sine = sine >> drop;
    let negative = argument.sign() == dashu_int::Sign::Negative;
    (if negative { -sine } else { sine }, cosine >> drop)
}
