//! What is recorded of a part of a request: <https://opentelemetry.io/docs/specs/otel/trace/api/#span>.

use std::borrow::Cow;
use std::time::Instant;

use super::ids::SpanId;

/// A part of a request.
#[derive(Clone, Debug)]
pub struct Span {
    /// Its id.
    pub id: SpanId,
    /// What it is a part of; `None` where the trace begins with it.
    pub parent: Option<SpanId>,
    /// From a small set.
    pub name: Cow<'static, str>,
    /// Its side of a request.
    pub kind: SpanKind,
    /// When it began.
    pub start: Instant,
    /// When it ended.
    pub end: Instant,
    /// What is known of it.
    pub attributes: Vec<Attribute>,
    /// Whether it failed.
    pub is_error: bool,
}

/// The side of a request that a span is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanKind {
    /// Neither.
    Internal,
    /// Answering.
    Server,
    /// Asking.
    Client,
}

/// Something that is known of a span.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    /// As the semantic conventions have it.
    pub name: &'static str,
    /// What it is.
    pub value: Value,
}

/// The value of an [`Attribute`].
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum Value {
    Text(Cow<'static, str>),
    Number(i64),
    Flag(bool),
}

/// Characters of a text: clients choose some of them.
const MAX_TEXT: usize = 4096;

impl Attribute {
    /// A text, cut after 4096 characters.
    pub fn text(name: &'static str, text: impl Into<Cow<'static, str>>) -> Self {
        let mut text = text.into();
        if text.len() > MAX_TEXT
            && let Some((end, _)) = text.char_indices().nth(MAX_TEXT)
        {
            text.to_mut().truncate(end);
        }
        let value = Value::Text(text);
        Self { name, value }
    }

    /// A number; one that is too large is the largest.
    pub fn number(name: &'static str, number: impl TryInto<i64>) -> Self {
        let value = Value::Number(number.try_into().unwrap_or(i64::MAX));
        Self { name, value }
    }

    /// Yes or no.
    pub fn flag(name: &'static str, flag: bool) -> Self {
        let value = Value::Flag(flag);
        Self { name, value }
    }
}
