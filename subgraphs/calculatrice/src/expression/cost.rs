//! What operations cost, in units of work, before they are done.
//!
//! A unit is a quarter of a microsecond or less. A real function takes time with the square of the bits that it is computed with: one of 192 bits takes up to
//! 35 µs, one of 2,048 up to 300. Arithmetic on fractions takes time with the square of their length.

use valeurs::{Number, Precision};

use super::ast::{Binary, Kind, Node, Postfix};

/// What an operation costs that may give a long number: a power, a factorial.
const LONG: u64 = 1_000;

/// What a real function costs beside its digits.
const SERIES: u64 = 150;

/// Pairs of bits of a series for a unit of work.
const PAIRS_OF_BITS: u64 = 4_096;

/// What any operation costs.
const LEAST: u64 = 10;

/// Pairs of words that are multiplied and reduced for a unit of work.
const PAIRS: u64 = 256;

/// What an operation costs, in units of work.
pub(super) fn cost(node: &Node, operands: &[Number], at: Precision) -> u64 {
    let bits = at.bits() as u64;
    let series = SERIES + bits * bits / PAIRS_OF_BITS;
    let alone = match &node.kind {
        // That of a fraction is a fraction, or the exponential of a logarithm.
        Kind::Binary(Binary::Power, ..) => LONG + 2 * series,
        Kind::Postfix(Postfix::Factorial | Postfix::DoubleFactorial, _) => LONG,
        Kind::Postfix(Postfix::Degrees, _) => series,
        Kind::Call(function, _) if function.has_factors => LONG,
        Kind::Call(function, _) if function.is_long => 2 * series,
        _ => LEAST,
    };
    alone + squared(operands.iter().map(Number::words).sum())
}

/// What arithmetic on so many words costs.
pub(super) fn squared(words: usize) -> u64 {
    let words = words as u64;
    words * words / PAIRS
}
