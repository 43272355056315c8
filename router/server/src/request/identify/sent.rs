//! Where a request has its token.

use http::header::{COOKIE, HeaderMap};

use super::config::TokenSource;
use super::token::TokenError;

impl TokenSource {
    /// The token there, if there is one.
    ///
    /// # Errors
    /// What is sent is no token: its sender is not treated as anonymous.
    pub(super) fn token<'h>(&self, headers: &'h HeaderMap) -> Result<Option<&'h str>, TokenError> {
        let malformed = TokenError::Malformed;
        match self {
            Self::Header { name, scheme } => {
                let mut values = headers.get_all(name).iter();
                let Some(value) = values.next() else {
                    return Ok(None);
                };
                if values.next().is_some() {
                    return Err(malformed("its header is repeated"));
                }
                let text = value.to_str();
                let text = text
                    .map_err(|_| malformed("its header is not ASCII"))?
                    .trim();
                let Some(scheme) = scheme else {
                    return Ok(Some(text).filter(|text| !text.is_empty()));
                };
                let (said, token) = text.split_once([' ', '\t']).unwrap_or((text, ""));
                match said.eq_ignore_ascii_case(scheme) {
                    true => Ok(Some(token.trim())),
                    false if looks_like_a_token(said) => {
                        Err(malformed("its header does not begin with its scheme"))
                    }
                    // Other schemes are somebody else's.
                    false => Ok(None),
                }
            }
            Self::Cookie(name) => {
                let lines = headers.get_all(COOKIE).iter();
                let pairs = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b';'));
                // One that is empty is one that was deleted.
                let mut values = pairs.filter_map(|pair| {
                    let equals = pair.iter().position(|byte| *byte == b'=')?;
                    let (known, value) = pair.split_at(equals);
                    let value = value[1..].trim_ascii();
                    (known.trim_ascii() == name.as_bytes() && !value.is_empty()).then_some(value)
                });
                let Some(value) = values.next() else {
                    return Ok(None);
                };
                // A neighbouring site may have set another one for a longer path or a wider domain.
                if values.any(|other| other != value) {
                    return Err(malformed(
                        "its cookie is there twice, with different values",
                    ));
                }
                let text = std::str::from_utf8(value)
                    .ok()
                    .filter(|text| text.is_ascii());
                text.map(Some).ok_or(malformed("its cookie is not ASCII"))
            }
        }
    }
}

/// Whether a text begins as the header of a JSON Web Token does, `{"` in base64url, and has its three parts.
fn looks_like_a_token(text: &str) -> bool {
    text.starts_with("eyJ") && text.matches('.').count() == 2
}
