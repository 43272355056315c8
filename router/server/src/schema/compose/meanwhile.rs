//! What is served until the subgraphs have been seen: a supergraph that was composed elsewhere or before.

use std::sync::Arc;

use super::Composer;
use crate::deep_stack;
use crate::schema::making::{Composition, Ingredients};
use crate::schema::members::{Selection, Texts};
use crate::schema::seed::Seed;
use crate::schema::serving::SchemaHash;
use crate::schema::status::Origin;

impl Composer {
    /// Serves what an earlier run composed, until the subgraphs have been seen.
    pub(super) async fn begin_with_kept(&mut self) {
        let Some(kept) = self.kept.clone() else {
            return;
        };
        let config = Arc::clone(&self.terms.config);
        let reading = deep_stack::run(move || kept.read(&config));
        let Ok(Some(sdl)) = reading.await else {
            return;
        };
        if let Some(schema) = self.begin_with(sdl.into(), Origin::Kept).await {
            tracing::info!(%schema, "the schema of an earlier run is in service for now");
        }
    }

    /// Serves what a sibling serves, until the subgraphs have been seen.
    pub(super) async fn begin_with_seed(&mut self, seed: Seed) {
        self.members.seed(seed.subgraphs);
        if let Some(schema) = self.begin_with(seed.supergraph, Origin::Seed).await {
            tracing::warn!(%schema, "not every subgraph gives its SDL: the schema of a sibling is in service until they do");
        }
    }

    /// Serves a supergraph that was composed elsewhere, for now.
    async fn begin_with(&mut self, supergraph: Arc<str>, origin: Origin) -> Option<SchemaHash> {
        let mut loading = self.begin(Selection {
            ingredients: Ingredients::Supergraph(supergraph),
            texts: Texts::new(),
            origin,
        });
        let Ok(Composition::New(serving, _)) = loading.work.as_mut().await else {
            return None;
        };
        let hash = serving.hash;
        self.origin = origin;
        self.put(*serving);
        self.offer();
        self.publish();
        Some(hash)
    }
}
