//! The headers of requests to one subgraph: worked out once, applied to each.

use std::sync::Arc;

use abaque_edge::request::X_REQUEST_ID;
use abaque_edge::trace::SpanId;
use abaque_edge::{RequestId, TraceContext};
use http::header::{
    ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE, COOKIE, HOST, HeaderMap, HeaderName, HeaderValue,
    USER_AGENT,
};
use regex::Regex;

use crate::claims::Claims;
use crate::headers::{Headers, Propagation, is_reserved};
use crate::hop_by_hop::HopByHop;

/// What of a client's request goes on to subgraphs.
#[derive(Clone, Debug, Default)]
pub struct ClientRequest {
    /// All of its headers; only those on an endpoint's list are passed on.
    pub headers: HeaderMap,
    /// The same as the client sent them, where claims took the place of some and they may be needed once more.
    pub sent: Option<Arc<HeaderMap>>,
    /// Its place in a trace.
    pub trace: Option<TraceContext>,
    /// Its id.
    pub id: Option<RequestId>,
    /// What its verified token says, where it has one.
    pub claims: Option<Arc<dyn Claims>>,
}

/// Which headers an endpoint is sent; worked out once.
#[derive(Debug, Default)]
pub(crate) struct HeaderRules {
    fixed: HeaderMap,
    named: Vec<Named>,
    matching: Vec<Regex>,
    /// Whatever matches: what is set, and what is not sent.
    unmatched: Vec<HeaderName>,
    /// Whatever the client's request has in them.
    claims: Vec<Claim>,
}

/// A header that is a claim of the client's token.
#[derive(Debug)]
struct Claim {
    name: HeaderName,
    /// The names that lead there.
    path: String,
    /// Whether the header is some claim for all subgraphs, so that it has one in the client's request.
    is_general: bool,
}

