//! The nesting of a document, bounded on its text: the parser recurses for every bracket, so it is too late to ask afterwards.

use async_graphql::ServerError;

use super::answer::error;
use super::code;

/// Brackets inside each other, whatever they are: the parser recurses for each.
pub(super) const MAX_NESTING: usize = 128;

/// The longest name or number, in bytes. Names are compared with those of the schema for suggestions, and repeated by errors.
const MAX_WORD: usize = 1024;

/// Refuses brackets nested so deep that the parser would not come back, words longer than [`MAX_WORD`], and more than `most` tokens, each of
/// which it keeps some hundred bytes for. Strings and comments are passed over.
pub(super) fn check_nesting(text: &str, most: usize) -> Result<(), ServerError> {
    let mut rest = text.as_bytes();
    let mut depth = 0_usize;
    let mut tokens = 0_usize;
    let mut word = Word::default();
    while let [byte, tail @ ..] = rest {
        rest = tail;
        let spreads = *byte == b'.' && rest.starts_with(b"..");
        if spreads {
            rest = &rest[2..];
        }
        let separates = matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b',' | b'#');
        tokens += usize::from(!(word.takes(*byte, spreads) || separates));
        if word.length > MAX_WORD {
            let message =
                format!("a name or number is longer than the {MAX_WORD} bytes that are allowed");
            return Err(error(code::QUERY_TOO_COMPLEX, message, None));
        }
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

/// The name or number that is being read. None needs a separator before the next token: `...a...b` are four, and `-1-1` two.
#[derive(Default)]
struct Word {
    /// Bytes so far; 0 outside of words.
    length: usize,
    is_number: bool,
    last: u8,
}

impl Word {
    /// Whether the byte continues the word, after which it is part of it. Otherwise it may begin another one.
    fn takes(&mut self, byte: u8, spreads: bool) -> bool {
        let of_name = byte.is_ascii_alphanumeric() || byte == b'_';
        let continues = self.length > 0
            && match byte {
                b'.' => self.is_number && !spreads,
                b'-' | b'+' => self.is_number && matches!(self.last, b'e' | b'E'),
                _ => of_name,
            };
        self.length = match (continues, of_name || byte == b'-') {
            (true, _) => self.length + 1,
            (false, begins) => usize::from(begins),
        };
        if !continues {
            self.is_number = byte.is_ascii_digit() || byte == b'-';
        }
        self.last = byte;
        continues
    }
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
