//! The handles that are made from the catalog once.

use std::time::Duration;

use ::metrics::{Counter, Gauge, Histogram};
use abaque_edge::Recorder;

use super::catalog::catalog;
use super::outcome::{GATE_DECISIONS, Outcome, SUBSCRIPTION_ENDS, SubscriptionEnd};
use crate::refusal::Code;

/// Handles of everything that has no subgraph.
#[derive(Debug)]
pub(crate) struct Metrics {
    pub(crate) recorder: Recorder,
    requests: Vec<Counter>,
    pub(crate) faulted: Counter,
    errors: Vec<Counter>,
    refusals: Vec<Counter>,
    pub(crate) overhead: Histogram,
    pub(crate) first_part: Histogram,
    pub(crate) subscriptions_opened: Counter,
    subscriptions_ended: Vec<Counter>,
    pub(crate) query_duration: Histogram,
    pub(crate) mutation_duration: Histogram,
    pub(crate) fetches: Histogram,
    pub(crate) cost: Histogram,
    pub(crate) actual_cost: Histogram,
    pub(crate) subscriptions: Gauge,
    pub(crate) sockets: Gauge,
    pub(crate) mutations_alone: Gauge,
    pub(crate) warmed: Counter,
    pub(crate) moved: Moved,
    pub(crate) resumed: Counter,
    pub(crate) streams: Gauge,
    pub(crate) behind: Behind,
    pub(crate) cache_hits: Counter,
    pub(crate) cache_misses: Counter,
    pub(crate) plans_reused: Counter,
    pub(crate) cache_entries: Gauge,
    pub(crate) cache_bytes: Gauge,
    planned: Histogram,
    refused: Histogram,
    pub(crate) composed: Counter,
    pub(crate) composition_failed: Counter,
    pub(crate) composition_duration: Histogram,
    pub(crate) composed_at: Gauge,
    pub(crate) composition_failing: Gauge,
    gate: Vec<Counter>,
    gate_refusing: Gauge,
    pub(crate) schema_hash: Gauge,
    pub(crate) discovered: Gauge,
    pub(crate) discovery_failing: Gauge,
}

/// Subscriptions that were left behind.
#[derive(Debug)]
pub(crate) struct Behind {
    pub(crate) alone: Counter,
    pub(crate) ended: Counter,
}

/// Subscriptions that went over to a new schema.
#[derive(Debug)]
pub(crate) struct Moved {
    pub(crate) in_place: Counter,
    pub(crate) reopened: Counter,
    pub(crate) ended: Counter,
}

impl Metrics {
    pub(crate) fn new(recorder: &Recorder) -> Self {
        let counters = |name, label, values: &[&str]| {
            values
                .iter()
                .map(|value| recorder.counter(name, &[(label, value)]))
                .collect()
        };
        let execution = |operation_type| {
            let labels = [("operation_type", operation_type)];
            recorder.histogram("graphql_execution_duration_seconds", &labels)
        };
        let plan =
            |outcome| recorder.histogram("router_plan_duration_seconds", &[("outcome", outcome)]);
        let compositions =
            |outcome| recorder.counter("router_compositions_total", &[("outcome", outcome)]);
        let behind = |how| recorder.counter("graphql_subscriptions_behind_total", &[("how", how)]);
        let moved = |how| recorder.counter("graphql_subscriptions_moved_total", &[("how", how)]);
        Self {
            requests: counters("graphql_requests_total", "outcome", Outcome::LABELS),
            faulted: recorder.counter("graphql_requests_faulted_total", &[]),
            errors: counters("graphql_errors_total", "code", Code::LABELS),
            refusals: counters("graphql_requests_refused_total", "code", Code::LABELS),
            overhead: recorder.histogram("router_overhead_duration_seconds", &[]),
            first_part: recorder.histogram("graphql_first_part_duration_seconds", &[]),
            subscriptions_opened: recorder.counter("graphql_subscriptions_opened_total", &[]),
            subscriptions_ended: counters(
                "graphql_subscriptions_ended_total",
                "reason",
                SUBSCRIPTION_ENDS,
            ),
            query_duration: execution("query"),
            mutation_duration: execution("mutation"),
            fetches: recorder.histogram("graphql_fetches", &[]),
            cost: recorder.histogram("graphql_operation_cost", &[]),
            actual_cost: recorder.histogram("graphql_operation_actual_cost", &[]),
            subscriptions: recorder.gauge("graphql_subscriptions_active", &[]),
            warmed: recorder.counter("router_operations_warmed_total", &[]),
            moved: Moved {
                in_place: moved("in_place"),
                reopened: moved("reopened"),
                ended: moved("ended"),
            },
            resumed: recorder.counter("graphql_subscriptions_resumed_total", &[]),
            streams: recorder.gauge("graphql_subscription_streams_active", &[]),
            behind: Behind {
                alone: behind("alone"),
                ended: behind("ended"),
            },
            sockets: recorder.gauge("graphql_websockets_active", &[]),
            mutations_alone: recorder.gauge("graphql_mutations_alone_active", &[]),
            cache_hits: recorder.counter("router_plan_cache_hits_total", &[]),
            cache_misses: recorder.counter("router_plan_cache_misses_total", &[]),
            plans_reused: recorder.counter("router_plans_reused_total", &[]),
            cache_entries: recorder.gauge("router_plan_cache_entries", &[]),
            cache_bytes: recorder.gauge("router_plan_cache_bytes", &[]),
            planned: plan("planned"),
            refused: plan("refused"),
            composed: compositions("composed"),
            composition_failed: compositions("failed"),
            composition_duration: recorder.histogram("router_composition_duration_seconds", &[]),
            composed_at: recorder.gauge("router_composition_last_success_timestamp_seconds", &[]),
            composition_failing: recorder.gauge("router_composition_failing", &[]),
            gate: counters("router_schema_gate_total", "decision", GATE_DECISIONS),
            gate_refusing: recorder.gauge("router_schema_gate_refusing", &[]),
            schema_hash: recorder.gauge("router_schema_hash", &[]),
            discovered: recorder.gauge("router_discovered_subgraphs", &[]),
            discovery_failing: recorder.gauge("router_discovery_failing", &[]),
            recorder: recorder.clone(),
        }
    }

