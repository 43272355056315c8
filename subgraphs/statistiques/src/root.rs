//! The n-th root of a long product, for the geometric mean.
//!
//! The exact product of ten thousand values has a million bits. Instead, products keep 320 leading bits and an exponent: a product of n
//! of them is off by at most n units of 2⁻³¹⁹, so the root keeps far more correct digits than a decimal shows.

use dashu_int::{UBig, ops::BitTest};

/// Leading bits that are kept of a product.
const PRECISION: usize = 320;

/// Bits after the point of the root, while it is improved and at the end.
const FRACTION: usize = 256;

/// The geometric mean of `count` positive `factors`, as a numerator and a denominator: right to more than 40 significant digits.
pub(crate) fn geometric_mean(factors: impl Iterator<Item = UBig>, count: usize) -> (UBig, UBig) {
    let product = factors.fold(Float::new(UBig::ONE, 0), |product, factor| {
        product.times(&Float::new(factor, 0))
    });
    let one = UBig::ONE << FRACTION;
    let mut root = estimate(product.log2() / count as f64);
    // Newton's method for yⁿ = product: y ← y·(1 − (yⁿ/product − 1)/n). A step doubles the correct bits and loses log2(n) of them, so
    // that six steps make more than 200 of the first 40, for any n that memory holds.
    for _ in 0..6 {
        let power = Float::new(root.clone(), -(FRACTION as i64)).power(count);
        let ratio = ratio(&power, &product);
        let step = |difference: UBig| (&root * difference / UBig::from(count)) >> FRACTION;
        root = if ratio > one {
            &root - step(ratio - &one)
        } else {
            &root + step(&one - ratio)
        };
    }
    (root, one)
}

/// 2^`log2` in units of 2^-[`FRACTION`], with the precision of a double. `log2` is that of a value, and so of at most 190.
fn estimate(log2: f64) -> UBig {
    let whole = log2.floor();
    let head = UBig::from(((log2 - whole).exp2() * 2f64.powi(52)) as u64);
    shifted(head, whole as i64 + FRACTION as i64 - 52)
}

/// `a / b` in units of 2^-[`FRACTION`].
fn ratio(a: &Float, b: &Float) -> UBig {
    let quotient = (&a.mantissa << (PRECISION + FRACTION)) / &b.mantissa;
    shifted(quotient, a.exponent - b.exponent - PRECISION as i64)
}

/// `integer`·2^`exponent`, rounded down.
fn shifted(integer: UBig, exponent: i64) -> UBig {
    let distance = exponent.unsigned_abs() as usize;
    if exponent < 0 {
        integer >> distance
    } else {
        integer << distance
    }
}

/// A positive number `mantissa`·2^`exponent`, with a mantissa of at most [`PRECISION`] bits.
#[derive(Clone, Debug)]
struct Float {
    mantissa: UBig,
    exponent: i64,
}

impl Float {
    fn new(mantissa: UBig, exponent: i64) -> Float {
        let excess = mantissa.bit_len().saturating_sub(PRECISION);
        Float {
            mantissa: mantissa >> excess,
            exponent: exponent + excess as i64,
        }
    }

    fn times(&self, other: &Float) -> Float {
        Float::new(
            &self.mantissa * &other.mantissa,
            self.exponent + other.exponent,
        )
    }

    /// By repeated squaring.
    fn power(&self, mut exponent: usize) -> Float {
        let (mut power, mut square) = (Float::new(UBig::ONE, 0), self.clone());
        while exponent > 0 {
            if exponent & 1 == 1 {
                power = power.times(&square);
            }
            square = square.times(&square);
            exponent >>= 1;
        }
        power
    }

    /// The binary logarithm, with the precision of a double.
    fn log2(&self) -> f64 {
        let drop = self.mantissa.bit_len().saturating_sub(64);
        let head = u64::try_from(&self.mantissa >> drop).unwrap_or(u64::MAX);
        (head as f64).log2() + drop as f64 + self.exponent as f64
    }
}

#[cfg(test)]
mod tests;
