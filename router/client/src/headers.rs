//! The headers of requests to subgraphs.

use std::sync::Arc;

use abaque_edge::request::X_REQUEST_ID;
use abaque_edge::trace::SpanId;
use abaque_edge::{RequestId, TraceContext};
use http::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, USER_AGENT};

use regex::{Regex, RegexBuilder};
use serde_json::{Value, json};
use settings::Section;

use crate::claims::Claims;

/// Headers of requests to subgraphs.
#[derive(Clone, Debug, Default)]
pub struct Headers {
    /// Passed on from the client's request.
    pub propagate: Vec<Propagation>,
    /// Set to these values; they win over what is propagated.
    pub insert: Vec<(HeaderName, HeaderValue)>,
    /// Not sent, although a more general rule would.
    pub remove: Vec<HeaderName>,
    /// Claims of the verified token, by the headers in which they are sent: the maker of the client's request sets these.
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
    /// The rules for all subgraphs.
    pub(crate) fn read_general(section: Section<'_>) -> Self {
        let claims = section
            .key("claims", "Headers that are set to claims of the verified token (by name, or with dots into objects), whatever the client sends in them. Without a token they are not sent.")
            .named_texts("a mapping of header names to claims", |name, claim| {
                let name = name.parse::<HeaderName>().ok()?;
                let fits = !is_reserved(&name) && !claim.is_empty();
                fits.then(|| (name, claim.to_owned()))
            });
        Self {
            claims: claims.into_values().collect(),
            ..Self::read(section)
        }
    }

    /// The rules for one subgraph.
    pub(crate) fn read(section: Section<'_>) -> Self {
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
            claims: Vec::new(),
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

/// What of a client's request goes on to subgraphs.
#[derive(Clone, Debug, Default)]
pub struct ClientRequest {
    /// All of its headers; only those on an endpoint's list are passed on.
    pub headers: HeaderMap,
    /// Its place in a trace.
    pub trace: Option<TraceContext>,
    /// Its id.
    pub id: Option<RequestId>,
    /// What its verified token says, where it has one.
    pub claims: Option<Arc<dyn Claims>>,
}

/// Which headers an endpoint is sent; worked out once.
#[derive(Debug)]
pub(crate) struct HeaderRules {
    fixed: HeaderMap,
    named: Vec<Named>,
    matching: Vec<Regex>,
    /// Whatever matches: what is set, and what is not sent.
    unmatched: Vec<HeaderName>,
}

#[derive(Debug)]
struct Named {
    name: HeaderName,
    rename: HeaderName,
    default: Option<HeaderValue>,
}

impl HeaderRules {
    pub(crate) fn new(general: &Headers, own: &Headers) -> Self {
        let mut fixed = HeaderMap::new();
        fixed.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        fixed.insert(
            ACCEPT,
            HeaderValue::from_static("application/graphql-response+json, application/json;q=0.9"),
        );
        fixed.insert(
            USER_AGENT,
            HeaderValue::from_static(concat!("abaque-router/", env!("CARGO_PKG_VERSION"))),
        );
        // A subgraph's own rules win over the general ones, in both directions.
        let generally =
            |name: &HeaderName| !general.remove.contains(name) && !own.remove.contains(name);
        let inserted = general.insert.iter().filter(|(name, _)| generally(name));
        let inserted: Vec<_> = inserted.chain(&own.insert).collect();
        for (name, value) in &inserted {
            fixed.insert(name, value.clone());
        }
        let is_inserted = |name: &HeaderName| inserted.iter().any(|(set, _)| set == name);
        let mut rules = Self {
            fixed,
            named: Vec::new(),
            matching: Vec::new(),
            unmatched: Vec::new(),
        };
        // Its own come first: the first rule for a header counts.
        let own_rules = own.propagate.iter().map(|rule| (rule, true));
        for (rule, is_own) in own_rules.chain(general.propagate.iter().map(|rule| (rule, false))) {
            match rule {
                Propagation::Matching(pattern) => rules.matching.push(pattern.clone()),
                Propagation::Named {
                    name,
                    rename,
                    default,
                } => {
                    let is_known = rules.named.iter().any(|known| known.rename == *rename);
                    let is_sent = is_own || (generally(name) && generally(rename));
                    if is_sent && !is_known && !is_inserted(rename) {
                        rules.named.push(Named {
                            name: name.clone(),
                            rename: rename.clone(),
                            default: default.clone(),
                        });
                    }
                }
            }
        }
        for (name, _) in general.claims.iter().filter(|(name, _)| generally(name)) {
            let claim = Named {
                name: name.clone(),
                rename: name.clone(),
                default: None,
            };
            // Nothing else is sent in a header that says who asks.
            rules.named.retain(|known| known.rename != *name);
            rules.named.push(claim);
        }
        let removed = general.remove.iter().chain(&own.remove);
        let set = inserted.iter().map(|(name, _)| name);
        rules.unmatched.extend(removed.chain(set).cloned());
        rules
    }

    /// What is passed on of a client's headers.
    pub(crate) fn passed_on(&self, client: &ClientRequest) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for rule in &self.named {
            let mut sent = false;
            for value in client.headers.get_all(&rule.name) {
                headers.append(&rule.rename, value.clone());
                sent = true;
            }
            if let Some(default) = rule.default.as_ref().filter(|_| !sent) {
                headers.insert(&rule.rename, default.clone());
            }
        }
        if !self.matching.is_empty() {
            for name in client.headers.keys() {
                if self.is_matched(name) && !headers.contains_key(name) {
                    for value in client.headers.get_all(name) {
                        headers.append(name, value.clone());
                    }
                }
            }
        }
        headers
    }

    fn is_matched(&self, name: &HeaderName) -> bool {
        let mut patterns = self.matching.iter();
        patterns.any(|pattern| pattern.is_match(name.as_str()))
            && !is_reserved(name)
            && !self.unmatched.contains(name)
    }

    /// The headers of one request: the fixed ones, what is passed on, its id, its place in a trace and its own span there.
    pub(crate) fn complete(
        &self,
        passed_on: &HeaderMap,
        id: Option<&RequestId>,
        trace: Option<(&TraceContext, Option<SpanId>)>,
    ) -> HeaderMap {
        let room = self.fixed.len() + passed_on.len() + ADDED;
        let mut headers = HeaderMap::with_capacity(room);
        // Into one that has room for all: a copy would grow with the next header.
        for (name, value) in &self.fixed {
            headers.append(name, value.clone());
        }
        for name in passed_on.keys() {
            headers.remove(name);
            for value in passed_on.get_all(name) {
                headers.append(name, value.clone());
            }
        }
        if let Some(id) = id {
            headers.insert(X_REQUEST_ID, id.header_value());
        }
        if let Some((trace, span)) = trace {
            trace.inject(&mut headers, span);
        }
        headers
    }
}

/// What is added to the headers of a request: its id, its place in a trace, and what belongs to the connection and the body.
const ADDED: usize = 6;

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

#[cfg(test)]
mod tests;
