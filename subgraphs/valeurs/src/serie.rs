//! The values of a series, and the identifier that is these values.
//!
//! The services keep nothing: any replica of either decodes the `id` of a `Serie` into its values. Version 1 of the
//! encoding is `s1_` and then, in base64url without padding (RFC 4648, section 5), one number per value,
//! `mantissa << 6 | scale << 1 | sign`, as a little-endian base-128 varint. Small numbers take one or two bytes.
//!
//! One list of values has one identifier, and decoding accepts nothing but what encoding makes: comparing
//! identifiers (a cache, a router that joins entities) compares values.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::decimal::Decimal;
use crate::erreur::{Cause, Erreur, Resultat};

#[cfg(test)]
mod tests;

/// The most values in a series.
pub const MAX_SERIE: usize = 10_000;

/// The prefix of version 1.
const VERSION: &str = "s1_";

/// The longest varint, in bytes: 96 + 6 bits by groups of 7.
const MAX_VARINT: usize = 15;

/// The longest identifier, in characters: base64 makes 4 characters of 3 bytes.
const MAX_ID: usize = VERSION.len() + (MAX_SERIE * MAX_VARINT).div_ceil(3) * 4;

/// The values of a series: at least one, at most [`MAX_SERIE`]. Cloning is cheap, and so is the series of its first values.
#[derive(Debug, Clone)]
pub struct Valeurs {
    all: Arc<[Decimal]>,
    /// Those that are of this series: the first ones, at least one.
    len: usize,
}

impl Valeurs {
    /// The series of these values, in this order.
    ///
    /// # Errors
    /// About the argument `valeurs`: [`Code::EmptySeries`](crate::Code::EmptySeries), or
    /// [`Code::LimitExceeded`](crate::Code::LimitExceeded) over [`MAX_SERIE`].
    pub fn new(valeurs: impl Into<Arc<[Decimal]>>) -> Resultat<Valeurs> {
        let valeurs = valeurs.into();
        if valeurs.is_empty() {
            return Err(Erreur::from(Cause::EmptySeries).on("valeurs"));
        }
        within(valeurs.len(), MAX_SERIE)?;
        Ok(Valeurs::whole(valeurs))
    }

    fn whole(all: Arc<[Decimal]>) -> Valeurs {
        let len = all.len();
        Valeurs { all, len }
    }

    /// The series of the first `len` values, which are shared and not copied: of all of them when there are fewer, of one when it is 0.
    #[must_use]
    pub fn first(&self, len: usize) -> Valeurs {
        Valeurs {
            all: Arc::clone(&self.all),
            len: len.clamp(1, self.len),
        }
    }

    /// The series with this identifier.
    ///
    /// # Errors
    /// About the argument `id`: [`Code::InvalidSerieId`](crate::Code::InvalidSerieId) for a text that no series has
    /// as identifier.
    pub fn from_id(id: &str) -> Resultat<Valeurs> {
        decode(id)
            .map(|valeurs| Valeurs::whole(valeurs.into()))
            .map_err(|reason| {
                let reason = reason.into();
                Erreur::from(Cause::InvalidSerieId { reason }).on("id")
            })
    }

    /// The same series where a service accepts fewer values than [`MAX_SERIE`].
    ///
    /// # Errors
    /// [`Code::LimitExceeded`](crate::Code::LimitExceeded) of the argument `valeurs` over `limit`.
    pub fn within(self, limit: usize) -> Resultat<Valeurs> {
        within(self.len(), limit)?;
        Ok(self)
    }

    /// The identifier of the series.
    pub fn id(&self) -> SerieId {
        SerieId(encode(self))
    }
}

fn within(actual: usize, limit: usize) -> Resultat<()> {
    if actual > limit {
        return Err(Erreur::limit("values in a series", limit, actual).on("valeurs"));
    }
    Ok(())
}

impl Deref for Valeurs {
    type Target = [Decimal];

    fn deref(&self) -> &[Decimal] {
        &self.all[..self.len]
    }
}

/// Those of the same values are equal, whatever else they share.
impl PartialEq for Valeurs {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Valeurs {}

impl Hash for Valeurs {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

/// The identifier of a [`Valeurs`]: ASCII, URL-safe, the same for the same values.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SerieId(String);

impl SerieId {
    /// The text of the identifier.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// `ID::from` takes it from here.
impl fmt::Display for SerieId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn encode(valeurs: &[Decimal]) -> String {
    let mut bytes = Vec::with_capacity(valeurs.len() * 2);
    for valeur in valeurs {
        let sign = u128::from(valeur.is_negative());
        let scale = u128::from(valeur.scale());
        let mut rest = valeur.mantissa().unsigned_abs() << 6 | scale << 1 | sign;
        while rest >= 0x80 {
            bytes.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        bytes.push(rest as u8);
    }
    let mut id = VERSION.to_owned();
    URL_SAFE_NO_PAD.encode_string(&bytes, &mut id);
    id
}

fn decode(id: &str) -> Result<Vec<Decimal>, &'static str> {
    let encoded = id
        .strip_prefix(VERSION)
        .ok_or("it does not begin with `s1_`")?;
    if id.len() > MAX_ID {
        return Err("it is longer than the longest series makes it");
    }
    // The engine refuses padding and stray bits in the last character: base64 has one text for these bytes.
    let bytes = URL_SAFE_NO_PAD
        .decode(encoded)
        .map_err(|_| "it is not base64url without padding")?;
    let mut rest = bytes.as_slice();
    let mut valeurs = Vec::with_capacity(bytes.len() / 2);
    while !rest.is_empty() {
        if valeurs.len() == MAX_SERIE {
            return Err("it has more values than a series may have");
        }
        let (number, after) = varint(rest)?;
        valeurs.push(valeur(number)?);
        rest = after;
    }
    if valeurs.is_empty() {
        return Err("it has no value");
    }
    Ok(valeurs)
}

/// The first varint of `bytes`, and what follows it.
fn varint(bytes: &[u8]) -> Result<(u128, &[u8]), &'static str> {
    let mut number = 0;
    for (index, byte) in bytes.iter().enumerate().take(MAX_VARINT) {
        number |= u128::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            if *byte == 0 && index > 0 {
                return Err("a value is not in its shortest form");
            }
            return Ok((number, &bytes[index + 1..]));
        }
    }
    Err("it ends in the middle of a value, or a value is too large")
}

fn valeur(number: u128) -> Result<Decimal, &'static str> {
    let (magnitude, scale, negative) = (number >> 6, (number >> 1 & 0x1f) as u32, number & 1 == 1);
    // 15 groups of 7 bits are 105, so that the magnitude has at most 99 bits.
    let magnitude = magnitude as i128;
    let mantissa = if negative { -magnitude } else { magnitude };
    let valeur = Decimal::from_parts(mantissa, scale).ok_or("a value is out of range")?;
    if valeur.scale() != scale || valeur.mantissa() != mantissa || valeur.is_negative() != negative
    {
        return Err("a value is not in its normal form");
    }
    Ok(valeur)
}
