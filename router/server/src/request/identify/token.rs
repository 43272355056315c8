//! One token: JSON Web Signature in compact form (<https://www.rfc-editor.org/rfc/rfc7515#section-3.1>), its claims
//! (<https://www.rfc-editor.org/rfc/rfc7519#section-4.1>), and what can be wrong with it (<https://www.rfc-editor.org/rfc/rfc8725>).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::config::Jwt;
use super::jwk::{Algorithm, Key, KeySet};

/// Bytes of a token.
const MAX_TOKEN: usize = 16 * 1024;

/// Keys that are tried for a token which does not say which one it is of.
const MAX_TRIED: usize = 8;

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

/// A token that was taken apart; nothing of it has been believed yet.
pub(super) struct Token<'t> {
    signed: &'t str,
    signature: Vec<u8>,
    algorithm: Option<Algorithm>,
    kid: Option<String>,
    pub(super) claims: Map<String, Value>,
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
        let claims: Map<String, Value> = serde_json::from_slice(&decode(claims)?)
            .map_err(|_| malformed("its claims are not a JSON object"))?;
        let date = |name: &str| match claims.get(name) {
            None => Ok(None),
            Some(value) => match value.as_f64() {
                Some(date) => Ok(Some(date)),
                None => Err(malformed("`exp` or `nbf` is not a number")),
            },
        };
        Ok(Self {
            signed,
            signature: decode(signature)?,
            algorithm: Algorithm::of(&header.alg),
            kid: header.kid,
            expires: date("exp")?.ok_or(malformed("it has no `exp`"))?,
            not_before: date("nbf")?,
            claims,
        })
    }

    /// Whether it may be of this issuer, as it says itself.
    ///
    /// # Errors
    /// [`TokenError::Issuer`], or [`TokenError::Algorithm`].
    pub(super) fn names(&self, jwt: &Jwt) -> Result<Algorithm, TokenError> {
        let said = self.claims.get("iss").and_then(Value::as_str);
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

    /// Checks it with the keys of an issuer.
    ///
    /// # Errors
    /// What is wrong.
    pub(super) fn verify(
        &self,
        jwt: &Jwt,
        algorithm: Algorithm,
        keys: &KeySet,
        now: f64,
    ) -> Result<(), TokenError> {
        let named = |key: &&Key| self.kid.is_none() || key.kid.as_deref() == self.kid.as_deref();
        let mut meant = keys.keys.iter().filter(named).peekable();
        if meant.peek().is_none() {
            return Err(TokenError::UnknownKey);
        }
        let mut fitting = meant.filter(|key| key.fits(algorithm)).peekable();
        if fitting.peek().is_none() {
            return Err(TokenError::Algorithm);
        }
        let signed = self.signed.as_bytes();
        let mut tried = fitting.take(MAX_TRIED);
        if !tried.any(|key| key.verifies(algorithm, signed, &self.signature)) {
            return Err(TokenError::Signature);
        }
        let leeway = jwt.leeway.as_secs_f64();
        if now >= self.expires + leeway {
            return Err(TokenError::Expired);
        }
        if self.not_before.is_some_and(|date| now < date - leeway) {
            return Err(TokenError::NotYetValid);
        }
        let for_one = |name: &str| jwt.audiences.iter().any(|audience| audience == name);
        let for_us = match self.claims.get("aud") {
            _ if jwt.audiences.is_empty() => true,
            Some(Value::String(name)) => for_one(name),
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).any(for_one),
            _ => false,
        };
        match for_us {
            true => Ok(()),
            false => Err(TokenError::Audience),
        }
    }
}
