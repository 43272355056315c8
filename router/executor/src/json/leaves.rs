//! Lists of leaves, which stay the text that they came as.

use super::text::find_special;
use super::value::Value;

/// The items of a list of leaves, read out of its text. The parser has checked it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Leaves<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Leaves<'a> {
    /// The leaves of a list, given with its brackets.
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self { text, at: 1 }
    }

    /// Where the number ends that begins here.
    #[inline]
    pub(super) fn after_number(text: &[u8], from: usize) -> usize {
        let is_of_number =
            |byte: &u8| matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E') || byte.is_ascii_digit();
        let rest = text.get(from..).unwrap_or_default();
        from + rest.iter().take_while(|byte| is_of_number(byte)).count()
    }

    /// How many bytes of the text were read.
    pub(super) fn read(&self) -> usize {
        self.at
    }
}

impl<'a> Iterator for Leaves<'a> {
    type Item = Value<'a>;

    #[inline]
    fn next(&mut self) -> Option<Value<'a>> {
        let text = self.text;
        while let Some(b',' | b' ' | b'\n' | b'\r' | b'\t') = text.get(self.at) {
            self.at += 1;
        }
        let from = self.at;
        let (end, value) = match text.get(from)? {
            b'"' => {
                let end = end_of_string(text, from);
                (end, Value::String(text.get(from..end)?))
            }
            b't' => (from + 4, Value::Bool(true)),
            b'f' => (from + 5, Value::Bool(false)),
            b'n' => (from + 4, Value::Null),
            b']' => return None,
            _ => {
                let end = Self::after_number(text, from).max(from + 1);
                (end, Value::Number(text.get(from..end)?))
            }
        };
        self.at = end;
        Some(value)
    }
}

/// Past the quote that ends the string which begins here.
#[inline]
pub(super) fn end_of_string(text: &[u8], from: usize) -> usize {
    let mut at = from + 1;
    while let Some(found) = find_special(text, at) {
        match text.get(found) {
            Some(b'"') => return found + 1,
            Some(b'\\') => at = found + 2,
            _ => at = found + 1,
        }
    }
    text.len()
}
