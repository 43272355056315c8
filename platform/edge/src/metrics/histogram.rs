//! Histograms whose observations are counted at once.
//!
//! The exporter's own keeps every observation until somebody asks, and sorts them into buckets then, all of them: a pause of which requests
//! take notice.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use ::metrics::HistogramFn;

use super::exposition::Families;
use super::families::{Measured, Series, labels};

/// All histograms of a recorder, by name and rendered labels.
#[derive(Default)]
pub(super) struct Histograms {
    series: Mutex<BTreeMap<(&'static str, String), Arc<Buckets>>>,
}

/// One series.
pub(super) struct Buckets {
    /// Upper bounds, ascending.
    bounds: &'static [f64],
    /// For each bound what is below it and above the one before, and last what is above all.
    counts: Box<[AtomicU64]>,
    /// The bits of the sum of all observations.
    sum: AtomicU64,
}

impl Histograms {
    /// The series of these labels; it is made when it is asked for for the first time.
    pub(super) fn series(
        &self,
        name: &'static str,
        labels: String,
        bounds: &'static [f64],
    ) -> Arc<Buckets> {
        let mut series = self.series.lock().unwrap_or_else(PoisonError::into_inner);
        let buckets = series
            .entry((name, labels))
            .or_insert_with(|| Arc::new(Buckets::new(bounds)));
        Arc::clone(buckets)
    }

    /// Adds the samples of all series.
    pub(super) fn render(&self, families: &mut Families) {
        let series = self.series.lock().unwrap_or_else(PoisonError::into_inner);
        for ((name, labels), buckets) in &*series {
            buckets.render(name, labels, families);
        }
    }
}

impl Histograms {
    /// The series of a name, as data.
    pub(super) fn data(&self, wanted: &str) -> Vec<Series> {
        let series = self.series.lock().unwrap_or_else(PoisonError::into_inner);
        let of_name = series.iter().filter(|((name, _), _)| *name == wanted);
        of_name
            .map(|((_, rendered), buckets)| Series {
                labels: labels(rendered),
                value: buckets.data(),
            })
            .collect()
    }
}

impl Buckets {
    fn data(&self) -> Measured {
        let counts = self.counts.iter();
        Measured::Buckets {
            bounds: self.bounds,
            counts: counts.map(|count| count.load(Ordering::Relaxed)).collect(),
            sum: f64::from_bits(self.sum.load(Ordering::Relaxed)),
        }
    }

    fn new(bounds: &'static [f64]) -> Self {
        Self {
            bounds,
            counts: (0..=bounds.len()).map(|_| AtomicU64::new(0)).collect(),
            sum: AtomicU64::new(0_f64.to_bits()),
        }
    }

    fn render(&self, name: &str, labels: &str, families: &mut Families) {
        let comma = if labels.is_empty() { "" } else { "," };
        let bounds = self.bounds.iter().map(f64::to_string);
        let bounds = bounds.chain(["+Inf".to_owned()]);
        let mut count = 0;
        for (bound, counted) in bounds.zip(&self.counts) {
            count += counted.load(Ordering::Relaxed);
            let line = format!("{name}_bucket{{{labels}{comma}le=\"{bound}\"}} {count}");
            families.sample(name, line);
        }
        let sum = f64::from_bits(self.sum.load(Ordering::Relaxed));
        let labels = match labels {
            "" => String::new(),
            labels => format!("{{{labels}}}"),
        };
        families.sample(name, format!("{name}_sum{labels} {sum}"));
        families.sample(name, format!("{name}_count{labels} {count}"));
    }
}

impl HistogramFn for Buckets {
    fn record(&self, value: f64) {
        let bucket = self.bounds.partition_point(|bound| *bound < value);
        self.counts[bucket].fetch_add(1, Ordering::Relaxed);
        let mut sum = self.sum.load(Ordering::Relaxed);
        loop {
            let more = (f64::from_bits(sum) + value).to_bits();
            let added =
                self.sum
                    .compare_exchange_weak(sum, more, Ordering::Relaxed, Ordering::Relaxed);
            match added {
                Ok(_) => return,
                Err(other) => sum = other,
            }
        }
    }
}
