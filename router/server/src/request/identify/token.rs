//! One token: JSON Web Signature in compact form (<https://www.rfc-editor.org/rfc/rfc7515#section-3.1>), its claims
//! (<https://www.rfc-editor.org/rfc/rfc7519#section-4.1>), and what can be wrong with it (<https://www.rfc-editor.org/rfc/rfc8725>).

use std::borrow::Cow;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::config::Jwt;
use super::jwk::{Algorithm, Key, KeySet};

/// Bytes of a token.
const MAX_TOKEN: usize = 16 * 1024;

/// Keys that are tried for a token which does not say which one it is of, or of whose name there are several.
const MAX_TRIED: usize = 16;

/// What is wrong with a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TokenError {
    #[error("the token is malformed: {0}")]
    Malformed(&'static str),
    #[error("the token's algorithm is not allowed for its issuer")]
    Algorithm,
    #[error("the token's issuer is not trusted")]
    Issuer,
    #[error("the token is signed with a key that its issuer does not publish")]
    UnknownKey,
    #[error("the token's signature is invalid")]
    Signature,
    #[error("the token has expired")]
    Expired,
    #[error("the token is not valid yet")]
    NotYetValid,
    #[error("the token is for another audience")]
    Audience,
}

/// A token that was taken apart; nothing of it has been believed yet. So its claims are the text that they are: anybody could have what a tree of them takes.
pub(super) struct Token<'t> {
    signed: &'t str,
    signature: Vec<u8>,
    algorithm: Option<Algorithm>,
    kid: Option<String>,
    /// JSON of an object.
    claims: String,
    issuer: Option<String>,
    /// Seconds since 1970.
    pub(super) expires: f64,
    not_before: Option<f64>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    #[serde(default)]
    crit: Present,
}

/// Whether a member is there, whatever it says.
#[derive(Default)]
struct Present(bool);

impl<'de> Deserialize<'de> for Present {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self(true))
    }
}

/// The claims that say which keys a token may be signed with, and when it is valid. Of two of a name the last one counts, as for those who read all claims.
#[derive(Default)]
struct Registered<'c> {
    iss: Option<&'c RawValue>,
    exp: Option<&'c RawValue>,
    nbf: Option<&'c RawValue>,
}

impl<'c> Registered<'c> {
    fn read(claims: &'c str) -> serde_json::Result<Self> {
        let mut reader = serde_json::Deserializer::from_str(claims);
        let read = reader.deserialize_map(Self::default())?;
        reader.end().map(|()| read)
    }
}

impl<'de> Visitor<'de> for Registered<'de> {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Self, A::Error> {
        while let Some(name) = map.next_key::<Cow<'de, str>>()? {
            match &*name {
                "iss" => self.iss = Some(map.next_value()?),
                "exp" => self.exp = Some(map.next_value()?),
                "nbf" => self.nbf = Some(map.next_value()?),
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(self)
    }
}

impl<'t> Token<'t> {
    /// # Errors
    /// [`TokenError::Malformed`].
    pub(super) fn parse(text: &'t str) -> Result<Self, TokenError> {
        let malformed = TokenError::Malformed;
        if text.len() > MAX_TOKEN {
            return Err(malformed("it has more than 16 KiB"));
        }
        let three = malformed("it does not have three parts");
        let (signed, signature) = text.rsplit_once('.').ok_or(three)?;
        let (header, claims) = signed.split_once('.').ok_or(three)?;
        if claims.contains('.') {
            return Err(three);
        }
        let decode = |part: &str| {
            let decoded = URL_SAFE_NO_PAD.decode(part);
            decoded.map_err(|_| malformed("a part is not base64url"))
        };
        let header: Header = serde_json::from_slice(&decode(header)?)
            .map_err(|_| malformed("its header is not that of a JSON Web Token"))?;
        // Whatever it is that must be understood: it is not.
        if header.crit.0 {
            return Err(malformed("its header has `crit`"));
        }
        let claims = String::from_utf8(decode(claims)?)
            .map_err(|_| malformed("its claims are not UTF-8"))?;
        let Registered { iss, exp, nbf } =
            Registered::read(&claims).map_err(|_| malformed("its claims are not a JSON object"))?;
        let date = |claim: Option<&RawValue>| match claim {
            None => Ok(None),
            Some(value) => match serde_json::from_str(value.get()) {
                Ok(date) => Ok(Some(date)),
                Err(_) => Err(malformed("`exp` or `nbf` is not a number")),
            },
        };
        Ok(Self {
            signed,
            signature: decode(signature)?,
            algorithm: Algorithm::of(&header.alg),
            kid: header.kid,
            issuer: iss.and_then(|iss| serde_json::from_str(iss.get()).ok()),
            expires: date(exp)?.ok_or(malformed("it has no `exp`"))?,
            not_before: date(nbf)?,
            claims,
        })
    }

