//! From the headers of subgraphs' answers to those of the client's response.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::header::{CACHE_CONTROL, HeaderMap, HeaderName, HeaderValue, SET_COOKIE, VARY};
use planner::FetchId;
use settings::Section;

use crate::cache_control::CachePolicy;
use crate::depends::{Depends, Varying};
use crate::hop_by_hop::HopByHop;

/// Which headers of subgraphs' answers go to clients.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResponseRules {
    rules: Vec<ResponseRule>,
    /// The headers of a client that say who asks.
    identity: Vec<HeaderName>,
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
    /// The first that has it counts, with all its lines.
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
        let key = headers.key("response", "Headers of subgraphs' answers that go to the client: `name`, and `merge` for what several answers come to: that of the `first` or the `last` that has it, in the order of the plan; `append`, all of them, each in a line of its own; or `strictest`, of `cache-control` only. Without `merge` it is `strictest` for `cache-control`, `append` for `set-cookie`, and `last` for others. Queries to a subgraph are not joined where `set-cookie` is among them.");
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
            identity: Vec::new(),
        }
    }

    /// The same where these headers of a client say who asks: what depends on that varies by them.
    #[must_use]
    pub fn identified_by(&self, identity: Vec<HeaderName>) -> Self {
        Self {
            identity,
            ..self.clone()
        }
    }

    /// Whether cookies go to clients, which are one client's each.
    pub fn has_cookies(&self) -> bool {
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
        let name = name.parse::<HeaderName>().ok();
        // What others would lose: cookies, and that a response is private.
        let default = match &name {
            Some(name) if name == CACHE_CONTROL => "strictest",
            Some(name) if name == SET_COOKIE => "append",
            _ => "last",
        };
        let merge = section.key("merge", "").choice(
            default,
            &[
                ("first", Merge::First),
                ("last", Merge::Last),
                ("append", Merge::Append),
                ("strictest", Merge::Strictest),
            ],
        );
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

/// Who may keep a response, as far as that is not the subgraphs' to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeper {
    /// Nobody.
    None,
    /// Only the client itself: it depends on who asks.
    Client,
    /// Anyone, as far as the subgraphs allow it.
    Anyone,
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
    /// What they depend on, where they may be kept.
    depends: Depends,
    values: Vec<Value>,
    bytes: usize,
    is_full: bool,
}

/// What is sent, if its rule says so.
#[derive(Debug)]
struct Value {
    /// The entry of a batch that it is of; 0 elsewhere.
    entry: usize,
    fetch: FetchId,
    rule: usize,
    value: HeaderValue,
}

impl Value {
    /// Which answer it is of.
    fn answer(&self) -> (usize, u32) {
        (self.entry, self.fetch.0)
    }
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

    /// An answer has come, of a subgraph whose answers depend on no more than that.
    pub(crate) fn add(&self, fetch: FetchId, headers: &HeaderMap, varying: &Varying) {
        let mut inner = self.lock();
        if inner.policy != Some(CachePolicy::NoStore) {
            let policy = CachePolicy::of(headers);
            inner.policy = Some(match inner.policy.take() {
                Some(others) => others.and(policy),
                None => policy,
            });
        }
        if inner.policy != Some(CachePolicy::NoStore) || self.rules.overrides_cache_control() {
            inner.depends.add(headers, varying);
        }
        let hop_by_hop = HopByHop::of(headers);
        for (index, rule) in self.rules.rules.iter().enumerate() {
            if rule.merge != Merge::Strictest && !hop_by_hop.has(&rule.name) {
                for value in headers.get_all(&rule.name) {
                    inner.keep(0, fetch, index, value);
                }
            }
        }
    }

    /// Takes what an entry of a batch has gathered, within the bounds for all of them. The response to a batch is kept by nobody.
    pub fn absorb(&self, entry: usize, of_entry: &Self) {
        let values = std::mem::take(&mut of_entry.lock().values);
        let mut inner = self.lock();
        for value in values {
            inner.keep(entry, value.fetch, value.rule, &value.value);
        }
    }

    /// A request was not answered.
    pub(crate) fn failed(&self) {
        self.lock().policy = Some(CachePolicy::NoStore);
    }

    /// Adds what there is to the headers of a response, which may be kept as long as the answers allow it, by the `keeper` at most.
    pub fn write(&self, keeper: Keeper, response: &mut HeaderMap) {
        let mut inner = self.lock();
        if keeper == Keeper::Client || inner.depends.is_personal {
            for name in &self.rules.identity {
                inner.depends.on(name);
            }
        }
        let mut values: Vec<_> = inner.values.iter().collect();
        values.sort_by_key(|value| (value.rule, value.entry, value.fetch.0));
        for (index, rule) in self.rules.rules.iter().enumerate() {
            let mut of_rule = values.iter().filter(|value| value.rule == index).peekable();
            let chosen = match rule.merge {
                Merge::First => of_rule.peek().map(|value| value.answer()),
                Merge::Last => of_rule.clone().next_back().map(|value| value.answer()),
                Merge::Append => None,
                Merge::Strictest => continue,
            };
            let values: Vec<_> = of_rule
                .filter(|value| chosen.is_none_or(|chosen| value.answer() == chosen))
                .collect();
            let is_cache_control = rule.name == CACHE_CONTROL;
            if is_cache_control && keeper == Keeper::None {
                continue;
            }
            if !values.is_empty() && (is_cache_control || rule.merge != Merge::Append) {
                response.remove(&rule.name);
            }
            for value in values {
                response.append(&rule.name, value.value.clone());
            }
        }
        if keeper == Keeper::None {
            return;
        }
        if self.rules.overrides_cache_control() {
            inner.restrict(keeper, response);
            return;
        }
        // A cookie is for one client.
        let policy = inner.policy.clone();
        if let Some(policy) = policy.filter(|_| !response.contains_key(SET_COOKIE)) {
            let policy = match keeper {
                Keeper::Client => policy.privately(),
                _ => policy,
            };
            let (cache_control, vary) = policy.write(&inner.depends);
            response.insert(CACHE_CONTROL, cache_control);
            if let Some(vary) = vary {
                response.append(VARY, vary);
            }
        }
    }
}

impl Inner {
    /// A rule has said how long a response may be kept. For whom, is no subgraph's to say where it depends on who asks, and what it depends on remains.
    fn restrict(&self, keeper: Keeper, response: &mut HeaderMap) {
        if keeper == Keeper::Client || self.depends.is_personal {
            let (cache_control, _) = CachePolicy::of(response).privately().write(&self.depends);
            response.insert(CACHE_CONTROL, cache_control);
        }
        if let Some(vary) = self.depends.write(None) {
            response.append(VARY, vary);
        }
    }

    fn keep(&mut self, entry: usize, fetch: FetchId, rule: usize, value: &HeaderValue) {
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
            self.values.push(Value {
                entry,
                fetch,
                rule,
                value,
            });
        }
    }
}

#[cfg(test)]
mod tests;
