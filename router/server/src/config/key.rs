//! One key of a section, and the kinds of single values there are. Those that hold several are in [`super::compound`].

use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use http::Uri;
use serde_json::json;

use super::finding::{Finding, Place};
use super::read::{KeyDoc, Reader, Section, or_variable};
use super::units::{parse_duration, parse_size, print_duration, print_size};
use super::yaml::{Node, Value};

/// A key that a section was asked for. One of the methods below says what its value must be.
pub(super) struct Key<'r> {
    pub(super) reader: &'r Reader<'r>,
    pub(super) path: String,
    /// Where its section begins, for a value that is missing.
    pub(super) section: Place,
    /// `None` when the file does not have it.
    pub(super) node: Option<Node>,
    pub(super) help: &'static str,
}

/// What a scalar must be, in words and as JSON Schema.
pub(super) struct Kind {
    pub(super) words: String,
    pub(super) schema: serde_json::Value,
}

impl Kind {
    pub(super) fn new(words: impl Into<String>, schema: serde_json::Value) -> Self {
        Self {
            words: words.into(),
            schema,
        }
    }
}

impl<'r> Key<'r> {
    pub(super) fn address(self, default: SocketAddr) -> SocketAddr {
        let kind = Kind::new(
            "an address and a port, such as 127.0.0.1:4000",
            json!({ "type": "string" }),
        );
        self.or(kind, default.to_string(), default, |text| text.parse().ok())
    }

    pub(super) fn duration(self, default: Duration, bounds: RangeInclusive<Duration>) -> Duration {
        let kind = duration_kind(&bounds);
        self.or(kind, print_duration(default), default, |text| {
            within(parse_duration(text)?, &bounds)
        })
    }

    pub(super) fn duration_opt(self, bounds: RangeInclusive<Duration>) -> Option<Duration> {
        let kind = duration_kind(&bounds);
        self.optional(kind, |text| within(parse_duration(text)?, &bounds))
    }

    pub(super) fn size(self, default: usize, bounds: RangeInclusive<usize>) -> usize {
        let kind = Kind::new(
            format!(
                "a size such as 4096, 512 KiB or 2 MiB, from {} to {}",
                print_size(*bounds.start()),
                print_size(*bounds.end())
            ),
            json!({ "anyOf": [
                { "type": "integer", "minimum": bounds.start(), "maximum": bounds.end() },
                { "type": "string", "pattern": "^[0-9]+ ?(B|KiB|MiB|GiB)?$" },
            ] }),
        );
        self.or(kind, print_size(default), default, |text| {
            within(parse_size(text)?, &bounds)
        })
    }

    pub(super) fn count(self, default: usize, bounds: RangeInclusive<usize>) -> usize {
        let kind = count_kind(&bounds);
        self.or(kind, default.to_string(), default, |text| {
            within(text.parse().ok()?, &bounds)
        })
    }

    pub(super) fn switch(self, default: bool) -> bool {
        let kind = Kind::new("true or false", json!({ "type": "boolean" }));
        self.or(kind, default.to_string(), default, parse_switch)
    }

    /// One of a few words.
    pub(super) fn choice<T: Copy>(self, default: &str, choices: &[(&str, T)]) -> T {
        let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
        let kind = Kind::new(
            format!("one of: {}", words.join(", ")),
            json!({ "enum": words }),
        );
        let of = |text: &str| {
            choices
                .iter()
                .find(|(word, _)| *word == text)
                .map(|(_, value)| *value)
        };
        let fallback = of(default).expect("the default is one of the choices");
        self.or(kind, default.to_owned(), fallback, of)
    }

    pub(super) fn text(self, default: &str, words: &str, valid: impl Fn(&str) -> bool) -> String {
        let kind = Kind::new(words, json!({ "type": "string" }));
        let read = |text: &str| valid(text).then(|| text.to_owned());
        self.or(kind, default.to_owned(), default.to_owned(), read)
    }

