//! JSON as the executor needs it: read once, borrowed, merged by reference, written through.
//!
//! Strings keep their escapes and numbers their digits: what a subgraph sent is what the client gets.
//! Parsing checks the whole grammar (RFC 8259) and bounds the depth, so that whatever is in a
//! [`Tree`] can be walked and written without a further look.

mod escapes;
mod forms;
mod layout;
mod leaves;
mod lookup;
mod measure;
mod merge;
mod parse;
mod scan;
mod shared;
mod text;
mod tree;
mod value;
mod write;

#[cfg(test)]
mod tests;

pub(crate) use self::escapes::{LONGEST_ESCAPE, is_text, search_names};
pub(crate) use self::forms::{Forms, Keyed, Starts, Stored, TYPE_NAME};
pub(crate) use self::lookup::Cursor;
pub(crate) use self::measure::{Sizes, measure};
pub(crate) use self::merge::StoredField;
pub(crate) use self::parse::{MAX_DEPTH, parse, parse_measured};
pub(crate) use self::scan::Scanner;
pub(crate) use self::text::{decode, integer, is_finite, is_integer, string_len, write_string};
pub(crate) use self::tree::Tree;
pub(crate) use self::value::{List, ObjectId, Value};
