//! Reading the JSON of a variable or of a response, of which nothing is made: it may have megabytes, and a tree of it would take many times that.
//!
//! The text was written by this router, when the variables were coerced or the response was completed: what is in it is passed over without being checked.
//! Each function gives nothing where it meets no JSON.

use std::borrow::Cow;

/// What is read nests no deeper: coercion and execution end long before.
const MAX_DEPTH: usize = 1_000;

/// What follows a number, a Boolean or null.
const ENDS: &[bool; 256] = &among(b",:[]{}\" \t\r\n");

/// What begins or ends an object, a list or a string.
const STOPS: &[bool; 256] = &among(b"[]{}\"");

/// Which bytes are among these.
const fn among(bytes: &[u8]) -> [bool; 256] {
    let mut found = [false; 256];
    let mut at = 0;
    while at < bytes.len() {
        found[bytes[at] as usize] = true;
        at += 1;
    }
    found
}

#[inline]
fn is_one_of(byte: u8, bytes: &[bool; 256]) -> bool {
    bytes[usize::from(byte)]
}

/// What a value is, by its first byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Null,
    Number,
    List,
    Object,
    /// A Boolean or a string.
    Other,
}

/// A place in a JSON text.
pub(crate) struct Reader<'t> {
    text: &'t [u8],
    at: usize,
    depth: usize,
}

impl<'t> Reader<'t> {
    /// The beginning of a text.
    pub(crate) fn new(text: &'t [u8]) -> Self {
        Self {
            text,
            at: 0,
            depth: 0,
        }
    }

    /// What the value is that comes now.
    pub(crate) fn kind(&mut self) -> Option<Kind> {
        Some(match self.peek()? {
            b'n' => Kind::Null,
            b'-' | b'0'..=b'9' => Kind::Number,
            b'[' => Kind::List,
            b'{' => Kind::Object,
            _ => Kind::Other,
        })
    }

    /// Reads a list, of which `item` reads each item.
    pub(crate) fn items(&mut self, mut item: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.enclosed(b'[', b']', &mut item)
    }

    /// Reads an object, of which `member` reads each value.
    pub(crate) fn members(
        &mut self,
        mut member: impl FnMut(&mut Self, &[u8]) -> Option<()>,
    ) -> Option<()> {
        self.enclosed(b'{', b'}', &mut |reader| {
            let name = reader.name()?;
            reader.take(b':').then_some(())?;
            member(reader, &name)
        })
    }

