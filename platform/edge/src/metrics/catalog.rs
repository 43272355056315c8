//! What a catalog says about each metric: its name, its kind, its labels and what bounds their values.

pub use ::metrics::Unit;

/// One entry of a catalog.
#[derive(Debug)]
pub struct Metric {
    /// As it is exported: base unit in the name, `_total` at the end of counters.
    pub name: &'static str,
    /// What it measures with.
    pub kind: Kind,
    /// Its base unit, when it has one.
    pub unit: Option<Unit>,
    /// One sentence, shown as `# HELP`.
    pub help: &'static str,
    /// The labels that every series of it has, except for those that may be missing; in any order.
    pub labels: &'static [Label],
}

/// What a metric measures with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// Only grows.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Counts observations in buckets with these upper bounds, ascending.
    Histogram(&'static [f64]),
}

impl Kind {
    /// As in `# TYPE`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram(_) => "histogram",
        }
    }
}

/// A label of a metric.
#[derive(Debug)]
pub struct Label {
    /// As it is exported.
    pub name: &'static str,
    /// What bounds its values.
    pub values: Values,
}

/// What bounds the values of a label.
#[derive(Debug)]
pub enum Values {
    /// These and no others.
    OneOf(&'static [&'static str]),
    /// What configuration or code bounds, in words: "the subgraphs of the configuration".
    Bounded(&'static str),
    /// The same, and a series may be without it, which in Prometheus is the label with no value.
    Optional(&'static str),
}

/// Seconds, for what is served in between a tenth of a millisecond and ten seconds.
pub const DURATION_BUCKETS: &[f64] = &[
    0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0,
    10.0,
];

/// Sizes of batches.
pub const SIZE_BUCKETS: &[f64] = &[
    1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0, 5000.0,
];

/// Every combination of label values, when all are known; none otherwise.
pub(super) fn known_series(labels: &'static [Label]) -> Vec<Vec<(&'static str, &'static str)>> {
    let mut series = vec![Vec::new()];
    for label in labels {
        let Values::OneOf(values) = label.values else {
            return Vec::new();
        };
        series = series
            .iter()
            .flat_map(|known| {
                values.iter().map(|value| {
                    let mut known = known.clone();
                    known.push((label.name, *value));
                    known
                })
            })
            .collect();
    }
    series
}