#[derive(Debug)]
struct Named {
    name: HeaderName,
    rename: HeaderName,
    default: Option<HeaderValue>,
    /// Whether it is a rule of the subgraph's own.
    is_own: bool,
    /// Whether there is another one for the same header before it.
    is_alternative: bool,
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
        let is_own_claim = |name: &HeaderName| own.claims.iter().any(|(claim, _)| claim == name);
        let inserted = general.insert.iter();
        let inserted = inserted.filter(|(name, _)| generally(name) && !is_own_claim(name));
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
            claims: claims(general, own),
        };
        // Its own come first, and take the place of the general ones for a header. The first of several that has a value counts.
        let own_rules = own.propagate.iter().map(|rule| (rule, true));
        for (rule, is_own) in own_rules.chain(general.propagate.iter().map(|rule| (rule, false))) {
            match rule {
                Propagation::Matching(pattern) => rules.matching.push(pattern.clone()),
                Propagation::Named {
                    name,
                    rename,
                    default,
                } => {
                    let mut known = rules.named.iter();
                    let known = known.find(|known| known.rename == *rename);
                    let is_replaced = known.is_some_and(|known| known.is_own != is_own);
                    let is_sent = is_own || (generally(name) && generally(rename));
                    if is_sent && !is_replaced && !is_inserted(rename) {
                        let rule = Named {
                            name: name.clone(),
                            rename: rename.clone(),
                            default: default.clone(),
                            is_own,
                            is_alternative: known.is_some(),
                        };
                        rules.named.push(rule);
                    }
                }
            }
        }
        for Claim { name, .. } in &rules.claims {
            let is_set = || own.insert.iter().any(|(set, _)| set == name);
            if !is_own_claim(name) && (!generally(name) || is_set()) {
                continue;
            }
            let claim = Named {
                name: name.clone(),
                rename: name.clone(),
                default: None,
                is_own: false,
                is_alternative: false,
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
        let (sent, mut headers) = (&client.headers, HeaderMap::new());
        let hop_by_hop = HopByHop::of(sent);
        for rule in &self.named {
            let is_taken = rule.is_alternative && headers.contains_key(&rule.rename);
            if is_taken {
                continue;
            }
            // A claim is the router's to say, and not the client's to make up or to take away. What its headers have was written by the rules of the moment at
            // which it asked, which may have been others.
            if let Some(path) = self.claim(&rule.name) {
                let claims = client.claims.as_ref();
                if let Some(value) = claims.and_then(|claims| claims.header(path)) {
                    headers.append(&rule.rename, value);
                }
            } else if !hop_by_hop.has(&rule.name) {
                pass(sent, &rule.name, &mut headers, &rule.rename);
            }
        }
        for rule in &self.named {
            if let Some(default) = &rule.default
                && !headers.contains_key(&rule.rename)
            {
                headers.insert(&rule.rename, default.clone());
            }
        }
        if !self.matching.is_empty() {
            for name in sent.keys() {
                let is_sent = !self.is_claim(name) && !hop_by_hop.has(name);
                if is_sent && self.is_matched(name) && !headers.contains_key(name) {
                    pass(sent, name, &mut headers, name);
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

    /// The headers of a client's request that decide about one of the subgraph's. One that is never sent stands for itself.
    pub(crate) fn sources<'r>(
        &'r self,
        name: &'r HeaderName,
    ) -> impl Iterator<Item = &'r HeaderName> {
        let named = self.named.iter().filter(move |rule| rule.rename == *name);
        let is_named = named.clone().next().is_some();
        // What is passed on wins over what the router sets by itself.
        let itself = self.is_matched(name) || !is_named && !self.is_set(name);
        let named = named.map(|rule| &rule.name);
        named.chain(itself.then_some(name))
    }

    /// Whether the router sets a header, to the same for all clients.
    fn is_set(&self, name: &HeaderName) -> bool {
        *name == ACCEPT_ENCODING || *name == HOST || self.fixed.contains_key(name)
    }

    /// Whether a header is sent with a claim of the client's token, whatever its request has in it.
    pub(crate) fn is_claim(&self, name: &HeaderName) -> bool {
        self.claim(name).is_some()
    }

    /// Whether a header of the client's request has a claim of its token.
    pub(crate) fn is_claim_of_request(&self, name: &HeaderName) -> bool {
        let mut claims = self.claims.iter();
        claims.any(|claim| claim.is_general && claim.name == *name)
    }

    /// The claim that a header has.
    fn claim(&self, name: &HeaderName) -> Option<&str> {
        let mut claims = self.claims.iter();
        let claim = claims.find(|claim| claim.name == *name)?;
        Some(&claim.path)
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

/// The claims of one subgraph: its own, and the general ones in other headers.
fn claims(general: &Headers, own: &Headers) -> Vec<Claim> {
    let are_in = |claims: &[(HeaderName, String)], name: &HeaderName| {
        claims.iter().any(|(claim, _)| claim == name)
    };
    let others = general.claims.iter();
    let others = others.filter(|(name, _)| !are_in(&own.claims, name));
    let claims = own.claims.iter().chain(others);
    let claims = claims.map(|(name, path)| Claim {
        is_general: are_in(&general.claims, name),
        name: name.clone(),
        path: path.clone(),
    });
    claims.collect()
}

/// Copies all values of a header to another.
fn pass(from: &HeaderMap, name: &HeaderName, to: &mut HeaderMap, rename: &HeaderName) {
    let values = from.get_all(name);
    let is_divided = *name == COOKIE && values.iter().nth(1).is_some();
    if is_divided {
        // HTTP/2 divides them, and one line is what HTTP/1.1 has (<https://www.rfc-editor.org/rfc/rfc9113#section-8.2.3>).
        let crumbs: Vec<&[u8]> = values.iter().map(HeaderValue::as_bytes).collect();
        let joined = HeaderValue::from_bytes(&crumbs.join(&b"; "[..]));
        to.insert(rename, joined.expect("what joins values is allowed in one"));
        return;
    }
    for value in values {
        to.append(rename, value.clone());
    }
}

/// What is added to the headers of a request: its id, its place in a trace, and what belongs to the connection and the body.
const ADDED: usize = 6;

#[cfg(test)]
mod tests;
