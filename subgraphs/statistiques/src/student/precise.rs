//! Binary floating point of a chosen precision, whose operations cannot fail on what is computed here.

use dashu_float::round::mode::HalfEven;
use dashu_float::{Context, FBig, FpError, Repr, round::Rounded};
use dashu_int::IBig;
use valeurs::{Erreur, Resultat};

use super::Fraction;

/// A number with as many bits as its context has. An operation is off by half of the last bit at most.
pub(super) type Wide = FBig<HalfEven, 2>;

/// The precision, and what a failure is reported of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Precise {
    pub(super) bits: usize,
    context: Context<HalfEven>,
    operation: &'static str,
}

impl Precise {
    pub(super) fn new(bits: usize, operation: &'static str) -> Self {
        Self {
            bits,
            context: Context::new(bits),
            operation,
        }
    }

    fn done(&self, computed: Result<Rounded<Wide>, FpError>) -> Resultat<Wide> {
        // The domain was looked at before: what is left is a number with an exponent beyond all bounds.
        computed
            .map(Rounded::value)
            .map_err(|_| Erreur::overflow(self.operation))
    }

    pub(super) fn whole(&self, number: impl Into<IBig>) -> Wide {
        Wide::from(number.into()).with_precision(self.bits).value()
    }

    pub(super) fn fraction(&self, value: &Fraction) -> Resultat<Wide> {
        let [numerator, denominator] =
            [&value.numerator, &value.denominator].map(|term| Repr::<2>::new(term.clone(), 0));
        self.done(self.context.div(&numerator, &denominator))
    }

    pub(super) fn ln(&self, value: &Wide) -> Resultat<Wide> {
        self.done(self.context.ln(value.repr(), None))
    }

    pub(super) fn exp(&self, value: &Wide) -> Resultat<Wide> {
        self.done(self.context.exp(value.repr(), None))
    }

    pub(super) fn sqrt(&self, value: &Wide) -> Resultat<Wide> {
        self.done(self.context.sqrt(value.repr()))
    }

    pub(super) fn pi(&self) -> Wide {
        self.context.pi::<2>(None).value()
    }
}

/// The number, exactly.
pub(super) fn exact(value: &Wide) -> Fraction {
    let (significand, exponent) = (value.repr().significand(), value.repr().exponent());
    let power = IBig::ONE << exponent.unsigned_abs();
    if exponent < 0 {
        Fraction::new(significand.clone(), power)
    } else {
        Fraction::new(significand * power, 1)
    }
}

/// The double next to it.
pub(super) fn estimate(value: &Wide) -> f64 {
    value.to_f64().value()
}
