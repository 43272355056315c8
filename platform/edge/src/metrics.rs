//! Metrics: a catalog that says every name, and a recorder per program that records nothing else.
//!
//! There is no global recorder. Each program makes a [`Recorder`] from its catalog; the code that counts holds a handle
//! from it. Labels are bounded by what the catalog says of them.

use std::sync::Arc;

use ::metrics::{
    Counter, Gauge, Histogram, Key, Label as KeyLabel, Level, Metadata, Recorder as _,
};
use metrics_exporter_prometheus::formatting;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle, PrometheusRecorder};

use self::exposition::Families;
use self::histogram::Histograms;

mod exposition;
mod families;
mod histogram;
mod process;

pub use self::families::{Family, Measured, Series};
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
    recorder: PrometheusRecorder,
    handle: PrometheusHandle,
    histograms: Histograms,
    /// The constant labels, rendered, for the lines that are written here.
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
        let mut builder = PrometheusBuilder::new();
        for (name, value) in constant {
            builder = builder.add_global_label(*name, *value);
        }
        let recorder = builder.build_recorder();
        for metric in &catalog {
            let (name, unit, help) = (metric.name.into(), metric.unit, metric.help.into());
            match metric.kind {
                Kind::Counter => recorder.describe_counter(name, unit, help),
                Kind::Gauge => recorder.describe_gauge(name, unit, help),
                // Declared when it is rendered.
                Kind::Histogram(_) => {}
            }
        }
        let constant = rendered(constant);
        let handle = recorder.handle();
        let made = Self {
            inner: Arc::new(Inner {
                catalog,
                recorder,
                handle,
                histograms: Histograms::default(),
                constant,
            }),
        };
        made.start_at_zero();
        made
    }

    /// A handle to a counter of the catalog. Get it once and keep it: making one takes a lock.
    pub fn counter(&self, name: &'static str, labels: &[(&'static str, &str)]) -> Counter {
        match self.key(name, Kind::Counter, labels) {
            Some(key) => self.inner.recorder.register_counter(&key, &METADATA),
            None => Counter::noop(),
        }
    }

    /// A handle to a gauge of the catalog. Get it once and keep it: making one takes a lock.
    pub fn gauge(&self, name: &'static str, labels: &[(&'static str, &str)]) -> Gauge {
        match self.key(name, Kind::Gauge, labels) {
            Some(key) => self.inner.recorder.register_gauge(&key, &METADATA),
            None => Gauge::noop(),
        }
    }

    /// A handle to a histogram of the catalog. Get it once and keep it: making one takes a lock.
    pub fn histogram(&self, name: &'static str, labels: &[(&'static str, &str)]) -> Histogram {
        let Some(metric) = self.metric(name, Kind::Histogram(&[]), labels) else {
            return Histogram::noop();
        };
        let Kind::Histogram(bounds) = metric.kind else {
            return Histogram::noop();
        };
        let mut all = self.inner.constant.clone();
        if !all.is_empty() && !labels.is_empty() {
            all.push(',');
        }
        all.push_str(&rendered(labels));
        Histogram::from_arc(self.inner.histograms.series(name, all, bounds))
    }

    /// Everything in the Prometheus text format, with the metrics of the process and of the tokio runtime it is called on.
    /// Families and series come in the order of their names.
    #[must_use]
    pub fn render(&self) -> String {
        let mut families = self.written();
        self.inner.histograms.render(&mut families);
        families.to_string()
    }

    /// The same as data.
    #[must_use]
    pub fn families(&self) -> Vec<Family> {
        let mut families = self.written().to_data();
        for family in &mut families {
            let metric = self.inner.catalog.iter();
            let metric = metric.clone().find(|metric| metric.name == family.name);
            family.unit = metric.and_then(|metric| metric.unit);
            if family.kind == "histogram" {
                family.series = self.inner.histograms.data(&family.name);
            }
        }
        families
    }

    /// All families, but the samples of histograms.
    fn written(&self) -> Families {
        let mut families = exposition::parse(&self.inner.handle.render());
        for metric in &self.inner.catalog {
            families.declare(metric.name, metric.kind.name(), metric.help);
        }
        process::sample(&mut families, &self.inner.constant);
        families
    }

    /// The key of a series, when the catalog knows it.
    fn key(&self, name: &'static str, kind: Kind, labels: &[(&'static str, &str)]) -> Option<Key> {
        self.metric(name, kind, labels)?;
        let labels = labels
            .iter()
            .map(|(name, value)| KeyLabel::new(*name, (*value).to_owned()))
            .collect::<Vec<_>>();
        Some(Key::from_parts(name, labels))
    }

    /// What the catalog says of a series, when it knows it.
    fn metric(&self, name: &str, kind: Kind, labels: &[(&str, &str)]) -> Option<&'static Metric> {
        match self.check(name, kind, labels) {
            Ok(metric) => Some(metric),
            Err(mistake) => {
                debug_assert!(false, "{mistake}");
                tracing::error!(
                    metric = name,
                    mistake,
                    "a metric that is not in the catalog is not recorded"
                );
                None
            }
        }
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

/// Levels and targets of metrics are not used.
const METADATA: Metadata<'static> = Metadata::new(module_path!(), Level::INFO, None);

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

/// Labels as they stand in a sample.
fn rendered(labels: &[(&'static str, &str)]) -> String {
    let labels = labels.iter().map(|(name, value)| {
        let value = formatting::sanitize_label_value(value);
        format!("{name}=\"{value}\"")
    });
    labels.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests;
