//! What `/metrics` says about a recording.

use abaque_edge::metrics::{Kind, Metric};
use metrics::{Counter, Gauge};

pub(crate) const METRICS: &[Metric] = &[
    Metric {
        name: "router_recorded_operations",
        kind: Kind::Gauge,
        unit: None,
        help: "Distinct operations in the recording; 0 where nothing is recorded.",
        labels: &[],
    },
    Metric {
        name: "router_recorded_operations_dropped_total",
        kind: Kind::Counter,
        unit: None,
        help: "Operations that made room in the recording for others, or were not seen for long.",
        labels: &[],
    },
];

#[derive(Debug)]
pub(super) struct Metrics {
    pub(super) operations: Gauge,
    pub(super) dropped: Counter,
}

impl Metrics {
    pub(super) fn new(recorder: &abaque_edge::Recorder) -> Self {
        Self {
            operations: recorder.gauge("router_recorded_operations", &[]),
            dropped: recorder.counter("router_recorded_operations_dropped_total", &[]),
        }
    }
}
