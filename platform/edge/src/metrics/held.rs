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
    series: Mutex<AllSeries>,
}

/// All series of a metric.
#[derive(Default)]
struct AllSeries {
    /// By their labels, without the constant ones.
    by_labels: BTreeMap<Vec<Label>, One>,
    /// Whether one is gone that the exporter has not rendered yet: it does that once.
    lingers: bool,
}

/// A series.
struct One {
    value: Value,
    /// How many recorders hold it. With none it is gone when it would be rendered next, and until then goes on if it comes back: the exporter only forgets when it renders.
    holders: usize,
    /// Whether the exporter has been handed it.
    is_handed: bool,
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

    /// The counter of these labels, and whether one more recorder holds it; made when it is asked for for the first time, as are the others.
    pub(super) fn counter(
        &self,
        held_by: (Vec<Label>, bool),
        exporter: &PrometheusRecorder,
    ) -> Counter {
        let mut series = self.series();
        let value = series.one(held_by, |labels| {
            let key = Key::from_parts(self.metric.name, labels.to_vec());
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
    pub(super) fn gauge(
        &self,
        held_by: (Vec<Label>, bool),
        exporter: &PrometheusRecorder,
    ) -> Gauge {
        let mut series = self.series();
        let value = series.one(held_by, |labels| {
            let key = Key::from_parts(self.metric.name, labels.to_vec());
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
    pub(super) fn histogram(&self, held_by: (Vec<Label>, bool)) -> Histogram {
        let Kind::Histogram(bounds) = self.metric.kind else {
            return Histogram::noop();
        };
        let mut series = self.series();
        let value = series.one(held_by, |_| {
            Value::Histogram(Arc::new(Buckets::new(bounds)))
        });
        match value {
            Value::Histogram(buckets) => Histogram::from_arc(Arc::clone(buckets)),
            Value::Counter { .. } | Value::Gauge { .. } => Histogram::noop(),
        }
    }

    /// One recorder less holds the series of these labels.
    pub(super) fn release(&self, labels: &[Label]) {
        if let Some(one) = self.series().by_labels.get_mut(labels) {
            one.holders = one.holders.saturating_sub(1);
        }
    }

    /// Hands the present values to the exporter.
    pub(super) fn hand_over(&self) {
        let mut series = self.series();
        let AllSeries { by_labels, lingers } = &mut *series;
        by_labels.retain(|_, one| {
            *lingers |= one.holders == 0 && !one.is_handed;
            one.holders > 0
        });
        for one in by_labels.values_mut() {
            one.is_handed = true;
            match &one.value {
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
        let mut series = self.series();
        let is_known = std::mem::take(&mut series.lingers) || !series.by_labels.is_empty();
        if is_known && !matches!(kind, Kind::Histogram(_)) {
            return;
        }
        exposition::family(out, name, kind.name(), help);
        for (labels, one) in &series.by_labels {
            if let Value::Histogram(buckets) = &one.value {
                let labels = exposition::label_set(constant, labels);
                buckets.render(name, &labels, out);
            }
        }
    }

    /// All of it as data.
    pub(super) fn family(&self, constant: &[Label]) -> Family {
        let series = self.series();
        let held = series.by_labels.iter().filter(|(_, one)| one.holders > 0);
        let series = held.map(|(labels, one)| Series {
            labels: pairs(constant.iter().chain(labels)),
            value: match &one.value {
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

    fn series(&self) -> MutexGuard<'_, AllSeries> {
        self.series.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AllSeries {
    /// The series of these labels, which is made where there is none.
    fn one(
        &mut self,
        (labels, holds): (Vec<Label>, bool),
        make: impl FnOnce(&[Label]) -> Value,
    ) -> &Value {
        let one = self.by_labels.entry(labels);
        let one = one.or_insert_with_key(|labels| One {
            value: make(labels),
            holders: 0,
            is_handed: false,
        });
        one.holders += usize::from(holds);
        &one.value
    }
}

fn float(bits: &AtomicU64) -> f64 {
    f64::from_bits(bits.load(Ordering::Acquire))
}
