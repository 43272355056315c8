//! Roots by Newton's method.

use dashu_int::ops::{BitTest as _, SquareRoot as _};

use super::{Ball, GUARD};

impl Ball {
    /// The root of this degree, at least 1, of a number above 0; `None` when 0 is in it.
    pub(crate) fn root(&self, degree: u32, bits: usize) -> Option<Ball> {
        self.bottom()?;
        let (head, exponent) = self.estimate();
        let logarithm = (head.abs().log2() + exponent as f64) / f64::from(degree);
        let whole = logarithm.floor();
        // Right to 2^-18 at least.
        let mut root = Ball::from_f64((logarithm - whole).exp2()).shifted(whole as i64);
        let degree = u64::from(degree);
        let inner = bits + GUARD;
        // One with an error of 2^-n becomes one with an error of degree × 2^-2n, as far as it is computed with as many bits.
        let lost = 4 + (64 - degree.leading_zeros() as usize);
        let mut known = 18;
        if degree == 2 {
            root = self.near_square_root(inner);
            known = inner;
        }
        while known < inner / 2 + lost {
            known = (2 * known - lost).min(inner);
            root = nearer(&root, &self.middle(), degree, known + GUARD)?
                .0
                .middle();
        }
        let (nearer, error) = nearer(&root, self, degree, inner)?;
        Some(nearer.widened(&error, inner).with_bits(bits))
    }
}

impl Ball {
    /// The square root of the middle, which is above 0, to so many bits.
    fn near_square_root(&self, bits: usize) -> Ball {
        let magnitude = self.middle.clone().into_parts().1;
        // Twice as many bits as the root has, and an even exponent.
        let raise = (2 * bits).saturating_sub(magnitude.bit_len()) as i64;
        let raise = raise + (self.exponent - raise).rem_euclid(2);
        let exponent = self.exponent - raise;
        let root = (magnitude << raise as usize).sqrt();
        Ball::exact(root, exponent / 2)
    }
}

/// A better root r of x, and what it is off at most.
///
/// With x = rⁿ(1 + d), the root is r(1 + d)^(1/n), which is r(1 + d/n) but for r × d² while |d| ≤ 1/2, and never further from r than r × d.
fn nearer(root: &Ball, x: &Ball, degree: u64, bits: usize) -> Option<(Ball, Ball)> {
    let power = root.power(degree, bits);
    let d = x.over(&power, bits)?.minus(&Ball::exact(1, 0), bits);
    if d.top() >= -1 {
        return Some((root.clone(), root.times(&d, bits)));
    }
    let part = d.over(&Ball::exact(degree, 0), bits)?;
    let better = root.plus(&root.times(&part, bits), bits);
    let error = root.times(&d, bits).times(&d, bits);
    Some((better, error))
}
