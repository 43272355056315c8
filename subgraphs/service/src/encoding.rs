//! How the body of a request may be written: as it is, in UTF-8. What is compressed or in another character set is refused, rather than read as something else.

use axum::http::{HeaderMap, header};

/// Refuses a body in another character set, and a compressed one, in the words for its sender.
pub(crate) fn check(headers: &HeaderMap) -> Result<(), &'static str> {
    let content_type = headers.get(header::CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok());
    let parameters = content_type.and_then(|value| value.split_once(';'));
    check_charset(parameters.map_or("", |(_, parameters)| parameters))?;
    check_content(headers)
}

/// Refuses a compressed body, <https://www.rfc-editor.org/rfc/rfc9110#section-8.4>.
pub(crate) fn check_content(headers: &HeaderMap) -> Result<(), &'static str> {
    let mut codings = headers.get_all(header::CONTENT_ENCODING).iter();
    match codings.all(|coding| coding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        true => Ok(()),
        false => Err("the body must not be compressed: send it without `content-encoding`"),
    }
}

/// Refuses another character set than UTF-8 among the parameters of a content type.
pub(crate) fn check_charset(parameters: &str) -> Result<(), &'static str> {
    let charset = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("charset")
            .then(|| value.trim().trim_matches('"'))
    });
    match charset {
        Some(charset) if !charset.eq_ignore_ascii_case("utf-8") => Err("the body must be in UTF-8"),
        _ => Ok(()),
    }
}
