//! Sums and products of many decimals, rounded once: an intermediate result may be as large as it wants.

use dashu_float::{Context, Repr};
use dashu_int::IBig;

use crate::decimal::Decimal;
use crate::erreur::{Erreur, Resultat};
use crate::functions::{PRECISION, Wide, nearest, wide};

#[cfg(test)]
mod tests;

/// An exact sum: a whole number of 10^-28.
#[derive(Default)]
struct Sum(IBig);

impl Sum {
    fn add(&mut self, value: Decimal) {
        let shift = (Decimal::MAX_SCALE - value.scale()) as usize;
        self.0 += IBig::from(value.mantissa()) * IBig::from(10).pow(shift);
    }

    fn value(&self) -> Option<Decimal> {
        nearest(&Repr::new(self.0.clone(), -(Decimal::MAX_SCALE as isize)))
    }
}

impl Decimal {
    /// The sum of all values, 0 without any: the `Decimal` nearest to the exact sum, whatever the order.
    ///
    /// # Errors
    /// [`Code::Overflow`](crate::Code::Overflow) of `somme` when the whole sum is out of range.
    pub fn try_sum(values: impl IntoIterator<Item = Decimal>) -> Resultat<Decimal> {
        let mut sum = Sum::default();
        values.into_iter().for_each(|value| sum.add(value));
        sum.value().ok_or_else(|| Erreur::overflow("somme"))
    }

    /// The sums of the first value, of the first two, and so on: each the nearest to its exact sum.
    ///
    /// # Errors
    /// [`Code::Overflow`](crate::Code::Overflow) of `cumul` when one of them is out of range.
    pub fn try_running_sums(values: impl IntoIterator<Item = Decimal>) -> Resultat<Vec<Decimal>> {
        let mut sum = Sum::default();
        let sums = values.into_iter().map(|value| {
            sum.add(value);
            sum.value()
        });
        sums.collect::<Option<_>>()
            .ok_or_else(|| Erreur::overflow("cumul"))
    }

    /// The product of all values, 1 without any: exact as long as it has 64 digits, then rounded to 64 at each step,
    /// and once to a `Decimal`.
    ///
    /// # Errors
    /// [`Code::Overflow`](crate::Code::Overflow) of `produit` when the whole product is out of range.
    pub fn try_product(values: impl IntoIterator<Item = Decimal>) -> Resultat<Decimal> {
        let context = Context::new(PRECISION);
        let mut product = Wide::ONE;
        for value in values {
            if value.is_zero() {
                return Ok(Decimal::ZERO);
            }
            // Exponents of ten are machine words: no number of values in memory exhausts them.
            product = match context.mul(product.repr(), &wide(value)) {
                Ok(rounded) => rounded.value(),
                Err(_) => return Err(Erreur::overflow("produit")),
            };
        }
        nearest(product.repr()).ok_or_else(|| Erreur::overflow("produit"))
    }
}
