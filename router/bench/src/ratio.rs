//! Ratios of rounds.

use std::fmt;

/// The ratios that the rounds of one comparison gave.
pub(crate) struct Ratios {
    sorted: Vec<f64>,
}

impl Ratios {
    pub(crate) fn new(rounds: impl IntoIterator<Item = (f64, f64)>) -> Self {
        let mut sorted: Vec<f64> = rounds.into_iter().map(|(a, b)| a / b).collect();
        sorted.sort_unstable_by(f64::total_cmp);
        Self { sorted }
    }

    pub(crate) fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    fn quantile(&self, share: f64) -> f64 {
        quantile(&self.sorted, share)
    }
}

/// The value that this share of a sorted list does not exceed; NaN of an empty one.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let index = (sorted.len().saturating_sub(1) as f64 * share).round() as usize;
    sorted.get(index).copied().unwrap_or(f64::NAN)
}

/// The median of some values.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = values.into_iter().collect();
    sorted.sort_unstable_by(f64::total_cmp);
    quantile(&sorted, 0.5)
}

/// The median, and between which bounds the middle half of the rounds lies.
impl fmt::Display for Ratios {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [low, middle, high] = [self.quantile(0.25), self.median(), self.quantile(0.75)];
        write!(f, "{middle:.2} ({low:.2} to {high:.2})")
    }
}
