//! How the body of a request may be written: in UTF-8, as it is or compressed in one of a few ways, which is undone before anything here is asked. What is compressed in
//! another way or is in another character set is refused, rather than read as something else.

use abaque_edge::coding::Coding;
use axum::http::{HeaderMap, header};

/// Refuses a body in another character set, one that is still compressed, and one that is not written as JSON is, in the words for its sender.
pub(crate) fn check_json(headers: &HeaderMap) -> Result<(), &'static str> {
    let content_type = headers.get(header::CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok());
    let content_type = content_type.unwrap_or_default();
    let (name, parameters) = content_type.split_once(';').unwrap_or((content_type, ""));
    check_charset(parameters)?;
    check_content(headers)?;
    match is_json(name.trim()) {
        true => Ok(()),
        false => Err(
            "the body must be `application/json`, or of another type that is JSON and says so: `application/…+json`",
        ),
    }
}

/// Whether a media type is `application/json`, or one that is written as that is: `application/problem+json`.
fn is_json(name: &str) -> bool {
    let is =
        |text: Option<&str>, expected| text.is_some_and(|text| text.eq_ignore_ascii_case(expected));
    is(name.get(..12), "application/")
        && (is(name.get(12..), "json")
            || is(name.rsplit_once('+').map(|(_, suffix)| suffix), "json"))
}

/// Refuses a body that is still compressed, <https://www.rfc-editor.org/rfc/rfc9110#section-8.4>.
pub(crate) fn check_content(headers: &HeaderMap) -> Result<(), &'static str> {
    match Coding::of(headers) {
        Ok(None) => Ok(()),
        Ok(Some(_)) | Err(_) => Err(
            "the body is compressed in a way that is not supported: send it with one `content-encoding` of br, zstd, gzip and deflate, or none",
        ),
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
