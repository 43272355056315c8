//! Keys of issuers: JSON Web Key Sets (<https://www.rfc-editor.org/rfc/rfc7517>), and checking a signature with one of them
//! (<https://www.rfc-editor.org/rfc/rfc7518#section-3.1>). The cryptography is that of `ring`, which TLS has brought already.
//!
//! A key says by its type for which algorithms it is: a public RSA key is never the secret of an HMAC.

use std::borrow::Cow;
use std::fmt;

use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::engine::{DecodePaddingMode, Engine as _};
use ring::hmac;
use ring::signature::{self, RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm};
use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// Bytes of a set.
pub(super) const MAX_BYTES: usize = 1024 * 1024;
/// Keys of a set that are kept.
pub(super) const MAX_KEYS: usize = 1_000;

macro_rules! algorithms {
    ($($name:ident = $text:literal;)*) => {
        /// A signature algorithm (JWA).
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Algorithm { $($name,)* }

        impl Algorithm {
            /// The one of that name. There is no `none`.
            pub(crate) fn of(name: &str) -> Option<Self> {
                match name {
                    $($text => Some(Self::$name),)*
                    // Its other name (<https://www.rfc-editor.org/rfc/rfc9864#section-2.2>); the other curve of `EdDSA` is not known here.
                    "Ed25519" => Some(Self::EdDsa),
                    _ => None,
                }
            }
        }
    };
}

algorithms! {
    Rs256 = "RS256"; Rs384 = "RS384"; Rs512 = "RS512";
    Ps256 = "PS256"; Ps384 = "PS384"; Ps512 = "PS512";
    Es256 = "ES256"; Es384 = "ES384"; EdDsa = "EdDSA";
    Hs256 = "HS256"; Hs384 = "HS384"; Hs512 = "HS512";
}

impl Algorithm {
    /// Those of which the router only knows the public key.
    pub(crate) const ASYMMETRIC: &[Self] = &[
        Self::Rs256,
        Self::Rs384,
        Self::Rs512,
        Self::Ps256,
        Self::Ps384,
        Self::Ps512,
        Self::Es256,
        Self::Es384,
        Self::EdDsa,
    ];
}

/// What a key can check.
enum Material {
    Rsa { n: Vec<u8>, e: Vec<u8> },
    P256(Vec<u8>),
    P384(Vec<u8>),
    Ed25519(Vec<u8>),
    Secret(Vec<u8>),
}

/// One key.
pub(super) struct Key {
    pub(super) kid: Option<Box<str>>,
    algorithm: Option<Algorithm>,
    material: Material,
}

/// The keys of one issuer.
#[derive(Default)]
pub(super) struct KeySet {
    pub(super) keys: Vec<Key>,
    /// Another one whenever the keys are.
    pub(super) generation: u64,
}

/// The keys of a set that are usable here, and how many there are in all: each is read as it comes, and nothing is made of what is not known.
#[derive(Default)]
struct Read {
    usable: Vec<Key>,
    count: usize,
}

#[derive(Deserialize)]
struct Set<'s> {
    #[serde(borrow)]
    keys: &'s RawValue,
}

#[derive(Deserialize)]
struct Jwk<'k> {
    #[serde(borrow)]
    kty: Cow<'k, str>,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    key_ops: Option<Operations>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
    k: Option<String>,
}

/// Whether `key_ops` has the one that matters here.
struct Operations {
    verify: bool,
}

impl<'de> Deserialize<'de> for Operations {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Self { verify: false })
    }
}

impl<'de> Visitor<'de> for Operations {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of texts")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<Self, A::Error> {
        while let Some(operation) = seq.next_element::<Cow<'de, str>>()? {
            self.verify |= operation == "verify";
        }
        Ok(self)
    }
}

impl<'de> Visitor<'de> for Read {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of keys")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<Self, A::Error> {
        while let Some(jwk) = seq.next_element::<&'de RawValue>()? {
            self.count += 1;
            if self.count <= MAX_KEYS {
                self.usable.extend(Key::of(jwk.get()));
            }
        }
        Ok(self)
    }
}

