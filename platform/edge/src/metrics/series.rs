//! What is counted: one value for each series, which all handles to it share.
//!
//! Series are kept in the order in which they are rendered, and rendering reads the values where they are counted.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::exposition::Families;
use super::histogram::Buckets;
use super::{Kind, Metric};

/// All series of a recorder, by the names of their metrics.
#[derive(Default)]
pub(super) struct AllSeries(Mutex<BTreeMap<&'static str, SeriesOf>>);

/// The series of one metric.
struct SeriesOf {
    metric: &'static Metric,
    values: Values,
}

/// By their rendered labels.
enum Values {
    Counters(BTreeMap<String, Arc<AtomicU64>>),
    /// The bits of numbers.
    Gauges(BTreeMap<String, Arc<AtomicU64>>),
    Histograms(&'static [f64], BTreeMap<String, Arc<Buckets>>),
}

impl AllSeries {
    /// No series yet of these metrics.
    pub(super) fn of(catalog: impl IntoIterator<Item = &'static Metric>) -> Self {
        let empty = |metric: &'static Metric| {
            let values = match metric.kind {
                Kind::Counter => Values::Counters(BTreeMap::new()),
                Kind::Gauge => Values::Gauges(BTreeMap::new()),
                Kind::Histogram(bounds) => Values::Histograms(bounds, BTreeMap::new()),
            };
            (metric.name, SeriesOf { metric, values })
        };
        Self(Mutex::new(catalog.into_iter().map(empty).collect()))
    }

    /// The value of a counter; nothing when the metric is none.
    pub(super) fn counter(&self, name: &str, labels: String) -> Option<Arc<AtomicU64>> {
        self.find(name, |values| match values {
            Values::Counters(series) => Some(Arc::clone(series.entry(labels).or_default())),
            _ => None,
        })
    }

    /// The value of a gauge; nothing when the metric is none.
    pub(super) fn gauge(&self, name: &str, labels: String) -> Option<Arc<AtomicU64>> {
        self.find(name, |values| match values {
            Values::Gauges(series) => Some(Arc::clone(series.entry(labels).or_default())),
            _ => None,
        })
    }

    /// The buckets of a histogram; nothing when the metric is none.
    pub(super) fn histogram(&self, name: &str, labels: String) -> Option<Arc<Buckets>> {
        self.find(name, |values| match values {
            Values::Histograms(bounds, series) => {
                let new = || Arc::new(Buckets::new(bounds));
                Some(Arc::clone(series.entry(labels).or_insert_with(new)))
            }
            _ => None,
        })
    }

    fn find<T>(&self, name: &str, find: impl FnOnce(&mut Values) -> Option<T>) -> Option<T> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        find(&mut all.get_mut(name)?.values)
    }

    /// Adds every metric, those without series too: a family is known before its first sample.
    pub(super) fn render(&self, families: &mut Families) {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for SeriesOf { metric, values } in all.values() {
            let mut family = families.family(metric.name, metric.kind.name(), metric.help);
            match values {
                Values::Counters(series) => {
                    for (labels, value) in series {
                        family.sample("", labels, value.load(Ordering::Relaxed));
                    }
                }
                Values::Gauges(series) => {
                    for (labels, value) in series {
                        let value = f64::from_bits(value.load(Ordering::Relaxed));
                        family.sample("", labels, value);
                    }
                }
                Values::Histograms(_, series) => {
                    for (labels, buckets) in series {
                        buckets.render(labels, &mut family);
                    }
                }
            }
        }
    }
}
