//! Reading the JSON of a variable, of which nothing is made: it may have a megabyte, and a tree of it would take a hundred times that.
//!
//! The text was written when the variables were coerced. Each function gives nothing where it is no JSON.

use std::borrow::Cow;

/// What is read nests no deeper: coercion ends long before.
const MAX_DEPTH: usize = 1_000;

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
    text: &'t str,
    at: usize,
    depth: usize,
}

impl<'t> Reader<'t> {
    /// The beginning of a text.
    pub(crate) fn new(text: &'t str) -> Self {
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
        mut member: impl FnMut(&mut Self, &str) -> Option<()>,
    ) -> Option<()> {
        self.enclosed(b'{', b'}', &mut |reader| {
            let name = reader.name()?;
            reader.take(b':').then_some(())?;
            member(reader, &name)
        })
    }

    /// Reads a value of any kind; its text.
    pub(crate) fn skip(&mut self) -> Option<&'t str> {
        self.peek()?;
        let (start, mut open) = (self.at, 0_usize);
        loop {
            match self.peek()? {
                b'"' => self.string()?,
                b'{' | b'[' => {
                    open += 1;
                    self.at += 1;
                }
                b'}' | b']' => {
                    open = open.checked_sub(1)?;
                    self.at += 1;
                }
                b',' | b':' if open > 0 => self.at += 1,
                _ => self.word()?,
            }
            if open == 0 {
                return self.text.get(start..self.at);
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

    fn name(&mut self) -> Option<Cow<'t, str>> {
        let start = (self.peek()? == b'"').then_some(self.at)?;
        self.string()?;
        let quoted = self.text.get(start..self.at)?;
        match quoted.contains('\\') {
            true => serde_json::from_str(quoted).ok().map(Cow::Owned),
            false => quoted.get(1..quoted.len() - 1).map(Cow::Borrowed),
        }
    }

    /// Passes over a string.
    fn string(&mut self) -> Option<()> {
        let mut rest = self.text.as_bytes().get(self.at + 1..)?.iter();
        let all = rest.len();
        loop {
            match rest.next()? {
                b'"' => break,
                b'\\' => drop(rest.next()?),
                _ => {}
            }
        }
        self.at += 1 + all - rest.len();
        Some(())
    }

    /// Passes over a number, a Boolean or null.
    fn word(&mut self) -> Option<()> {
        let rest = self.text.as_bytes().get(self.at..)?.iter();
        let ends = |byte: &&u8| b",:[]{}\" \t\r\n".contains(byte);
        let length = rest.take_while(|byte| !ends(byte)).count();
        self.at += length;
        (length > 0).then_some(())
    }

    /// The next byte that is no space.
    fn peek(&mut self) -> Option<u8> {
        loop {
            match *self.text.as_bytes().get(self.at)? {
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
            let mut reader = Reader::new(text);
            assert_eq!(reader.skip(), Some(text));
            let among = format!("[{text},7]");
            let (mut reader, mut found) = (Reader::new(&among), Vec::new());
            let read = reader.items(|reader| {
                found.push(reader.skip()?.to_owned());
                Some(())
            });
            assert_eq!((read, found), (Some(()), vec![text.to_owned(), "7".into()]));
        }
    }

    #[test]
    fn names_are_decoded() {
        let mut reader = Reader::new(r#"{"a":1,"\u0062\"":2}"#);
        let mut names = Vec::new();
        let read = reader.members(|reader, name| {
            names.push(name.to_owned());
            reader.skip().map(drop)
        });
        assert_eq!(
            (read, names),
            (Some(()), vec!["a".into(), "b\"".to_owned()])
        );
    }

    #[test]
    fn what_is_no_json_is_nothing() {
        for text in ["", " ", "]", ",", "[", "[1", "\"a", "{\"a\":", "\"\\"] {
            assert_eq!(Reader::new(text).skip(), None, "{text}");
        }
        for text in ["1", "[1 2]", "[1,", "[,]"] {
            let read = Reader::new(text).items(|reader| reader.skip().map(drop));
            assert_eq!(read, None, "{text}");
        }
        for text in ["[]", "{1:1}", "{\"a\" 1}", "{\"\\x\":1}"] {
            let read = Reader::new(text).members(|reader, _| reader.skip().map(drop));
            assert_eq!(read, None, "{text}");
        }
    }

    #[test]
    fn depth_is_bounded() {
        fn depths(reader: &mut Reader<'_>) -> Option<()> {
            reader.items(depths)
        }
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert_eq!(depths(&mut Reader::new(&nested(MAX_DEPTH))), Some(()));
        assert_eq!(depths(&mut Reader::new(&nested(MAX_DEPTH + 1))), None);
        let deep = nested(1_000_000);
        assert_eq!(Reader::new(&deep).skip(), Some(deep.as_str()));
    }
}
