//! What is counted of requests to subgraphs.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use abaque_edge::Recorder;
use abaque_edge::metrics::{DURATION_BUCKETS, Kind, Label, Metric, SIZE_BUCKETS, Unit, Values};
use executor::Entities;
use metrics::{Counter, Gauge, Histogram};

use crate::failure::Failure;

const SUBGRAPH: Label = Label {
    name: "subgraph",
    values: Values::Bounded("the subgraphs of the schema"),
};

/// Its other places have series of their own.
const ROUTE: Label = Label {
    name: "route",
    values: Values::Optional("the URLs that `routes` of the subgraph lead to"),
};

/// What is exported of requests to subgraphs.
pub const METRICS: &[Metric] = &[
    crate::names::METRIC,
    Metric {
        name: "http_client_request_duration_seconds",
        kind: Kind::Histogram(DURATION_BUCKETS),
        unit: Some(Unit::Seconds),
        help: "Requests to subgraphs, by how they ended: from when they are wanted to the last byte, with the wait for their turn and the pauses between attempts.",
        labels: &[
            SUBGRAPH,
            ROUTE,
            Label {
                name: "status",
                values: Values::OneOf(FetchOutcome::LABELS),
            },
        ],
    },
    Metric {
        name: "http_client_active_requests",
        kind: Kind::Gauge,
        unit: None,
        help: "Requests to subgraphs in flight or waiting for their turn.",
        labels: &[SUBGRAPH, ROUTE],
    },
    Metric {
        name: "graphql_subgraph_max_requests",
        kind: Kind::Gauge,
        unit: None,
        help: "Requests that the subgraph is sent at once at most: the configured number, or what `max_requests: auto` has found.",
        labels: &[SUBGRAPH, ROUTE],
    },
    Metric {
        name: "graphql_subgraph_requests_deduplicated_total",
        kind: Kind::Counter,
        unit: None,
        help: "Queries to subgraphs that were not sent because an equal one was in flight, whose answer they got.",
        labels: &[SUBGRAPH],
    },
    Metric {
        name: "graphql_subgraph_retries_total",
        kind: Kind::Counter,
        unit: None,
        help: "Queries that were sent to the subgraph once more.",
        labels: &[SUBGRAPH, ROUTE],
    },
    Metric {
        name: "graphql_subgraph_retries_exhausted_total",
        kind: Kind::Counter,
        unit: None,
        help: "Queries that were not sent once more because the budget of retries was used up.",
        labels: &[SUBGRAPH, ROUTE],
    },
    Metric {
        name: "graphql_subgraph_breaker_state",
        kind: Kind::Gauge,
        unit: None,
        help: "0 while the subgraph is asked, 2 while it is not because it failed too often, 1 while single requests try.",
        labels: &[SUBGRAPH, ROUTE],
    },
    Metric {
        name: "graphql_subgraph_breaker_refused_total",
        kind: Kind::Counter,
        unit: None,
        help: "Requests that were not sent because the subgraph failed too often.",
        labels: &[SUBGRAPH, ROUTE],
    },
    Metric {
        name: "graphql_entity_batch_size",
        kind: Kind::Histogram(SIZE_BUCKETS),
        unit: None,
        help: "Representations in one request to the subgraph, when it has any.",
        labels: &[SUBGRAPH],
    },
    Metric {
        name: "graphql_entities_deduplicated_total",
        kind: Kind::Counter,
        unit: None,
        help: "Places of entities that were not sent because the same request sends an equal representation. Below an entity at several places, those below one of them.",
        labels: &[SUBGRAPH],
    },
    Metric {
        name: "graphql_subscription_events_total",
        kind: Kind::Counter,
        unit: None,
        help: "Events of subscriptions that the subgraph sent.",
        labels: &[SUBGRAPH],
    },
];

/// How a request to a subgraph ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FetchOutcome {
    Status2xx,
    Status3xx,
    Status4xx,
    Status5xx,
    Timeout,
    Unreachable,
    Broken,
    Canceled,
    Refused,
}

impl FetchOutcome {
    /// The label values, in the order of the variants.
    const LABELS: &[&str] = &[
        "2xx",
        "3xx",
        "4xx",
        "5xx",
        "timeout",
        "unreachable",
        "broken",
        "canceled",
        "refused",
    ];

    /// How a request without an answer ended.
    pub(crate) fn of(failure: &Failure) -> Self {
        match failure {
            Failure::Timeout(_) | Failure::Turn | Failure::Silent(_) | Failure::Deadline => {
                Self::Timeout
            }
            Failure::Unreachable(_) | Failure::NoUrl => Self::Unreachable,
            Failure::Status(status)
            | Failure::RetryAfter { status, .. }
            | Failure::ContentType { status, .. }
            | Failure::ContentEncoding { status, .. } => Self::status(*status),
            Failure::Refused => Self::Refused,
            Failure::Files => Self::Canceled,
            Failure::Quoted { failure, .. } => Self::of(failure),
            Failure::Unanswered(_)
            | Failure::Broken(_)
            | Failure::TooLarge(_)
            | Failure::Behind
            | Failure::Noise(_)
            | Failure::Memory => Self::Broken,
        }
    }

