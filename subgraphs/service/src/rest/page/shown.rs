//! Texts in HTML.

use std::fmt::{self, Write};

/// A description: of its Markdown, paragraphs, `code` and *emphasis* are shown, the rest as it is written. What is emphasised is the other
/// language of a description.
pub(super) struct Prose<'a>(pub(super) &'a str);

impl fmt::Display for Prose<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some((before, inside, after)) = emphasis(rest) {
            write!(f, "{}<i>{}</i>", Coded(before), Coded(inside))?;
            rest = after;
        }
        write!(f, "{}", Coded(rest))
    }
}

/// The first text between two asterisks that stand as quotation marks do, with what is before and after it.
fn emphasis(text: &str) -> Option<(&str, &str, &str)> {
    let mut in_code = false;
    let mut asterisks = text.char_indices().filter_map(|(at, char)| {
        in_code ^= char == '`';
        (char == '*' && !in_code).then_some(at)
    });
    let before = |at: usize| text[..at].chars().next_back();
    let after = |at: usize| text[at + 1..].chars().next();
    let opens = |at: &usize| {
        before(*at).is_none_or(|char| char.is_whitespace() || char == '(')
            && after(*at).is_some_and(|char| !char.is_whitespace() && char != '*')
    };
    let closes = |at: &usize| {
        before(*at).is_some_and(|char| !char.is_whitespace() && char != '*')
            && after(*at).is_none_or(|char| !char.is_alphanumeric() && char != '*')
    };
    let open = asterisks.find(opens)?;
    let close = asterisks.find(closes)?;
    Some((&text[..open], &text[open + 1..close], &text[close + 1..]))
}

/// Text with its `code`.
struct Coded<'a>(&'a str);

impl fmt::Display for Coded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some((before, code, after)) = code(rest) {
            write!(f, "{}<code>{}</code>", Escaped(before), Escaped(code))?;
            rest = after;
        }
        write!(f, "{}", Escaped(rest))
    }
}

/// The first text between backticks, with what is before and after it.
fn code(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('`')?;
    let (code, after) = rest.split_once('`')?;
    Some((before, code, after))
}

/// Text for HTML content and for attributes in double quotes.
pub(super) struct Escaped<'a>(pub(super) &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|char| match char {
            '&' => f.write_str("&amp;"),
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '"' => f.write_str("&quot;"),
            char => f.write_char(char),
        })
    }
}

/// Text for a query string; commas stay, they are how lists are read.
pub(super) struct UrlEncoded<'a>(pub(super) &'a str);

impl fmt::Display for UrlEncoded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.bytes().try_for_each(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b',' => {
                f.write_char(char::from(byte))
            }
            byte => write!(f, "%{byte:02X}"),
        })
    }
}

#[cfg(test)]
mod tests;
