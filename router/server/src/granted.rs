//! What the configuration grants, within the open files that the process may have.

use abaque_edge::descriptors::{ADMIN_CONNECTIONS, Descriptors};

use crate::config::{Config, SubgraphConfig};

/// This many subgraphs are counted on, at least, where there may be more than the configuration names: in a supergraph that was composed elsewhere, and with
/// discovery.
const UNNAMED_SUBGRAPHS: usize = 4;

/// What was found, and what follows from it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Granted {
    /// The limit of open files.
    pub(crate) open_files: usize,
    /// What it was before it was raised.
    pub(crate) raised_from: Option<usize>,
    /// Connections of clients.
    pub(crate) connections: usize,
    /// Subscriptions, each of which has a stream from a subgraph.
    pub(crate) subscriptions: usize,
    /// Connections to subgraphs.
    outgoing: usize,
    /// Whether that is less than the configuration grants.
    is_less: bool,
}

impl Granted {
    /// Raises the limit of open files as far as it can be, and lowers what the configuration grants to what it allows. A request of a client can
    /// make several to subgraphs, so both count.
    pub(crate) fn within(config: &mut Config) -> Self {
        let descriptors = Descriptors::raise();
        let unnamed = match config.supergraph.is_some() || config.discovers() {
            true => UNNAMED_SUBGRAPHS.saturating_sub(config.subgraphs.len()),
            false => 0,
        };
        let wanted = config
            .subgraphs
            .values()
            .map(|subgraph| subgraph.terms.max_requests)
            .fold(
                unnamed.saturating_mul(SubgraphConfig::default().terms.max_requests),
                usize::saturating_add,
            )
            .saturating_add(config.subscriptions.max);
        let shares = descriptors.shares(1, config.limits.connections, wanted);
        let is_less = shares.clients < config.limits.connections || shares.outgoing < wanted;
        let scaled = |most: usize| match most.checked_mul(shares.outgoing) {
            Some(product) if shares.outgoing < wanted => (product / wanted).clamp(1, most.max(1)),
            _ => most,
        };
        config.limits.connections = shares.clients;
        for subgraph in config.subgraphs.values_mut() {
            subgraph.terms.max_requests = scaled(subgraph.terms.max_requests);
        }
        if config.subscriptions.max > 0 {
            config.subscriptions.max = scaled(config.subscriptions.max);
        }
        Self {
            open_files: descriptors.limit,
            raised_from: descriptors.raised_from,
            connections: config.limits.connections,
            subscriptions: config.subscriptions.max,
            outgoing: shares.outgoing,
            is_less,
        }
    }

    /// Says what is less than the configuration grants.
    pub(crate) fn warn(&self) {
        if self.is_less {
            tracing::warn!(
                open_files = self.open_files,
                connections = self.connections,
                subgraph_connections = self.outgoing,
                subscriptions = self.subscriptions,
                admin_connections = ADMIN_CONNECTIONS,
                "the limit of open files is too low for what the configuration grants, so less is granted: raise it (`ulimit -n`, `LimitNOFILE`)"
            );
        }
    }
}
