//! Metrics: a catalog that says every name, and a recorder per program that records nothing else.
//!
//! There is no global recorder. Each program makes a [`Recorder`] from its catalog; the code that counts holds a handle
//! from it. Labels are bounded by what the catalog says of them.
//!
//! Values are kept here, where those who export them can read them; the exporter for Prometheus is handed the present ones when it renders.
//! Nothing that was rendered is parsed again.

use std::sync::Arc;

use ::metrics::{Counter, Gauge, Histogram, Label as KeyLabel};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle, PrometheusRecorder};

use self::catalog::known_series;
use self::exposition::Sample;
use self::held::Held;

mod catalog;
mod exposition;
mod families;
mod held;
mod histogram;
mod process;

pub use self::catalog::{DURATION_BUCKETS, Kind, Label, Metric, SIZE_BUCKETS, Unit, Values};
pub use self::families::{Family, Measured, Series};

/// The metrics of one program; clones share them.
#[derive(Clone)]
pub struct Recorder {
    inner: Arc<Inner>,
}

struct Inner {
    catalog: Vec<Held>,
    exporter: PrometheusRecorder,
    handle: PrometheusHandle,
    /// The labels of every series.
    constant: Vec<KeyLabel>,
}

impl Recorder {
    /// A recorder of what `catalog` says, each series with the `constant` labels. Metrics without labels, and those whose
    /// label values are all known, are exported from the start with the value 0.
    pub fn new(
        catalog: impl IntoIterator<Item = &'static Metric>,
        constant: &[(&'static str, &str)],
    ) -> Self {
        let mut builder = PrometheusBuilder::new();
        for (name, value) in constant {
            builder = builder.add_global_label(*name, *value);
        }
        let exporter = builder.build_recorder();
        let made = Self {
            inner: Arc::new(Inner {
                catalog: catalog
                    .into_iter()
                    .map(|metric| Held::new(metric, &exporter))
                    .collect(),
                handle: exporter.handle(),
                exporter,
                constant: key_labels(constant),
            }),
        };
        made.start_at_zero();
        made
    }

    /// A handle to a counter of the catalog. Get it once and keep it: making one takes a lock.
    pub fn counter(&self, name: &'static str, labels: &[(&'static str, &str)]) -> Counter {
        match self.held(name, Kind::Counter, labels) {
            Some(held) => held.counter(key_labels(labels), &self.inner.exporter),
            None => Counter::noop(),
        }
    }

    /// A handle to a gauge of the catalog. Get it once and keep it: making one takes a lock.
    pub fn gauge(&self, name: &'static str, labels: &[(&'static str, &str)]) -> Gauge {
        match self.held(name, Kind::Gauge, labels) {
            Some(held) => held.gauge(key_labels(labels), &self.inner.exporter),
            None => Gauge::noop(),
        }
    }

    /// A handle to a histogram of the catalog. Get it once and keep it: making one takes a lock.
    pub fn histogram(&self, name: &'static str, labels: &[(&'static str, &str)]) -> Histogram {
        match self.held(name, Kind::Histogram(&[]), labels) {
            Some(held) => held.histogram(key_labels(labels)),
            None => Histogram::noop(),
        }
    }

    /// Everything in the Prometheus text format, with the metrics of the process and of the tokio runtime it is called on.
    /// Every metric of the catalog is told, whether or not it has a series yet. The exporter's families come first, in no order.
    #[must_use]
    pub fn render(&self) -> String {
        let inner = &self.inner;
        for held in &inner.catalog {
            held.hand_over();
        }
        let mut out = inner.handle.render();
        for held in &inner.catalog {
            held.render_rest(&inner.constant, &mut out);
        }
        process::sample(&mut |sample| exposition::write(&sample, &inner.constant, &mut out));
        out
    }

    /// The same as data.
    #[must_use]
    pub fn families(&self) -> Vec<Family> {
        let inner = &self.inner;
        let catalog = inner.catalog.iter();
        let mut families: Vec<_> = catalog.map(|held| held.family(&inner.constant)).collect();
        process::sample(&mut |sample: Sample| families.push(sample.into_family(&inner.constant)));
        families
    }

    /// The metric of a name, when a series of it may have these labels.
    fn held(&self, name: &str, kind: Kind, labels: &[(&str, &str)]) -> Option<&Held> {
        match self.check(name, kind, labels) {
            Ok(held) => Some(held),
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
    ) -> Result<&Held, &'static str> {
        let mut catalog = self.inner.catalog.iter();
        let held = catalog.find(|held| held.metric.name == name);
        let held = held.ok_or("no such metric")?;
        if held.metric.kind.name() != kind.name() {
            return Err("another kind");
        }
        if held.metric.labels.len() != labels.len() {
            return Err("other labels");
        }
        for label in held.metric.labels {
            let given = labels.iter().find(|(name, _)| *name == label.name);
            let (_, value) = given.ok_or("other labels")?;
            match label.values {
                Values::OneOf(values) if !values.contains(value) => {
                    return Err("another label value");
                }
                Values::OneOf(_) | Values::Bounded(_) => {}
            }
        }
        Ok(held)
    }

    /// A counter that appears with its first event hides that event from `rate()`.
    fn start_at_zero(&self) {
        for Held { metric, .. } in &self.inner.catalog {
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

fn key_labels(labels: &[(&'static str, &str)]) -> Vec<KeyLabel> {
    let labels = labels.iter();
    labels
        .map(|(name, value)| KeyLabel::new(*name, (*value).to_owned()))
        .collect()
}

#[cfg(test)]
mod tests;
