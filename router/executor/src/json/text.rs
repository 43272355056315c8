//! Strings and numbers in the form they have in JSON text.

use std::borrow::Cow;

/// The word with its lowest byte set to `byte` in every lane.
const fn lanes(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// Finds the first byte that a JSON string cannot hold as it is: a quote, a backslash, a control
/// character.
#[inline]
pub(super) fn find_special(bytes: &[u8], mut at: usize) -> Option<usize> {
    // Many strings end within the first word.
    let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) else {
        return find_special_in_rest(bytes, at);
    };
    if let Some(position) = special_in_word(*chunk) {
        return Some(at + position);
    }
    at += 8;
    find_special_in_blocks(bytes, at)
}

/// Blocks first, of which compilers make vector instructions, and then the bytes that are left.
fn find_special_in_blocks(bytes: &[u8], mut at: usize) -> Option<usize> {
    while let Some(block) = bytes.get(at..).and_then(|rest| rest.first_chunk::<16>()) {
        if let Some(position) = special_in_block(block) {
            return Some(at + position);
        }
        at += 16;
    }
    while let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        match special_in_word(*chunk) {
            Some(position) => return Some(at + position),
            None => at += 8,
        }
    }
    find_special_in_rest(bytes, at)
}

/// Sixteen bytes at once.
#[inline]
fn special_in_block(block: &[u8; 16]) -> Option<usize> {
    let marks = block.map(|byte| if is_special(byte) { 0xff } else { 0 });
    let marks = u128::from_le_bytes(marks);
    (marks != 0).then(|| (marks.trailing_zeros() / 8) as usize)
}

fn find_special_in_rest(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = bytes.get(at..)?.iter();
    let position = rest.copied().position(is_special);
    position.map(|position| at + position)
}

#[inline]
fn is_special(byte: u8) -> bool {
    (byte == b'"') | (byte == b'\\') | (byte < 0x20)
}

/// Eight bytes at once; a set high bit in the mask marks a lane, and lanes below the first match are exact.
#[inline]
fn special_in_word(chunk: [u8; 8]) -> Option<usize> {
    let word = u64::from_le_bytes(chunk);
    let quote = word ^ lanes(b'"');
    let backslash = word ^ lanes(b'\\');
    let found = (quote.wrapping_sub(lanes(1)) & !quote)
        | (backslash.wrapping_sub(lanes(1)) & !backslash)
        | (word.wrapping_sub(lanes(0x20)) & !word);
    let found = found & lanes(0x80);
    (found != 0).then(|| (found.trailing_zeros() / 8) as usize)
}

/// Whether two keys are equal. Keys are short and mostly equal when their lengths are: a call to compare them costs more than
/// comparing their ends as words.
#[inline]
pub(super) fn same_key(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    match (a.first_chunk::<8>(), b.first_chunk::<8>()) {
        (Some(first_a), Some(first_b)) => {
            first_a == first_b
                && a.last_chunk::<8>() == b.last_chunk::<8>()
                && (a.len() <= 16 || a == b)
        }
        _ => match (a.first_chunk::<4>(), b.first_chunk::<4>()) {
            (Some(first_a), Some(first_b)) => {
                first_a == first_b && a.last_chunk::<4>() == b.last_chunk::<4>()
            }
            _ => a.iter().zip(b).all(|(a, b)| a == b),
        },
    }
}

/// Writes a JSON string.
pub(crate) fn write_string(text: &str, out: &mut Vec<u8>) {
    let bytes = text.as_bytes();
    out.reserve(bytes.len() + 2);
    out.push(b'"');
    let mut from = 0;
    while let Some(at) = find_special(bytes, from) {
        out.extend_from_slice(&bytes[from..at]);
        match bytes[at] {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            control => {
                let hex = |digit: u8| b"0123456789abcdef"[usize::from(digit & 0xf)];
                out.extend_from_slice(b"\\u00");
                out.extend_from_slice(&[hex(control >> 4), hex(control)]);
            }
        }
        from = at + 1;
    }
    out.extend_from_slice(&bytes[from..]);
    out.push(b'"');
}

