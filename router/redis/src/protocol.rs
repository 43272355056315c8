//! Requests and answers as they are written: [RESP 2](https://redis.io/docs/latest/develop/reference/protocol-spec/).

use bytes::{Bytes, BytesMut};

/// The longest text in an answer, in bytes.
const LONGEST_TEXT: usize = 16 * 1024 * 1024;
/// The longest line, such as that of an error.
const LONGEST_LINE: usize = 64 * 1024;
/// The most items of a list, and the most lists in lists.
const MOST_ITEMS: usize = 1024;
const DEEPEST: usize = 4;

/// A request, as it is sent.
#[derive(Clone, Debug)]
pub struct Command(Bytes);

impl Command {
    /// A command with its arguments.
    #[must_use]
    pub fn new(arguments: &[&[u8]]) -> Self {
        let length = arguments.iter().map(|argument| argument.len() + 16).sum();
        let mut bytes = Vec::with_capacity(length);
        bytes.extend_from_slice(format!("*{}\r\n", arguments.len()).as_bytes());
        for argument in arguments {
            bytes.extend_from_slice(format!("${}\r\n", argument.len()).as_bytes());
            bytes.extend_from_slice(argument);
            bytes.extend_from_slice(b"\r\n");
        }
        Self(bytes.into())
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// What Redis answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Nothing is there.
    Nil,
    /// A number.
    Integer(i64),
    /// A status, or what was kept.
    Text(Bytes),
    /// The request failed: a word in capitals and why.
    Error(String),
    /// Several.
    List(Vec<Answer>),
}

/// What came is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("what came is no answer of Redis")]
pub(crate) struct NoAnswer;

/// Takes the first answer off what has come; `None` while it is not whole.
pub(crate) fn take(input: &mut BytesMut) -> Result<Option<Answer>, NoAnswer> {
    let mut rest = &input[..];
    let Some(answer) = read(&mut rest, DEEPEST)? else {
        return Ok(None);
    };
    let read = input.len() - rest.len();
    let _ = input.split_to(read);
    Ok(Some(answer))
}

fn read(rest: &mut &[u8], deepest: usize) -> Result<Option<Answer>, NoAnswer> {
    let Some(line) = line(rest)? else {
        return Ok(None);
    };
    let (kind, text) = line.split_first().ok_or(NoAnswer)?;
    match kind {
        b'+' => Ok(Some(Answer::Text(Bytes::copy_from_slice(text)))),
        b'-' => Ok(Some(Answer::Error(
            String::from_utf8_lossy(text).into_owned(),
        ))),
        b':' => Ok(Some(Answer::Integer(number(text)?))),
        b'$' => match length(text, LONGEST_TEXT)? {
            None => Ok(Some(Answer::Nil)),
            Some(length) => Ok(long_text(rest, length)?.map(Answer::Text)),
        },
        b'*' => match length(text, MOST_ITEMS)? {
            None => Ok(Some(Answer::Nil)),
            Some(length) => list(rest, length, deepest),
        },
        _ => Err(NoAnswer),
    }
}

fn list(rest: &mut &[u8], length: usize, deepest: usize) -> Result<Option<Answer>, NoAnswer> {
    let deepest = deepest.checked_sub(1).ok_or(NoAnswer)?;
    let mut items = Vec::new();
    for _ in 0..length {
        match read(rest, deepest)? {
            Some(item) => items.push(item),
            None => return Ok(None),
        }
    }
    Ok(Some(Answer::List(items)))
}

/// Up to CR LF, without it.
fn line<'i>(rest: &mut &'i [u8]) -> Result<Option<&'i [u8]>, NoAnswer> {
    let searched = &rest[..rest.len().min(LONGEST_LINE)];
    match searched.windows(2).position(|pair| pair == b"\r\n") {
        Some(end) => {
            let line = &rest[..end];
            *rest = &rest[end + 2..];
            Ok(Some(line))
        }
        None if rest.len() < LONGEST_LINE => Ok(None),
        None => Err(NoAnswer),
    }
}

fn long_text(rest: &mut &[u8], length: usize) -> Result<Option<Bytes>, NoAnswer> {
    if rest.len() < length + 2 {
        return Ok(None);
    }
    let (text, after) = rest.split_at(length);
    *rest = after.strip_prefix(b"\r\n").ok_or(NoAnswer)?;
    Ok(Some(Bytes::copy_from_slice(text)))
}

fn number(text: &[u8]) -> Result<i64, NoAnswer> {
    let text = std::str::from_utf8(text).map_err(|_| NoAnswer)?;
    text.parse().map_err(|_| NoAnswer)
}

/// -1 stands for nothing.
fn length(text: &[u8], most: usize) -> Result<Option<usize>, NoAnswer> {
    match number(text)? {
        -1 => Ok(None),
        length => {
            let length = usize::try_from(length).map_err(|_| NoAnswer)?;
            (length <= most).then_some(Some(length)).ok_or(NoAnswer)
        }
    }
}

#[cfg(test)]
mod tests;
