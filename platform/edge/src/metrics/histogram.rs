//! Histograms whose observations are counted at once: what kept them until somebody asks would sort them all into buckets then, a pause of which requests
//! take notice.

use std::sync::atomic::{AtomicU64, Ordering};

use ::metrics::HistogramFn;

use super::exposition::Family;

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
    pub(super) fn new(bounds: &'static [f64]) -> Self {
        Self {
            bounds,
            counts: (0..=bounds.len()).map(|_| AtomicU64::new(0)).collect(),
            sum: AtomicU64::new(0_f64.to_bits()),
        }
    }

    /// Adds the samples of the series with these labels.
    pub(super) fn render(&self, labels: &str, family: &mut Family<'_>) {
        let comma = if labels.is_empty() { "" } else { "," };
        let bounds = self.bounds.iter().map(f64::to_string);
        let bounds = bounds.chain(["+Inf".to_owned()]);
        let mut count = 0;
        for (bound, counted) in bounds.zip(&self.counts) {
            count += counted.load(Ordering::Relaxed);
            let labels = format!("{labels}{comma}le=\"{bound}\"");
            family.sample("_bucket", &labels, count);
        }
        let sum = f64::from_bits(self.sum.load(Ordering::Relaxed));
        family.sample("_sum", labels, sum);
        family.sample("_count", labels, count);
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
