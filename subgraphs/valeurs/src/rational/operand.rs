//! Rationals as arguments of real functions.

use dashu_float::Repr;
use dashu_float::round::mode::HalfEven;
use dashu_int::ops::BitTest;
use dashu_int::{IBig, UBig};

use super::Rational;
use crate::functions::real::Operand;

impl Operand for Rational {
    fn sign(&self) -> i32 {
        self.signum()
    }

    fn whole(&self) -> Option<IBig> {
        self.to_whole()
    }

    fn is_one(&self) -> bool {
        *self == Rational::ONE
    }

    fn rational(&self) -> Rational {
        self.clone()
    }

    fn repr(&self, precision: usize) -> Repr<10> {
        // A function may lose as many digits of its argument as a `Decimal` has before its point, and as it has after it.
        let context = dashu_float::Context::<HalfEven>::new(precision + SPARE);
        let whole = |integer: IBig| Repr::<10>::new(integer, 0);
        let quotient = context.div(
            &whole(self.numerator.clone()),
            &whole(self.denominator.clone().into()),
        );
        quotient.map_or_else(|_| Repr::zero(), |rounded| rounded.value().into_repr())
    }

    fn estimate(&self) -> f64 {
        let (sign, log2) = (f64::from(self.sign()), self.log2());
        sign * log2.exp2()
    }

    fn ln_estimate(&self) -> f64 {
        match self.abs().try_sub(&Rational::ONE) {
            Ok(difference) if difference.abs().estimate() < 0.5 => difference.estimate().ln_1p(),
            _ => self.log2() * std::f64::consts::LN_2,
        }
    }
}

/// Digits of an argument beyond those of the result.
const SPARE: usize = 64;

impl Rational {
    /// The binary logarithm of the magnitude: negative infinity for 0.
    fn log2(&self) -> f64 {
        let of = |value: &UBig| {
            let drop = value.bit_len().saturating_sub(64);
            let head = u64::try_from(value >> drop).unwrap_or(u64::MAX);
            (head as f64).log2() + drop as f64
        };
        let magnitude = self.numerator.clone().into_parts().1;
        of(&magnitude) - of(&self.denominator)
    }
}
