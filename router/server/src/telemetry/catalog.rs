//! Every metric that the router exports.
//!
//! HTTP names follow the [OpenTelemetry conventions](https://opentelemetry.io/docs/specs/semconv/http/http-metrics/) in their Prometheus
//! form; `graphql_` and `router_` hold what the conventions lack.

use abaque_edge::metrics::{DURATION_BUCKETS, Kind, Label, Metric, SIZE_BUCKETS, Unit, Values};

use super::clients;
use super::outcome::{GATE_DECISIONS, Outcome, SUBSCRIPTION_ENDS};
use crate::refusal::Code;

const SUBGRAPH: Label = Label {
    name: "subgraph",
    values: Values::Bounded("the subgraphs of the schema"),
};

/// Everything that `/metrics` exports.
pub fn catalog() -> impl Iterator<Item = &'static Metric> {
    let parts = [
        abaque_edge::METRICS,
        abaque_edge::tls::METRICS,
        memory::METRICS,
        client::METRICS,
        redis::METRICS,
        crate::request::identify::METRICS,
        crate::request::rate_limit::METRICS,
        crate::record::METRICS,
        crate::reload::in_service::METRICS,
        otlp::METRICS,
        METRICS,
    ];
    parts.into_iter().flatten()
}

/// From a fraction of what a known operation takes to what nobody wants to wait for. In seconds.
const OVERHEAD_BUCKETS: &[f64] = &[
    0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1,
    0.5, 1.0, 5.0,
];

