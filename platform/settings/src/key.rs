//! One key of a section, and the kinds of single values there are. Those that hold several are in `compound`.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use http::Uri;
use serde_json::{Value as Json, json};

use crate::credentials::without_credentials;
use crate::expand::has_file;
use crate::finding::{Finding, HIDDEN, Place};
use crate::key_doc::{KeyDoc, or_variable};
use crate::kind::Kind;
use crate::listen::Listen;
use crate::path::KeyPath;
use crate::reader::Reader;
use crate::shown::without_query;
use crate::units::{
    MOST, Rate, parse_duration, parse_rate, parse_size, print_duration, print_rate, print_size,
};
use crate::yaml::{Node, Value};

/// A key that a section was asked for. One of the methods below says what its value must be.
pub struct Key<'r> {
    pub(crate) reader: &'r Reader<'r>,
    pub(crate) path: KeyPath,
    /// Where its section begins, for a value that is missing.
    pub(crate) section: Place,
    /// `None` when the file does not have it.
    pub(crate) node: Option<Node>,
    pub(crate) help: &'static str,
}

impl<'r> Key<'r> {
    /// Where a program listens.
    pub fn listen(self, default: &str) -> Listen {
        let kind = Kind::new(
            "an address or a name and a port, such as 127.0.0.1:4000, localhost:4000, or :4000 for all interfaces",
            json!({ "type": "string" }),
        );
        let read = |text: &str| text.parse().ok();
        let default = read(default).expect("the default is an address");
        self.or(kind, default, read, |listen: &Listen| {
            json!(listen.to_string())
        })
    }

    /// A duration within bounds.
    pub fn duration(self, default: Duration, bounds: RangeInclusive<Duration>) -> Duration {
        let kind = Kind::duration(&bounds);
        let read = |text: &str| within(parse_duration(text)?, &bounds);
        self.or(kind, default, read, show_duration)
    }

    /// A duration within bounds, or none.
    pub fn duration_opt(self, bounds: RangeInclusive<Duration>) -> Option<Duration> {
        let kind = Kind::duration(&bounds);
        let read = |text: &str| within(parse_duration(text)?, &bounds);
        self.optional(kind, read, show_duration)
    }

    /// A size within bounds, in bytes.
    pub fn size(self, default: usize, bounds: RangeInclusive<usize>) -> usize {
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
        let read = |text: &str| within(parse_size(text)?, &bounds);
        self.or(kind, default, read, |size| json!(print_size(*size)))
    }

    /// A whole number within bounds.
    pub fn count(self, default: usize, bounds: RangeInclusive<usize>) -> usize {
        let kind = Kind::count(&bounds);
        let read = |text: &str| within(text.parse().ok()?, &bounds);
        self.or(kind, default, read, |count| json!(count))
    }

    /// A whole number within bounds, or none.
    pub fn count_opt(self, bounds: RangeInclusive<usize>) -> Option<usize> {
        let kind = Kind::count(&bounds);
        let read = |text: &str| within(text.parse().ok()?, &bounds);
        self.optional(kind, read, |count| json!(count))
    }

    /// This many in each second, minute or hour, or no bound.
    pub fn rate(self) -> Option<Rate> {
        let kind = Kind::new(
            format!("a rate such as 100/s, 5000/m or 100000/h, of at most {MOST}"),
            json!({ "type": "string", "pattern": "^[0-9]+/[smh]$" }),
        );
        self.optional(kind, parse_rate, |rate| json!(print_rate(*rate)))
    }

    /// What may hold a secret: it is in no mistake, and shown as `show` says.
    pub fn secret<T>(
        self,
        words: &str,
        read: impl Fn(&str) -> Option<T>,
        show: impl Fn(&T) -> Json,
    ) -> Option<T> {
        let kind = Kind::new(words, json!({ "type": "string" }));
        self.document(&kind, None);
        let node = self.node.as_ref()?;
        let key = self.path.to_string();
        let text = match &node.value {
            Value::Scalar(text) => self.reader.expand(&key, node.place, text)?,
            _ => String::new(),
        };
        let value = read(&text);
        match &value {
            Some(value) => {
                self.reader.show(&self.path, shown(node, || show(value)));
                self.reader.place(&self.path, node.place);
            }
            None => self.reader.report(Finding {
                key,
                place: node.place,
                message: HIDDEN.to_owned(),
                expected: Some(kind.words),
            }),
        }
        value
    }

