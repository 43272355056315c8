//! Sums and products of many decimals, rounded once: an intermediate result may be as large as it wants.

use dashu_int::{
    IBig, UBig,
    ops::{BitTest, DivRem},
};

use crate::decimal::Decimal;
use crate::erreur::{Erreur, Resultat};
use crate::exact;

#[cfg(test)]
mod tests;

/// An exact sum: a whole number of 10^-scale, the scale of the most precise value so far.
#[derive(Default)]
struct Sum {
    units: IBig,
    scale: u32,
}

impl Sum {
    fn add(&mut self, value: Decimal) {
        if value.scale() > self.scale {
            self.units *= exact::pow10(value.scale() - self.scale);
            self.scale = value.scale();
        }
        self.units += exact::units(value, self.scale);
    }

    fn value(&self) -> Option<Decimal> {
        // Most sums fit as they are.
        i128::try_from(&self.units)
            .ok()
            .and_then(|units| Decimal::from_parts(units, self.scale))
            .or_else(|| exact::nearest(self.units.clone(), exact::pow10(self.scale)))
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

    /// The product of all values, 1 without any: the `Decimal` nearest to the exact product, whatever the order.
    ///
    /// # Errors
    /// [`Code::Overflow`](crate::Code::Overflow) of `produit` when the whole product is out of range.
    pub fn try_product(values: impl IntoIterator<Item = Decimal>) -> Resultat<Decimal> {
        let overflow = || Erreur::overflow("produit");
        let mut factors = Vec::new();
        let (mut negative, mut scale) = (false, 0);
        for value in values {
            if value.is_zero() {
                return Ok(Decimal::ZERO);
            }
            negative ^= value.is_negative();
            scale += value.scale() as usize;
            factors.push(UBig::from(value.mantissa().unsigned_abs()));
        }
        let (low, high) = bounds(&factors, scale);
        // What lies between these rounds alike nearly always. If not, the exact product tells.
        let product = match (low.nearest(), high.nearest()) {
            (low, high) if low == high => low,
            _ => {
                let product = Scaled {
                    mantissa: multiplied(&factors),
                    exponent: -(scale as isize),
                };
                product.nearest()
            }
        };
        let product = product.ok_or_else(overflow)?;
        Ok(if negative {
            product.opposite()
        } else {
            product
        })
    }
}

/// The length in bits from which a product drops digits.
const LONG: usize = 640;

/// How many digits it drops then: about half of them, so that more than 90 stay.
const DROPPED: u32 = 96;

/// `mantissa` × 10^`exponent`.
struct Scaled {
    mantissa: UBig,
    exponent: isize,
}

impl Scaled {
    fn nearest(&self) -> Option<Decimal> {
        exact::nearest_scaled(&IBig::from(self.mantissa.clone()), self.exponent)
    }
}

/// Two numbers around the product of `factors` × 10^-`scale`: equal when nothing but zeros was dropped.
fn bounds(factors: &[UBig], scale: usize) -> (Scaled, Scaled) {
    let unit = UBig::from(10_u8).pow(DROPPED as usize);
    let (mut low, mut high, mut exponent) = (UBig::ONE, UBig::ONE, -(scale as isize));
    for factor in factors {
        low *= factor;
        high *= factor;
        while low.bit_len() > LONG {
            let (quotient, rest) = low.div_rem(&unit);
            high = if rest.is_zero() && &quotient * &unit == high {
                quotient.clone()
            } else {
                high / &unit + 1_u8
            };
            low = quotient;
            exponent += DROPPED as isize;
        }
    }
    let scaled = |mantissa| Scaled { mantissa, exponent };
    (scaled(low), scaled(high))
}

/// The product of all factors, halves first: the numbers that are multiplied stay of one length.
fn multiplied(factors: &[UBig]) -> UBig {
    match factors {
        [] => UBig::ONE,
        [factor] => factor.clone(),
        _ => {
            let (left, right) = factors.split_at(factors.len() / 2);
            multiplied(left) * multiplied(right)
        }
    }
}
