//! The memory of a text that is new: beside the request's body there are copies of it while it waits for its turn and is prepared.

use memory::Account;

use super::operations::Text;
use crate::refusal::Refusal;

/// Copies of a text at most: without its escapes, its normal form, the keys of both, and what the parser keeps.
const COPIES: usize = 6;

/// Bytes of what is kept of each line, to say where a mistake is.
const LINE: usize = 48;

/// What is reserved for the copies of one text; it is given back when this is dropped.
pub(super) struct Copies<'t> {
    account: Option<&'t Account>,
    bytes: usize,
}

impl<'t> Copies<'t> {
    /// Reserves the memory of a request's text; of one that no request has sent now, nothing.
    ///
    /// # Errors
    /// The memory is exhausted.
    pub(super) fn reserve(text: Text<'t>) -> Result<Self, Refusal> {
        let bytes = match text.account {
            Some(_) => COPIES * text.query.len() + LINE * lines(text.query),
            None => 0,
        };
        if let Some(account) = text.account {
            account.grow(bytes).map_err(Refusal::Memory)?;
        }
        Ok(Self {
            account: text.account,
            bytes,
        })
    }
}

impl Drop for Copies<'_> {
    fn drop(&mut self) {
        if let Some(account) = self.account {
            account.release(self.bytes);
        }
    }
}

/// Where a line ends for the parser, which knows more than `\n`. A text may be long, and this is done before anything else is known of it: each of these
/// passes is as fast as memory is read.
fn lines(text: &str) -> usize {
    let short = |byte: &u8| matches!(byte, b'\n'..=b'\r');
    let count = text.as_bytes().iter().filter(|byte| short(byte)).count();
    if text.is_ascii() {
        return count;
    }
    let long = ['\u{85}', '\u{2028}', '\u{2029}'];
    count
        + long
            .map(|end| text.matches(end).count())
            .iter()
            .sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn lines_end_where_the_parser_says() {
        for (text, count) in [
            ("", 0),
            ("a", 0),
            ("a\nb\r\nc", 3),
            ("\u{b}\u{c} é \u{85}\u{2028}\u{2029}€", 5),
        ] {
            assert_eq!(lines(text), count, "{text:?}");
        }
    }
}
