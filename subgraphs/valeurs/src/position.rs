//! Where something is in a document, for errors.

use async_graphql::Pos;

/// The position of the character at an offset in bytes: its line and its column, both from 1.
#[must_use]
pub fn position(document: &str, offset: usize) -> Pos {
    let before = &document[..offset];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Pos {
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
    }
}
