//! The four operations, and what compares.

use dashu_int::IBig;

use super::{BELIEVED, Computed, Number, Value, unless_too_long};
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
        if let (Value::Exact(a), Value::Exact(b)) = (&self.0, &other.0)
            && let Some(value) = unless_too_long(exact(a, b))?
        {
            return Ok(Number::exact(value));
        }
        let bits = at.bits();
        let value = Number::near(near(&self.ball(bits), &other.ball(bits), bits));
        self.with_gives(other, value)
    }

    /// What an operation on two numbers gives that is enclosed: in doubt where one of them is, or where it would be a fraction, or a multiple of π, that is too
    /// long.
    fn with_gives(&self, other: &Number, computed: Computed) -> Computed {
        match (&self.0, &other.0) {
            (Value::Exact(_), Value::Exact(_)) | (Value::Turned(_), Value::Turned(_)) => {
                computed.map(Number::doubted)
            }
            _ => self.gives(other.gives(computed)),
        }
    }

    /// The sum or difference of two multiples of π; `None` of other numbers, and where it is too long.
    fn with_turned(
        &self,
        other: &Number,
        exact: fn(&Rational, &Rational) -> Resultat<Rational>,
    ) -> Resultat<Option<Number>> {
        match (&self.0, &other.0) {
            (Value::Turned(a), Value::Turned(b)) => {
                Ok(unless_too_long(exact(a, b))?.map(Number::turned))
            }
            _ => Ok(None),
        }
    }

    /// `self` + `other`.
    ///
    /// # Errors
    /// A number beyond all exponents, as for the other operations.
    pub fn try_add(&self, other: &Number, at: Precision) -> Computed {
        match self.with_turned(other, Rational::try_add)? {
            Some(sum) => Ok(sum),
            None => self.with(other, at, Rational::try_add, Ball::plus),
        }
    }

    /// `self` - `other`.
    ///
    /// # Errors
    /// As [`try_add`](Number::try_add).
    pub fn try_sub(&self, other: &Number, at: Precision) -> Computed {
        match self.with_turned(other, Rational::try_sub)? {
            Some(difference) => Ok(difference),
            None => self.with(other, at, Rational::try_sub, Ball::minus),
        }
    }

    /// `self` × `other`.
    ///
    /// # Errors
    /// As [`try_add`](Number::try_add).
    pub fn try_mul(&self, other: &Number, at: Precision) -> Computed {
        if let (Value::Turned(a), Value::Exact(b)) | (Value::Exact(b), Value::Turned(a)) =
            (&self.0, &other.0)
            && let Some(product) = unless_too_long(a.try_mul(b))?
        {
            return Ok(Number::turned(product));
        }
        self.with(other, at, Rational::try_mul, Ball::times)
    }

    /// `self` / `divisor`. What cannot be distinguished from 0 divides nothing.
    ///
    /// # Errors
    /// [`Code::DivisionByZero`](crate::Code::DivisionByZero) of the argument `b`; as [`try_add`](Number::try_add); when that is not determined.
    pub fn try_div(&self, divisor: &Number, at: Precision) -> Computed {
        let quotient = match (&self.0, &divisor.0) {
            (Value::Exact(a), Value::Exact(b)) | (Value::Turned(a), Value::Turned(b)) => {
                unless_too_long(a.try_div(b))?.map(Number::exact)
            }
            (Value::Turned(a), Value::Exact(b)) => {
                unless_too_long(a.try_div(b))?.map(Number::turned)
            }
            _ => None,
        };
        if let Some(quotient) = quotient {
            return Ok(quotient);
        }
        if divisor.sign(at)? == 0 {
            return Err(Erreur::from(Cause::DivisionByZero).on("b").into());
        }
        let bits = at.bits();
        match self.ball(bits).over(&divisor.ball(bits), bits) {
            Some(quotient) => self.with_gives(divisor, Number::near(quotient)),
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
            None if self.is_doubted() || other.is_doubted() => {
                Number(Value::Doubted(a.max(&b, bits)))
            }
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
            Value::Doubted(ball) => Value::Doubted(ball.abs()),
        })
    }

    /// The opposite.
    #[must_use]
    pub fn opposite(&self) -> Number {
        Number(match &self.0 {
            Value::Exact(value) => Value::Exact(value.opposite()),
            Value::Turned(of) => Value::Turned(of.opposite()),
            Value::Near(ball) => Value::Near(ball.opposite()),
            Value::Doubted(ball) => Value::Doubted(ball.opposite()),
        })
    }

    /// `first` × (`first` - `step`) × …, as long as the factors are above 0: 1 where none is.
    ///
    /// # Errors
    /// [`Code::LimitExceeded`](crate::Code::LimitExceeded) where the first factor is above 4,000.
    pub fn descending_product(first: i128, step: usize, at: Precision) -> Computed {
        const MOST: usize = 4_000;
        let actual = usize::try_from(first.max(0)).unwrap_or(MOST + 1);
        if actual > MOST {
            let what = "the first factor of a product";
            return Err(Stop::TooLarge(Erreur::limit(what, MOST, actual)));
        }
        let factors: Vec<IBig> = (1..=first).rev().step_by(step).map(IBig::from).collect();
        match product(&factors) {
            Some(product) => Ok(Number::whole(product)),
            None => Number::near(enclosed_product(&factors, at.bits())).map(Number::doubted),
        }
    }

    /// What cannot be distinguished from 1, as a base of logarithms.
    pub(super) fn is_one(&self, at: Precision) -> bool {
        match &self.0 {
            Value::Exact(value) => *value == Rational::ONE,
            Value::Turned(_) => false,
            Value::Near(ball) | Value::Doubted(ball) => {
                let difference = ball.minus(&Ball::from(IBig::ONE), at.bits());
                self.is_believed(at) && difference.sign().is_none() && difference.top() < -BELIEVED
            }
        }
    }

    /// Whether it is 0, exactly.
    pub(super) fn is_zero(&self) -> bool {
        self.rational().is_some_and(|value| value.sign() == 0)
    }
}

/// The product to this many bits, by halves.
fn enclosed_product(factors: &[IBig], bits: usize) -> Ball {
    /// Factors whose product is short.
    const FEW: usize = 16;
    // The error doubles from half to half at most.
    let inner = bits + 16;
    match factors.len() {
        ..=FEW => Ball::from(factors.iter().product::<IBig>()),
        length => {
            let (left, right) = factors.split_at(length / 2);
            enclosed_product(left, bits).times(&enclosed_product(right, bits), inner)
        }
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