/// How many bytes a text takes at most as a JSON string.
pub(crate) fn string_len(text: &str) -> usize {
    let special = text.bytes().filter(|byte| is_special(*byte)).count();
    text.len() + 2 + 5 * special
}

/// The text of a JSON string that was checked by the parser, given without its quotes. A lone
/// surrogate becomes U+FFFD.
pub(crate) fn decode(raw: &[u8]) -> Cow<'_, str> {
    let raw = String::from_utf8_lossy(raw);
    if raw.contains('\\') {
        Cow::Owned(unescape(&raw))
    } else {
        raw
    }
}

fn unescape(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((before, after)) = rest.split_once('\\') {
        text.push_str(before);
        let Some((decoded, length)) = escaped(after.as_bytes()) else {
            return text;
        };
        text.push(decoded);
        rest = after.get(length..).unwrap_or_default();
    }
    text.push_str(rest);
    text
}

/// What the escape is that is continued by these bytes, after its backslash, and how many of them belong to it.
pub(super) fn escaped(after: &[u8]) -> Option<(char, usize)> {
    Some(match after.first()? {
        b'b' => ('\u{8}', 1),
        b'f' => ('\u{c}', 1),
        b'n' => ('\n', 1),
        b'r' => ('\r', 1),
        b't' => ('\t', 1),
        b'u' => unicode_escape(after),
        other => (char::from(*other), 1),
    })
}

/// Reads `uXXXX`, and the `\uXXXX` after it where the two are a surrogate pair; gives the length read.
fn unicode_escape(after: &[u8]) -> (char, usize) {
    let unit = |from: usize| {
        let digits = std::str::from_utf8(after.get(from..from + 4)?);
        u32::from_str_radix(digits.ok()?, 16).ok()
    };
    let Some(first) = unit(1) else {
        return (char::REPLACEMENT_CHARACTER, after.len());
    };
    if let Some(single) = char::from_u32(first) {
        return (single, 5);
    }
    let is_pair = after.get(5..7) == Some(b"\\u");
    let second = is_pair.then(|| unit(7)).flatten();
    match second {
        Some(low @ 0xdc00..=0xdfff) if first < 0xdc00 => {
            let code = 0x10000 + ((first - 0xd800) << 10) + (low - 0xdc00);
            let decoded = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
            (decoded, 11)
        }
        _ => (char::REPLACEMENT_CHARACTER, 5),
    }
}

/// Whether a JSON number has neither fraction nor exponent.
pub(crate) fn is_integer(digits: &[u8]) -> bool {
    digits.iter().all(|byte| matches!(byte, b'-' | b'0'..=b'9'))
}

/// No 64-bit floating-point number has more bytes than this, written with all its digits: the longest have 1,074 after the point. Of longer
/// texts nothing is read.
const LONGEST_NUMBER: usize = 1_100;

/// Whether a JSON number is within the range of 64-bit floating-point numbers, and not longer than the digits of one.
pub(crate) fn is_finite(digits: &[u8]) -> bool {
    // The largest has 309 digits before its point: without an exponent, fewer bytes are always within the range.
    if digits.len() <= 300 && !digits.iter().any(|byte| matches!(byte, b'e' | b'E')) {
        return true;
    }
    if digits.len() > LONGEST_NUMBER {
        return false;
    }
    let text = std::str::from_utf8(digits);
    text.is_ok_and(|text| text.parse::<f64>().is_ok_and(f64::is_finite))
}

/// The 32-bit integer that a JSON number is; `1.0` and `1e2` are ones too.
pub(crate) fn integer(digits: &[u8]) -> Option<i32> {
    if digits.len() > LONGEST_NUMBER {
        return None;
    }
    let text = std::str::from_utf8(digits).ok()?;
    if is_integer(digits) {
        return text.parse().ok();
    }
    // More digits than a double holds could round to an integer that they are not.
    if digits.iter().filter(|byte| byte.is_ascii_digit()).count() > 17 {
        return None;
    }
    let number: f64 = text.parse().ok()?;
    let fits =
        number.fract() == 0.0 && (f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(&number);
    // Exact: integral, and within the range of `i32`.
    fits.then_some(number as i32)
}
