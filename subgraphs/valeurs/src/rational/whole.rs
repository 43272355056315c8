//! Whole numbers of any length: what two have in common, and roots.

use dashu_int::ops::{BitTest as _, Gcd as _, SquareRootRem as _};
use dashu_int::{IBig, UBig};

use crate::ball::Ball;

/// Both without what they have in common. The first is not 0.
pub(super) fn lowest(numerator: &IBig, denominator: &UBig) -> (IBig, UBig) {
    let divisor = match denominator.is_one() {
        true => UBig::ONE,
        false => numerator.gcd(denominator),
    };
    match divisor.is_one() {
        true => (numerator.clone(), denominator.clone()),
        false => (
            numerator / IBig::from(divisor.clone()),
            denominator / divisor,
        ),
    }
}

/// The root of a whole number, when it is whole.
pub(super) fn whole_root(value: &UBig, degree: u32) -> Option<UBig> {
    if degree == 1 || value.is_zero() || value.is_one() {
        return Some(value.clone());
    }
    if value.bit_len() <= degree as usize {
        return None;
    }
    if degree == 2 {
        let (root, rest) = value.sqrt_rem();
        return rest.is_zero().then_some(root);
    }
    // It has few bits, and is next to the root to as many: only its power takes long, and the last bits of that tell most numbers.
    let bits = value.bit_len() / degree as usize + 16;
    let root = Ball::from(IBig::from(value.clone())).root(degree, bits)?;
    let (_, root) = root.nearest_whole().into_parts();
    let last = |x: &UBig| {
        let word = x & UBig::from(u64::MAX);
        u64::try_from(&word).unwrap_or(0)
    };
    let is_power =
        last(&root).wrapping_pow(degree) == last(value) && root.pow(degree as usize) == *value;
    is_power.then_some(root)
}