impl KeySet {
    /// Reads a set; keys that check no signature that is known here are left out, as RFC 7517 wants.
    ///
    /// # Errors
    /// When it is no key set, has too many keys, or none that is usable.
    pub(super) fn parse(text: &[u8], generation: u64) -> Result<Self, String> {
        let no_set = |error: &dyn fmt::Display| format!("it is not a JSON Web Key Set: {error}");
        if !text.trim_ascii_start().starts_with(b"{") {
            return Err(no_set(&"it is not an object"));
        }
        let set: Set<'_> = serde_json::from_slice(text).map_err(|error| no_set(&error))?;
        if !set.keys.get().starts_with('[') {
            return Err(no_set(&"`keys` is not a list"));
        }
        let mut keys = serde_json::Deserializer::from_str(set.keys.get());
        let read = keys.deserialize_seq(Read::default());
        let Read { usable, count } = read.map_err(|error| no_set(&error))?;
        if count > MAX_KEYS {
            return Err(format!("it has {count} keys, more than {MAX_KEYS}"));
        }
        match usable.is_empty() {
            true => Err("it has no key that is usable here".to_owned()),
            false => Ok(Self {
                keys: usable,
                generation,
            }),
        }
    }
}

/// Base64url, as a key has it by the standard; and with what other verifiers take too: padding, and the letters of plain base64.
fn bytes(text: Option<&String>) -> Option<Vec<u8>> {
    let standard = text?.replace('+', "-").replace('/', "_");
    let config = GeneralPurposeConfig::new();
    let config = config.with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let engine = GeneralPurpose::new(&alphabet::URL_SAFE, config);
    engine.decode(standard).ok()
}

/// A number as the cryptography wants it: without leading zeros, with which some issuers write one.
fn number(text: Option<&String>) -> Option<Vec<u8>> {
    let mut bytes = bytes(text)?;
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes.drain(..zeros);
    Some(bytes)
}

impl Key {
    fn of(jwk: &str) -> Option<Self> {
        let jwk = jwk.starts_with('{').then_some(jwk)?;
        let jwk: Jwk<'_> = serde_json::from_str(jwk).ok()?;
        if jwk
            .purpose
            .as_deref()
            .is_some_and(|purpose| purpose != "sig")
        {
            return None;
        }
        if !jwk.key_ops.is_none_or(|operations| operations.verify) {
            return None;
        }
        let point = |size: usize| {
            let (x, y) = (bytes(jwk.x.as_ref())?, bytes(jwk.y.as_ref())?);
            (x.len() == size && y.len() == size).then(|| [&[4], &*x, &*y].concat())
        };
        let material = match (&*jwk.kty, jwk.crv.as_deref()) {
            ("RSA", _) => Material::Rsa {
                n: number(jwk.n.as_ref())?,
                e: number(jwk.e.as_ref())?,
            },
            ("EC", Some("P-256")) => Material::P256(point(32)?),
            ("EC", Some("P-384")) => Material::P384(point(48)?),
            ("OKP", Some("Ed25519")) => {
                Material::Ed25519(bytes(jwk.x.as_ref()).filter(|x| x.len() == 32)?)
            }
            ("oct", _) => Material::Secret(bytes(jwk.k.as_ref()).filter(|k| k.len() >= 32)?),
            _ => return None,
        };
        let algorithm = match &jwk.alg {
            Some(name) => Some(Algorithm::of(name)?),
            None => None,
        };
        Some(Self {
            kid: jwk.kid.map(Into::into),
            algorithm,
            material,
        })
    }

    /// Whether it is for this algorithm, by its type and by what it says itself.
    pub(super) fn fits(&self, algorithm: Algorithm) -> bool {
        use Algorithm::*;
        let by_type = match &self.material {
            Material::Rsa { .. } => {
                matches!(algorithm, Rs256 | Rs384 | Rs512 | Ps256 | Ps384 | Ps512)
            }
            Material::P256(_) => algorithm == Es256,
            Material::P384(_) => algorithm == Es384,
            Material::Ed25519(_) => algorithm == EdDsa,
            // RFC 7518, section 3.2: no shorter than the hash.
            Material::Secret(secret) => match algorithm {
                Hs256 => secret.len() >= 32,
                Hs384 => secret.len() >= 48,
                Hs512 => secret.len() >= 64,
                _ => false,
            },
        };
        by_type && self.algorithm.is_none_or(|own| own == algorithm)
    }

