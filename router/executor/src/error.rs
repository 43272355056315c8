//! Errors of a response: data with a message, a path, a code and the subgraph it came from
//! (<https://spec.graphql.org/September2025/#sec-Errors>).

use std::borrow::Cow;

use crate::json::{self, Object, Value};

/// One step of a response path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathSegment {
    /// The response key of a field.
    Key(String),
    /// The position in a list, from 0.
    Index(usize),
}

/// A place in the text of the operation, 1-based.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceLocation {
    /// Line.
    pub line: usize,
    /// Column, in characters.
    pub column: usize,
}

/// An error for which the operation is not executed at all: the response has no `data`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestError {
    /// What is wrong and what was expected.
    pub message: String,
    /// A stable code.
    pub code: &'static str,
    /// Where in the operation, if it is about a place there.
    pub locations: Vec<SourceLocation>,
}

impl RequestError {
    /// An error about no particular place.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            code,
            locations: Vec::new(),
        }
    }

    /// The same, about a place in the operation.
    #[must_use]
    pub fn at(mut self, location: impl IntoIterator<Item = SourceLocation>) -> Self {
        self.locations.extend(location);
        self
    }
}

/// The JSON of a response that has no data: `{"errors":[…]}`.
pub fn request_error_body(errors: &[RequestError]) -> Vec<u8> {
    let mut out = b"{\"errors\":[".to_vec();
    for (index, error) in errors.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        out.extend_from_slice(b"{\"message\":");
        json::write_string(&error.message, &mut out);
        if !error.locations.is_empty() {
            out.extend_from_slice(b",\"locations\":[");
            for (index, location) in error.locations.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                let text = format!(
                    "{{\"line\":{},\"column\":{}}}",
                    location.line, location.column
                );
                out.extend_from_slice(text.as_bytes());
            }
            out.push(b']');
        }
        out.extend_from_slice(b",\"extensions\":{\"code\":");
        json::write_string(error.code, &mut out);
        out.extend_from_slice(b"}}");
    }
    out.extend_from_slice(b"]}");
    out
}

/// An error beside data.
#[derive(Clone, Debug)]
pub(crate) struct FieldError<'a> {
    pub(crate) message: Cow<'a, str>,
    pub(crate) path: Vec<PathSegment>,
    pub(crate) code: Cow<'a, str>,
    pub(crate) service: Option<&'a str>,
    /// What a subgraph put into `extensions`, where clients may see it.
    pub(crate) extensions: Option<Object<'a>>,
}

impl FieldError<'_> {
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"message\":");
        json::write_string(&self.message, out);
        if !self.path.is_empty() {
            out.extend_from_slice(b",\"path\":[");
            for (index, segment) in self.path.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                match segment {
                    PathSegment::Key(key) => json::write_string(key, out),
                    PathSegment::Index(index) => {
                        out.extend_from_slice(index.to_string().as_bytes())
                    }
                }
            }
            out.push(b']');
        }
        out.extend_from_slice(b",\"extensions\":{\"code\":");
        json::write_string(&self.code, out);
        if let Some(service) = self.service {
            out.extend_from_slice(b",\"service\":");
            json::write_string(service, out);
        }
        for (key, value) in self.extensions.iter().flat_map(Object::iter) {
            if key != *"code" && key != *"service" {
                out.push(b',');
                key.write(out);
                out.push(b':');
                value.write(out);
            }
        }
        out.extend_from_slice(b"}}");
    }
}

/// An error as a subgraph reported it, before its path is the client's.
pub(crate) struct SubgraphError<'a> {
    pub(crate) message: Cow<'a, str>,
    pub(crate) code: Cow<'a, str>,
    pub(crate) extensions: Option<Object<'a>>,
    /// `None` when it has none, or one that is no path.
    pub(crate) path: Option<Vec<SubgraphPathSegment<'a>>>,
}

/// One step of a subgraph's error path.
#[derive(Clone, Debug)]
pub(crate) enum SubgraphPathSegment<'a> {
    Key(Cow<'a, str>),
    Index(usize),
}

impl<'a> SubgraphError<'a> {
    /// Reads one member of `errors`; what has not the form of an error is reported as far as it can be understood. Unless
    /// `reveal`, nothing that the subgraph said of it is kept but where it happened.
    pub(crate) fn read(value: Value<'a>, service: &str, reveal: bool) -> Self {
        let mut object = match value {
            Value::Object(object) => object,
            _ => Object::default(),
        };
        let path = object.take("path").and_then(read_path);
        if !reveal {
            return Self {
                message: format!("the subgraph \"{service}\" reported an error").into(),
                code: Cow::Borrowed("SUBGRAPH_ERROR"),
                extensions: None,
                path,
            };
        }
        let message = match object.get("message").and_then(Value::as_text) {
            Some(message) => message.decode(),
            None => {
                format!("the subgraph \"{service}\" reported an error without a message").into()
            }
        };
        let extensions = match object.take("extensions") {
            Some(Value::Object(extensions)) => Some(extensions),
            _ => None,
        };
        let code = extensions
            .as_ref()
            .and_then(|e| e.get("code"))
            .and_then(Value::as_text);
        let code = code.map_or(Cow::Borrowed("SUBGRAPH_ERROR"), |code| code.decode());
        Self {
            message,
            code,
            extensions,
            path,
        }
    }
}

fn read_path(value: Value<'_>) -> Option<Vec<SubgraphPathSegment<'_>>> {
    let Value::Array(segments) = value else {
        return None;
    };
    segments
        .into_iter()
        .map(|segment| match segment {
            Value::String(key) => Some(SubgraphPathSegment::Key(key.decode())),
            Value::Number(index) => index.parse().ok().map(SubgraphPathSegment::Index),
            _ => None,
        })
        .collect()
}
