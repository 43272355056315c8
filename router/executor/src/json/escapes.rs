//! JSON strings compared with names, without their escapes being decoded: what is compared is never more than the name is long, however long the string.

use std::cmp::Ordering;

use super::text::escaped;

/// So many bytes at most stand for one of the text.
pub(crate) const LONGEST_ESCAPE: usize = 6;

/// Whether a JSON string is this text. It was checked by the parser, and is given without its quotes.
#[inline]
pub(crate) fn is_text(raw: &[u8], text: &str) -> bool {
    if raw.len() <= text.len() {
        return raw == text.as_bytes() && !raw.contains(&b'\\');
    }
    is_escaped_text(raw, text)
}

/// The same of one that is longer than the text, so that something in it has to be an escape.
pub(super) fn is_escaped_text(raw: &[u8], text: &str) -> bool {
    raw.len() > text.len()
        && raw.len() <= text.len().saturating_mul(LONGEST_ESCAPE)
        && compare(raw, text).is_eq()
}

/// How a JSON string compares with a text.
fn compare(raw: &[u8], text: &str) -> Ordering {
    let (mut raw, mut text) = (raw, text.as_bytes());
    loop {
        // What is longer than the rest of the text differs from it.
        let window = raw.get(..=text.len()).unwrap_or(raw);
        let plain = window.iter().position(|byte| *byte == b'\\');
        let plain = plain.unwrap_or(window.len());
        match step(window.get(..plain).unwrap_or_default(), &mut text) {
            Ordering::Equal => {}
            other => return other,
        }
        let after = raw.get(plain + 1..).unwrap_or_default();
        let Some((decoded, length)) = escaped(after) else {
            return match text.is_empty() {
                true => Ordering::Equal,
                false => Ordering::Less,
            };
        };
        match step(decoded.encode_utf8(&mut [0; 4]).as_bytes(), &mut text) {
            Ordering::Equal => {}
            other => return other,
        }
        raw = after.get(length..).unwrap_or_default();
    }
}

/// Compares what comes next with the beginning of a text, and steps over it.
fn step(next: &[u8], text: &mut &[u8]) -> Ordering {
    match text.split_at_checked(next.len()) {
        Some((begin, rest)) => {
            *text = rest;
            next.cmp(begin)
        }
        // It may differ before the text ends; otherwise it goes on where that does not.
        None => next.cmp(text),
    }
}

/// Where a JSON string is among names, which are sorted. Few have escapes, so it is looked for as it was sent first.
#[inline]
pub(crate) fn search_names<T>(names: &[T], raw: &[u8], name: impl Fn(&T) -> &str) -> Option<usize> {
    let found = names.binary_search_by(|known| name(known).as_bytes().cmp(raw));
    match found {
        // No name has a backslash.
        Ok(index) => Some(index),
        Err(_) => search_escaped(names, raw, name),
    }
}

#[cold]
fn search_escaped<T>(names: &[T], raw: &[u8], name: impl Fn(&T) -> &str) -> Option<usize> {
    let found = names.binary_search_by(|known| compare(raw, name(known)).reverse());
    found.ok()
}

#[cfg(test)]
mod tests {
    use super::super::decode;
    use super::{compare, is_text, search_names};

    const RAW: &[&str] = &[
        "",
        "a",
        "ab",
        "abc",
        "b",
        "\\u0061",
        "\\u0061b",
        "a\\u0062",
        "\\n",
        "\\\\",
        "\\\"a",
        "é",
        "\\u00e9",
        "\\u00e9x",
        "€",
        "\\u20ac",
        "\\ud83d\\ude00",
        "😀",
        "😀\\/",
        "\\ud83d",
        "\\ud83d\\n",
    ];

    #[test]
    fn strings_compare_as_what_they_decode_to() {
        for raw in RAW {
            let decoded = decode(raw.as_bytes());
            for text in RAW.iter().map(|text| decode(text.as_bytes())) {
                let found = compare(raw.as_bytes(), &text);
                assert_eq!(found, (*decoded).cmp(&*text), "{raw} {text}");
                let found = is_text(raw.as_bytes(), &text);
                assert_eq!(found, *decoded == *text, "{raw} {text}");
            }
        }
    }

    #[test]
    fn a_string_is_found_however_it_is_sent() {
        let names = ["ID", "Item", "Items", "é"];
        let search = |raw: &str| search_names(&names, raw.as_bytes(), |name| name);
        assert_eq!(search("Item"), Some(1));
        assert_eq!(search("\\u0049tem"), Some(1));
        assert_eq!(search("\\u0049\\u0074ems"), Some(2));
        assert_eq!(search("\\u00e9"), Some(3));
        for other in ["", "It", "Itemss", "\\n", "\\u0049te", "z"] {
            assert_eq!(search(other), None, "{other}");
        }
    }
}
