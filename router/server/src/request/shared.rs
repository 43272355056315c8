//! What the pipelines of one router have in common, whatever the configuration, and what of each was made before it.

use std::sync::{Arc, Weak};

use abaque_edge::trace::Tracer;
use arc_swap::ArcSwap;
use memory::Memory;
use redis::Redis;

use super::ending::Ending;
use super::mutations::Mutations;
use super::pipeline::{Latest, Pipeline};
use crate::persisted::Persisted;
use crate::record::Recording;
use crate::reload::Exporters;
use crate::schema::{Current, Schemas};
use crate::telemetry::Metrics;

/// What lasts from the start of a router to its end.
#[derive(Clone, Debug)]
pub(crate) struct Shared {
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) schemas: Arc<Schemas>,
    pub(crate) memory: Arc<Memory>,
    pub(crate) recording: Option<Arc<Recording>>,
    pub(crate) ending: Arc<Ending>,
    pub(crate) mutations: Mutations,
    pub(crate) exporters: Exporters,
    pub(super) latest: Latest,
}

/// What a configuration's pipeline is made with.
pub(crate) struct Resources {
    /// Fetches the keys of issuers.
    pub(crate) issuers: fetch::Client,
    /// Whether connections are opened as they were before.
    pub(crate) keeps_connections: bool,
    pub(crate) redis: Option<Redis>,
    /// Where the schema is found that is made by it.
    pub(crate) current: Arc<Current>,
    pub(crate) persisted: Option<Arc<Persisted>>,
    pub(crate) tracer: Option<Tracer>,
}

impl Shared {
    pub(crate) fn new(
        metrics: Arc<Metrics>,
        schemas: Arc<Schemas>,
        memory: Arc<Memory>,
        recording: Option<Arc<Recording>>,
        ending: Arc<Ending>,
    ) -> Self {
        Self {
            mutations: Mutations::new(&metrics),
            exporters: Exporters::default(),
            metrics,
            schemas,
            memory,
            recording,
            ending,
            latest: Arc::new(ArcSwap::from_pointee(Weak::new())),
        }
    }

    /// What begins from now on begins with this pipeline.
    pub(crate) fn serve(&self, pipeline: &Arc<Pipeline>) {
        self.latest.store(Arc::new(Arc::downgrade(pipeline)));
    }
}
