//! What of a client's request the answers of subgraphs depend on: their `Vary`, in the names that the client uses
//! (<https://www.rfc-editor.org/rfc/rfc9111#section-4.1>).

use std::sync::Arc;

use abaque_edge::request::X_REQUEST_ID;
use http::header::{HeaderMap, HeaderName, HeaderValue, VARY};

use crate::header_rules::HeaderRules;
use crate::route::Routes;

/// What the answers of one subgraph may depend on; worked out once.
#[derive(Debug, Default)]
pub(crate) struct Varying {
    rules: Arc<HeaderRules>,
    /// The headers that decide at which of its places it is asked.
    routes: Box<[HeaderName]>,
    /// Whether a claim of the token does.
    is_personal: bool,
}

/// What several answers depend on together.
#[derive(Debug, Default)]
pub(crate) struct Depends {
    names: Vec<HeaderName>,
    /// Whether it is something that the client's token says, which no cache can see.
    pub(crate) is_personal: bool,
    /// Whether it is more than can be said.
    is_endless: bool,
}

/// A response does not depend on more headers than this and may still be kept.
const MAX_NAMES: usize = 16;

impl Varying {
    pub(crate) fn new(rules: &Arc<HeaderRules>, routes: &Routes) -> Self {
        let mut all = Self {
            rules: Arc::clone(rules),
            is_personal: routes.ask_for_claims(),
            ..Self::default()
        };
        let mut names: Vec<HeaderName> = Vec::new();
        for name in routes.headers() {
            if rules.is_claim_of_request(name) {
                all.is_personal = true;
            } else if !names.contains(name) {
                names.push(name.clone());
            }
        }
        all.routes = names.into();
        all
    }
}

impl Depends {
    /// An answer has come.
    pub(crate) fn add(&mut self, headers: &HeaderMap, varying: &Varying) {
        self.is_personal |= varying.is_personal;
        for name in &varying.routes {
            self.on(name);
        }
        for line in headers.get_all(VARY) {
            for name in line.to_str().unwrap_or("*").split(',').map(str::trim) {
                if !name.is_empty() {
                    self.on_sent(name, varying);
                }
            }
        }
    }

    /// An answer depends on a header that the subgraph was sent.
    fn on_sent(&mut self, name: &str, varying: &Varying) {
        match HeaderName::from_bytes(name.as_bytes()) {
            // A star is a name by its characters.
            Ok(name) if name != "*" && !is_of_each_request(&name) => {
                let rules = &varying.rules;
                for source in rules.sources(&name) {
                    match rules.is_claim(source) {
                        true => self.is_personal = true,
                        false => self.on(source),
                    }
                }
            }
            _ => self.is_endless = true,
        }
    }

    /// It depends on a header of the client's.
    pub(crate) fn on(&mut self, name: &HeaderName) {
        if self.names.contains(name) {
            return;
        }
        match self.names.len() < MAX_NAMES {
            true => self.names.push(name.clone()),
            false => self.is_endless = true,
        }
    }

    /// The header; `more` is among its names. `*` where no other request will do.
    pub(crate) fn write(&self, more: Option<HeaderName>) -> Option<HeaderValue> {
        if self.is_endless {
            return Some(HeaderValue::from_static("*"));
        }
        let more = more.as_ref().map(HeaderName::as_str);
        let mut names: Vec<&str> = self.names.iter().map(HeaderName::as_str).collect();
        names.extend(more.filter(|more| !names.contains(more)));
        names.sort_unstable();
        let text = (!names.is_empty()).then(|| names.join(", "))?;
        Some(HeaderValue::try_from(text).expect("names and commas are a header value"))
    }

    /// Whether no other request will do.
    pub(crate) fn is_endless(&self) -> bool {
        self.is_endless
    }
}

