//! Descriptions of operations, fragments and variables, which GraphQL has since September 2025 and the parser does not know
//! (<https://spec.graphql.org/September2025/#sec-Descriptions>).

/// An executable document without its descriptions: they are replaced by blanks, so that whatever is reported of the rest keeps its
/// line and column. `None` when there are none.
pub fn without_descriptions(text: &str) -> Option<String> {
    let mut scan = Scan {
        text,
        at: 0,
        before: None,
        nesting: Vec::new(),
    };
    let mut blank: Option<String> = None;
    let mut copied = 0;
    while let Some(string) = scan.next_description() {
        let blank = blank.get_or_insert_with(|| String::with_capacity(text.len()));
        blank.push_str(&text[copied..string.start]);
        blank.extend(text[string.clone()].chars().map(|c| match c {
            '\n' | '\r' => c,
            _ => ' ',
        }));
        copied = string.end;
    }
    let mut blank = blank?;
    blank.push_str(&text[copied..]);
    Some(blank)
}

/// Goes over the tokens of a document, as far as they matter here.
struct Scan<'t> {
    text: &'t str,
    at: usize,
    /// The last byte of the token before.
    before: Option<u8>,
    /// The open brackets.
    nesting: Vec<u8>,
}

impl Scan<'_> {
    /// Where the next description is, with its quotes.
    fn next_description(&mut self) -> Option<std::ops::Range<usize>> {
        loop {
            self.skip_blanks();
            let bytes = self.text.as_bytes();
            let byte = *bytes.get(self.at)?;
            let start = self.at;
            self.at += 1;
            match byte {
                b'"' => {
                    self.at = start + string_length(&bytes[start..]);
                    let string = start..self.at;
                    if self.is_description() {
                        return Some(string);
                    }
                }
                b'{' | b'(' | b'[' => self.nesting.push(byte),
                b'}' | b')' | b']' => {
                    self.nesting.pop();
                }
                _ => {}
            }
            self.before = Some(byte);
        }
    }

    /// Whether a string that was just read describes what follows: between definitions nothing else is a string, and before a variable only
    /// the default value of the one before.
    fn is_description(&mut self) -> bool {
        match self.nesting.as_slice() {
            [] => true,
            [b'('] if self.before != Some(b'=') => {
                self.skip_blanks();
                self.text.as_bytes().get(self.at) == Some(&b'$')
            }
            _ => false,
        }
    }

    fn skip_blanks(&mut self) {
        let bytes = self.text.as_bytes();
        while let Some(byte) = bytes.get(self.at) {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' | b',' => self.at += 1,
                b'#' => {
                    let rest = &bytes[self.at..];
                    let end = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
                    self.at += end.unwrap_or(rest.len());
                }
                // A byte order mark is blank too.
                0xef if bytes[self.at..].starts_with("\u{feff}".as_bytes()) => self.at += 3,
                _ => break,
            }
        }
    }
}

/// The length of the string that the text begins with; of one that does not end, as far as it can go.
pub(crate) fn string_length(text: &[u8]) -> usize {
    if text.starts_with(b"\"\"\"") {
        let mut at = 3;
        while at < text.len() {
            match &text[at..] {
                [b'\\', b'"', b'"', b'"', ..] => at += 4,
                [b'"', b'"', b'"', ..] => return at + 3,
                _ => at += 1,
            }
        }
        return text.len();
    }
    let mut at = 1;
    while let Some(byte) = text.get(at) {
        at += match byte {
            b'"' => return at + 1,
            b'\n' | b'\r' => return at,
            // What is escaped may be longer than a byte: whatever of it follows is neither quote nor line end.
            b'\\' => 2,
            _ => 1,
        };
    }
    text.len()
}

#[cfg(test)]
mod tests;