    /// Reads a value of any kind; its text.
    pub(crate) fn skip(&mut self) -> Option<&'t [u8]> {
        let first = self.peek()?;
        let start = self.at;
        match first {
            b'"' => drop(self.string()?),
            b'{' | b'[' => self.enclosing()?,
            _ => self.word()?,
        }
        self.text.get(start..self.at)
    }

    /// Passes over an object or a list: only its strings can hold brackets that are none.
    fn enclosing(&mut self) -> Option<()> {
        let mut open = 0_usize;
        loop {
            let rest = self.text.get(self.at..)?;
            let next = rest.iter().position(|byte| is_one_of(*byte, STOPS))?;
            self.at += next;
            match rest.get(next)? {
                b'"' => {
                    self.string()?;
                    continue;
                }
                b'{' | b'[' => open += 1,
                _ => open = open.checked_sub(1)?,
            }
            self.at += 1;
            if open == 0 {
                return Some(());
            }
        }
    }

    fn enclosed(
        &mut self,
        begin: u8,
        end: u8,
        one: &mut dyn FnMut(&mut Self) -> Option<()>,
    ) -> Option<()> {
        self.depth += 1;
        (self.depth <= MAX_DEPTH && self.take(begin)).then_some(())?;
        if !self.take(end) {
            loop {
                one(self)?;
                if self.take(end) {
                    break;
                }
                self.take(b',').then_some(())?;
            }
        }
        self.depth -= 1;
        Some(())
    }

    fn name(&mut self) -> Option<Cow<'t, [u8]>> {
        let start = (self.peek()? == b'"').then_some(self.at)?;
        let escaped = self.string()?;
        let quoted = self.text.get(start..self.at)?;
        match escaped {
            true => {
                let decoded: String = serde_json::from_slice(quoted).ok()?;
                Some(Cow::Owned(decoded.into_bytes()))
            }
            false => quoted.get(1..quoted.len() - 1).map(Cow::Borrowed),
        }
    }

    /// Passes over a string; whether it has escapes.
    fn string(&mut self) -> Option<bool> {
        self.at += 1;
        let mut escaped = false;
        loop {
            let rest = self.text.get(self.at..)?;
            let next = memchr::memchr2(b'"', b'\\', rest)?;
            self.at += next + 1;
            if rest.get(next) == Some(&b'"') {
                return Some(escaped);
            }
            escaped = true;
            self.at += 1;
        }
    }

    /// Passes over a number, a Boolean or null.
    fn word(&mut self) -> Option<()> {
        let rest = self.text.get(self.at..)?;
        let length = rest.iter().take_while(|byte| !is_one_of(**byte, ENDS));
        let length = length.count();
        self.at += length;
        (length > 0).then_some(())
    }

    /// The next byte that is no space.
    fn peek(&mut self) -> Option<u8> {
        loop {
            match *self.text.get(self.at)? {
                b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
                other => return Some(other),
            }
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_passed_over_whole() {
        for text in [
            "null",
            "true",
            "-1.5e999",
            r#""a\"]}\\""#,
            "[]",
            "{}",
            r#"[1,{"a":[null,"}"]},[]]"#,
            r#"{ "a" : [ ] , "b" : 1 }"#,
        ] {
            let mut reader = Reader::new(text.as_bytes());
            assert_eq!(reader.skip(), Some(text.as_bytes()));
            let among = format!("[{text},7]");
            let (mut reader, mut found) = (Reader::new(among.as_bytes()), Vec::new());
            let read = reader.items(|reader| {
                found.push(reader.skip()?.to_owned());
                Some(())
            });
            assert_eq!((read, found), (Some(()), vec![text.into(), b"7".to_vec()]));
        }
    }

    #[test]
    fn names_are_decoded() {
        let mut reader = Reader::new(br#"{"a":1,"\u0062\"":2}"#);
        let mut names = Vec::new();
        let read = reader.members(|reader, name| {
            names.push(name.to_owned());
            reader.skip().map(drop)
        });
        assert_eq!(
            (read, names),
            (Some(()), vec![b"a".to_vec(), b"b\"".to_vec()])
        );
    }

    #[test]
    fn what_is_no_json_is_nothing() {
        for text in ["", " ", "]", ",", "[", "[1", "\"a", "{\"a\":", "\"\\"] {
            assert_eq!(Reader::new(text.as_bytes()).skip(), None, "{text}");
        }
        for text in ["1", "[1 2]", "[1,", "[,]"] {
            let read = Reader::new(text.as_bytes()).items(|reader| reader.skip().map(drop));
            assert_eq!(read, None, "{text}");
        }
        for text in ["[]", "{1:1}", "{\"a\" 1}", "{\"\\x\":1}"] {
            let read = Reader::new(text.as_bytes()).members(|reader, _| reader.skip().map(drop));
            assert_eq!(read, None, "{text}");
        }
    }

    #[test]
    fn depth_is_bounded() {
        fn depths(reader: &mut Reader<'_>) -> Option<()> {
            reader.items(depths)
        }
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert_eq!(
            depths(&mut Reader::new(nested(MAX_DEPTH).as_bytes())),
            Some(())
        );
        assert_eq!(
            depths(&mut Reader::new(nested(MAX_DEPTH + 1).as_bytes())),
            None
        );
        let deep = nested(1_000_000);
        assert_eq!(Reader::new(deep.as_bytes()).skip(), Some(deep.as_bytes()));
    }
}