    /// For what is done once and not served.
    pub(crate) fn unobserved() -> Self {
        Self::new(&Recorder::new(catalog(), &[]))
    }

    /// Says of an origin whether the schema in service has it.
    pub(crate) fn origin(&self, origin: &'static str, is_it: bool) {
        let gauge = self
            .recorder
            .gauge("router_schema_origin", &[("origin", origin)]);
        gauge.set(if is_it { 1.0 } else { 0.0 });
    }

    /// What became of the newest schema at the gate, by its label; `None` where nothing was compared.
    pub(crate) fn gate(&self, decision: Option<&str>) {
        let label = GATE_DECISIONS
            .iter()
            .position(|known| Some(*known) == decision);
        if let Some(counter) = label.and_then(|index| self.gate.get(index)) {
            counter.increment(1);
        }
        let refusing = decision == Some("refused");
        self.gate_refusing.set(if refusing { 1.0 } else { 0.0 });
    }

    pub(crate) fn request(&self, outcome: Outcome) {
        self.requests[outcome as usize].increment(1);
    }

    pub(crate) fn error(&self, code: Code) {
        self.errors[code as usize].increment(1);
    }

    pub(crate) fn refused(&self, code: Code) {
        self.refusals[code as usize].increment(1);
    }

    pub(crate) fn subscription_ended(&self, end: SubscriptionEnd) {
        self.subscriptions_ended[end as usize].increment(1);
    }

    pub(crate) fn prepared(&self, ok: bool, duration: Duration) {
        let histogram = if ok { &self.planned } else { &self.refused };
        histogram.record(duration);
    }
}

/// Handles of the source of one subgraph's SDL.
#[derive(Debug)]
pub(crate) struct SourceMetrics {
    /// Its series are exported as long as this is there.
    _scope: Recorder,
    pub(crate) up: Gauge,
    pub(crate) unchanged: Counter,
    pub(crate) changed: Counter,
    pub(crate) failed: Counter,
}

impl SourceMetrics {
    pub(crate) fn new(recorder: &Recorder, subgraph: &str) -> Self {
        let recorder = recorder.scope();
        let polls = |outcome| {
            let labels = [("subgraph", subgraph), ("outcome", outcome)];
            recorder.counter("router_subgraph_source_polls_total", &labels)
        };
        Self {
            up: recorder.gauge("router_subgraph_source_up", &[("subgraph", subgraph)]),
            unchanged: polls("unchanged"),
            changed: polls("changed"),
            failed: polls("failed"),
            _scope: recorder,
        }
    }
}