/// What the server itself exports.
const METRICS: &[Metric] = &[
    clients::METRIC,
    Metric {
        name: "graphql_requests_total",
        kind: Kind::Counter,
        unit: None,
        help: "GraphQL requests: without errors, with errors beside data, with errors and no data, refused before execution, given up by their client.",
        labels: &[Label {
            name: "outcome",
            values: Values::OneOf(Outcome::LABELS),
        }],
    },
    Metric {
        name: "graphql_requests_faulted_total",
        kind: Kind::Counter,
        unit: None,
        help: "GraphQL requests whose answer has an error that no client causes: a subgraph that fails, no time left, no schema, a mistake here.",
        labels: &[],
    },
    Metric {
        name: "graphql_errors_total",
        kind: Kind::Counter,
        unit: None,
        help: "Errors in answers to clients, by the router's code; those of subgraphs are OTHER unless the router has the code too.",
        labels: &[Label {
            name: "code",
            values: Values::OneOf(Code::LABELS),
        }],
    },
    Metric {
        name: "graphql_execution_duration_seconds",
        kind: Kind::Histogram(DURATION_BUCKETS),
        unit: Some(Unit::Seconds),
        help: "Execution of operations, from coerced variables to the finished response.",
        labels: &[Label {
            name: "operation_type",
            values: Values::OneOf(&["query", "mutation"]),
        }],
    },
    Metric {
        name: "graphql_requests_refused_total",
        kind: Kind::Counter,
        unit: None,
        help: "GraphQL requests that were not executed, by the code that says why.",
        labels: &[Label {
            name: "code",
            values: Values::OneOf(Code::LABELS),
        }],
    },
    Metric {
        name: "router_overhead_duration_seconds",
        kind: Kind::Histogram(OVERHEAD_BUCKETS),
        unit: Some(Unit::Seconds),
        help: "What the router takes of a request that is answered at once, from its read body to the finished response, without the time in which it waits for subgraphs.",
        labels: &[],
    },
    Metric {
        name: "graphql_first_part_duration_seconds",
        kind: Kind::Histogram(DURATION_BUCKETS),
        unit: Some(Unit::Seconds),
        help: "Time from a request's read body to the first part of its response in parts.",
        labels: &[],
    },
    Metric {
        name: "graphql_subscriptions_opened_total",
        kind: Kind::Counter,
        unit: None,
        help: "Subscriptions of clients that were opened.",
        labels: &[],
    },
    Metric {
        name: "graphql_subscriptions_ended_total",
        kind: Kind::Counter,
        unit: None,
        help: "Subscriptions of clients that ended: their client left, the subgraph had no more events, its stream failed, a new schema has no place for them, the client's token expired, the router shut down.",
        labels: &[Label {
            name: "reason",
            values: Values::OneOf(SUBSCRIPTION_ENDS),
        }],
    },
    Metric {
        name: "graphql_subscriptions_active",
        kind: Kind::Gauge,
        unit: None,
        help: "Subscriptions of clients that are open.",
        labels: &[],
    },
    Metric {
        name: "graphql_websockets_active",
        kind: Kind::Gauge,
        unit: None,
        help: "WebSockets of clients that are open.",
        labels: &[],
    },
    Metric {
        name: "graphql_mutations_alone_active",
        kind: Kind::Gauge,
        unit: None,
        help: "Mutations that go on to their end although their clients have left.",
        labels: &[],
    },
    Metric {
        name: "router_operations_warmed_total",
        kind: Kind::Counter,
        unit: None,
        help: "Operations that were prepared on a new schema before it served.",
        labels: &[],
    },
    Metric {
        name: "graphql_subscriptions_moved_total",
        kind: Kind::Counter,
        unit: None,
        help: "Streams of subscriptions that went over to a new schema: with another plan, with another stream of a subgraph, or to their end.",
        labels: &[Label {
            name: "how",
            values: Values::OneOf(&["in_place", "reopened", "ended"]),
        }],
    },
    Metric {
        name: "graphql_subscriptions_resumed_total",
        kind: Kind::Counter,
        unit: None,
        help: "Streams of subgraphs that broke and were opened again for their subscriptions.",
        labels: &[],
    },
    Metric {
        name: "graphql_subscription_streams_active",
        kind: Kind::Gauge,
        unit: None,
        help: "Streams of events that subscriptions have, or share.",
        labels: &[],
    },
    Metric {
        name: "graphql_subscriptions_behind_total",
        kind: Kind::Counter,
        unit: None,
        help: "Subscriptions that were left behind by those they shared a stream with: they went on alone, or ended.",
        labels: &[Label {
            name: "how",
            values: Values::OneOf(&["alone", "ended"]),
        }],
    },
    Metric {
        name: "graphql_fetches",
        kind: Kind::Histogram(SIZE_BUCKETS),
        unit: None,
        help: "Requests to subgraphs that one operation took.",
        labels: &[],
    },
    Metric {
        name: "graphql_operation_cost",
        kind: Kind::Histogram(SIZE_BUCKETS),
        unit: None,
        help: "What operations were estimated to cost by @cost and @listSize, where costs are estimated.",
        labels: &[],
    },
    Metric {
        name: "graphql_operation_actual_cost",
        kind: Kind::Histogram(SIZE_BUCKETS),
        unit: None,
        help: "What answers did cost by the same weights, with lists as long as they were, where costs are estimated; answers in parts and events are not among them.",
        labels: &[],
    },
    Metric {
        name: "router_persisted_documents_total",
        kind: Kind::Counter,
        unit: None,
        help: "Requests by the id of a persisted document: found, or not known; and requests without one where one is required.",
        labels: &[Label {
            name: "outcome",
            values: Values::OneOf(&["hit", "unknown", "refused"]),
        }],
    },
    Metric {
        name: "router_apq_total",
        kind: Kind::Counter,
        unit: None,
        help: "Automatic persisted queries: hashes that were known, that were not, and documents that were made known.",
        labels: &[Label {
            name: "outcome",
            values: Values::OneOf(&["hit", "miss", "registered"]),
        }],
    },
    Metric {
        name: "router_plan_cache_hits_total",
        kind: Kind::Counter,
        unit: None,
        help: "Operations that were found prepared.",
        labels: &[],
    },
    Metric {
        name: "router_plan_cache_misses_total",
        kind: Kind::Counter,
        unit: None,
        help: "Operations that had to be prepared, or whose preparation was waited for.",
        labels: &[],
    },
    Metric {
        name: "router_plans_reused_total",
        kind: Kind::Counter,
        unit: None,
        help: "New documents whose operation had been planned for another one that differs in its spelling only.",
        labels: &[],
    },
    Metric {
        name: "router_plan_cache_entries",
        kind: Kind::Gauge,
        unit: None,
        help: "Prepared operations kept for the present schema.",
        labels: &[],
    },
    Metric {
        name: "router_plan_cache_bytes",
        kind: Kind::Gauge,
        unit: Some(Unit::Bytes),
        help: "Estimated weight of the prepared operations.",
        labels: &[],
    },
    Metric {
        name: "router_plan_duration_seconds",
        kind: Kind::Histogram(DURATION_BUCKETS),
        unit: Some(Unit::Seconds),
        help: "Preparing an operation: parsing, validating, planning.",
        labels: &[Label {
            name: "outcome",
            values: Values::OneOf(&["planned", "refused"]),
        }],
    },
    Metric {
        name: "router_compositions_total",
        kind: Kind::Counter,
        unit: None,
        help: "Attempts to make a new schema from changed sources.",
        labels: &[Label {
            name: "outcome",
            values: Values::OneOf(&["composed", "failed"]),
        }],
    },
    Metric {
        name: "router_composition_duration_seconds",
        kind: Kind::Histogram(DURATION_BUCKETS),
        unit: Some(Unit::Seconds),
        help: "Making a schema: composing and loading it.",
        labels: &[],
    },
    Metric {
        name: "router_composition_last_success_timestamp_seconds",
        kind: Kind::Gauge,
        unit: Some(Unit::Seconds),
        help: "When the present schema came into service, in Unix time; 0 while there is none.",
        labels: &[],
    },
    Metric {
        name: "router_composition_failing",
        kind: Kind::Gauge,
        unit: None,
        help: "1 while the newest sources make no schema and an older one (or none) is served.",
        labels: &[],
    },
    Metric {
        name: "router_schema_gate_total",
        kind: Kind::Counter,
        unit: None,
        help: "New schemas that were compared with what clients send: broke nothing, came into service all the same, were kept from it, or were let through by an operator.",
        labels: &[Label {
            name: "decision",
            values: Values::OneOf(GATE_DECISIONS),
        }],
    },
    Metric {
        name: "router_schema_gate_refusing",
        kind: Kind::Gauge,
        unit: None,
        help: "1 while a composed schema is kept from service, as it breaks operations that clients send.",
        labels: &[],
    },
    Metric {
        name: "router_schema_origin",
        kind: Kind::Gauge,
        unit: None,
        help: "1 for where the schema in service comes from: composed here, kept by an earlier run, seeded by a sibling, composed without those subgraphs that have not been seen, or a file.",
        labels: &[Label {
            name: "origin",
            values: Values::OneOf(&["composed", "kept", "seed", "partial", "file"]),
        }],
    },
    Metric {
        name: "router_seed_requests_total",
        kind: Kind::Counter,
        unit: None,
        help: "Answers of siblings that were asked for their schema: taken, unusable, or missing.",
        labels: &[Label {
            name: "outcome",
            values: Values::OneOf(&["taken", "unusable", "unavailable"]),
        }],
    },
    Metric {
        name: "router_discovered_subgraphs",
        kind: Kind::Gauge,
        unit: None,
        help: "Subgraphs that are discovered now.",
        labels: &[],
    },
    Metric {
        name: "router_discovery_failing",
        kind: Kind::Gauge,
        unit: None,
        help: "1 while Services cannot be listed or watched; what was known of them is kept.",
        labels: &[],
    },
    Metric {
        name: "router_schema_hash",
        kind: Kind::Gauge,
        unit: None,
        help: "The first 48 bits of the schema's hash as a number: equal on replicas that serve the same schema; 0 while there is none.",
        labels: &[],
    },
    Metric {
        name: "router_subgraph_source_up",
        kind: Kind::Gauge,
        unit: None,
        help: "1 when the last look at the source of the subgraph's SDL succeeded.",
        labels: &[SUBGRAPH],
    },
    Metric {
        name: "router_subgraph_source_polls_total",
        kind: Kind::Counter,
        unit: None,
        help: "Looks at the source of the subgraph's SDL.",
        labels: &[
            SUBGRAPH,
            Label {
                name: "outcome",
                values: Values::OneOf(&["unchanged", "changed", "failed"]),
            },
        ],
    },
];
