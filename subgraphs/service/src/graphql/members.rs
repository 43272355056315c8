//! Members of input objects that are there twice, <https://spec.graphql.org/September2025/#sec-Input-Object-Field-Uniqueness>: the parser keeps the last one, so
//! that it is the text that tells.

use async_graphql::ServerError;
use rustc_hash::FxHashSet;
use valeurs::position;

use super::answer::error;
use super::code;
use super::lists::{after_comment, after_string};

/// What is open at a place of a document.
enum Open<'a> {
    /// A bracket or a selection set.
    Other,
    /// Arguments, or definitions of variables: what is in braces here is a value.
    Arguments,
    /// An object, with the names of its members.
    Object(FxHashSet<&'a str>),
}

/// Refuses an object with two members of one name. The text is known to be a document.
pub(super) fn check(document: &str) -> Result<(), ServerError> {
    let bytes = document.as_bytes();
    let mut open = Vec::new();
    let mut arguments = 0_usize;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        at = match byte {
            b'"' => after_string(bytes, at),
            b'#' => after_comment(bytes, at),
            b'(' => {
                arguments += 1;
                open.push(Open::Arguments);
                at + 1
            }
            b'{' if arguments > 0 => {
                open.push(Open::Object(FxHashSet::default()));
                at + 1
            }
            b'{' | b'[' => {
                open.push(Open::Other);
                at + 1
            }
            b'}' | b']' | b')' => {
                if let Some(Open::Arguments) = open.pop() {
                    arguments -= 1;
                }
                at + 1
            }
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => {
                let end = after_name(bytes, at);
                if let Some(Open::Object(members)) = open.last_mut()
                    && bytes.get(after_ignored(bytes, end)) == Some(&b':')
                    && !members.insert(&document[at..end])
                {
                    return Err(twice(document, at, end));
                }
                end
            }
            _ => at + 1,
        };
    }
    Ok(())
}

fn after_name(bytes: &[u8], at: usize) -> usize {
    let is_of_name = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_';
    at + bytes[at..].iter().take_while(is_of_name).count()
}

/// What is between two tokens is ignored.
fn after_ignored(bytes: &[u8], mut at: usize) -> usize {
    while let Some(byte) = bytes.get(at) {
        at = match byte {
            b' ' | b'\t' | b'\n' | b'\r' | b',' => at + 1,
            b'#' => after_comment(bytes, at),
            _ => break,
        };
    }
    at
}

fn twice(document: &str, at: usize, end: usize) -> ServerError {
    let name = &document[at..end];
    let message = format!("There can be only one input field named \"{name}\"");
    let place = position(document, at);
    error(code::VALIDATION_FAILED, message, Some(place))
}

#[cfg(test)]
mod tests;
