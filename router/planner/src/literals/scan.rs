//! The normal form of a text: its literals taken out, token by token, without parsing it.
//!
//! <https://spec.graphql.org/September2025/#sec-Appendix-Grammar-Summary.Lexical-Tokens>

use rustc_hash::FxHashMap;

/// Literals in one text at most: a text with more is not worth it.
const MAX_LITERALS: usize = 256;

/// A text without its literals, and those.
#[derive(Debug)]
pub struct NormalForm<'q> {
    text: String,
    literals: Vec<Literal<'q>>,
}

/// One literal of a text.
#[derive(Debug)]
pub(super) struct Literal<'q> {
    /// Where it begins, in bytes.
    pub(super) offset: usize,
    /// A number or a string as written; for a list, everything between its brackets.
    pub(super) text: &'q str,
    pub(super) kind: Kind,
    /// The number of the first literal of the text that is the same.
    pub(super) same_as: u32,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Int,
    Float,
    String,
    /// A list of such.
    List,
}

impl<'q> NormalForm<'q> {
    /// The normal form of a text of fewer than `max_tokens` tokens (white space and commas count), if there are literals to take out and all
    /// of it can be read. A text that has none may still be invalid, and one that has one may be.
    pub fn of(text: &'q str, max_tokens: usize) -> Option<Self> {
        let mut scanner = Scanner {
            text,
            at: 0,
            tokens: 0,
            copied: 0,
            normal: String::new(),
            literals: Vec::new(),
            known: FxHashMap::default(),
        };
        scanner.document()?;
        if scanner.literals.is_empty() || scanner.tokens >= max_tokens {
            return None;
        }
        scanner.normal.push_str(&text[scanner.copied..]);
        Some(Self {
            text: scanner.normal,
            literals: scanner.literals,
        })
    }

    /// The text, with `$0`, `$1` … where literals were: no variable is called that.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn literals(&self) -> &[Literal<'q>] {
        &self.literals
    }
}

struct Scanner<'q> {
    text: &'q str,
    at: usize,
    /// As the parser counts them.
    tokens: usize,
    /// How much of the text has gone into `normal`.
    copied: usize,
    normal: String,
    literals: Vec<Literal<'q>>,
    known: FxHashMap<&'q str, u32>,
}

