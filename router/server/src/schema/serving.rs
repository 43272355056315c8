//! One schema in service, with everything that belongs to it and ends with it.

use std::sync::Arc;
use std::time::SystemTime;

use client::{Subgraphs, Transport};
use federation::{Diagnostics, Supergraph};
use sha2::{Digest, Sha256};

use super::changes::LastChanges;
use crate::config::Config;
use crate::prepare::Operations;
use crate::telemetry::Metrics;

/// A schema in service. Requests hold it to their end, so that one which began with it ends with it.
pub(crate) struct Serving {
    /// Names the supergraph SDL.
    pub(crate) hash: SchemaHash,
    pub(crate) since: SystemTime,
    pub(crate) hints: Arc<Diagnostics>,
    pub(crate) supergraph: Arc<Supergraph>,
    /// How it differs from the one before; `None` for the first one.
    pub(crate) changes: Option<Arc<LastChanges>>,
    /// Prepared operations: they are useful with this schema only.
    pub(crate) operations: Arc<Operations>,
    pub(crate) subgraphs: Subgraphs,
    pub(crate) options: executor::Options,
}

/// The first 16 bytes of the SHA-256 of a supergraph SDL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SchemaHash([u8; 16]);

impl SchemaHash {
    pub(crate) fn of(sdl: &str) -> Self {
        let mut hash = [0; 16];
        hash.copy_from_slice(&Sha256::digest(sdl.as_bytes())[..16]);
        Self(hash)
    }

    /// The first 48 bits, which a metric's 64-bit float holds exactly.
    pub(crate) fn as_f64(self) -> f64 {
        self.0[..6]
            .iter()
            .fold(0.0, |number, byte| number * 256.0 + f64::from(*byte))
    }
}

impl std::fmt::Display for SchemaHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Serving {
    /// Prepares a loaded supergraph for service. Endpoints that are as before keep their state.
    pub(crate) fn new(
        supergraph: Arc<Supergraph>,
        hints: Diagnostics,
        config: &Config,
        transport: &Transport,
        metrics: &Metrics,
        previous: Option<&Serving>,
    ) -> Self {
        let subgraphs = Subgraphs::new(
            &supergraph,
            &config.client,
            |name| config.subgraph(name).terms,
            transport,
            &metrics.recorder,
            previous.map(|serving| &serving.subgraphs),
        );
        Self {
            hash: SchemaHash::of(supergraph.sdl()),
            since: SystemTime::now(),
            hints: Arc::new(hints),
            operations: Arc::new(Operations::new(&supergraph, config)),
            subgraphs,
            options: options(config, &supergraph),
            changes: previous
                .map(|previous| Arc::new(LastChanges::between(&previous.supergraph, &supergraph))),
            supergraph,
        }
    }
}

/// What the executor is allowed, by the configuration and the subgraphs of this schema.
fn options(config: &Config, supergraph: &Supergraph) -> executor::Options {
    let subgraphs = supergraph.subgraphs().iter();
    executor::Options {
        introspection: config.introspection,
        reveal_errors: subgraphs
            .map(|subgraph| config.errors.includes(&subgraph.name))
            .collect(),
        ..executor::Options::default()
    }
}

impl std::fmt::Debug for Serving {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Serving")
            .field("hash", &self.hash)
            .finish_non_exhaustive()
    }
}
