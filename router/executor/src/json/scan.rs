//! JSON text, stepped over.

use super::text::find_special;

/// Why bytes are not JSON that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
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

/// Where one is in a text.
#[derive(Debug)]
pub(crate) struct Scanner<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) at: usize,
}

impl<'a> Scanner<'a> {
    /// At the beginning.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    #[inline]
    pub(crate) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    #[inline]
    pub(crate) fn space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    /// Steps over `true`, `false` or `null`.
    pub(crate) fn word(&mut self, word: &[u8]) -> Result<(), Reason> {
        if !self.bytes[self.at..].starts_with(word) {
            return Err(Reason::Value);
        }
        self.at += word.len();
        Ok(())
    }

    /// Steps over a string; returns whether it has escapes.
    pub(crate) fn string(&mut self) -> Result<bool, Reason> {
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

    pub(crate) fn escape(&mut self) -> Result<(), Reason> {
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

    pub(crate) fn number(&mut self) -> Result<(), Reason> {
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
        Ok(())
    }

    pub(crate) fn digits(&mut self) -> Result<(), Reason> {
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
