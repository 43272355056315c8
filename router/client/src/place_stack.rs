//! The way to one place: what counts, breaks, retries, limits and times out there. A subgraph has one for its own place, and one for each that routes lead to, so that
//! what happens at one of them says nothing of the others.

use std::sync::Arc;
use std::time::Duration;

use http::Uri;
use metrics::Gauge;

use crate::config::{Config, SubgraphConfig};
use crate::header_rules::HeaderRules;
use crate::metrics::PlaceMetrics;
use crate::place::Place;
use crate::schema_bounds::SchemaBounds;
use crate::stack::{
    Breaker, BreakerState, Circuit, Dedupe, Exchange, Limit, Record, Retry, Routed, Timeout,
};
use crate::transport::Transport;

/// All layers.
pub(crate) type Stack = Dedupe<Routed<PlaceStack>>;

/// The layers between the choice of a place and its answer.
pub(crate) type PlaceStack = Record<Breaker<Retry<Limit<Timeout>>>>;

/// On what terms the places of a subgraph are asked.
pub(crate) struct Terms<'t> {
    pub(crate) name: &'t Arc<str>,
    pub(crate) own: &'t SubgraphConfig,
    pub(crate) config: &'t Config,
    pub(crate) transport: &'t Transport,
    pub(crate) headers: &'t Arc<HeaderRules>,
    /// Where the schema is asked for, and nothing else.
    pub(crate) schema: Option<SchemaBounds>,
}

impl Terms<'_> {
    /// The way to a place; `None` where nobody said where the subgraph is.
    pub(crate) fn stack(&self, place: Option<Place>, metrics: PlaceMetrics) -> PlaceStack {
        let Self { own, config, .. } = self;
        let asked_at = match self.schema {
            Some(_) => None,
            None => Some(place.as_ref().and_then(Place::shown).unwrap_or_default()),
        };
        let (head, body) = match self.schema {
            Some(_) => (None, None),
            None => (config.head_timeout, config.body_timeout),
        };
        let limited = Limit::new(
            Timeout::new(self.exchange(place), head, body),
            own.max_requests,
            own.adapts.then(|| self.patience()),
            match self.schema {
                Some(_) => Gauge::noop(),
                None => metrics.max_requests(),
            },
        );
        let metrics = Arc::new(metrics);
        let retrying = Retry::new(limited, own.retry.clone(), &metrics.retries);
        let circuit = own.breaker.map(|breaker| {
            let (name, url) = (Arc::clone(self.name), asked_at.clone().unwrap_or_default());
            Circuit::new(breaker, self.patience(), name, url, metrics.breaker.clone())
        });
        let breaking = Breaker::new(retrying, circuit);
        Record::new(breaking, Arc::clone(self.name), metrics, asked_at)
    }

    /// How long is waited for the subgraph before that says something of it, when nobody waits any more: half of what there can be.
    fn patience(&self) -> Duration {
        let timeout = self.own.timeout.unwrap_or(self.config.timeout);
        timeout.min(self.config.request) / 2
    }

    fn exchange(&self, place: Option<Place>) -> Exchange {
        let Self {
            own,
            config,
            transport,
            ..
        } = self;
        Exchange {
            subgraph: Arc::clone(self.name),
            origin: place.map(|place| transport.origin(place, &own.tls, own.http2)),
            headers: Arc::clone(self.headers),
            max_response: self
                .schema
                .map_or(config.max_response, |schema| schema.max_response),
            quotes: self.schema.is_some(),
            memory: self
                .schema
                .is_none()
                .then(|| Arc::clone(transport.memory())),
            is_compressed: own.compression,
        }
    }
}

/// What the breaker of a subgraph's place says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteState {
    /// Where it is, for people: without a name and password, and without the query, which can hold others.
    pub url: String,
    /// Whether it is asked; `None` where no breaker is configured.
    pub breaker: Option<BreakerState>,
}

/// A URL as people and metrics see it.
pub(crate) fn shown(url: &Uri) -> String {
    Place::Network(url.clone()).shown().unwrap_or_default()
}
