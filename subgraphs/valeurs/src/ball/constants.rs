//! π and ln 2, computed once to as many bits as were ever asked for.

use std::sync::{Arc, Mutex, PoisonError};

use dashu_int::ops::SquareRoot as _;
use dashu_int::{IBig, UBig};

/// Bits beyond those that are asked for, in which the errors of a sum disappear.
const SPARE: usize = 64;

/// The least number of bits that is computed.
const LEAST: usize = 512;

/// A constant and the bits that are known of it.
struct Constant {
    known: Mutex<Option<(usize, Arc<IBig>)>>,
    compute: fn(usize) -> IBig,
}

static PI: Constant = Constant {
    known: Mutex::new(None),
    compute: chudnovsky,
};

static LN_2: Constant = Constant {
    known: Mutex::new(None),
    compute: machin_like,
};

impl Constant {
    /// The constant × 2^`bits`, off by less than 1.
    fn to(&self, bits: usize) -> IBig {
        let known = {
            let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            known.clone().filter(|(most, _)| *most >= bits + SPARE)
        };
        let (most, value) = known.unwrap_or_else(|| {
            let most = (bits + SPARE).max(LEAST);
            let computed = (most, Arc::new((self.compute)(most)));
            *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(computed.clone());
            computed
        });
        let drop = most - bits;
        // To the nearest: half a unit, and what the sum is off.
        (&*value + (IBig::ONE << (drop - 1))) >> drop
    }
}

/// π × 2^`bits`, off by less than 1.
pub(super) fn pi(bits: usize) -> IBig {
    PI.to(bits)
}

/// ln 2 × 2^`bits`, off by less than 1.
pub(super) fn ln_2(bits: usize) -> IBig {
    LN_2.to(bits)
}

/// <https://en.wikipedia.org/wiki/Chudnovsky_algorithm>, by binary splitting: 47 bits a term. Off by less than 2^10 units.
fn chudnovsky(bits: usize) -> IBig {
    /// The products of the terms from `a` up to, not including, `b`: P, Q and T.
    fn split(a: u64, b: u64) -> (IBig, IBig, IBig) {
        if b - a == 1 {
            let p = IBig::from(6 * a - 5) * (2 * a - 1) * (6 * a - 1);
            let q = IBig::from(a).pow(3) * 10_939_058_860_032_000_u64;
            let t = &p * (IBig::from(545_140_134_u64) * a + 13_591_409_u64);
            let t = if a.is_multiple_of(2) { t } else { -t };
            return (p, q, t);
        }
        let middle = a.midpoint(b);
        let (left_p, left_q, left_t) = split(a, middle);
        let (right_p, right_q, right_t) = split(middle, b);
        let t = left_t * &right_q + &left_p * right_t;
        (left_p * right_p, left_q * right_q, t)
    }
    let terms = bits as u64 / 47 + 2;
    let (_, q, t) = split(1, terms);
    let root = (UBig::from(10_005_u32) << (2 * bits)).sqrt();
    (&q * 426_880_u32 * IBig::from(root)) / (q * 13_591_409_u32 + t)
}

/// ln 2 = 18 artanh(1/26) - 2 artanh(1/4801) + 8 artanh(1/8749), off by less than 2^24 units.
fn machin_like(bits: usize) -> IBig {
    let artanh = |inverse: u32| {
        let square = IBig::from(inverse) * inverse;
        let mut power = (IBig::ONE << bits) / inverse;
        let mut sum = power.clone();
        let mut odd = 3_u32;
        while !power.is_zero() {
            power /= &square;
            sum += &power / odd;
            odd += 2;
        }
        sum
    };
    artanh(26) * 18 - artanh(4_801) * 2 + artanh(8_749) * 8
}