    /// A whole number within bounds, or a word instead, for which there is `None`.
    pub fn count_or(
        self,
        word: &str,
        default: usize,
        bounds: RangeInclusive<usize>,
    ) -> Option<usize> {
        let count = Kind::count(&bounds);
        let kind = Kind::new(
            format!("{}, or {word}", count.words),
            json!({ "anyOf": [count.schema, { "const": word }] }),
        );
        let read = |text: &str| match text == word {
            true => Some(None),
            false => Some(Some(within(text.parse().ok()?, &bounds)?)),
        };
        let show = |count: &Option<usize>| count.map_or_else(|| json!(word), |count| json!(count));
        self.or(kind, Some(default), read, show)
    }

    /// A share in percent, such as `20%`.
    pub fn percent(self, default: usize, bounds: RangeInclusive<usize>) -> usize {
        let kind = Kind::new(
            format!("a share from {}% to {}%", bounds.start(), bounds.end()),
            json!({ "type": "string", "pattern": "^[0-9]+ ?%$" }),
        );
        let read = |text: &str| {
            let number = text.strip_suffix('%')?.trim_end();
            within(number.parse().ok()?, &bounds)
        };
        self.or(kind, default, read, |percent| json!(format!("{percent}%")))
    }

    /// `true` or `false`.
    pub fn switch(self, default: bool) -> bool {
        let kind = Kind::new("true or false", json!({ "type": "boolean" }));
        self.or(kind, default, parse_switch, |switch| json!(switch))
    }

    /// One of a few words.
    pub fn choice<T: Copy>(self, default: &str, choices: &[(&str, T)]) -> T {
        let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
        let kind = Kind::new(
            format!("one of: {}", words.join(", ")),
            json!({ "enum": words }),
        );
        let of = |text: &str| {
            let chosen = choices.iter().find(|(word, _)| *word == text);
            chosen.copied()
        };
        let fallback = of(default).expect("the default is one of the choices");
        let (_, value) = self.or(kind, fallback, of, |(word, _)| json!(word));
        value
    }

    /// A text that is `valid`; `words` say what that is.
    pub fn text(self, default: &str, words: &str, valid: impl Fn(&str) -> bool) -> String {
        let kind = Kind::new(words, json!({ "type": "string" }));
        let read = |text: &str| valid(text).then(|| text.to_owned());
        self.or(kind, default.to_owned(), read, |text| json!(text))
    }

    /// The same, where a regular expression says it too: for those who check with the JSON Schema.
    pub fn text_like(
        self,
        default: &str,
        words: &str,
        pattern: &str,
        valid: impl Fn(&str) -> bool,
    ) -> String {
        let kind = Kind::new(words, json!({ "type": "string", "pattern": pattern }));
        let read = |text: &str| valid(text).then(|| text.to_owned());
        self.or(kind, default.to_owned(), read, |text| json!(text))
    }

    /// A text that is `valid`, or none; `words` say what that is.
    pub fn text_opt(self, words: &str, valid: impl Fn(&str) -> bool) -> Option<String> {
        let kind = Kind::new(words, json!({ "type": "string" }));
        let read = |text: &str| valid(text).then(|| text.to_owned());
        self.optional(kind, read, |text| json!(text))
    }

    /// A file, relative to the configuration's folder.
    pub fn path(self) -> Option<PathBuf> {
        let kind = Kind::new(
            "a file, relative to this one",
            json!({ "type": "string", "minLength": 1 }),
        );
        let reader = self.reader;
        let read = |text: &str| (!text.is_empty()).then(|| reader.resolve(text));
        self.optional(kind, read, |path| json!(path.display().to_string()))
    }

