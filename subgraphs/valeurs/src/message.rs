//! The length of messages: many repeat what was sent, which may be a megabyte.

/// The longest message, in bytes.
const LONGEST: usize = 1024;

/// A message of a bounded length.
#[must_use]
pub fn bounded(mut message: String) -> String {
    if message.len() > LONGEST {
        message.truncate(message.floor_char_boundary(LONGEST));
        message.push('…');
    }
    message
}
