//! One schema in service, with everything that belongs to it and ends with it.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use abaque_edge::long_work;
use bytes::Bytes;
use client::{SubgraphConfig, Subgraphs};
use federation::{Diagnostics, Supergraph};
use sha2::{Digest, Sha256};

use super::changes::LastChanges;
use super::terms::Terms;
use crate::config::Config;
use crate::prepare::Operations;
use crate::telemetry::Metrics;

type Asked = HashMap<String, SubgraphConfig>;

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
    /// The schema that clients see.
    api: Printed,
    /// By which it was made.
    terms: Terms,
    /// How each subgraph is asked, by its name.
    asked: Asked,
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
        terms: &Terms,
        metrics: &Metrics,
        previous: Option<&Serving>,
    ) -> Self {
        let asked = asked(&supergraph, terms, previous);
        Self {
            hash: SchemaHash::of(supergraph.sdl()),
            since: SystemTime::now(),
            hints: Arc::new(hints),
            operations: Arc::new(Operations::new(&supergraph, &terms.config)),
            api: Printed::default(),
            subgraphs: subgraphs(&supergraph, terms, &asked, metrics, previous),
            asked,
            options: options(&terms.config, &supergraph),
            terms: terms.clone(),
            changes: previous
                .map(|previous| Arc::new(LastChanges::between(&previous.supergraph, &supergraph))),
            supergraph,
        }
    }

    /// The same schema on other terms. Where operations are prepared as before, they are kept.
    pub(crate) fn renewed(&self, terms: &Terms, metrics: &Metrics) -> Self {
        let operations = match terms.prepare_alike(&self.terms) {
            true => Arc::clone(&self.operations),
            false => Arc::new(Operations::new(&self.supergraph, &terms.config)),
        };
        let asked = asked(&self.supergraph, terms, Some(self));
        Self {
            hash: self.hash,
            since: self.since,
            hints: Arc::clone(&self.hints),
            operations,
            api: self.api.clone(),
            subgraphs: subgraphs(&self.supergraph, terms, &asked, metrics, Some(self)),
            asked,
            options: options(&terms.config, &self.supergraph),
            terms: terms.clone(),
            changes: self.changes.clone(),
            supergraph: Arc::clone(&self.supergraph),
        }
    }
}

impl Serving {
    /// The supergraph. All who read it have the same bytes: they may be megabytes, and be read slowly.
    pub(crate) fn sdl(&self) -> Bytes {
        struct Shared(Arc<str>);

        impl AsRef<[u8]> for Shared {
            fn as_ref(&self) -> &[u8] {
                self.0.as_bytes()
            }
        }

        Bytes::from_owner(Shared(Arc::clone(self.supergraph.sdl())))
    }

    /// The schema that clients see, in the same way.
    pub(crate) fn api_sdl(&self) -> Bytes {
        self.api.get(|| self.supergraph.api_sdl())
    }
}

/// A text that is written when it is first asked for.
#[derive(Clone, Default)]
struct Printed(Arc<OnceLock<Bytes>>);

impl Printed {
    fn get(&self, print: impl FnOnce() -> String) -> Bytes {
        let known = self.0.get().cloned();
        // Large, as a rule; who asks meanwhile waits where it is printed.
        known.unwrap_or_else(|| long_work::run(|| self.0.get_or_init(|| print().into()).clone()))
    }
}

/// What the configuration says about each subgraph. One that has left it is asked as before.
fn asked(supergraph: &Supergraph, terms: &Terms, previous: Option<&Serving>) -> Asked {
    let of = |name: &str| {
        let before = || previous?.asked.get(name).cloned();
        terms.of(name).or_else(before).unwrap_or_default()
    };
    let names = supergraph.subgraphs().iter().map(|graph| &*graph.name);
    names.map(|name| (name.to_owned(), of(name))).collect()
}

fn subgraphs(
    supergraph: &Supergraph,
    terms: &Terms,
    asked: &Asked,
    metrics: &Metrics,
    previous: Option<&Serving>,
) -> Subgraphs {
    let before = previous.map(|serving| &serving.terms);
    Subgraphs::new(
        supergraph,
        &terms.config.client,
        |name| asked.get(name).cloned().unwrap_or_default(),
        &terms.transport,
        &metrics.recorder,
        previous.map(|serving| &serving.subgraphs),
        |name| before.is_some_and(|before| terms.keep(before, name)),
    )
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_written_once_for_all_who_read_it() {
        let printed = Printed::default();
        let first = printed.get(|| "type Query { a: Int }".to_owned());
        let again = printed.clone().get(String::new);
        assert_eq!(first.as_ptr(), again.as_ptr());
    }
}
