//! Reads JSON text into a [`Tree`].

use std::fmt;

use super::text::find_special;
use super::tree::{Field, ObjectId, Tree, Value};

/// Arrays and objects nest at most this deep; the parser and every walk over a tree recurse as deep.
pub(crate) const MAX_DEPTH: usize = 256;

/// The texts of one tree have fewer bytes than this together, so that every index fits 32 bits.
const MAX_TEXT: usize = u32::MAX as usize / 2;

/// Fields, and items, of all objects and lists that are open at once, for which there is room from the start.
const OPEN: usize = 16;

/// Why bytes are not JSON that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ParseError {
    reason: Reason,
    offset: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reason {
    Utf8,
    TooLarge,
    TooDeep,
    Value,
    End,
    Key,
    Colon,
    CommaInObject,
    CommaInList,
    Digit,
    Control,
    Escape,
    Trailing,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason = match self.reason {
            Reason::Utf8 => "not UTF-8",
            Reason::TooLarge => "too large",
            Reason::TooDeep => "nested too deep",
            Reason::Value => "expected a value",
            Reason::End => "the text ends too early",
            Reason::Key => "expected a key",
            Reason::Colon => "expected a colon",
            Reason::CommaInObject => "expected a comma or the end of the object",
            Reason::CommaInList => "expected a comma or the end of the list",
            Reason::Digit => "expected a digit",
            Reason::Control => "a control character in a string",
            Reason::Escape => "an unknown escape in a string",
            Reason::Trailing => "something after the end of the value",
        };
        write!(f, "{reason} at byte {}", self.offset)
    }
}

/// Reads one JSON text into the tree.
///
/// # Errors
///
/// When the bytes are not UTF-8, not JSON, nest deeper than [`MAX_DEPTH`], or something follows the
/// value. Nothing of them is in the tree then.
pub(crate) fn parse<'a>(bytes: &'a [u8], tree: &mut Tree<'a>) -> Result<Value<'a>, ParseError> {
    let fail = |reason, offset| ParseError { reason, offset };
    std::str::from_utf8(bytes).map_err(|error| fail(Reason::Utf8, error.valid_up_to()))?;
    tree.text_parsed = tree.text_parsed.saturating_add(bytes.len());
    if tree.text_parsed > MAX_TEXT {
        return Err(fail(Reason::TooLarge, 0));
    }
    let mark = tree.mark();
    tree.reserve_for(bytes.len());
    let mut parser = Parser {
        bytes,
        at: 0,
        tree,
        fields: Vec::with_capacity(OPEN),
        items: Vec::with_capacity(OPEN),
    };
    match parser.document() {
        Ok(value) => Ok(value),
        Err(reason) => {
            let offset = parser.at;
            tree.rewind(mark);
            Err(fail(reason, offset))
        }
    }
}

struct Parser<'a, 't> {
    bytes: &'a [u8],
    at: usize,
    tree: &'t mut Tree<'a>,
    /// The fields of the objects that are open; each object moves its own to the tree in one run.
    fields: Vec<Field<'a>>,
    /// The same for the items of lists.
    items: Vec<Value<'a>>,
}