/// Whether a header differs from one request to the next of the same client.
fn is_of_each_request(name: &HeaderName) -> bool {
    *name == X_REQUEST_ID || matches!(name.as_str(), "traceparent" | "tracestate")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::SubgraphConfig;

    /// What an answer with this `Vary` depends on, by the rules for all subgraphs and the section of its own.
    fn depends(general: &str, own: &str, vary: &'static str) -> String {
        let general = crate::config::tests::config(&format!("headers: {{ {general} }}"));
        let read = |root: settings::Section<'_>| {
            let own = SubgraphConfig::read(&root);
            root.end();
            own
        };
        let own = settings::parse(own, "router.yaml".as_ref(), &|_| None, read);
        let own = own.unwrap_or_else(|error| panic!("{error}")).0;
        let rules = Arc::new(HeaderRules::new(&general.headers, &own.headers));
        let varying = Varying::new(&rules, &Routes::new(&own.routes, None));
        let mut headers = HeaderMap::new();
        if !vary.is_empty() {
            headers.insert(VARY, HeaderValue::from_static(vary));
        }
        let mut depends = Depends::default();
        depends.add(&headers, &varying);
        let names = depends.write(None);
        let names = names.as_ref().map(|names| names.to_str().expect("text"));
        let personal = if depends.is_personal { "private " } else { "" };
        format!("{personal}{}", names.unwrap_or_default())
    }

    #[test]
    fn what_a_subgraph_varies_by_has_the_name_that_clients_use() {
        let renamed = "propagate: [{ name: x-tenant, rename: x-org, default: main }, { matching: ^x-b3- }, cookie]";
        assert_eq!(depends(renamed, "", "X-Org"), "x-tenant");
        assert_eq!(depends(renamed, "", "x-b3-a, Cookie"), "cookie, x-b3-a");
        let two = "propagate: [{ name: x-a, rename: x-org }, { name: x-b, rename: x-org }]";
        assert_eq!(depends(two, "", "x-org"), "x-a, x-b");
        let both = "propagate: [{ name: x-a, rename: x-org }, { matching: ^x- }]";
        assert_eq!(depends(both, "", "x-org"), "x-a, x-org");
        // Nobody sends it, and it costs nothing to say so.
        assert_eq!(depends("", "", "x-tenant"), "x-tenant");
    }

    #[test]
    fn what_the_router_sets_is_the_same_for_all() {
        let inserted = "propagate: [authorization], insert: { x-env: one }";
        assert_eq!(
            depends(inserted, "", "accept, user-agent, accept-encoding, x-env"),
            ""
        );
        let matching = "propagate: [{ matching: . }], insert: { x-env: one }";
        assert_eq!(depends(matching, "", "user-agent, x-env"), "user-agent");
        let own = "headers: { insert: { authorization: ours } }";
        assert_eq!(depends(inserted, own, "authorization"), "");
        assert_eq!(depends(inserted, "", "authorization"), "authorization");
    }

    #[test]
    fn what_a_token_says_is_for_one_client() {
        let claim = "claims: { x-user: sub }";
        assert_eq!(depends(claim, "", "x-user, x-a"), "private x-a");
        let renamed = "claims: { x-user: sub }, propagate: [{ name: x-user, rename: x-who }]";
        assert_eq!(depends(renamed, "", "x-who"), "private ");
        let matching = "claims: { x-user: sub }";
        let own = "headers: { propagate: [{ matching: ^x- }] }";
        assert_eq!(depends(matching, own, "x-user"), "private ");
        assert_eq!(depends(claim, "", ""), "");
        let own = "headers: { claims: { x-user: sub } }";
        assert_eq!(depends("", own, "x-user, x-a"), "private x-a");
    }

    #[test]
    fn where_a_subgraph_is_asked_is_something_that_its_answers_depend_on() {
        let route = |when: &str| {
            format!(
                "routes: [{{ when: {{ {when}, is: a }}, url: http://b/ }}, {{ when: {{ header: x-canary, is: b }}, url: http://c/ }}]"
            )
        };
        let header = route("header: x-region");
        assert_eq!(depends("", &header, ""), "x-canary, x-region");
        assert_eq!(depends("", &header, "x-region"), "x-canary, x-region");
        assert_eq!(depends("", &route("claim: region"), ""), "private x-canary");
        let claim = "claims: { x-canary: sub }";
        assert_eq!(depends(claim, &header, ""), "private x-region");
        // A route looks at the client's request, in which a claim for this subgraph alone does not stand.
        let own = format!("headers: {{ {claim} }}\n{header}");
        assert_eq!(depends("", &own, ""), "x-canary, x-region");
    }

    #[test]
    fn what_is_of_each_request_is_of_no_other() {
        for vary in ["*", "x-a, *", "x-request-id", "Traceparent", "a b"] {
            assert_eq!(depends("", "", vary), "*", "{vary}");
        }
    }
}
