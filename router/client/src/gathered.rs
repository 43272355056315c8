//! From the headers of subgraphs' answers to those of the client's response.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::header::{CACHE_CONTROL, HeaderMap, HeaderName, HeaderValue, SET_COOKIE, VARY};
use planner::FetchId;
use settings::Section;

use crate::cache_control::CachePolicy;

/// Which headers of subgraphs' answers go to clients.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResponseRules {
    rules: Vec<ResponseRule>,
}

/// What becomes of one header.
#[derive(Clone, Debug, PartialEq, Eq)]
struct ResponseRule {
    name: HeaderName,
    merge: Merge,
}

/// What several answers come to. They are in the order of the plan's fetches, whichever came first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Merge {
    /// The first that has it counts.
    First,
    /// The last one.
    Last,
    /// All are sent, each in a line of its own.
    Append,
    /// The strictest: of `Cache-Control` only.
    Strictest,
}

impl ResponseRules {
    pub(crate) fn read(headers: &Section<'_>) -> Self {
        let key = headers.key("response", "Headers of subgraphs' answers that go to the client: `name`, and `merge` for what several answers come to: `first` or `last` in the order of the plan, `append` each in a line of its own, or `strictest` for `cache-control`, which it is by default. Queries to a subgraph are not joined where `set-cookie` is among them.");
        let schema = serde_json::json!({
            "type": "object",
            "additionalProperties": false,
            "required": ["name"],
            "properties": {
                "name": { "type": "string" },
                "merge": { "enum": ["first", "last", "append", "strictest"] },
            },
        });
        let words = "a header such as { name: x-region, merge: last }";
        let rules = key.sections(words, schema, ResponseRule::read);
        Self {
            rules: rules.into_iter().flatten().collect(),
        }
    }

    /// Whether cookies go to clients, which are one client's each.
    pub(crate) fn has_cookies(&self) -> bool {
        self.rules.iter().any(|rule| rule.name == SET_COOKIE)
    }

    /// Whether a rule says what becomes of `Cache-Control`.
    fn overrides_cache_control(&self) -> bool {
        let mut rules = self.rules.iter();
        rules.any(|rule| rule.name == CACHE_CONTROL && rule.merge != Merge::Strictest)
    }
}

impl ResponseRule {
    fn read(section: &Section<'_>) -> Option<Self> {
        let name = section.key("name", "").text("", "a header name", |text| {
            text.parse::<HeaderName>()
                .is_ok_and(|name| is_relayed(&name))
        });
        let merge = section.key("merge", "").choice(
            "last",
            &[
                ("first", Merge::First),
                ("last", Merge::Last),
                ("append", Merge::Append),
                ("strictest", Merge::Strictest),
            ],
        );
        let name = name.parse::<HeaderName>().ok();
        match &name {
            None => section.report("`name` is missing", "the name of a header"),
            Some(name) if merge == Merge::Strictest && name != CACHE_CONTROL => section.report(
                format!("nothing says which {name} is the strictest"),
                "first, last or append",
            ),
            Some(_) => {}
        }
        Some(Self { name: name?, merge })
    }
}

/// Whether a header is not about the connection, the body or the protocol.
fn is_relayed(name: &HeaderName) -> bool {
    !matches!(
        name.as_str(),
        "connection"
            | "content-encoding"
            | "content-length"
            | "content-type"
            | "keep-alive"
            | "proxy-authenticate"
            | "proxy-connection"
            | "te"
            | "trailer"
            | "transfer-encoding"
            | "upgrade"
            | "vary"
            | "x-request-id"
    )
}

/// In bytes, and in number: no more than this is kept of the headers of one request's answers.
const MAX_BYTES: usize = 16 * 1024;
const MAX_VALUES: usize = 128;

/// What the answers to the requests of one execution have brought so far.
#[derive(Debug)]
pub struct Gathered {
    rules: Arc<ResponseRules>,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    /// What all answers allow together; `None` before the first one.
    policy: Option<CachePolicy>,
    /// Each with the fetch and the rule that it is of.
    values: Vec<(FetchId, usize, HeaderValue)>,
    bytes: usize,
    is_full: bool,
}

impl Gathered {
    /// Nothing yet, to be gathered by these rules.
    pub fn new(rules: Arc<ResponseRules>) -> Self {
        Self {
            rules,
            inner: Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An answer has come.
    pub(crate) fn add(&self, fetch: FetchId, headers: &HeaderMap) {
        let mut inner = self.lock();
        if inner.policy != Some(CachePolicy::NoStore) {
            let policy = CachePolicy::of(headers);
            inner.policy = Some(match inner.policy.take() {
                Some(others) => others.and(policy),
                None => policy,
            });
        }
        for (index, rule) in self.rules.rules.iter().enumerate() {
            if rule.merge != Merge::Strictest {
                for value in headers.get_all(&rule.name) {
                    inner.keep(fetch, index, value);
                }
            }
        }
    }

    /// A request was not answered.
    pub(crate) fn failed(&self) {
        self.lock().policy = Some(CachePolicy::NoStore);
    }

    /// Adds what there is to the headers of a response, which may be kept as long as `is_cacheable` and the answers allow it.
    pub fn write(&self, is_cacheable: bool, response: &mut HeaderMap) {
        let inner = self.lock();
        let mut values: Vec<_> = inner.values.iter().collect();
        values.sort_by_key(|(fetch, rule, _)| (*rule, fetch.0));
        for (index, rule) in self.rules.rules.iter().enumerate() {
            let mut of_rule = values.iter().filter(|(_, rule, _)| *rule == index);
            let values: Vec<_> = match rule.merge {
                Merge::First => of_rule.next().into_iter().collect(),
                Merge::Last => of_rule.next_back().into_iter().collect(),
                Merge::Append => of_rule.collect(),
                Merge::Strictest => continue,
            };
            let is_cache_control = rule.name == CACHE_CONTROL;
            if is_cache_control && !is_cacheable {
                continue;
            }
            if !values.is_empty() && (is_cache_control || rule.merge != Merge::Append) {
                response.remove(&rule.name);
            }
            for (_, _, value) in values {
                response.append(&rule.name, value.clone());
            }
        }
        if self.rules.overrides_cache_control() {
            return;
        }
        // A cookie is for one client.
        let is_cacheable = is_cacheable && !response.contains_key(SET_COOKIE);
        if let Some(policy) = inner.policy.as_ref().filter(|_| is_cacheable) {
            let (cache_control, vary) = policy.write();
            response.insert(CACHE_CONTROL, cache_control);
            if let Some(vary) = vary {
                response.append(VARY, vary);
            }
        }
    }
}

impl Inner {
    fn keep(&mut self, fetch: FetchId, rule: usize, value: &HeaderValue) {
        let fits = self.bytes + value.len() <= MAX_BYTES && self.values.len() < MAX_VALUES;
        if !fits {
            if !std::mem::replace(&mut self.is_full, true) {
                tracing::warn!(
                    "subgraphs answer with more headers for the client than it is sent: 128 values, 16 KiB"
                );
            }
            return;
        }
        // A copy: the value keeps all that was read with it.
        if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
            self.bytes += value.len();
            self.values.push((fetch, rule, value));
        }
    }
}

#[cfg(test)]
mod tests;
