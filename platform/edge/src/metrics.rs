//! Metrics: a catalog that says every name, and a recorder per program that records nothing else.
//!
//! There is no global recorder. Each program makes a [`Recorder`] from its catalog; the code that counts holds a handle
//! from it. Labels are bounded by what the catalog says about them.
//!
//! Values are kept here, where those who export them can read them; the exporter for Prometheus is handed the present ones when it renders.
//! Nothing that was rendered is parsed again.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ::metrics::{Counter, Gauge, Histogram, Label as KeyLabel};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle, PrometheusRecorder};
use metrics_util::MetricKindMask;
use tokio::runtime::Handle;

use self::catalog::known_series;
use self::exposition::Sample;
use self::held::Held;
use self::scope::Scope;

mod catalog;
mod exposition;
mod families;
mod held;
mod histogram;
mod process;
mod scope;

pub use self::catalog::{DURATION_BUCKETS, Kind, Label, Metric, SIZE_BUCKETS, Unit, Values};
pub use self::families::{Family, Measured, Series};

/// The metrics of one program; clones share them.
#[derive(Clone)]
pub struct Recorder {
    inner: Arc<Inner>,
    /// Whose series end with it; `None` for those that stay.
    scope: Option<Arc<Scope>>,
}

struct Inner {
    catalog: Vec<Held>,
    exporter: PrometheusRecorder,
    handle: PrometheusHandle,
    /// The labels of every series.
    constant: Vec<KeyLabel>,
    /// One rendering at a time: each hands its values over first.
    rendering: Mutex<()>,
    /// The runtime in which it was made: the admin port has another one.
    serving: Option<Handle>,
}

/// What the exporter has not been handed since it rendered last, it forgets.
const FORGOTTEN_AFTER: Duration = Duration::from_nanos(1);

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
        let idle = MetricKindMask::COUNTER | MetricKindMask::GAUGE;
        let builder = builder.idle_timeout(idle, Some(FORGOTTEN_AFTER));
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
                rendering: Mutex::default(),
                serving: Handle::try_current().ok(),
            }),
            scope: None,
        };
        made.start_at_zero();
        made
    }

    /// A recorder for what comes and goes, such as a subgraph: its series are exported for as long as a clone of it is there, or of another one that has made them too.
    /// Handles do not count: keep it beside them.
    #[must_use]
    pub fn scope(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            scope: Some(Arc::new(Scope::new(&self.inner))),
        }
    }

    /// Labels of a series, and whether one more is to hold it.
    fn held_by(&self, held: &Held, labels: &[(&'static str, &str)]) -> (Vec<KeyLabel>, bool) {
        let labels = key_labels(labels);
        let scope = self.scope.as_ref();
        let holds = scope.is_none_or(|scope| scope.makes(held, &labels));
        (labels, holds)
    }

    /// A handle to a counter of the catalog. Get it once and keep it: making one takes a lock.
    pub fn counter(&self, name: &'static str, labels: &[(&'static str, &str)]) -> Counter {
        match self.held(name, Kind::Counter, labels) {
            Some(held) => held.counter(self.held_by(held, labels), &self.inner.exporter),
            None => Counter::noop(),
        }
    }

    /// A handle to a gauge of the catalog. Get it once and keep it: making one takes a lock.
    pub fn gauge(&self, name: &'static str, labels: &[(&'static str, &str)]) -> Gauge {
        match self.held(name, Kind::Gauge, labels) {
            Some(held) => held.gauge(self.held_by(held, labels), &self.inner.exporter),
            None => Gauge::noop(),
        }
    }

    /// A handle to a histogram of the catalog. Get it once and keep it: making one takes a lock.
    pub fn histogram(&self, name: &'static str, labels: &[(&'static str, &str)]) -> Histogram {
        match self.held(name, Kind::Histogram(&[]), labels) {
            Some(held) => held.histogram(self.held_by(held, labels)),
            None => Histogram::noop(),
        }
    }

    /// Everything in the Prometheus text format, with the metrics of the process and of the tokio runtime it is called on.
    /// Every metric of the catalog is described, whether or not it has a series yet. The exporter's families come first, in no order.
    #[must_use]
    pub fn render(&self) -> String {
        let inner = &self.inner;
        let rendering = inner.rendering.lock();
        let _rendering = rendering.unwrap_or_else(PoisonError::into_inner);
        for held in &inner.catalog {
            held.hand_over();
        }
        let mut out = inner.handle.render();
        for held in &inner.catalog {
            held.render_rest(&inner.constant, &mut out);
        }
        process::sample(inner.serving.as_ref(), &mut |sample| {
            exposition::write(&sample, &inner.constant, &mut out)
        });
        out
    }

    /// The same as data.
    #[must_use]
    pub fn families(&self) -> Vec<Family> {
        let inner = &self.inner;
        let catalog = inner.catalog.iter();
        let mut families: Vec<_> = catalog.map(|held| held.family(&inner.constant)).collect();
        process::sample(inner.serving.as_ref(), &mut |sample: Sample| {
            families.push(sample.into_family(&inner.constant))
        });
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
        let mut known = 0;
        for label in held.metric.labels {
            let given = labels.iter().find(|(name, _)| *name == label.name);
            known += usize::from(given.is_some());
            match (&label.values, given) {
                (Values::OneOf(values), Some((_, value))) if !values.contains(value) => {
                    return Err("another label value");
                }
                (Values::OneOf(_) | Values::Bounded(_), None) => return Err("other labels"),
                _ => {}
            }
        }
        match known == labels.len() {
            true => Ok(held),
            false => Err("other labels"),
        }
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