    /// What `read` makes of a text that looks like a URL; any other is a file, relative to the configuration's folder.
    pub fn text_or_path<T>(
        self,
        words: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Option<Result<T, PathBuf>> {
        let kind = Kind::new(words, json!({ "type": "string", "minLength": 1 }));
        let reader = self.reader;
        let either = |text: &str| {
            let value = match text.contains("://") {
                true => Ok(http_url(text).and_then(|_| read(text))?),
                false if text.is_empty() => return None,
                false => Err(reader.resolve(text)),
            };
            Some((text.to_owned(), value))
        };
        let found = self.optional(kind, either, |(text, value)| match value {
            Ok(_) => json!(text),
            Err(path) => json!(path.display().to_string()),
        });
        found.map(|(_, value)| value)
    }

    /// A URL of HTTP, without a name and password: they would end up in logs.
    pub fn url(self) -> Option<Uri> {
        let kind = Kind::new(
            "a URL such as http://127.0.0.1:4001/graphql",
            json!({ "type": "string" }),
        );
        self.optional(kind, http_url, |url| json!(without_query(&url.to_string())))
    }

    /// What `url` makes of a URL of HTTP without a name and password, or `other` of another text; `words` say what they are.
    pub fn url_or<T: Display>(
        self,
        words: &str,
        url: impl Fn(Uri) -> T,
        other: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let kind = Kind::new(words, json!({ "type": "string" }));
        let read = |text: &str| http_url(text).map(&url).or_else(|| other(text));
        self.optional(kind, read, |value| json!(without_query(&value.to_string())))
    }

    pub(crate) fn or<T>(
        self,
        kind: Kind,
        default: T,
        read: impl Fn(&str) -> Option<T>,
        show: impl Fn(&T) -> Json,
    ) -> T {
        self.document(&kind, Some(show(&default)));
        let node = self.node.as_ref();
        let value = node
            .and_then(|node| self.scalar(&self.path.to_string(), node, &kind.words, read))
            .unwrap_or(default);
        let shown = node.map_or_else(|| show(&value), |node| shown(node, || show(&value)));
        self.reader.show(&self.path, shown);
        value
    }

    fn optional<T>(
        self,
        kind: Kind,
        read: impl Fn(&str) -> Option<T>,
        show: impl Fn(&T) -> Json,
    ) -> Option<T> {
        self.document(&kind, None);
        let node = self.node.as_ref()?;
        let value = self.scalar(&self.path.to_string(), node, &kind.words, read)?;
        self.reader.show(&self.path, shown(node, || show(&value)));
        self.reader.place(&self.path, node.place);
        Some(value)
    }

    pub(crate) fn document(&self, kind: &Kind, default: Option<Json>) {
        self.reader.document(KeyDoc {
            path: self.path.to_string(),
            kind: kind.words.clone(),
            default,
            help: self.help,
            schema: or_variable(kind.schema.clone()),
        });
    }

    pub(crate) fn scalar<T>(
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
                true => format!("invalid value \"{}\"", without_credentials(text)),
                false if has_file(text) => format!(
                    "invalid value from \"{text}\"; it is not shown, as it may hold a secret"
                ),
                false => {
                    let expanded = without_credentials(&expanded);
                    format!("invalid value \"{expanded}\" (from \"{text}\")")
                }
            });
        }
        value
    }
}

/// What is shown of a value: where it comes from, if that is a file, as it may be a secret.
pub(crate) fn shown(node: &Node, value: impl FnOnce() -> Json) -> Json {
    match &node.value {
        Value::Scalar(text) if has_file(text) => json!(text),
        _ => value(),
    }
}

/// A URL of HTTP, with a host and without credentials.
pub(crate) fn http_url(text: &str) -> Option<Uri> {
    let uri: Uri = text.parse().ok()?;
    let scheme = matches!(uri.scheme_str(), Some("http" | "https"));
    let host = uri.host().is_some_and(|host| !host.is_empty());
    // A name and a password in a URL end up in logs.
    let bare = uri
        .authority()
        .is_some_and(|authority| !authority.as_str().contains('@'));
    (scheme && host && bare).then_some(uri)
}

pub(crate) fn parse_switch(text: &str) -> Option<bool> {
    match text {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

fn within<T: PartialOrd>(value: T, bounds: &RangeInclusive<T>) -> Option<T> {
    bounds.contains(&value).then_some(value)
}

fn show_duration(duration: &Duration) -> Json {
    json!(print_duration(*duration))
}