    /// Whether it may be of this issuer, as it says itself.
    ///
    /// # Errors
    /// [`TokenError::Issuer`], or [`TokenError::Algorithm`].
    pub(super) fn names(&self, jwt: &Jwt) -> Result<Algorithm, TokenError> {
        let said = self.issuer.as_deref();
        if jwt
            .issuer
            .as_deref()
            .is_some_and(|issuer| said != Some(issuer))
        {
            return Err(TokenError::Issuer);
        }
        let algorithm = self.algorithm.ok_or(TokenError::Algorithm)?;
        match jwt.algorithms.contains(&algorithm) {
            true => Ok(algorithm),
            false => Err(TokenError::Algorithm),
        }
    }

    /// Checks it with the keys of an issuer, and gives its claims.
    ///
    /// # Errors
    /// What is wrong.
    pub(super) fn verify(
        &self,
        jwt: &Jwt,
        algorithm: Algorithm,
        keys: &KeySet,
        now: f64,
    ) -> Result<Map<String, Value>, TokenError> {
        self.check_signature(algorithm, keys)?;
        let leeway = jwt.leeway.as_secs_f64();
        if now >= self.expires + leeway {
            return Err(TokenError::Expired);
        }
        if self.not_before.is_some_and(|date| now < date - leeway) {
            return Err(TokenError::NotYetValid);
        }
        let claims: Map<String, Value> = serde_json::from_str(&self.claims)
            .map_err(|_| TokenError::Malformed("its claims nest too deeply"))?;
        let for_one = |name: &str| jwt.audiences.iter().any(|audience| audience == name);
        let for_us = match claims.get("aud") {
            _ if jwt.audiences.is_empty() => true,
            Some(Value::String(name)) => for_one(name),
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).any(for_one),
            _ => false,
        };
        match for_us {
            true => Ok(claims),
            false => Err(TokenError::Audience),
        }
    }

    /// A token that names a key is signed with one of that name; where there is none, it may be with one that has no name. One that names none is tried with all.
    fn check_signature(&self, algorithm: Algorithm, keys: &KeySet) -> Result<(), TokenError> {
        let of_name = |name: Option<&str>| -> Vec<&Key> {
            let keys = keys.keys.iter();
            keys.filter(|key| key.kid.as_deref() == name).collect()
        };
        let kid = self.kid.as_deref();
        let named = kid.map(|kid| of_name(Some(kid)));
        let (meant, otherwise) = match named {
            None => (keys.keys.iter().collect(), TokenError::Signature),
            Some(named) if !named.is_empty() => (named, TokenError::Signature),
            Some(_) => (of_name(None), TokenError::UnknownKey),
        };
        let fitting = meant.into_iter().filter(|key| key.fits(algorithm));
        let fitting: Vec<&Key> = fitting.collect();
        if fitting.is_empty() && otherwise == TokenError::Signature {
            return Err(TokenError::Algorithm);
        }
        let signed = self.signed.as_bytes();
        let mut tried = fitting.iter().take(MAX_TRIED);
        if tried.any(|key| key.verifies(algorithm, signed, &self.signature)) {
            return Ok(());
        }
        Err(match kid.is_none() && fitting.len() > MAX_TRIED {
            true => {
                TokenError::Malformed("it has no `kid`, and its issuer has too many keys to try")
            }
            false => otherwise,
        })
    }
}
