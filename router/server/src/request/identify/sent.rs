//! Where a request has its token.

use http::header::{COOKIE, HeaderMap, HeaderName};

use super::config::TokenSource;
use super::token::TokenError;

/// The token of a request, if there is one: that of the first source which has one.
///
/// # Errors
/// What is sent is no token: its sender is not treated as anonymous.
pub(super) fn token<'h>(
    sources: &[TokenSource],
    headers: &'h HeaderMap,
) -> Result<Option<&'h str>, TokenError> {
    for source in sources {
        let found = match source {
            TokenSource::Header { name, scheme } => {
                in_header(headers, name, scheme.as_deref(), sources)?
            }
            TokenSource::Cookie(name) => in_cookie(headers, name)?,
        };
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

fn in_header<'h>(
    headers: &'h HeaderMap,
    name: &HeaderName,
    scheme: Option<&str>,
    sources: &[TokenSource],
) -> Result<Option<&'h str>, TokenError> {
    let malformed = TokenError::Malformed;
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
    if said.eq_ignore_ascii_case(scheme) {
        return Ok(Some(token.trim()));
    }
    // Other schemes are somebody else's, or another source's. But who sends a token is not nobody because of what stands before it.
    let is_of_another = sources.iter().any(|other| other.takes(name, said));
    let is_meant = is_almost(said, scheme) || has_a_token(text);
    match is_meant && !is_of_another {
        true => Err(malformed("its header does not begin with its scheme")),
        false => Ok(None),
    }
}

impl TokenSource {
    /// Whether it takes what stands after this scheme in a header.
    fn takes(&self, header: &HeaderName, said: &str) -> bool {
        match self {
            Self::Header { name, scheme } => {
                let fits = |scheme: &str| said.eq_ignore_ascii_case(scheme);
                name == header && scheme.as_deref().is_none_or(fits)
            }
            Self::Cookie(_) => false,
        }
    }
}

fn in_cookie<'h>(headers: &'h HeaderMap, name: &str) -> Result<Option<&'h str>, TokenError> {
    let malformed = TokenError::Malformed;
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

/// Whether a word begins with the scheme, and goes on with what is in the name of none: `Bearer:`, `Bearer,`.
fn is_almost(said: &str, scheme: &str) -> bool {
    let (begin, rest) = said.split_at_checked(scheme.len()).unwrap_or_default();
    let next = rest.bytes().next();
    begin.eq_ignore_ascii_case(scheme)
        && next.is_some_and(|byte| !byte.is_ascii_alphanumeric() && !b"-_.+".contains(&byte))
}

/// Whether one of the words in a text begins as the header of a JSON Web Token does, `{"` in base64url, and has its three parts.
fn has_a_token(text: &str) -> bool {
    let between = |letter: char| !letter.is_ascii_alphanumeric() && !"-_.".contains(letter);
    let mut words = text.split(between);
    words.any(|word| word.starts_with("eyJ") && word.matches('.').count() == 2)
}
