//! How long names may be. Names are copied, hashed and compared wherever they stand for something, and fragments have them stand at many places.

use apollo_compiler::parser::LineColumn;

use crate::described::string_length;

/// Bytes of a name, in operations and in schemas. The longest that people and generators write have some two hundred.
pub const MAX_NAME: usize = 1_024;

/// Where the first name begins that is longer than [`MAX_NAME`], in a text that need not be GraphQL.
///
/// ```
/// let long = "a".repeat(federation::MAX_NAME + 1);
/// assert_eq!(federation::long_name(&format!("{{ {long} }}")).map(|place| place.column), Some(3));
/// assert!(federation::long_name(&format!("{{ f(text: \"{long}\") }} # {long}")).is_none());
/// ```
pub fn long_name(text: &str) -> Option<LineColumn> {
    let bytes = text.as_bytes();
    if !has_long_run(bytes) {
        return None;
    }
    let at = first_long_name(bytes)?;
    let before = text.get(..at)?;
    let line_from = before.rfind('\n').map_or(0, |newline| newline + 1);
    Some(LineColumn {
        line: 1 + before.matches('\n').count(),
        column: 1 + before.get(line_from..)?.chars().count(),
    })
}

fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// How many bytes follow each other that a name may have.
fn run<'b>(bytes: impl IntoIterator<Item = &'b u8>) -> usize {
    let bytes = bytes.into_iter();
    bytes.take_while(|byte| is_of_name(**byte)).count()
}

/// Whether more of them than a name may have follow each other anywhere, even in a string: every so many bytes one is looked at, which such a run cannot
/// leave out.
fn has_long_run(bytes: &[u8]) -> bool {
    (MAX_NAME..bytes.len()).step_by(MAX_NAME + 1).any(|at| {
        let (before, after) = bytes.split_at(at);
        let after = run(after);
        after > 0 && run(before.iter().rev()) + after > MAX_NAME
    })
}

fn first_long_name(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let rest = bytes.get(at..).unwrap_or_default();
        at += match byte {
            b'"' => string_length(rest),
            b'#' => {
                let end = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
                end.unwrap_or(rest.len())
            }
            _ if is_of_name(byte) => match run(rest) {
                // Digits begin a number.
                length if length > MAX_NAME && !byte.is_ascii_digit() => return Some(at),
                length => length,
            },
            _ => 1,
        };
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{MAX_NAME, long_name};

    fn place(text: &str) -> Option<(usize, usize)> {
        long_name(text).map(|place| (place.line, place.column))
    }

    #[test]
    fn a_name_may_be_long_but_not_longer() {
        let (longest, long) = ("a".repeat(MAX_NAME), "a".repeat(MAX_NAME + 1));
        // Wherever it stands.
        for before in 0..2 * MAX_NAME {
            let blanks = " ".repeat(before);
            assert_eq!(place(&format!("{blanks}{longest} id")), None);
            let column = before + 1;
            assert_eq!(place(&format!("{blanks}{long}")), Some((1, column)));
        }
    }

    #[test]
    fn strings_comments_and_numbers_are_no_names() {
        let long = "a".repeat(3 * MAX_NAME);
        let digits = "1".repeat(3 * MAX_NAME);
        for text in [
            format!("{{ f(a: \"{long}\") }}"),
            format!("{{ f(a: \"\"\" \\\"\"\" {long} \"\"\") }}"),
            format!("{{ f(a: \"\\\" {long}\") }}"),
            format!("# {long}\n{{ f }}"),
            format!("{{ f(a: {digits}) }}"),
        ] {
            assert_eq!(place(&text), None, "{text}");
        }
    }

    #[test]
    fn the_first_one_is_found_behind_them() {
        let long = "a".repeat(3 * MAX_NAME);
        let text = format!("# {long}\n{{ é: f(a: \"{long}\") {long}: id {long}2: id }}");
        let column = 2 + "{ é: f(a: \"\") ".chars().count() - 1 + long.len();
        assert_eq!(place(&text), Some((2, column)));
        assert_eq!(place(&format!("\"{long}\n{long}")), Some((2, 1)));
    }
}
