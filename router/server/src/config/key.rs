//! One key of a section: the kinds of values there are.

use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use http::{HeaderName, HeaderValue, Uri};
use indexmap::IndexMap;
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
struct Kind {
    words: String,
    schema: serde_json::Value,
}

impl Kind {
    fn new(words: impl Into<String>, schema: serde_json::Value) -> Self {
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

    /// A mapping whose keys the file chooses, with what each one holds; `None` when the key is absent.
    pub(super) fn named<T>(
        self,
        words: &str,
        valid: impl Fn(&str) -> bool,
        read: impl Fn(Section<'r>, &str) -> T,
    ) -> Option<IndexMap<String, T>> {
        if self.reader.documents() {
            let example = Node {
                place: self.section,
                value: Value::Null,
            };
            let section = Section::new(self.reader, format!("{}.<name>", self.path), example);
            return Some(IndexMap::from([(
                "<name>".to_owned(),
                read(section, "<name>"),
            )]));
        }
        let node = self.node?;
        let section = |name: &str, place, node: Node| {
            let path = format!("{}.{name}", self.path);
            if !valid(name) {
                self.reader.report(Finding {
                    key: path.clone(),
                    place,
                    message: format!("\"{name}\" cannot be a name"),
                    expected: Some(words.to_owned()),
                });
            }
            read(Section::new(self.reader, path, node), name)
        };
        match node.value {
            Value::Mapping(entries) => Some(
                entries
                    .into_iter()
                    .map(|(name, place, node)| {
                        let value = section(&name, place, node);
                        (name, value)
                    })
                    .collect(),
            ),
            other => {
                self.reader.report(wrong_noun(
                    &self.path,
                    node.place,
                    &other,
                    "a mapping of names",
                ));
                None
            }
        }
    }

    /// A list of header names.
    pub(super) fn header_names(self) -> Vec<HeaderName> {
        self.list(
            Kind::new("a header name", json!({ "type": "string" })),
            |text| text.parse().ok(),
        )
    }

    /// A list of texts.
    pub(super) fn texts(self, words: &str, valid: impl Fn(&str) -> bool) -> Vec<String> {
        let read = |text: &str| valid(text).then(|| text.to_owned());
        self.list(Kind::new(words, json!({ "type": "string" })), read)
    }

    /// A mapping of header names to values. Values may be secret: no mistake shows them.
    pub(super) fn headers(self) -> Vec<(HeaderName, HeaderValue)> {
        let kind = Kind::new(
            "a mapping of header names to values",
            json!({ "type": "object", "additionalProperties": { "type": "string" } }),
        );
        self.document(&kind, Some("{}".to_owned()));
        let Some(node) = &self.node else {
            return Vec::new();
        };
        let Value::Mapping(entries) = &node.value else {
            self.reader
                .report(wrong_noun(&self.path, node.place, &node.value, &kind.words));
            return Vec::new();
        };
        let mut headers = Vec::with_capacity(entries.len());
        for (name, place, node) in entries {
            let key = format!("{}.{name}", self.path);
            let report = |place, message: &str, expected: &str| {
                self.reader.report(Finding {
                    key: key.clone(),
                    place,
                    message: message.to_owned(),
                    expected: Some(expected.to_owned()),
                });
            };
            let Ok(header) = name.parse::<HeaderName>() else {
                report(
                    *place,
                    "this is not a header name",
                    "letters, digits and hyphens",
                );
                continue;
            };
            let Value::Scalar(text) = &node.value else {
                report(node.place, "this is not a text", "a header value in quotes");
                continue;
            };
            let Some(text) = self.reader.expand(&key, node.place, text) else {
                continue;
            };
            match HeaderValue::from_str(&text) {
                Ok(mut value) => {
                    value.set_sensitive(true);
                    headers.push((header, value));
                }
                Err(_) => report(
                    node.place,
                    "this is not a header value",
                    "visible ASCII characters",
                ),
            }
        }
        headers
    }

    /// `true`, `false`, or a mapping of names to either.
    pub(super) fn switch_or_named(self, default: bool) -> (bool, IndexMap<String, bool>) {
        let kind = Kind::new(
            "true, false, or a mapping of subgraph names to either",
            json!({ "anyOf": [
                { "type": "boolean" },
                { "type": "object", "additionalProperties": { "type": "boolean" } },
            ] }),
        );
        if let Some(Node {
            value: Value::Mapping(entries),
            ..
        }) = &self.node
        {
            self.document(&kind, Some(default.to_string()));
            let each = entries.iter().filter_map(|(name, _, node)| {
                let key = format!("{}.{name}", self.path);
                let value = self.scalar(&key, node, "true or false", parse_switch)?;
                Some((name.clone(), value))
            });
            return (default, each.collect());
        }
        (
            self.or(kind, default.to_string(), default, parse_switch),
            IndexMap::new(),
        )
    }

    fn list<T>(self, kind: Kind, read: impl Fn(&str) -> Option<T>) -> Vec<T> {
        let words = format!("a list: {}", kind.words);
        let all = Kind::new(words, json!({ "type": "array", "items": kind.schema }));
        self.document(&all, Some("[]".to_owned()));
        let Some(node) = &self.node else {
            return Vec::new();
        };
        let Value::Sequence(items) = &node.value else {
            self.reader
                .report(wrong_noun(&self.path, node.place, &node.value, &all.words));
            return Vec::new();
        };
        let item = |(index, node): (usize, &Node)| {
            self.scalar(&format!("{}[{index}]", self.path), node, &kind.words, &read)
        };
        items.iter().enumerate().filter_map(item).collect()
    }

    fn or<T>(self, kind: Kind, shown: String, default: T, read: impl Fn(&str) -> Option<T>) -> T {
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

    fn document(&self, kind: &Kind, default: Option<String>) {
        self.reader.document(KeyDoc {
            path: self.path.clone(),
            kind: kind.words.clone(),
            default,
            help: self.help,
            schema: or_variable(kind.schema.clone()),
        });
    }

    fn scalar<T>(
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

fn wrong_noun(key: &str, place: Place, value: &Value, words: &str) -> Finding {
    Finding {
        key: key.to_owned(),
        place,
        message: format!("this is {}", value.noun()),
        expected: Some(words.to_owned()),
    }
}

fn parse_switch(text: &str) -> Option<bool> {
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