impl<'a> Parser<'a, '_> {
    fn document(&mut self) -> Result<Value<'a>, Reason> {
        self.space();
        let value = self.value(0)?;
        self.space();
        if self.at < self.bytes.len() {
            return Err(Reason::Trailing);
        }
        Ok(value)
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    #[inline]
    fn space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    fn value(&mut self, depth: usize) -> Result<Value<'a>, Reason> {
        match self.peek() {
            Some(b'"') => {
                let from = self.at;
                self.string()?;
                Ok(Value::String(&self.bytes[from..self.at]))
            }
            Some(b'{') => self.object(depth).map(Value::Object),
            Some(b'[') => self.list(depth),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word(b"true", Value::Bool(true)),
            Some(b'f') => self.word(b"false", Value::Bool(false)),
            Some(b'n') => self.word(b"null", Value::Null),
            Some(_) => Err(Reason::Value),
            None => Err(Reason::End),
        }
    }

    fn word(&mut self, word: &[u8], value: Value<'a>) -> Result<Value<'a>, Reason> {
        if !self.bytes[self.at..].starts_with(word) {
            return Err(Reason::Value);
        }
        self.at += word.len();
        Ok(value)
    }

    /// Steps over the bracket; tells whether the closing one follows at once.
    #[inline]
    fn open(&mut self, depth: usize, close: u8) -> Result<bool, Reason> {
        if depth >= MAX_DEPTH {
            return Err(Reason::TooDeep);
        }
        self.at += 1;
        self.space();
        let empty = self.peek() == Some(close);
        self.at += usize::from(empty);
        Ok(empty)
    }

    /// Steps over a comma, or over the closing bracket; tells whether it was the latter.
    #[inline]
    fn closes(&mut self, close: u8, otherwise: Reason) -> Result<bool, Reason> {
        self.space();
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                self.space();
                Ok(false)
            }
            Some(found) if found == close => {
                self.at += 1;
                Ok(true)
            }
            Some(_) => Err(otherwise),
            None => Err(Reason::End),
        }
    }

    fn object(&mut self, depth: usize) -> Result<ObjectId, Reason> {
        let base = self.fields.len();
        let mut end = self.open(depth, b'}')?;
        while !end {
            if self.peek() != Some(b'"') {
                return Err(Reason::Key);
            }
            let from = self.at + 1;
            if self.string()? {
                self.tree.has_escaped_keys = true;
            }
            let key = &self.bytes[from..self.at - 1];
            self.space();
            if self.peek() != Some(b':') {
                return Err(Reason::Colon);
            }
            self.at += 1;
            self.space();
            let value = self.value(depth + 1)?;
            self.fields.push((key, value));
            end = self.closes(b'}', Reason::CommaInObject)?;
        }
        let own = self.tree.push_fields(&self.fields[base..]);
        self.fields.truncate(base);
        Ok(self.tree.push_object(own))
    }

    fn list(&mut self, depth: usize) -> Result<Value<'a>, Reason> {
        let base = self.items.len();
        let mut end = self.open(depth, b']')?;
        while !end {
            let item = self.value(depth + 1)?;
            self.items.push(item);
            end = self.closes(b']', Reason::CommaInList)?;
        }
        let items = self.tree.push_items(&self.items[base..]);
        self.items.truncate(base);
        Ok(Value::List(items))
    }

    /// Steps over a string; tells whether it has escapes.
    fn string(&mut self) -> Result<bool, Reason> {
        self.at += 1;
        let mut escaped = false;
        loop {
            let Some(at) = find_special(self.bytes, self.at) else {
                self.at = self.bytes.len();
                return Err(Reason::End);
            };
            self.at = at;
            match self.bytes[at] {
                b'"' => {
                    self.at += 1;
                    return Ok(escaped);
                }
                b'\\' => {
                    escaped = true;
                    self.escape()?;
                }
                _ => return Err(Reason::Control),
            }
        }
    }

    fn escape(&mut self) -> Result<(), Reason> {
        match self.bytes.get(self.at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 2,
            Some(b'u') => {
                let digits = self.bytes.get(self.at + 2..self.at + 6);
                if !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
                    return Err(Reason::Escape);
                }
                self.at += 6;
            }
            _ => return Err(Reason::Escape),
        }
        Ok(())
    }

    fn number(&mut self) -> Result<Value<'a>, Reason> {
        let from = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.peek() {
            Some(b'0') => self.at += 1,
            _ => self.digits()?,
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(Value::Number(&self.bytes[from..self.at]))
    }

    fn digits(&mut self) -> Result<(), Reason> {
        let from = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        if self.at == from {
            return Err(Reason::Digit);
        }
        Ok(())
    }
}
