//! The elements of a `Forwarded` header: <https://www.rfc-editor.org/rfc/rfc7239#section-4>.

use std::net::IpAddr;

use http::HeaderValue;

use super::address;

/// The addresses that the elements of one line name by `for`, from the right; `None` for an element that names no address.
///
/// A line that breaks the grammar is one such element: a client could otherwise begin a quoted text that what a proxy adds would be part of.
pub(super) fn from_the_right(
    line: &HeaderValue,
) -> std::iter::Rev<std::vec::IntoIter<Option<IpAddr>>> {
    let elements = line.to_str().ok().and_then(elements);
    elements.unwrap_or_else(|| vec![None]).into_iter().rev()
}

/// In the order of the line.
fn elements(line: &str) -> Option<Vec<Option<IpAddr>>> {
    let mut found = Vec::new();
    let mut named = None;
    let mut rest = line.trim_ascii();
    loop {
        let (name, after) = rest.split_once('=')?;
        let name = name.trim_ascii();
        if name.is_empty() || !name.bytes().all(is_token) {
            return None;
        }
        let (value, after) = value(after)?;
        if name.eq_ignore_ascii_case("for") {
            named = address(&value);
        }
        let after = after.trim_ascii_start();
        let end = after.bytes().next();
        if end != Some(b';') {
            found.push(named.take());
        }
        rest = match end {
            None => return Some(found),
            Some(b';' | b',') => after[1..].trim_ascii_start(),
            Some(_) => return None,
        };
    }
}

/// A token or a quoted text at the beginning, and what follows.
fn value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.bytes().position(|byte| !is_token(byte));
        let (token, rest) = text.split_at(end.unwrap_or(text.len()));
        return (!token.is_empty()).then(|| (token.to_owned(), rest));
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, &quoted[at + 1..])),
            '\\' => value.push(characters.next()?.1),
            other => value.push(other),
        }
    }
    None
}

/// <https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2>
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}
