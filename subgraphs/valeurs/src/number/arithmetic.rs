//! The four operations, and what compares.

use dashu_int::IBig;

use super::{BELIEVED, Computed, Number, Value};
use crate::ball::Ball;
use crate::erreur::{Cause, Erreur, Resultat};
use crate::precision::{Precision, Stop};
use crate::rational::Rational;

impl Number {
    /// The operation on two fractions, or on two enclosures.
    fn with(
        &self,
        other: &Number,
        at: Precision,
        exact: fn(&Rational, &Rational) -> Resultat<Rational>,
        near: fn(&Ball, &Ball, usize) -> Ball,
    ) -> Computed {
        if let (Value::Exact(a), Value::Exact(b)) = (&self.0, &other.0) {
            return Ok(Number::exact(exact(a, b)?));
        }
        let bits = at.bits();
        Number::near(near(&self.ball(bits), &other.ball(bits), bits))
    }

    /// The sum or difference of two multiples of π; `None` of other numbers.
    fn with_turned(
        &self,
        other: &Number,
        exact: fn(&Rational, &Rational) -> Resultat<Rational>,
    ) -> Option<Computed> {
        match (&self.0, &other.0) {
            (Value::Turned(a), Value::Turned(b)) => {
                let sum = exact(a, b).map(Number::turned);
                Some(sum.map_err(Stop::from))
            }
            _ => None,
        }
    }

    /// `self` + `other`.
    ///
    /// # Errors
    /// Of [`Rational::try_add`], as the other operations.
    pub fn try_add(&self, other: &Number, at: Precision) -> Computed {
        match self.with_turned(other, Rational::try_add) {
            Some(sum) => sum,
            None => self.with(other, at, Rational::try_add, Ball::plus),
        }
    }

    /// `self` - `other`.
    ///
    /// # Errors
    /// Of [`Rational::try_sub`].
    pub fn try_sub(&self, other: &Number, at: Precision) -> Computed {
        match self.with_turned(other, Rational::try_sub) {
            Some(difference) => difference,
            None => self.with(other, at, Rational::try_sub, Ball::minus),
        }
    }

    /// `self` × `other`.
    ///
    /// # Errors
    /// Of [`Rational::try_mul`].
    pub fn try_mul(&self, other: &Number, at: Precision) -> Computed {
        match (&self.0, &other.0) {
            (Value::Turned(a), Value::Exact(b)) | (Value::Exact(b), Value::Turned(a)) => {
                Ok(Number::turned(a.try_mul(b)?))
            }
            _ => self.with(other, at, Rational::try_mul, Ball::times),
        }
    }

    /// `self` / `divisor`. What cannot be distinguished from 0 divides nothing.
    ///
    /// # Errors
    /// Of [`Rational::try_div`]; when that is not determined.
    pub fn try_div(&self, divisor: &Number, at: Precision) -> Computed {
        match (&self.0, &divisor.0) {
            (Value::Exact(a), Value::Exact(b)) | (Value::Turned(a), Value::Turned(b)) => {
                return Ok(Number::exact(a.try_div(b)?));
            }
            (Value::Turned(a), Value::Exact(b)) => return Ok(Number::turned(a.try_div(b)?)),
            _ => {}
        }
        if divisor.sign(at)? == 0 {
            return Err(Erreur::from(Cause::DivisionByZero).on("b").into());
        }
        let bits = at.bits();
        match self.ball(bits).over(&divisor.ball(bits), bits) {
            Some(quotient) => Number::near(quotient),
            None => Err(at.undecided()),
        }
    }

    /// The larger one.
    pub fn max(&self, other: &Number, at: Precision) -> Number {
        if let (Value::Exact(a), Value::Exact(b)) = (&self.0, &other.0) {
            return if b > a { other } else { self }.clone();
        }
        // Where the enclosures overlap, the larger one is in what they have in common and above.
        let bits = at.bits();
        let (a, b) = (self.ball(bits), other.ball(bits));
        match b.minus(&a, bits).sign() {
            Some(1) => other.clone(),
            Some(_) => self.clone(),
            None => Number(Value::Near(a.max(&b, bits))),
        }
    }

    /// The smaller one.
    pub fn min(&self, other: &Number, at: Precision) -> Number {
        self.opposite().max(&other.opposite(), at).opposite()
    }

    /// The magnitude.
    #[must_use]
    pub fn abs(&self) -> Number {
        Number(match &self.0 {
            Value::Exact(value) => Value::Exact(value.abs()),
            Value::Turned(of) => Value::Turned(of.abs()),
            Value::Near(ball) => Value::Near(ball.abs()),
        })
    }

    /// The opposite.
    #[must_use]
    pub fn opposite(&self) -> Number {
        Number(match &self.0 {
            Value::Exact(value) => Value::Exact(value.opposite()),
            Value::Turned(of) => Value::Turned(of.opposite()),
            Value::Near(ball) => Value::Near(ball.opposite()),
        })
    }

    /// `first` × (`first` - `step`) × …, as long as the factors are above 0: 1 where none is. `None` where that is longer than a [`Rational`] may be.
    pub fn descending_product(first: i128, step: usize) -> Option<Number> {
        /// More factors are longer in any case: the product of the whole numbers up to 2,000 has 19,000 bits.
        const MOST: i128 = 4_000;
        if first > MOST {
            return None;
        }
        let factors: Vec<IBig> = (1..=first).rev().step_by(step).map(IBig::from).collect();
        let product = product(&factors)?;
        Some(Number::whole(product))
    }

    /// What cannot be distinguished from 1, as a base of logarithms.
    pub(super) fn is_one(&self, at: Precision) -> bool {
        match &self.0 {
            Value::Exact(value) => *value == Rational::ONE,
            Value::Turned(_) => false,
            Value::Near(ball) => {
                let difference = ball.minus(&Ball::from(IBig::ONE), at.bits());
                at.is_last() && difference.sign().is_none() && difference.top() < -BELIEVED
            }
        }
    }

    /// Whether it is 0, exactly.
    pub(super) fn is_zero(&self) -> bool {
        self.rational().is_some_and(|value| value.sign() == 0)
    }
}

/// The product, by halves, so that both are about as long; `None` where it is longer than a [`Rational`] may be.
fn product(factors: &[IBig]) -> Option<IBig> {
    use dashu_int::ops::BitTest as _;
    let whole = match factors {
        [] => IBig::ONE,
        [one] => one.clone(),
        more => {
            let (left, right) = more.split_at(more.len() / 2);
            product(left)? * product(right)?
        }
    };
    (whole.bit_len() <= Rational::MAX_BITS).then_some(whole)
}
