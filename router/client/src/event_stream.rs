//! Events of a `text/event-stream`, as they are parsed out of bytes that come in any pieces
//! (<https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation>).

use bytes::Bytes;

/// One event.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Event {
    /// Its `event` field; `message` when it has none.
    pub(crate) name: String,
    /// The lines of `data`, joined by line feeds.
    pub(crate) data: Bytes,
}

/// A line or an event is longer than the bound.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooLong;

/// What is known of the events that are not whole yet.
#[derive(Debug)]
pub(crate) struct Parser {
    /// The longest line, and the longest data of an event, in bytes.
    limit: usize,
    line: Vec<u8>,
    name: String,
    data: Vec<u8>,
    has_data: bool,
    /// A line feed right after a carriage return ends no line of its own.
    after_return: bool,
    is_first_line: bool,
    /// The `id` of the last event that had one; empty where none has.
    id: String,
    /// The one of the event that is not whole yet.
    next_id: Option<String>,
    /// Whether a comment has come since that was asked.
    has_comment: bool,
    /// Bytes that have come since that was asked, and are no data.
    beside: usize,
}

/// The longest id that is kept, in bytes.
const MAX_ID: usize = 256;

impl Parser {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            line: Vec::new(),
            name: String::new(),
            data: Vec::new(),
            has_data: false,
            after_return: false,
            is_first_line: true,
            id: String::new(),
            next_id: None,
            has_comment: false,
            beside: 0,
        }
    }

    /// What is held of an event that is not whole yet, in bytes.
    pub(crate) fn held(&self) -> usize {
        self.line.len() + self.data.len() + self.name.len()
    }

    /// Whether a comment has come since this was asked the last time: servers send them as signs of life.
    pub(crate) fn take_comment(&mut self) -> bool {
        std::mem::take(&mut self.has_comment)
    }

    /// How many bytes have come since this was asked the last time that are no data of an event.
    pub(crate) fn take_beside(&mut self) -> usize {
        std::mem::take(&mut self.beside)
    }

    /// By what number the stream can be asked to go on after the events so far.
    pub(crate) fn last_id(&self) -> Option<&str> {
        (!self.id.is_empty()).then_some(&*self.id)
    }

    /// Takes bytes in, up to the end of the first event that they complete: gives it, and how many were taken.
    ///
    /// # Errors
    /// [`TooLong`]
    pub(crate) fn take(&mut self, bytes: &[u8]) -> Result<(usize, Option<Event>), TooLong> {
        let mut at = 0;
        while at < bytes.len() {
            if std::mem::take(&mut self.after_return) && bytes[at] == b'\n' {
                at += 1;
                continue;
            }
            let rest = &bytes[at..];
            let end = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let part = &rest[..end.unwrap_or(rest.len())];
            if part.len() > self.limit.saturating_sub(self.line.len()) {
                return Err(TooLong);
            }
            self.line.extend_from_slice(part);
            at += part.len();
            if let Some(end) = end {
                self.after_return = rest[end] == b'\r';
                at += 1;
                if let Some(event) = self.end_line()? {
                    return Ok((at, Some(event)));
                }
            }
        }
        Ok((at, None))
    }

    fn end_line(&mut self) -> Result<Option<Event>, TooLong> {
        let line = std::mem::take(&mut self.line);
        let mut line = line.as_slice();
        if std::mem::take(&mut self.is_first_line) {
            line = line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line);
        }
        if line.is_empty() {
            self.beside += 1;
            let name = std::mem::take(&mut self.name);
            let data = std::mem::take(&mut self.data);
            if let Some(id) = self.next_id.take() {
                self.id = id;
            }
            let dispatch = std::mem::take(&mut self.has_data) || !name.is_empty();
            return Ok(dispatch.then(|| Event {
                name: if name.is_empty() {
                    "message".to_owned()
                } else {
                    name
                },
                data: Bytes::from(data),
            }));
        }
        let (field, value) = match line.iter().position(|byte| *byte == b':') {
            Some(colon) => (&line[..colon], &line[colon + 1..]),
            None => (line, &[][..]),
        };
        let value = value.strip_prefix(b" ").unwrap_or(value);
        if field != b"data" {
            self.beside += line.len() + 1;
        }
        match field {
            b"event" => self.name = String::from_utf8_lossy(value).into_owned(),
            b"data" => {
                if value.len() >= self.limit.saturating_sub(self.data.len()) {
                    return Err(TooLong);
                }
                if self.has_data {
                    self.data.push(b'\n');
                }
                self.data.extend_from_slice(value);
                self.has_data = true;
            }
            // One with a NUL is ignored; one that cannot be a header could not be sent back.
            b"id" => match std::str::from_utf8(value) {
                Ok(id) if id.len() <= MAX_ID && !id.chars().any(char::is_control) => {
                    self.next_id = Some(id.to_owned());
                }
                _ => self.next_id = Some(String::new()),
            },
            b"" => self.has_comment = true,
            // Retry times, and what nobody knows.
            _ => {}
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests;
