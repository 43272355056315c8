//! The metrics of the GraphQL endpoint.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use abaque_edge::Recorder;
use abaque_edge::metrics::{Kind, Label, Metric, SIZE_BUCKETS, Unit, Values};
use metrics::{Counter, Histogram};

use super::answer::{Answer, code_of};
use super::{code, document};
use crate::streams::{ACTIVE_SOCKETS, ACTIVE_STREAMS, STREAM_EVENTS};

const REQUESTS: &str = "graphql_server_requests_total";
const ERRORS: &str = "graphql_server_errors_total";
const ENTITIES: &str = "graphql_server_entities_batch_size";

const TYPES: [&str; 4] = ["query", "mutation", "subscription", "_unknown"];
const OUTCOMES: [&str; 4] = ["success", "field_errors", "rejected", "refused"];

/// Codes are written in the code of the services, so there are few; this is what holds if one day they are not.
const MAX_CODES: usize = 64;
const OTHER_CODE: &str = "_OTHER";

/// The endpoint's entries of a program's catalog.
pub const METRICS: &[Metric] = &[
    Metric {
        name: REQUESTS,
        kind: Kind::Counter,
        unit: Some(Unit::Count),
        help: "Requests at /graphql, by what came of them: executed without or with field errors, rejected by GraphQL, refused by HTTP.",
        labels: &[
            Label {
                name: "graphql_operation_type",
                values: Values::OneOf(&TYPES),
            },
            Label {
                name: "outcome",
                values: Values::OneOf(&OUTCOMES),
            },
        ],
    },
    Metric {
        name: ERRORS,
        kind: Kind::Counter,
        unit: Some(Unit::Count),
        help: "Errors in GraphQL responses, by extensions.code.",
        labels: &[Label {
            name: "code",
            values: Values::Bounded("the codes of the service, 64 at most, and _OTHER"),
        }],
    },
    Metric {
        name: ENTITIES,
        kind: Kind::Histogram(SIZE_BUCKETS),
        unit: Some(Unit::Count),
        help: "Representations in one _entities field.",
        labels: &[],
    },
    Metric {
        name: ACTIVE_STREAMS,
        kind: Kind::Gauge,
        unit: Some(Unit::Count),
        help: "Subscriptions that are open, over server-sent events or WebSockets.",
        labels: &[],
    },
    Metric {
        name: ACTIVE_SOCKETS,
        kind: Kind::Gauge,
        unit: Some(Unit::Count),
        help: "WebSockets that are open.",
        labels: &[],
    },
    Metric {
        name: STREAM_EVENTS,
        kind: Kind::Counter,
        unit: Some(Unit::Count),
        help: "Events of subscriptions, and answers that were sent as events.",
        labels: &[],
    },
];

/// Handles of the endpoint's metrics.
pub(super) struct Observations {
    recorder: Recorder,
    requests: [[Counter; OUTCOMES.len()]; TYPES.len()],
    /// Only asked when there are errors.
    errors: RwLock<HashMap<String, Counter>>,
    entities: Histogram,
}

impl Observations {
    pub(super) fn new(recorder: &Recorder) -> Self {
        let counter = |kind, outcome| {
            recorder.counter(
                REQUESTS,
                &[("graphql_operation_type", kind), ("outcome", outcome)],
            )
        };
        Self {
            recorder: recorder.clone(),
            requests: TYPES.map(|kind| OUTCOMES.map(|outcome| counter(kind, outcome))),
            errors: RwLock::default(),
            entities: recorder.histogram(ENTITIES, &[]),
        }
    }

    pub(super) fn entities(&self, count: usize) {
        self.entities.record(count as f64);
    }

    /// Counts an answer, and returns the outcome of the request.
    pub(super) fn answered(&self, kind: Option<document::Kind>, answer: &Answer) -> &'static str {
        let kind = match kind {
            Some(document::Kind::Query) => 0,
            Some(document::Kind::Mutation) => 1,
            Some(document::Kind::Subscription) => 2,
            None => 3,
        };
        let outcome = match answer {
            Answer::Written(_) => 0,
            Answer::Executed(executed) if executed.errors.is_empty() => 0,
            Answer::Executed(_) => 1,
            Answer::Rejected(_) => 2,
            Answer::Refused(_) => 3,
        };
        self.errors_of(answer);
        self.requests[kind][outcome].increment(1);
        OUTCOMES[outcome]
    }

    /// Counts the errors of an answer.
    pub(super) fn errors_of(&self, answer: &Answer) {
        let errors = match answer {
            Answer::Written(_) => return,
            Answer::Executed(executed) => &executed.errors,
            Answer::Rejected(errors) => errors,
            Answer::Refused(refusal) => return self.error(Some(refusal.code())),
        };
        errors.iter().for_each(|error| self.error(code_of(error)));
    }

    fn error(&self, code: Option<&str>) {
        let code = code.unwrap_or(code::INTERNAL_SERVER_ERROR);
        let known = self.errors.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(counter) = known.get(code) {
            counter.increment(1);
            return;
        }
        drop(known);
        let mut known = self.errors.write().unwrap_or_else(PoisonError::into_inner);
        let code = if known.len() < MAX_CODES {
            code
        } else {
            OTHER_CODE
        };
        let counter = known
            .entry(code.to_owned())
            .or_insert_with(|| self.recorder.counter(ERRORS, &[("code", code)]));
        counter.increment(1);
    }
}
