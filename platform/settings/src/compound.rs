//! Keys that hold several values: lists, and mappings whose keys the file chooses.

use std::net::SocketAddr;

use http::{HeaderName, HeaderValue, Uri};
use indexmap::IndexMap;
use serde_json::{Value as Json, json};

use crate::finding::{Finding, Place};
use crate::key::{Key, http_url, parse_switch, shown};
use crate::kind::Kind;
use crate::path::KeyPath;
use crate::section::Section;
use crate::yaml::{Node, Value};

/// What [`Key::word_or_named`] reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// The word.
    Word(&'static str),
    /// One of the others, with its text.
    Named(&'static str, String),
}

/// A word that [`Key::word_or_named`] takes as the key of a mapping, and which texts are valid for it.
pub type Alternative = (&'static str, fn(&str) -> bool);

impl<'r> Key<'r> {
    /// A mapping whose keys the file chooses, with what each one holds; `None` when the key is absent.
    pub fn named<T>(
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
            let section = Section::new(self.reader, self.path.join("<name>"), example);
            return Some(IndexMap::from([(
                "<name>".to_owned(),
                read(section, "<name>"),
            )]));
        }
        self.reader.enter(&self.path);
        let node = self.node?;
        let section = |name: &str, place, node: Node| {
            let path = self.path.join(name);
            if !valid(name) {
                self.reader.report(Finding {
                    key: path.to_string(),
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
    pub fn header_names(self) -> Vec<HeaderName> {
        self.list(
            Kind::new("a header name", json!({ "type": "string" })),
            |text| text.parse().ok(),
            |name: &HeaderName| json!(name.as_str()),
        )
    }

    /// A list of texts.
    pub fn texts(self, words: &str, valid: impl Fn(&str) -> bool) -> Vec<String> {
        let read = |text: &str| valid(text).then(|| text.to_owned());
        let kind = Kind::new(words, json!({ "type": "string" }));
        self.list(kind, read, |text| json!(text))
    }

    /// A mapping of header names to values. Values may be secret: no mistake shows them.
    pub fn headers(self) -> Vec<(HeaderName, HeaderValue)> {
        let kind = Kind::new(
            "a mapping of header names to values",
            json!({ "type": "object", "additionalProperties": { "type": "string" } }),
        );
        self.document(&kind, Some(json!({})));
        self.reader.enter(&self.path);
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
                    self.reader
                        .show(&self.path.join(header.as_str()), json!("<hidden>"));
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

    /// A list of mappings, each of which `read` reads to its end; `schema` is that of one, `words` say what it is.
    pub fn sections<T>(
        self,
        words: &str,
        schema: Json,
        read: impl Fn(&Section<'r>) -> T,
    ) -> Vec<T> {
        let none = |_: &str| None::<T>;
        self.items(Kind::new(words, schema), none, read)
    }

    /// A list of texts and mappings; `schema` is that of one item, `words` say what it is.
    pub fn texts_or_sections<T>(
        self,
        words: &str,
        schema: Json,
        text: impl Fn(&str) -> Option<T>,
        read: impl Fn(&Section<'r>) -> T,
    ) -> Vec<T> {
        self.items(Kind::new(words, schema), text, read)
    }

    fn items<T>(
        self,
        kind: Kind,
        text: impl Fn(&str) -> Option<T>,
        read: impl Fn(&Section<'r>) -> T,
    ) -> Vec<T> {
        let items = self.sequence(&kind);
        let mut read_items = Vec::with_capacity(items.len());
        for (index, node) in items.iter().enumerate() {
            let path = self.path.join(&index.to_string());
            if matches!(node.value, Value::Mapping(_)) {
                let section = Section::new(self.reader, path, node.clone());
                read_items.push(read(&section));
                section.end();
            } else if let Some(item) = self.scalar(&path.to_string(), node, &kind.words, &text) {
                if let Value::Scalar(text) = &node.value {
                    self.reader.show(&path, json!(text));
                }
                read_items.push(item);
            }
        }
        self.reader.show_list(&self.path);
        read_items
    }

    /// `true`, `false`, or a mapping of names to either.
    pub fn switch_or_named(self, default: bool) -> (bool, IndexMap<String, bool>) {
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
            self.document(&kind, Some(json!(default)));
            let each = entries.iter().filter_map(|(name, _, node)| {
                let key = format!("{}.{name}", self.path);
                let value = self.scalar(&key, node, "true or false", parse_switch)?;
                Some((name.clone(), value))
            });
            let each: IndexMap<String, bool> = each.collect();
            let shown = each.iter().map(|(name, on)| (name.clone(), json!(on)));
            self.reader.show(&self.path, Json::Object(shown.collect()));
            return (default, each);
        }
        let all = self.or(kind, default, parse_switch, |switch| json!(switch));
        (all, IndexMap::new())
    }

    /// A word, or a mapping of one word to a text that is `valid` for it: `client_ip`, or `header: x-api-key`.
    pub fn word_or_named(
        self,
        words: &str,
        default: &'static str,
        others: &[Alternative],
    ) -> Named {
        let named = others.iter().map(|(name, _)| {
            json!({
                "type": "object", "additionalProperties": false, "required": [name],
                "properties": { *name: { "type": "string" } },
            })
        });
        let mut either = vec![json!({ "enum": [default] })];
        either.extend(named);
        let kind = Kind::new(words, json!({ "anyOf": either }));
        let Some(Node {
            value: Value::Mapping(entries),
            place,
        }) = &self.node
        else {
            let read = |text: &str| (text == default).then_some(default);
            return Named::Word(self.or(kind, default, read, |word| json!(word)));
        };
        self.document(&kind, Some(json!(default)));
        if let [(name, _, node)] = entries.as_slice()
            && let Some((name, valid)) = others.iter().find(|(known, _)| known == name)
        {
            let key = format!("{}.{name}", self.path);
            let read = |text: &str| valid(text).then(|| text.to_owned());
            let Some(value) = self.scalar(&key, node, words, read) else {
                return Named::Word(default);
            };
            let shown = shown(node, || json!(value));
            self.reader.show(&self.path.join(name), shown);
            return Named::Named(name, value);
        }
        self.reader.report(Finding {
            key: self.path.to_string(),
            place: *place,
            message: "this mapping is not one of those that may be here".to_owned(),
            expected: Some(words.to_owned()),
        });
        Named::Word(default)
    }

    /// A list of URLs of HTTP, without a name and password, that are `valid`; `words` say what that is.
    pub fn urls(self, words: &str, valid: impl Fn(&Uri) -> bool) -> Vec<Uri> {
        let read = |text: &str| http_url(text).filter(&valid);
        let kind = Kind::new(words, json!({ "type": "string" }));
        self.list(kind, read, |url| json!(url.to_string()))
    }

    /// A list of addresses; `port` is that of those which have none.
    pub fn addresses(self, words: &str, port: u16) -> Vec<SocketAddr> {
        let read = |text: &str| {
            let bare = || Some(SocketAddr::new(text.parse().ok()?, port));
            text.parse().ok().or_else(bare)
        };
        let kind = Kind::new(words, json!({ "type": "string" }));
        self.list(kind, read, |address| json!(address.to_string()))
    }

    /// The items of a list of `kind`, which is documented, and shown as empty where it is not given; what is no list is reported.
    fn sequence(&self, kind: &Kind) -> &[Node] {
        let words = format!("a list: {}", kind.words);
        let all = Kind::new(words, json!({ "type": "array", "items": kind.schema }));
        self.document(&all, Some(json!([])));
        self.reader.show(&self.path, json!([]));
        match &self.node {
            None => &[],
            Some(node) => match &node.value {
                Value::Sequence(items) => items,
                other => {
                    let finding = wrong_noun(&self.path, node.place, other, &all.words);
                    self.reader.report(finding);
                    &[]
                }
            },
        }
    }

    fn list<T>(
        self,
        kind: Kind,
        read: impl Fn(&str) -> Option<T>,
        show: impl Fn(&T) -> Json,
    ) -> Vec<T> {
        let items = self.sequence(&kind);
        let item = |(index, node): (usize, &Node)| {
            let key = format!("{}[{index}]", self.path);
            let value = self.scalar(&key, node, &kind.words, &read)?;
            let shown = shown(node, || show(&value));
            Some((value, shown))
        };
        let items = items.iter().enumerate().filter_map(item);
        let (items, shown): (Vec<T>, Vec<Json>) = items.unzip();
        self.reader.show(&self.path, json!(shown));
        items
    }
}

pub(crate) fn wrong_noun(key: &KeyPath, place: Place, value: &Value, words: &str) -> Finding {
    Finding {
        key: key.to_string(),
        place,
        message: format!("this is {}", value.noun()),
        expected: Some(words.to_owned()),
    }
}
