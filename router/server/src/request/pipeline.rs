//! What the stages of one configuration have in common, and what is taken over of it when the configuration changes.

use std::sync::{Arc, Weak};

use abaque_edge::trace::Tracer;
use arc_swap::ArcSwap;
use http::HeaderMap;
use memory::Memory;
use tokio::time::Instant;

use super::admit::Subscriptions;
use super::context::RequestContext;
use super::documents::Documents;
use super::ending::Ending;
use super::events::Feeds;
use super::identify::Authenticator;
use super::mutations::Mutations;
use super::rate_limit::RateLimit;
use super::shared::{Resources, Shared};
use crate::config::Config;
use crate::prepare::Preparer;
use crate::reload::in_service::Held;
use crate::schema::{Current, Schemas, Serving};
use crate::telemetry::{Clients, Metrics};

/// What verified tokens, and what was made of them, depend on.
pub(crate) const AUTHENTICATOR: &[&[&str]] = &[
    &["authentication"],
    &["authorization"],
    &["headers", "claims"],
];

/// What the counts of clients depend on.
pub(crate) const RATE_LIMIT: &[&[&str]] = &[&["rate_limit"], &["redis"]];

/// What all requests share that one configuration is in service for.
#[derive(Debug)]
pub(crate) struct Pipeline {
    pub(crate) config: Arc<Config>,
    pub(crate) metrics: Arc<Metrics>,
    /// Records what comes of earlier requests; `None` where nothing is exported.
    pub(crate) tracer: Option<Tracer>,
    /// Requests by the clients that are counted by name.
    pub(super) clients: Arc<Clients>,
    pub(super) schemas: Arc<Schemas>,
    /// The schema that is made by this configuration.
    current: Arc<Current>,
    pub(crate) memory: Arc<Memory>,
    pub(crate) authenticator: Arc<Authenticator>,
    pub(super) preparer: Preparer,
    pub(super) rate_limit: Option<Arc<RateLimit>>,
    pub(super) documents: Documents,
    pub(super) subscriptions: Subscriptions,
    pub(super) feeds: Arc<Feeds>,
    /// Ends the subscriptions, which do not end by themselves.
    pub(crate) ending: Arc<Ending>,
    pub(super) mutations: Mutations,
    pub(super) latest: Latest,
    _held: Held,
}

/// The pipeline that requests go to which come now.
pub(super) type Latest = Arc<ArcSwap<Weak<Pipeline>>>;

impl Pipeline {
    /// When a request that comes now has to be answered.
    pub(crate) fn deadline(&self) -> Instant {
        Instant::now() + self.config.timeouts.request
    }

    /// What `previous` has and this configuration would make again is taken over.
    pub(crate) fn new(
        config: Arc<Config>,
        shared: Shared,
        resources: Resources,
        previous: Option<&Self>,
    ) -> Self {
        let Shared {
            metrics, schemas, ..
        } = shared;
        let same =
            |keys: &[&[&str]]| previous.filter(|previous| config.is_same(&previous.config, keys));
        Self {
            authenticator: match same(AUTHENTICATOR).filter(|_| resources.keeps_connections) {
                Some(previous) => Arc::clone(&previous.authenticator),
                None => Arc::new(Authenticator::new(
                    &config.authentication,
                    &config.client.headers.claims,
                    &resources.issuers,
                    &metrics.recorder,
                    previous.map(|previous| &*previous.authenticator),
                    resources.keeps_connections,
                )),
            },
            subscriptions: match previous {
                Some(previous) => previous.subscriptions.again(config.subscriptions.max),
                None => Subscriptions::new(config.subscriptions.max, &metrics),
            },
            rate_limit: match same(RATE_LIMIT).filter(|_| resources.keeps_connections) {
                Some(previous) => previous.rate_limit.clone(),
                None => {
                    let counted = same(&[&["rate_limit"]]);
                    RateLimit::new(
                        &config.rate_limit,
                        resources.redis.clone(),
                        &metrics.recorder,
                        counted.and_then(|previous| previous.rate_limit.as_deref()),
                    )
                    .map(Arc::new)
                }
            },
            preparer: match same(&[&["limits"]]) {
                Some(previous) => previous.preparer.again(),
                None => Preparer::new(&config, Arc::clone(&metrics), shared.recording),
            },
            documents: Documents::new(
                &config.persisted_documents,
                resources.persisted,
                resources.redis,
                &metrics,
                previous.map(|previous| &previous.documents),
            ),
            feeds: match previous {
                Some(previous) => Arc::clone(&previous.feeds),
                None => Arc::default(),
            },
            current: resources.current,
            tracer: resources.tracer,
            _held: schemas.configuration.hold(),
            clients: Arc::new(Clients::new(&config.telemetry.client, &metrics.recorder)),
            config,
            metrics,
            schemas,
            memory: shared.memory,
            ending: shared.ending,
            mutations: shared.mutations,
            latest: shared.latest,
        }
    }

    /// The pipeline for what begins now: this one, unless another configuration is in service.
    pub(crate) fn latest(self: &Arc<Self>) -> Arc<Self> {
        let latest = self.latest.load().upgrade();
        latest.unwrap_or_else(|| Arc::clone(self))
    }

    /// The newest schema of this configuration.
    pub(crate) fn schema(&self) -> Option<Arc<Serving>> {
        self.current.get()
    }

    /// Tells the client of a request, in the head of its answer, what it has left of its limits.
    pub(crate) fn tell_quota(&self, context: &RequestContext, headers: &mut HeaderMap) {
        if let Some(limit) = &self.rate_limit {
            limit.tell(&context.quota, headers);
        }
    }
}