    /// A file, relative to the configuration's folder.
    pub(super) fn path(self) -> Option<PathBuf> {
        let kind = Kind::new(
            "a file, relative to this one",
            json!({ "type": "string", "minLength": 1 }),
        );
        let reader = self.reader;
        self.optional(kind, |text| {
            (!text.is_empty()).then(|| reader.resolve(text))
        })
    }

    pub(super) fn url(self) -> Option<Uri> {
        let kind = Kind::new(
            "a URL such as http://127.0.0.1:4001/graphql",
            json!({ "type": "string" }),
        );
        self.optional(kind, |text| {
            let uri: Uri = text.parse().ok()?;
            let scheme = matches!(uri.scheme_str(), Some("http" | "https"));
            let host = uri.host().is_some_and(|host| !host.is_empty());
            // A name and a password in a URL end up in logs.
            let bare = uri
                .authority()
                .is_some_and(|authority| !authority.as_str().contains('@'));
            (scheme && host && bare).then_some(uri)
        })
    }

    /// A mapping with known keys.
    pub(super) fn section(self) -> Section<'r> {
        let place = self.section;
        let node = self.node.unwrap_or(Node {
            place,
            value: Value::Null,
        });
        Section::new(self.reader, self.path, node)
    }

    pub(super) fn or<T>(
        self,
        kind: Kind,
        shown: String,
        default: T,
        read: impl Fn(&str) -> Option<T>,
    ) -> T {
        self.document(&kind, Some(shown));
        let node = self.node.as_ref();
        node.and_then(|node| self.scalar(&self.path, node, &kind.words, read))
            .unwrap_or(default)
    }

    fn optional<T>(self, kind: Kind, read: impl Fn(&str) -> Option<T>) -> Option<T> {
        self.document(&kind, None);
        let node = self.node.as_ref()?;
        self.scalar(&self.path, node, &kind.words, read)
    }

    pub(super) fn document(&self, kind: &Kind, default: Option<String>) {
        self.reader.document(KeyDoc {
            path: self.path.clone(),
            kind: kind.words.clone(),
            default,
            help: self.help,
            schema: or_variable(kind.schema.clone()),
        });
    }

    pub(super) fn scalar<T>(
        &self,
        key: &str,
        node: &Node,
        words: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let wrong = |message: String| {
            self.reader.report(Finding {
                key: key.to_owned(),
                place: node.place,
                message,
                expected: Some(words.to_owned()),
            });
        };
        let text = match &node.value {
            Value::Scalar(text) => text,
            Value::Float(number) => {
                wrong(format!(
                    "{number} is a number with a fraction or an exponent"
                ));
                return None;
            }
            other => {
                wrong(format!("this is {}", other.noun()));
                return None;
            }
        };
        let expanded = self.reader.expand(key, node.place, text)?;
        let value = read(&expanded);
        if value.is_none() {
            wrong(match expanded == *text {
                true => format!("\"{text}\" will not do"),
                false => format!("\"{expanded}\" (from \"{text}\") will not do"),
            });
        }
        value
    }
}

pub(super) fn parse_switch(text: &str) -> Option<bool> {
    match text {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

fn within<T: PartialOrd>(value: T, bounds: &RangeInclusive<T>) -> Option<T> {
    bounds.contains(&value).then_some(value)
}

fn duration_kind(bounds: &RangeInclusive<Duration>) -> Kind {
    Kind::new(
        format!(
            "a duration such as 250ms, 30s or 5m, from {} to {}",
            print_duration(*bounds.start()),
            print_duration(*bounds.end())
        ),
        json!({ "type": "string", "pattern": "^[0-9]+ ?(ms|s|m|h)$" }),
    )
}

fn count_kind(bounds: &RangeInclusive<usize>) -> Kind {
    Kind::new(
        format!("a whole number from {} to {}", bounds.start(), bounds.end()),
        json!({ "type": "integer", "minimum": bounds.start(), "maximum": bounds.end() }),
    )
}
