//! What a configuration says about the schema and its subgraphs.

use std::sync::Arc;

use abaque_edge::trace::Tracer;
use client::Transport;
use resolver::Resolver;

use crate::config::Config;

/// How schemas are made, and subgraphs asked.
#[derive(Clone, Debug)]
pub(crate) struct Terms {
    pub(crate) config: Arc<Config>,
    /// Connections to subgraphs.
    pub(crate) transport: Transport,
    pub(crate) resolver: Resolver,
    /// Records compositions; `None` where nothing is exported.
    pub(crate) tracer: Option<Tracer>,
}

/// What every subgraph is asked by.
pub(crate) const OF_ALL: &[&[&str]] = &[
    &["headers", "propagate"],
    &["headers", "insert"],
    &["headers", "remove"],
    &["headers", "claims"],
    &["timeouts", "request"],
    &["timeouts", "subgraph"],
    &["timeouts", "subgraph_head"],
    &["timeouts", "subgraph_body"],
    &["limits", "subgraph_response"],
    &["deduplicate_queries"],
    &["operation_names"],
];
/// What sources are looked at by.
pub(crate) const OF_SOURCES: &[&[&str]] = &[
    &["limits", "sdl"],
    &["limits", "sdl_total"],
    &["timeouts", "sdl"],
    &["polling"],
];
/// What operations are prepared by.
pub(crate) const OF_OPERATIONS: &[&[&str]] = &[
    &["authorization"],
    &["cost"],
    &["delegated_features"],
    &["introspection"],
    &["limits"],
    &["override_labels"],
    &["plan_cache"],
    &["rate_limit", "cost"],
    &["subgraphs"],
    &["timeouts", "request"],
];
/// Where further subgraphs are found.
pub(crate) const OF_DISCOVERY: &[&[&str]] = &[&["discovery"], &["subgraphs"], &["supergraph"]];

impl Terms {
    /// Whether a subgraph is asked on the same terms, over the same connections.
    pub(super) fn keep(&self, before: &Self, subgraph: &str) -> bool {
        let (now, then) = (&self.config, &before.config);
        let own = |config: &Config| config.subgraph(subgraph).terms;
        let (terms, terms_then) = (own(now), own(then));
        let has_cookies = |config: &Config| config.client.response.has_cookies();
        self.transport.is_same(&before.transport, &terms.tls)
            && now.is_same(then, OF_ALL)
            && now.is_same(then, &[&["subgraphs", subgraph]])
            && terms.max_requests == terms_then.max_requests
            // Then equal queries are not joined.
            && has_cookies(now) == has_cookies(then)
    }

    /// Whether sources are looked at as often, and within the same bounds.
    pub(super) fn look_alike(&self, before: &Self) -> bool {
        self.config.is_same(&before.config, OF_SOURCES)
    }

    /// Whether an operation comes to the same.
    pub(super) fn prepare_alike(&self, before: &Self) -> bool {
        self.config.is_same(&before.config, OF_OPERATIONS)
    }

    /// Whether further subgraphs are found in the same way.
    pub(super) fn discover_alike(&self, before: &Self) -> bool {
        self.config.is_same(&before.config, OF_DISCOVERY)
    }

    /// The settings of a subgraph of a schema; `None` for one that has left the configuration and is served until a schema without it has composed.
    pub(super) fn of(&self, subgraph: &str) -> Option<client::SubgraphConfig> {
        let config = &self.config;
        let open = config.supergraph.is_some() || config.discovers();
        let is_meant = open || config.subgraphs.contains_key(subgraph);
        is_meant.then(|| config.subgraph(subgraph).terms)
    }
}
