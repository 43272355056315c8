//! The nesting of a document, bounded on its text: the parser recurses for every bracket, so it is too late to ask afterwards.

use async_graphql::ServerError;

use super::answer::error;
use super::code;

/// Brackets inside each other, whatever they are: the parser recurses for each.
pub(super) const MAX_NESTING: usize = 128;

/// Refuses brackets nested so deep that the parser would not come back, and more than `most` tokens, each of which it keeps some hundred
/// bytes for. Strings and comments are passed over.
pub(super) fn check_nesting(text: &str, most: usize) -> Result<(), ServerError> {
    let mut rest = text.as_bytes();
    let mut depth = 0_usize;
    let mut tokens = 0_usize;
    let mut in_word = false;
    while let [byte, tail @ ..] = rest {
        rest = tail;
        let of_word = byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'+');
        let separates = matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b',' | b'#');
        tokens += usize::from(!(separates || in_word && of_word));
        in_word = of_word;
        if tokens > most {
            let message = format!("the document has more than the {most} tokens that are allowed");
            return Err(error(code::QUERY_TOO_COMPLEX, message, None));
        }
        match byte {
            b'{' | b'[' | b'(' => depth += 1,
            b'}' | b']' | b')' => depth = depth.saturating_sub(1),
            b'#' => {
                rest = after(
                    rest,
                    |text| text.starts_with(b"\n") || text.starts_with(b"\r"),
                    1,
                )
            }
            b'"' if rest.starts_with(b"\"\"") => rest = after_block_string(&rest[2..]),
            b'"' => rest = after_string(rest),
            _ => {}
        }
        if depth > MAX_NESTING {
            let message = format!(
                "brackets are nested deeper than the {MAX_NESTING} levels that are allowed"
            );
            return Err(error(code::QUERY_TOO_DEEP, message, None));
        }
    }
    Ok(())
}

/// What follows the first place where `found` says yes, and `skip` bytes of it; nothing when it never does.
fn after(text: &[u8], found: impl Fn(&[u8]) -> bool, skip: usize) -> &[u8] {
    let place = (0..text.len()).find(|start| found(&text[*start..]));
    place.map_or(&[], |start| &text[start + skip..])
}

fn after_string(mut text: &[u8]) -> &[u8] {
    while let [byte, tail @ ..] = text {
        text = match byte {
            b'\\' => tail.get(1..).unwrap_or_default(),
            // A line break ends a string that is not closed: the parser says so.
            b'"' | b'\n' | b'\r' => return tail,
            _ => tail,
        };
    }
    text
}

fn after_block_string(mut text: &[u8]) -> &[u8] {
    loop {
        if let Some(tail) = text.strip_prefix(b"\\\"\"\"") {
            text = tail;
        } else if let Some(tail) = text.strip_prefix(b"\"\"\"") {
            return tail;
        } else if let [_, tail @ ..] = text {
            text = tail;
        } else {
            return text;
        }
    }
}

#[cfg(test)]
mod tests;
