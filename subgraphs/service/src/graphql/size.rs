//! What values take in memory, in bytes: estimates, none of which is below what the library's types take.
//!
//! Two bytes of JSON may be a list, which is hundreds of bytes; and a variable is copied at each of its uses. So both are counted here before they are made.

/// A value by itself.
pub(super) const VALUE: usize = 72;

/// A number that is no whole one by itself, as an error quotes it: with all its zeros.
pub(super) const FLOAT: usize = VALUE + 328;

/// A list, with room for the first few of its items.
pub(super) const LIST: usize = 304;

/// An object: its table, with room for the first few of its members.
pub(super) const OBJECT: usize = 384;

/// A member of an object, beside its value and the letters of its name.
pub(super) const MEMBER: usize = 160;

/// A text that is not empty, beside its bytes.
const TEXT: usize = 32;

/// Bytes of a text, as it is kept or as an error quotes it: the library writes six characters for one that controls.
pub(super) fn text(text: &str) -> usize {
    let controls = text.bytes().filter(u8::is_ascii_control).count();
    TEXT + text.len() + 5 * controls
}

#[cfg(test)]
mod tests {
    use async_graphql::{Name, Value};

    use super::*;

    #[test]
    fn no_estimate_is_below_what_is_taken() {
        assert!(size_of::<Value>() <= VALUE);
        assert!(size_of::<async_graphql_value::Value>() <= VALUE);
        // A list has room for four, a table for three: eight buckets of a word and a byte, and each member with its hash.
        assert!(4 * size_of::<Value>() <= LIST);
        let member = size_of::<(usize, Name, Value)>();
        assert!(3 * member + 8 * 9 <= OBJECT);
        // Beyond them, both grow to twice of what there is; each name is counted by two words.
        assert!(2 * (member + 9) + 16 <= MEMBER + VALUE);
    }
}