    /// Whether the signature is this key's, of this message, by this algorithm.
    pub(super) fn verifies(&self, algorithm: Algorithm, message: &[u8], mark: &[u8]) -> bool {
        if !self.fits(algorithm) {
            return false;
        }
        match (&self.material, algorithm) {
            (Material::Rsa { n, e }, algorithm) => {
                let parameters = match algorithm {
                    Algorithm::Rs256 => &signature::RSA_PKCS1_2048_8192_SHA256,
                    Algorithm::Rs384 => &signature::RSA_PKCS1_2048_8192_SHA384,
                    Algorithm::Rs512 => &signature::RSA_PKCS1_2048_8192_SHA512,
                    Algorithm::Ps256 => &signature::RSA_PSS_2048_8192_SHA256,
                    Algorithm::Ps384 => &signature::RSA_PSS_2048_8192_SHA384,
                    _ => &signature::RSA_PSS_2048_8192_SHA512,
                };
                let key = RsaPublicKeyComponents { n, e };
                key.verify(parameters, message, mark).is_ok()
            }
            (Material::P256(point), _) => {
                verify(&signature::ECDSA_P256_SHA256_FIXED, point, message, mark)
            }
            (Material::P384(point), _) => {
                verify(&signature::ECDSA_P384_SHA384_FIXED, point, message, mark)
            }
            (Material::Ed25519(point), _) => {
                !is_of_small_order(point) && verify(&signature::ED25519, point, message, mark)
            }
            (Material::Secret(secret), algorithm) => {
                let hash = match algorithm {
                    Algorithm::Hs256 => hmac::HMAC_SHA256,
                    Algorithm::Hs384 => hmac::HMAC_SHA384,
                    _ => hmac::HMAC_SHA512,
                };
                hmac::verify(&hmac::Key::new(hash, secret), message, mark).is_ok()
            }
        }
    }
}

/// The points of edwards25519 whose order divides 8: their `y` as 32 bytes, least first, without the bit of the sign. The last three are p - 1, and p and
/// p + 1, which are 0 and 1 in other words.
const SMALL_ORDERS: [[u8; 32]; 7] = [
    near(0x00, 0x00, 0x00),
    near(0x01, 0x00, 0x00),
    of_order_8(
        0x26e8_958f_c2b2_27b0_45c3_f489_f2ef_98f0,
        0xd5df_ac05_d3c6_3339_b138_0288_6d53_fc05,
    ),
    of_order_8(
        0xc717_6a70_3d4d_d84f_ba3c_0b76_0d10_670f,
        0x2a20_53fa_2c39_ccc6_4ec7_fd77_92ac_037a,
    ),
    near(0xec, 0xff, 0x7f),
    near(0xed, 0xff, 0x7f),
    near(0xee, 0xff, 0x7f),
];

const fn near(first: u8, between: u8, last: u8) -> [u8; 32] {
    let mut bytes = [between; 32];
    bytes[0] = first;
    bytes[31] = last;
    bytes
}

const fn of_order_8(first: u128, last: u128) -> [u8; 32] {
    let halves = [first.to_be_bytes(), last.to_be_bytes()];
    let mut bytes = [0; 32];
    let mut index = 0;
    while index < 32 {
        bytes[index] = halves[index / 16][index % 16];
        index += 1;
    }
    bytes
}

/// Whether it is a key for which anybody can sign: with the signature of no point and the number 0, whatever the message. RFC 8032 leaves it to the
/// verifier to refuse them, and `ring` does not.
fn is_of_small_order(point: &[u8]) -> bool {
    SMALL_ORDERS.iter().any(|small| {
        let (last, rest) = (point.last(), &point[..point.len().saturating_sub(1)]);
        rest == &small[..31] && last.is_some_and(|last| last & 0x7f == small[31])
    })
}

fn verify(
    algorithm: &'static dyn VerificationAlgorithm,
    key: &[u8],
    message: &[u8],
    mark: &[u8],
) -> bool {
    let key = UnparsedPublicKey::new(algorithm, key);
    key.verify(message, mark).is_ok()
}

impl fmt::Debug for KeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeySet")
            .field("keys", &self.keys.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