    pub(crate) fn status(status: u16) -> Self {
        match status / 100 {
            2 => Self::Status2xx,
            3 => Self::Status3xx,
            4 => Self::Status4xx,
            _ => Self::Status5xx,
        }
    }
}

/// Labels of a series.
pub(crate) type Labels<'l> = [(&'static str, &'l str)];

/// Handles of one subgraph, wherever it is asked.
#[derive(Debug)]
pub(crate) struct SubgraphMetrics {
    /// Its series are exported as long as this is there.
    recorder: Recorder,
    subgraph: Arc<str>,
    /// Queries that got the answer of an equal one.
    pub(crate) joined: Counter,
    /// Of subscriptions.
    pub(crate) events: Counter,
    batch_size: Histogram,
    deduplicated: Counter,
}

/// Handles of one of its places.
#[derive(Debug)]
pub(crate) struct PlaceMetrics {
    recorder: Recorder,
    subgraph: Arc<str>,
    /// The URL of a place that a route leads to.
    route: Option<String>,
    /// Each made when it is first needed: most ends never come.
    durations: [OnceLock<Histogram>; FetchOutcome::LABELS.len()],
    pub(crate) active: Gauge,
    pub(crate) retries: RetryMetrics,
    pub(crate) breaker: BreakerMetrics,
}

/// Of what is sent once more.
#[derive(Clone, Debug)]
pub(crate) struct RetryMetrics {
    /// Attempts beyond the first.
    pub(crate) sent: Counter,
    /// Those that the budget did not have.
    pub(crate) exhausted: Counter,
}

impl RetryMetrics {
    pub(crate) fn new(recorder: &Recorder, labels: &Labels<'_>) -> Self {
        Self {
            sent: recorder.counter("graphql_subgraph_retries_total", labels),
            exhausted: recorder.counter("graphql_subgraph_retries_exhausted_total", labels),
        }
    }
}

/// Of what is not sent at all.
#[derive(Clone, Debug)]
pub(crate) struct BreakerMetrics {
    pub(crate) state: Gauge,
    pub(crate) refused: Counter,
}

impl BreakerMetrics {
    pub(crate) fn new(recorder: &Recorder, labels: &Labels<'_>) -> Self {
        Self {
            state: recorder.gauge("graphql_subgraph_breaker_state", labels),
            refused: recorder.counter("graphql_subgraph_breaker_refused_total", labels),
        }
    }
}

impl SubgraphMetrics {
    pub(crate) fn new(recorder: &Recorder, subgraph: &Arc<str>) -> Self {
        let labels = [("subgraph", &**subgraph)];
        let recorder = recorder.scope();
        Self {
            joined: recorder.counter("graphql_subgraph_requests_deduplicated_total", &labels),
            events: recorder.counter("graphql_subscription_events_total", &labels),
            batch_size: recorder.histogram("graphql_entity_batch_size", &labels),
            deduplicated: recorder.counter("graphql_entities_deduplicated_total", &labels),
            subgraph: Arc::clone(subgraph),
            recorder,
        }
    }

    /// Handles of the subgraph's own place, or of that which a route leads to.
    pub(crate) fn place(&self, route: Option<String>) -> PlaceMetrics {
        let mut labels = vec![("subgraph", &*self.subgraph)];
        labels.extend(route.as_deref().map(|url| ("route", url)));
        let recorder = &self.recorder;
        PlaceMetrics {
            durations: Default::default(),
            active: recorder.gauge("http_client_active_requests", &labels),
            retries: RetryMetrics::new(recorder, &labels),
            breaker: BreakerMetrics::new(recorder, &labels),
            recorder: recorder.clone(),
            subgraph: Arc::clone(&self.subgraph),
            route,
        }
    }

    pub(crate) fn asked_for(&self, entities: Entities) {
        if entities.sent > 0 {
            self.batch_size.record(entities.sent as f64);
            let shared = u64::try_from(entities.shared).unwrap_or(u64::MAX);
            self.deduplicated.increment(shared);
        }
    }
}

impl PlaceMetrics {
    /// How many requests the place is sent at once at most.
    pub(crate) fn max_requests(&self) -> Gauge {
        let mut labels = vec![("subgraph", &*self.subgraph)];
        labels.extend(self.route.as_deref().map(|url| ("route", url)));
        let name = "graphql_subgraph_max_requests";
        self.recorder.gauge(name, &labels)
    }

    pub(crate) fn ended(&self, outcome: FetchOutcome, duration: Duration) {
        let histogram = self.durations[outcome as usize].get_or_init(|| {
            let mut labels = vec![
                ("subgraph", &*self.subgraph),
                ("status", FetchOutcome::LABELS[outcome as usize]),
            ];
            labels.extend(self.route.as_deref().map(|url| ("route", url)));
            self.recorder
                .histogram("http_client_request_duration_seconds", &labels)
        });
        histogram.record(duration);
    }
}
