//! Refuses the numbers of a query that would lose digits.
//!
//! GraphQL reads a Float literal as a double
//! (<https://spec.graphql.org/October2021/#sec-Float.Input-Coercion>): `0.12345678901234567891` becomes
//! `0.12345678901234568` before any scalar sees it. A service that promises exact decimals would answer for a number
//! nobody wrote. The text of the query still has the digits, so they are checked there.

use std::sync::Arc;

use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextParseQuery};
use async_graphql::parser::types::ExecutableDocument;
use async_graphql::{Number, ServerError, ServerResult, Variables, async_trait};

use crate::erreur::Code;
use crate::position::position;

#[cfg(test)]
mod tests;

/// The extension that refuses a query with a number literal that a double, or an integer of 64 bits, does not hold.
#[derive(Debug, Clone, Copy)]
pub struct ExactLiterals;

impl ExtensionFactory for ExactLiterals {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(ExactLiterals)
    }
}

#[async_trait::async_trait]
impl Extension for ExactLiterals {
    async fn parse_query(
        &self,
        ctx: &ExtensionContext<'_>,
        query: &str,
        variables: &Variables,
        next: NextParseQuery<'_>,
    ) -> ServerResult<ExecutableDocument> {
        // First the grammar: below, the text is known to be a document.
        let document = next.run(ctx, query, variables).await?;
        match first(query, |literal| !is_kept(literal)) {
            None => Ok(document),
            Some((offset, literal)) => {
                let reason = "has more digits than a Float keeps";
                Err(refusal(query, offset, literal, reason))
            }
        }
    }
}

/// The error of the first number of a query that is beyond what a Float, a double, may be, for a query that the parser refuses because of one.
#[must_use]
pub fn beyond_a_float(query: &str) -> Option<ServerError> {
    let (offset, literal) = first(query, |literal| literal.parse::<Number>().is_err())?;
    let reason = "is beyond what a Float keeps";
    Some(refusal(query, offset, literal, reason))
}

fn refusal(query: &str, offset: usize, literal: &str, reason: &str) -> ServerError {
    let shown: String = literal.chars().take(64).collect();
    let message = format!("the number {shown} {reason}: write it as a String, \"{shown}\"");
    let mut error = ServerError::new(message, Some(position(query, offset)));
    error
        .extensions
        .get_or_insert_default()
        .set("code", Code::InvalidDecimal.as_str());
    error
}

/// The first number literal of `document` that `is_wrong`, with its offset in bytes.
fn first(document: &str, is_wrong: impl Fn(&str) -> bool) -> Option<(usize, &str)> {
    let bytes = document.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        at = match bytes[at] {
            b'"' => after_string(document, at),
            b'#' => document[at..]
                .find(['\n', '\r'])
                .map_or(bytes.len(), |length| at + length),
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => run(bytes, at, |byte| {
                byte == b'_' || byte.is_ascii_alphanumeric()
            }),
            b'-' | b'0'..=b'9' => {
                let end = run(bytes, at, |byte| {
                    byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E')
                });
                let literal = &document[at..end];
                if is_wrong(literal) {
                    return Some((at, literal));
                }
                end
            }
            _ => at + 1,
        };
    }
    None
}

/// The end of the run of bytes that `belongs` accepts, from `start`, which belongs to it.
fn run(bytes: &[u8], start: usize, belongs: impl Fn(u8) -> bool) -> usize {
    let length = bytes[start..]
        .iter()
        .take_while(|byte| belongs(**byte))
        .count();
    start + length.max(1)
}

/// The end of the string or block string that starts at `start`.
fn after_string(document: &str, start: usize) -> usize {
    let bytes = document.as_bytes();
    let block = bytes[start..].starts_with(br#"""""#);
    let (quote, escape): (&[u8], &[u8]) = if block {
        (br#"""""#, br#"\""""#)
    } else {
        (br#"""#, br"\")
    };
    let mut at = start + quote.len();
    while at < bytes.len() {
        if bytes[at..].starts_with(escape) {
            // In a string the escaped character goes with its backslash.
            at += escape.len() + usize::from(!block);
        } else if bytes[at..].starts_with(quote) {
            return at + quote.len();
        } else {
            at += 1;
        }
    }
    bytes.len()
}

/// Whether the number that a reader makes of `literal` is the one that is written.
fn is_kept(literal: &str) -> bool {
    // Any number of at most 15 significant digits survives the way through a double.
    if literal.bytes().filter(u8::is_ascii_digit).count() <= 15 && !literal.contains(['e', 'E']) {
        return true;
    }
    match literal.parse::<Number>() {
        Ok(read) => significant(literal) == significant(&read.to_string()),
        // Beyond the doubles: the reader has refused it, or will.
        Err(_) => true,
    }
}

/// What a number is, whatever its notation: its sign, its digits without zeros around, and the power of ten they end at.
fn significant(literal: &str) -> (bool, String, i64) {
    let (number, exponent) = literal.split_once(['e', 'E']).unwrap_or((literal, "0"));
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let negative = whole.starts_with('-');
    let digits = format!("{}{fraction}", whole.trim_start_matches('-'));
    let digits = digits.trim_start_matches('0');
    let trimmed = digits.trim_end_matches('0');
    if trimmed.is_empty() {
        return (false, String::new(), 0);
    }
    let exponent = exponent.parse::<i32>().unwrap_or(i32::MAX);
    let ends_at =
        i64::from(exponent) - fraction.len() as i64 + (digits.len() - trimmed.len()) as i64;
    (negative, trimmed.to_owned(), ends_at)
}
