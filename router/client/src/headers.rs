//! What the configuration says about the headers of requests to subgraphs.

use http::header::{HeaderMap, HeaderName, HeaderValue};
use regex::{Regex, RegexBuilder};
use serde_json::{Value, json};
use settings::Section;

/// Headers of requests to subgraphs.
#[derive(Clone, Debug, Default)]
pub struct Headers {
    /// Passed on from the client's request.
    pub propagate: Vec<Propagation>,
    /// Set to these values; they win over what is propagated.
    pub insert: Vec<(HeaderName, HeaderValue)>,
    /// Not sent, although a more general rule would.
    pub remove: Vec<HeaderName>,
    /// Claims of the verified token, by the headers in which they are sent: the maker of the client's request sets those that all subgraphs are sent.
    pub claims: Vec<(HeaderName, String)>,
}

/// What is passed on.
#[derive(Clone, Debug)]
pub enum Propagation {
    /// One header.
    Named {
        /// Its name in the client's request.
        name: HeaderName,
        /// Its name in the subgraph's.
        rename: HeaderName,
        /// What is sent when the client does not send it.
        default: Option<HeaderValue>,
    },
    /// All headers whose names match.
    Matching(Regex),
}

impl Headers {
    /// The rules for all subgraphs, or for one.
    pub(crate) fn read(section: Section<'_>) -> Self {
        let claims = section
            .key("claims", "Headers that are set to claims of the verified token (by name, or with dots into objects), whatever the client sends in them. Without a token they are not sent.")
            .named_texts("a mapping of header names to claims", |name, claim| {
                let name = name.parse::<HeaderName>().ok()?;
                let fits = !is_reserved(&name) && !claim.is_empty();
                fits.then(|| (name, claim.to_owned()))
            });
        let propagate = section
            .key(
                "propagate",
                "Headers of the client's request that are passed on. None are by default. An item is a name; or `name` with `rename` (its name towards the subgraph) and `default` (what is sent when the client does not send it); or `matching`, a regular expression for names.",
            )
            .texts_or_sections(
                "a header name, { name: x-tenant, rename: x-org, default: main } or { matching: \"^x-b3-\" }",
                Propagation::schema(),
                |text| Some(Some(Propagation::plain(text.parse().ok()?))),
                Propagation::read,
            );
        let headers = Self {
            propagate: propagate.into_iter().flatten().collect(),
            claims: claims.into_values().collect(),
            insert: section
                .key(
                    "insert",
                    "Headers that are set to these values; they win over what is passed on.",
                )
                .headers(),
            remove: section
                .key(
                    "remove",
                    "Headers that are not sent although a more general rule would.",
                )
                .header_names(),
        };
        let passed_on = headers.propagate.iter().filter_map(Propagation::names);
        for name in passed_on
            .flatten()
            .chain(headers.insert.iter().map(|(name, _)| name))
        {
            if is_reserved(name) {
                section.report(
                    format!("the header {name} belongs to the connection or the protocol"),
                    "a header of the application",
                );
            }
        }
        for (name, _) in &headers.claims {
            if headers.insert.iter().any(|(set, _)| set == name) {
                section.report(
                    format!("the header {name} is set to a claim and to a value"),
                    "one of `claims` and `insert` for a header",
                );
            }
        }
        section.end();
        headers
    }
}

/// In bytes: what a pattern is compiled to.
const MAX_PATTERN: usize = 64 * 1024;

impl Propagation {
    fn plain(name: HeaderName) -> Self {
        Self::Named {
            rename: name.clone(),
            name,
            default: None,
        }
    }

    fn schema() -> Value {
        json!({ "anyOf": [
            { "type": "string" },
            {
                "type": "object",
                "additionalProperties": false,
                "required": ["name"],
                "properties": {
                    "name": { "type": "string" },
                    "rename": { "type": "string" },
                    "default": { "type": "string" },
                },
            },
            {
                "type": "object",
                "additionalProperties": false,
                "required": ["matching"],
                "properties": { "matching": { "type": "string" } },
            },
        ] })
    }

    fn read(section: &Section<'_>) -> Option<Self> {
        let text = |key, words, valid: fn(&str) -> bool| {
            let text = section
                .has(key)
                .then(|| section.key(key, "").text("", words, valid));
            text.filter(|text| !text.is_empty())
        };
        let is_name = |text: &str| text.parse::<HeaderName>().is_ok();
        let matching = text("matching", "a regular expression, such as ^x-b3-", |text| {
            pattern(text).is_some()
        });
        let name = text("name", "a header name", is_name).and_then(|name| name.parse().ok());
        let rename = text("rename", "a header name", is_name).and_then(|name| name.parse().ok());
        let default = text("default", "a header value", |text| {
            HeaderValue::from_str(text).is_ok()
        });
        let default = default.and_then(|text| text.parse().ok());
        match (name, matching) {
            (Some(name), None) => Some(Self::Named {
                rename: rename.unwrap_or_else(|| HeaderName::clone(&name)),
                name,
                default,
            }),
            (None, Some(text)) if rename.is_none() && default.is_none() => {
                pattern(&text).map(Self::Matching)
            }
            _ => {
                section.report(
                    "this does not say what is passed on",
                    "`name`, with or without `rename` and `default`; or `matching`",
                );
                None
            }
        }
    }

    /// The names that are not chosen by a pattern.
    fn names(&self) -> Option<[&HeaderName; 2]> {
        match self {
            Self::Named { name, rename, .. } => Some([name, rename]),
            Self::Matching(_) => None,
        }
    }
}

/// Names of headers have no case. Matching takes time that is linear in the name.
fn pattern(text: &str) -> Option<Regex> {
    let mut builder = RegexBuilder::new(text);
    builder.case_insensitive(true).size_limit(MAX_PATTERN);
    builder.build().ok()
}

/// Headers as one key: equal for equal headers, whatever order their names are in.
pub(crate) fn bytes_of(headers: &HeaderMap) -> Vec<u8> {
    let each = headers.iter();
    let mut all: Vec<(&str, &[u8])> = each
        .map(|(name, value)| (name.as_str(), value.as_bytes()))
        .collect();
    // The values of one name stay in their order.
    all.sort_by_key(|(name, _)| *name);
    let mut key = Vec::new();
    for (name, value) in all {
        key.extend_from_slice(name.as_bytes());
        // Neither a name nor a value has one.
        key.push(b'\n');
        key.extend_from_slice(value);
        key.push(b'\n');
    }
    key
}

/// Whether a header belongs to the connection or to the protocol and is not the configuration's to set.
pub(crate) fn is_reserved(name: &HeaderName) -> bool {
    matches!(
        name.as_str(),
        "accept"
            | "accept-encoding"
            | "connection"
            | "content-encoding"
            | "content-length"
            | "content-type"
            | "expect"
            | "host"
            | "keep-alive"
            | "proxy-authenticate"
            | "proxy-authorization"
            | "proxy-connection"
            | "te"
            | "traceparent"
            | "tracestate"
            | "trailer"
            | "transfer-encoding"
            | "upgrade"
            | "x-request-id"
    )
}
