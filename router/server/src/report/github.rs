//! Annotations of GitHub Actions (workflow commands).

use std::fmt::Write as _;

/// A line of a file in the repository.
pub(crate) struct Place<'p> {
    pub(crate) file: &'p str,
    pub(crate) line: u32,
    pub(crate) column: u32,
}

/// Adds a command, in a line of its own: `::error title=…::…`.
pub(crate) fn command(
    text: &mut String,
    level: &str,
    title: &str,
    place: Option<Place<'_>>,
    message: &str,
) {
    let mut properties = format!("title={}", property(title));
    if let Some(Place { file, line, column }) = place {
        let _ = write!(
            properties,
            ",file={},line={line},col={column}",
            property(file)
        );
    }
    let _ = writeln!(text, "::{level} {properties}::{}", data(message));
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// What the runner reads back as it was.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}
