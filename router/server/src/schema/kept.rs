//! The last good supergraph on disk: what is served at the next start until the subgraphs have been seen.
//!
//! The file is plain supergraph SDL, so `supergraph:` could serve it too. It is a help and no more: whatever is wrong with it is logged, and
//! the router starts as it would without.

use std::path::PathBuf;

use federation::Supergraph;

use crate::config::Config;
use crate::text_file::{self, read};

/// Where it is kept.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    path: PathBuf,
    max: usize,
}

impl Kept {
    /// Nothing when the configuration does not ask for it.
    pub(super) fn of(config: &Config) -> Option<Self> {
        let path = config
            .keep
            .clone()
            .filter(|_| config.supergraph.is_none())?;
        Some(Self {
            path,
            max: config.limits.sdl_total.saturating_mul(4),
        })
    }

    /// What was kept, when it is of the subgraphs that are configured now.
    pub(super) fn read(&self, config: &Config) -> Option<String> {
        if !self.path.exists() {
            return None;
        }
        let path = self.path.display();
        let sdl = match read(&self.path, self.max) {
            Ok(sdl) => sdl,
            Err(error) => {
                tracing::warn!(%path, error, "the kept schema cannot be read");
                return None;
            }
        };
        match Supergraph::parse(&sdl) {
            Ok(supergraph) if is_of(&supergraph, config) => Some(sdl),
            Ok(_) => {
                tracing::info!(%path, "the kept schema is of other subgraphs, and not used");
                None
            }
            Err(_) => {
                tracing::warn!(%path, "the kept schema cannot be loaded");
                None
            }
        }
    }

    /// Keeps another one: a concurrent reader sees the old one or the new one.
    pub(super) fn write(&self, sdl: &str) {
        if let Err(error) = text_file::replace(&self.path, sdl) {
            tracing::warn!(path = %self.path.display(), %error, "the schema cannot be kept");
        }
    }
}

/// Whether a supergraph has the configured subgraphs, at the configured places. With discovery it may have others: which there are is not known yet.
pub(super) fn is_of(supergraph: &Supergraph, config: &Config) -> bool {
    let there = supergraph.subgraphs();
    (config.discovers() || there.len() == config.subgraphs.len())
        && config.placed().all(|(name, subgraph)| {
            let url = subgraph.terms.url.as_ref();
            let url = url.map(ToString::to_string).unwrap_or_default();
            there
                .iter()
                .any(|known| *known.name == **name && *known.url == *url)
        })
}