impl<'q> Scanner<'q> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// `None` where the text cannot be read.
    fn document(&mut self) -> Option<()> {
        // Selection sets that are open.
        let mut depth = 0usize;
        // What the last two tokens were decides about parentheses.
        let (mut after_at, mut after_directive) = (false, false);
        while let Some(byte) = self.peek() {
            if self.skip_ignored(byte) {
                continue;
            }
            let (was_at, was_directive) = (after_at, after_directive);
            (after_at, after_directive) = (false, false);
            self.tokens += 1;
            match byte {
                b'{' => depth += 1,
                b'}' => depth = depth.checked_sub(1)?,
                b'@' => after_at = true,
                b'(' => {
                    self.at += 1;
                    // Those of a field; others belong to a directive, or declare variables.
                    self.arguments(depth > 0 && !was_directive)?;
                    continue;
                }
                b'_' | b'a'..=b'z' | b'A'..=b'Z' => {
                    self.name();
                    after_directive = was_at;
                    continue;
                }
                // Descriptions are outside of selection sets.
                b'.' | b':' | b'$' | b'!' | b'[' | b']' | b'=' | b'&' | b'|' => {}
                _ => return None,
            }
            self.at += 1;
        }
        (depth == 0).then_some(())
    }

    /// What is between parentheses.
    fn arguments(&mut self, replaced: bool) -> Option<()> {
        loop {
            let byte = self.peek()?;
            if self.skip_ignored(byte) {
                continue;
            }
            self.tokens += 1;
            match byte {
                b')' => {
                    self.at += 1;
                    return Some(());
                }
                b'[' if replaced => match self.list() {
                    Some((end, tokens)) => {
                        let text = &self.text[self.at + 1..end];
                        self.tokens += tokens;
                        self.replace(Kind::List, text, end + 1)?;
                    }
                    None => self.at += 1,
                },
                b'-' | b'0'..=b'9' => {
                    let (kind, end) = number(self.text, self.at)?;
                    match replaced {
                        true => self.replace(kind, &self.text[self.at..end], end)?,
                        false => self.at = end,
                    }
                }
                b'"' => {
                    let end = string(self.text, self.at)?;
                    match replaced {
                        true => self.replace(Kind::String, &self.text[self.at..end], end)?,
                        false => self.at = end,
                    }
                }
                b'_' | b'a'..=b'z' | b'A'..=b'Z' => self.name(),
                b'[' | b']' | b'{' | b'}' | b':' | b'$' | b'!' | b'=' | b'@' => self.at += 1,
                _ => return None,
            }
        }
    }

    /// The end of a list of numbers and strings that begins here, and its tokens; `None` when there is anything else in it.
    fn list(&self) -> Option<(usize, usize)> {
        let bytes = self.text.as_bytes();
        let (mut at, mut tokens) = (self.at + 1, 1);
        loop {
            tokens += 1;
            at = match *bytes.get(at)? {
                b']' => return Some((at, tokens)),
                b' ' | b'\t' | b'\n' | b'\r' | b',' => at + 1,
                b'-' | b'0'..=b'9' => number(self.text, at)?.1,
                b'"' => string(self.text, at)?,
                _ => return None,
            };
        }
    }

    /// White space, commas and comments.
    fn skip_ignored(&mut self, byte: u8) -> bool {
        let rest = &self.text.as_bytes()[self.at..];
        let is_space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
        let length = match byte {
            b',' => Some(1),
            b'#' => rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')),
            _ if is_space(&byte) => rest.iter().position(|byte| !is_space(byte)),
            _ => return false,
        };
        self.tokens += 1;
        self.at += length.unwrap_or(rest.len());
        true
    }

    fn name(&mut self) {
        let rest = &self.text.as_bytes()[self.at..];
        let end = rest
            .iter()
            .position(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'_'));
        self.at += end.unwrap_or(rest.len());
    }

    /// Takes out the literal from here to `end`.
    fn replace(&mut self, kind: Kind, text: &'q str, end: usize) -> Option<()> {
        if self.literals.len() >= MAX_LITERALS {
            return None;
        }
        let (offset, index) = (self.at, u32::try_from(self.literals.len()).ok()?);
        // With its brackets a list is never the same as what is in it.
        let same_as = *self.known.entry(&self.text[offset..end]).or_insert(index);
        if self.normal.capacity() == 0 {
            self.normal.reserve(self.text.len());
        }
        self.normal.push_str(&self.text[self.copied..offset]);
        self.normal.push('$');
        push_number(&mut self.normal, same_as);
        self.literals.push(Literal {
            offset,
            text,
            kind,
            same_as,
        });
        (self.at, self.copied) = (end, end);
        Some(())
    }
}

fn push_number(text: &mut String, number: u32) {
    if number >= 10 {
        push_number(text, number / 10);
    }
    text.push(char::from_digit(number % 10, 10).unwrap_or('0'));
}

/// The end of the number that begins here: one that is a number in JSON too, and no name follows at once.
pub(super) fn number(text: &str, start: usize) -> Option<(Kind, usize)> {
    let bytes = text.as_bytes();
    let digits = |from: usize| {
        let rest = bytes.get(from..).unwrap_or_default();
        let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        (count > 0).then_some(from + count)
    };
    let whole = start + usize::from(bytes[start] == b'-');
    let mut end = digits(whole)?;
    if bytes[whole] == b'0' && end > whole + 1 {
        return None;
    }
    let mut kind = Kind::Int;
    if bytes.get(end) == Some(&b'.') {
        (kind, end) = (Kind::Float, digits(end + 1)?);
    }
    if let Some(b'e' | b'E') = bytes.get(end) {
        let signed = matches!(bytes.get(end + 1), Some(b'+' | b'-'));
        (kind, end) = (Kind::Float, digits(end + 1 + usize::from(signed))?);
    }
    let follows = bytes.get(end).copied().unwrap_or(b' ');
    let ends = !(follows.is_ascii_alphanumeric() || follows == b'_' || follows == b'.');
    ends.then_some((kind, end))
}

/// The end of the string that begins here: one that is the same string in JSON, and can be written in no other way.
pub(super) fn string(text: &str, start: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = start + 1;
    if bytes.get(at..at + 2) == Some(b"\"\"") {
        return None;
    }
    loop {
        at += match *bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => match *bytes.get(at + 1)? {
                b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't' => 2,
                _ => return None,
            },
            0..=0x1f | 0x7f => return None,
            _ => 1,
        };
    }
}

#[cfg(test)]
mod tests;
