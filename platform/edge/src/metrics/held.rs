//! The series of a metric and their values.
//!
//! A counter or a gauge is one atomic number. The exporter has one of its own for each, which it can only write as text: it is set to the
//! present value before it is rendered.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ::metrics::{Counter, Gauge, Histogram, Key, Label, Level, Metadata, Recorder as _};
use metrics_exporter_prometheus::PrometheusRecorder;

use super::catalog::{Kind, Metric};
use super::exposition;
use super::families::{Family, Measured, Series, pairs};
use super::histogram::Buckets;

/// A metric of the catalog with its series.
pub(super) struct Held {
    pub(super) metric: &'static Metric,
    /// By their labels, without the constant ones.
    series: Mutex<BTreeMap<Vec<Label>, Value>>,
}

/// The value of a series, and where the exporter takes it from.
enum Value {
    Counter {
        value: Arc<AtomicU64>,
        exported: Counter,
    },
    Gauge {
        /// The bits of a float.
        value: Arc<AtomicU64>,
        exported: Gauge,
    },
    Histogram(Arc<Buckets>),
}

/// Levels and targets of metrics are not used.
const METADATA: Metadata<'static> = Metadata::new(module_path!(), Level::INFO, None);

impl Held {
    /// Without a series, and described to the exporter when it is that who renders it.
    pub(super) fn new(metric: &'static Metric, exporter: &PrometheusRecorder) -> Self {
        let (name, unit, help) = (metric.name.into(), metric.unit, metric.help.into());
        match metric.kind {
            Kind::Counter => exporter.describe_counter(name, unit, help),
            Kind::Gauge => exporter.describe_gauge(name, unit, help),
            Kind::Histogram(_) => {}
        }
        Self {
            metric,
            series: Mutex::default(),
        }
    }

    /// The counter of these labels; made when it is asked for for the first time, as are the others.
    pub(super) fn counter(&self, labels: Vec<Label>, exporter: &PrometheusRecorder) -> Counter {
        let mut series = self.series();
        let value = series.entry(labels).or_insert_with_key(|labels| {
            let key = Key::from_parts(self.metric.name, labels.clone());
            Value::Counter {
                value: Arc::default(),
                exported: exporter.register_counter(&key, &METADATA),
            }
        });
        match value {
            Value::Counter { value, .. } => Counter::from_arc(Arc::clone(value)),
            Value::Gauge { .. } | Value::Histogram(_) => Counter::noop(),
        }
    }

    /// The gauge of these labels.
    pub(super) fn gauge(&self, labels: Vec<Label>, exporter: &PrometheusRecorder) -> Gauge {
        let mut series = self.series();
        let value = series.entry(labels).or_insert_with_key(|labels| {
            let key = Key::from_parts(self.metric.name, labels.clone());
            Value::Gauge {
                value: Arc::default(),
                exported: exporter.register_gauge(&key, &METADATA),
            }
        });
        match value {
            Value::Gauge { value, .. } => Gauge::from_arc(Arc::clone(value)),
            Value::Counter { .. } | Value::Histogram(_) => Gauge::noop(),
        }
    }

    /// The histogram of these labels.
    pub(super) fn histogram(&self, labels: Vec<Label>) -> Histogram {
        let Kind::Histogram(bounds) = self.metric.kind else {
            return Histogram::noop();
        };
        let mut series = self.series();
        let value = series
            .entry(labels)
            .or_insert_with(|| Value::Histogram(Arc::new(Buckets::new(bounds))));
        match value {
            Value::Histogram(buckets) => Histogram::from_arc(Arc::clone(buckets)),
            Value::Counter { .. } | Value::Gauge { .. } => Histogram::noop(),
        }
    }

    /// Hands the present values to the exporter.
    pub(super) fn hand_over(&self) {
        for value in self.series().values() {
            match value {
                Value::Counter { value, exported } => {
                    exported.absolute(value.load(Ordering::Acquire));
                }
                Value::Gauge { value, exported } => exported.set(float(value)),
                Value::Histogram(_) => {}
            }
        }
    }

    /// Writes what the exporter leaves out: histograms, and what a metric without series is.
    pub(super) fn render_rest(&self, constant: &[Label], out: &mut String) {
        let Metric {
            name, kind, help, ..
        } = *self.metric;
        let series = self.series();
        let exported = !matches!(kind, Kind::Histogram(_)) && !series.is_empty();
        if exported {
            return;
        }
        exposition::family(out, name, kind.name(), help);
        for (labels, value) in &*series {
            if let Value::Histogram(buckets) = value {
                let labels = exposition::label_set(constant, labels);
                buckets.render(name, &labels, out);
            }
        }
    }

    /// All of it as data.
    pub(super) fn family(&self, constant: &[Label]) -> Family {
        let series = self.series();
        let series = series.iter().map(|(labels, value)| Series {
            labels: pairs(constant.iter().chain(labels)),
            value: match value {
                Value::Counter { value, .. } => {
                    Measured::Number(value.load(Ordering::Acquire) as f64)
                }
                Value::Gauge { value, .. } => Measured::Number(float(value)),
                Value::Histogram(buckets) => buckets.measured(),
            },
        });
        Family {
            name: self.metric.name,
            help: self.metric.help,
            kind: self.metric.kind.name(),
            unit: self.metric.unit,
            series: series.collect(),
        }
    }

    fn series(&self) -> MutexGuard<'_, BTreeMap<Vec<Label>, Value>> {
        self.series.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn float(bits: &AtomicU64) -> f64 {
    f64::from_bits(bits.load(Ordering::Acquire))
}
