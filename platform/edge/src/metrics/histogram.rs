//! Histograms whose observations are counted at once.
//!
//! The exporter's own keeps every observation until somebody asks, and sorts them into buckets then, all of them: a pause of which requests
//! take notice.

use std::sync::atomic::{AtomicU64, Ordering};

use ::metrics::HistogramFn;
use metrics_exporter_prometheus::LabelSet;

use super::exposition::{bucket, line};
use super::families::Measured;

/// One series.
pub(super) struct Buckets {
    /// Upper bounds, ascending.
    bounds: &'static [f64],
    /// For each bound what is below it and above the one before, and last what is above all.
    counts: Box<[AtomicU64]>,
    /// The bits of the sum of all observations.
    sum: AtomicU64,
}

impl Buckets {
    /// Without observations.
    pub(super) fn new(bounds: &'static [f64]) -> Self {
        Self {
            bounds,
            counts: (0..=bounds.len()).map(|_| AtomicU64::new(0)).collect(),
            sum: AtomicU64::new(0_f64.to_bits()),
        }
    }

    /// As data.
    pub(super) fn measured(&self) -> Measured {
        let counts = self.counts.iter();
        Measured::Buckets {
            bounds: self.bounds,
            counts: counts.map(|count| count.load(Ordering::Relaxed)).collect(),
            sum: f64::from_bits(self.sum.load(Ordering::Relaxed)),
        }
    }

    /// As lines of text.
    pub(super) fn render(&self, name: &str, labels: &LabelSet, out: &mut String) {
        let bounds = self.bounds.iter().map(f64::to_string);
        let bounds = bounds.chain(["+Inf".to_owned()]);
        let mut count = 0;
        for (bound, counted) in bounds.zip(&self.counts) {
            count += counted.load(Ordering::Relaxed);
            bucket(out, name, labels, &bound, count);
        }
        let sum = f64::from_bits(self.sum.load(Ordering::Relaxed));
        line(out, name, Some("sum"), labels, sum);
        line(out, name, Some("count"), labels, count);
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
