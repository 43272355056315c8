//! The n-th root of a long product, for the geometric mean.
//!
//! The exact product of ten thousand values has a million bits. Instead, products keep some leading bits and an exponent, and the root is
//! given between two bounds.

use dashu_int::{UBig, ops::BitTest};

/// Two numbers in units of 2^-`bits` with the geometric mean of the positive `factors` between them. They differ by less than one part in
/// 2^(`bits` / 2).
///
/// `bits` is at least 256, and there are fewer than 2^20 factors.
pub(crate) fn geometric_mean(factors: &[UBig], bits: usize) -> [UBig; 2] {
    let count = factors.len();
    let precision = bits + 64;
    let float = |integer: &UBig, exponent| Float::new(integer.clone(), exponent, precision);
    let product = factors
        .iter()
        .fold(float(&UBig::ONE, 0), |product, factor| {
            product.times(&float(factor, 0))
        });
    let one = UBig::ONE << bits;
    let mut root = estimate(product.log2() / count as f64, bits);
    // Newton's method for yⁿ = product: y ← y·(1 − (yⁿ/product − 1)/n). A step doubles the correct bits and loses log2(n) of them: of 40
    // it makes at least 60, and never fewer from there.
    let mut correct = 40;
    while correct < bits {
        let power = float(&root, -(bits as i64)).power(count);
        let ratio = ratio(&power, &product, bits);
        let step = |difference: UBig| (&root * difference / UBig::from(count)) >> bits;
        root = if ratio > one {
            &root - step(ratio - &one)
        } else {
            &root + step(&one - ratio)
        };
        correct = correct * 2 - 20;
    }
    // The product is off by at most n units of 2^(1 - precision) of itself, and so is the power that it is compared with; Newton's last step
    // is off by some units of the last bit, and values are at least 1: half of the bits are far more than that.
    let margin = (&root >> (bits / 2)) + 1_u8;
    [&root - &margin, root + margin]
}

/// 2^`log2` in units of 2^-`bits`, with the precision of a double. `log2` is that of a value, and so of at most 190.
fn estimate(log2: f64, bits: usize) -> UBig {
    let whole = log2.floor();
    let head = UBig::from(((log2 - whole).exp2() * 2f64.powi(52)) as u64);
    shifted(head, whole as i64 + bits as i64 - 52)
}

/// `a / b` in units of 2^-`bits`.
fn ratio(a: &Float, b: &Float, bits: usize) -> UBig {
    let quotient = (&a.mantissa << (a.precision + bits)) / &b.mantissa;
    shifted(quotient, a.exponent - b.exponent - a.precision as i64)
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

/// A positive number `mantissa`·2^`exponent`, with a mantissa of at most `precision` bits.
#[derive(Clone, Debug)]
struct Float {
    mantissa: UBig,
    exponent: i64,
    precision: usize,
}

impl Float {
    fn new(mantissa: UBig, exponent: i64, precision: usize) -> Float {
        let excess = mantissa.bit_len().saturating_sub(precision);
        Float {
            mantissa: mantissa >> excess,
            exponent: exponent + excess as i64,
            precision,
        }
    }

    fn times(&self, other: &Float) -> Float {
        Float::new(
            &self.mantissa * &other.mantissa,
            self.exponent + other.exponent,
            self.precision,
        )
    }

    /// By repeated squaring.
    fn power(&self, mut exponent: usize) -> Float {
        let (mut power, mut square) = (Float::new(UBig::ONE, 0, self.precision), self.clone());
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
