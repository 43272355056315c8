//! `Decimal`: an exact decimal number, always in its one normal form.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::erreur::{Erreur, Resultat};

mod parse;
mod scalar;
#[cfg(test)]
pub(crate) mod tests;

/// An exact decimal number: a whole number of magnitude below 2^96 divided by a power of ten from 10^0 to 10^28.
///
/// Every value has one representation: no trailing zero after the point, and no negative zero. Two equal values are
/// therefore equal in every way: `==`, hash, text, and [`SerieId`](crate::SerieId).
///
/// Arithmetic is in [`try_add`](Decimal::try_add) and its siblings; there are no operators, because every operation
/// can fail.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Decimal(rust_decimal::Decimal);

impl Decimal {
    /// 0.
    pub const ZERO: Decimal = Decimal(rust_decimal::Decimal::ZERO);
    /// 1.
    pub const ONE: Decimal = Decimal(rust_decimal::Decimal::ONE);
    /// 2.
    pub const TWO: Decimal = Decimal(rust_decimal::Decimal::TWO);
    /// 10.
    pub const TEN: Decimal = Decimal(rust_decimal::Decimal::TEN);
    /// 100.
    pub const HUNDRED: Decimal = Decimal(rust_decimal::Decimal::ONE_HUNDRED);
    /// The largest value, 2^96 - 1 = 79228162514264337593543950335.
    pub const MAX: Decimal = Decimal(rust_decimal::Decimal::MAX);
    /// The smallest value, the opposite of [`Decimal::MAX`].
    pub const MIN: Decimal = Decimal(rust_decimal::Decimal::MIN);
    /// The circle constant, to 28 decimals.
    pub const PI: Decimal = Decimal(rust_decimal::Decimal::PI);
    /// The base of natural logarithms, to 28 decimals.
    pub const E: Decimal = Decimal(rust_decimal::Decimal::E);
    /// The most digits after the point.
    pub const MAX_SCALE: u32 = rust_decimal::Decimal::MAX_SCALE;

    /// Reads a decimal number: an optional sign, digits, an optional fraction, an optional exponent of ten.
    ///
    /// # Errors
    /// [`Code::InvalidDecimal`](crate::Code::InvalidDecimal) when the text is anything else, or a number that no
    /// `Decimal` equals: nothing is rounded.
    pub fn parse(text: &str) -> Resultat<Decimal> {
        parse::parse(text, text)
    }

    /// The same of a text that was `sent` in another form, with a decimal comma say: that is what errors quote.
    ///
    /// # Errors
    /// As [`parse`](Decimal::parse).
    pub fn parse_sent(text: &str, sent: &str) -> Resultat<Decimal> {
        parse::parse(text, sent)
    }

    /// The same of a number of any length, as JSON has them.
    ///
    /// # Errors
    /// As [`parse`](Decimal::parse).
    pub fn parse_number(text: &str) -> Resultat<Decimal> {
        match text {
            "" => Decimal::parse(text),
            _ => parse::number(text, text),
        }
    }

    /// `mantissa` / 10^`scale` in normal form; `None` when no `Decimal` equals it.
    pub fn from_parts(mantissa: i128, scale: u32) -> Option<Decimal> {
        rust_decimal::Decimal::try_from_i128_with_scale(mantissa, scale)
            .ok()
            .map(Decimal::from)
    }

    /// The whole number that, divided by 10^[`scale`](Decimal::scale), is this value.
    pub fn mantissa(self) -> i128 {
        self.0.mantissa()
    }

    /// The number of digits after the point, 0 to 28, without trailing zeros.
    pub fn scale(self) -> u32 {
        self.0.scale()
    }

    /// As bytes, which are the same for equal decimals and only for them.
    #[must_use]
    pub fn pack(self) -> [u8; 16] {
        self.0.serialize()
    }

    /// What [`pack`](Decimal::pack) made.
    pub(crate) fn unpack(bytes: [u8; 16]) -> Decimal {
        Decimal(rust_decimal::Decimal::deserialize(bytes))
    }

    /// Whether the value is 0.
    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// Whether the value is below 0.
    pub fn is_negative(self) -> bool {
        self.0.is_sign_negative()
    }

    /// Whether the value is a whole number.
    pub fn is_integer(self) -> bool {
        self.0.scale() == 0
    }

    /// The magnitude.
    #[must_use]
    pub fn abs(self) -> Decimal {
        Decimal(self.0.abs())
    }

    /// The opposite. Always a `Decimal`: the range is symmetric.
    #[must_use]
    pub fn opposite(self) -> Decimal {
        Decimal::from(-self.0)
    }

    /// The nearest double, for what is drawn or compared and not computed on.
    pub fn to_f64(self) -> f64 {
        // The text of a Decimal is always a number, and parsing is correctly rounded.
        self.to_string().parse().unwrap_or(f64::NAN)
    }
}

impl From<rust_decimal::Decimal> for Decimal {
    fn from(value: rust_decimal::Decimal) -> Self {
        let mut value = value.normalize();
        if value.is_zero() {
            value = rust_decimal::Decimal::ZERO;
        }
        Decimal(value)
    }
}

impl From<Decimal> for rust_decimal::Decimal {
    fn from(value: Decimal) -> Self {
        value.0
    }
}

macro_rules! from_integers {
    ($($integer:ty),*) => {$(
        impl From<$integer> for Decimal {
            fn from(value: $integer) -> Self {
                Decimal(rust_decimal::Decimal::from(value))
            }
        }
    )*};
}
from_integers!(i32, i64, u32, u64, usize);

impl FromStr for Decimal {
    type Err = Erreur;

    fn from_str(text: &str) -> Resultat<Decimal> {
        Decimal::parse(text)
    }
}

/// The normal form: `-`, digits, and only when needed a point and digits. Never an exponent.
impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A string, so that no reader loses digits.
impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
