//! What is said about a mistake. It may quote names and values of a request, which may be long, and be escaped again on the way.

use std::fmt::{self, Display, Write};

/// Characters of one message.
const MAX_MESSAGE: usize = 1_000;

/// The beginning of a text, of which no more is written than is kept.
pub(crate) fn shortened(message: impl Display) -> String {
    let mut beginning = Beginning {
        text: String::new(),
        left: MAX_MESSAGE,
    };
    if write!(beginning, "{message}").is_err() {
        beginning.text.push('…');
    }
    beginning.text
}

struct Beginning {
    text: String,
    left: usize,
}

impl Write for Beginning {
    fn write_str(&mut self, more: &str) -> fmt::Result {
        match more.char_indices().nth(self.left) {
            Some((end, _)) => {
                self.text.push_str(&more[..end]);
                self.left = 0;
                Err(fmt::Error)
            }
            None => {
                self.text.push_str(more);
                self.left -= more.chars().count();
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_and_a_short_one_is_not() {
        assert_eq!(shortened("short"), "short");
        let whole = "é".repeat(MAX_MESSAGE);
        assert_eq!(shortened(&whole), whole);
        assert_eq!(shortened(format_args!("{whole}x")), format!("{whole}…"));
    }

    /// Writes for as long as it may.
    struct Endless<'w>(&'w std::cell::Cell<usize>);

    impl Display for Endless<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            loop {
                self.0.set(self.0.get() + 1);
                f.write_str("quoted ")?;
            }
        }
    }

    #[test]
    fn what_is_not_kept_is_not_written() {
        let written = std::cell::Cell::new(0);
        let text = shortened(Endless(&written));
        assert_eq!(text.chars().count(), MAX_MESSAGE + 1);
        assert!(written.get() <= MAX_MESSAGE);
    }
}
