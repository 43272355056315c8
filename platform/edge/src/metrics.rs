//! Metrics: a catalog that says every name, and a recorder per program that records nothing else.
//!
//! There is no global recorder. Each program makes a [`Recorder`] from its catalog; whoever counts holds a handle
//! from it. Labels are bounded by what the catalog says of them.

use std::sync::Arc;

use ::metrics::{Counter, Gauge, Histogram};

use self::exposition::{Families, rendered};
use self::series::AllSeries;

mod exposition;
mod histogram;
mod process;
mod series;

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
    /// The labels that every series of it has, in any order.
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
    fn name(self) -> &'static str {
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

/// The metrics of one program; clones share them.
#[derive(Clone)]
pub struct Recorder {
    inner: Arc<Inner>,
}

struct Inner {
    catalog: Vec<&'static Metric>,
    series: AllSeries,
    /// The constant labels, rendered.
    constant: String,
}

impl Recorder {
    /// A recorder of what `catalog` says, each series with the `constant` labels. Metrics without labels, and those whose
    /// label values are all known, are exported from the start with the value 0.
    pub fn new(
        catalog: impl IntoIterator<Item = &'static Metric>,
        constant: &[(&'static str, &str)],
    ) -> Self {
        let catalog: Vec<_> = catalog.into_iter().collect();
        let made = Self {
            inner: Arc::new(Inner {
                series: AllSeries::of(catalog.iter().copied()),
                catalog,
                constant: rendered(constant),
            }),
        };
        made.start_at_zero();
        made
    }

    /// A handle to a counter of the catalog. Get it once and keep it: making one takes a lock.
    pub fn counter(&self, name: &'static str, labels: &[(&'static str, &str)]) -> Counter {
        let series = self
            .labels(name, Kind::Counter, labels)
            .and_then(|labels| self.inner.series.counter(name, labels));
        series.map_or_else(Counter::noop, Counter::from_arc)
    }

    /// A handle to a gauge of the catalog. Get it once and keep it: making one takes a lock.
    pub fn gauge(&self, name: &'static str, labels: &[(&'static str, &str)]) -> Gauge {
        let series = self
            .labels(name, Kind::Gauge, labels)
            .and_then(|labels| self.inner.series.gauge(name, labels));
        series.map_or_else(Gauge::noop, Gauge::from_arc)
    }

    /// A handle to a histogram of the catalog. Get it once and keep it: making one takes a lock.
    pub fn histogram(&self, name: &'static str, labels: &[(&'static str, &str)]) -> Histogram {
        let series = self
            .labels(name, Kind::Histogram(&[]), labels)
            .and_then(|labels| self.inner.series.histogram(name, labels));
        series.map_or_else(Histogram::noop, Histogram::from_arc)
    }

    /// Everything in the Prometheus text format, with the metrics of the process and of the tokio runtime it is called on.
    /// Families and series come in the order of their names.
    #[must_use]
    pub fn render(&self) -> String {
        let mut families = Families::default();
        self.inner.series.render(&mut families);
        process::sample(&mut families, &self.inner.constant);
        families.to_string()
    }

    /// The labels of a series, rendered with the constant ones, when the catalog knows it.
    fn labels(&self, name: &str, kind: Kind, labels: &[(&str, &str)]) -> Option<String> {
        if let Err(mistake) = self.check(name, kind, labels) {
            debug_assert!(false, "{mistake}");
            tracing::error!(
                metric = name,
                mistake,
                "a metric that is not in the catalog is not recorded"
            );
            return None;
        }
        let mut all = self.inner.constant.clone();
        if !all.is_empty() && !labels.is_empty() {
            all.push(',');
        }
        all.push_str(&rendered(labels));
        Some(all)
    }

    fn check(
        &self,
        name: &str,
        kind: Kind,
        labels: &[(&str, &str)],
    ) -> Result<&'static Metric, &'static str> {
        let metric = self.inner.catalog.iter().find(|metric| metric.name == name);
        let metric = metric.ok_or("no such metric")?;
        if metric.kind.name() != kind.name() {
            return Err("another kind");
        }
        if metric.labels.len() != labels.len() {
            return Err("other labels");
        }
        for label in metric.labels {
            let given = labels.iter().find(|(name, _)| *name == label.name);
            let (_, value) = given.ok_or("other labels")?;
            match label.values {
                Values::OneOf(values) if !values.contains(value) => {
                    return Err("another label value");
                }
                Values::OneOf(_) | Values::Bounded(_) => {}
            }
        }
        Ok(metric)
    }

    /// A counter that appears with its first event hides that event from `rate()`.
    fn start_at_zero(&self) {
        for metric in &self.inner.catalog {
            for labels in known_series(metric.labels) {
                match metric.kind {
                    Kind::Counter => self.counter(metric.name, &labels).absolute(0),
                    Kind::Gauge => self.gauge(metric.name, &labels).set(0.0),
                    Kind::Histogram(_) => {}
                }
            }
        }
    }
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recorder")
            .field("constant", &self.inner.constant)
            .finish_non_exhaustive()
    }
}

/// Every combination of label values, when all are known; none otherwise.
fn known_series(labels: &'static [Label]) -> Vec<Vec<(&'static str, &'static str)>> {
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

#[cfg(test)]
mod tests;
