//! What a recorder has, as data: for those who export it otherwise than as text.

use ::metrics::{Label, Unit};

/// All series of one name.
#[derive(Clone, Debug, PartialEq)]
pub struct Family {
    /// As Prometheus has it.
    pub name: &'static str,
    /// What it is.
    pub help: &'static str,
    /// `counter`, `gauge` or `histogram`.
    pub kind: &'static str,
    /// Its base unit, when it has one.
    pub unit: Option<Unit>,
    /// Each combination of labels.
    pub series: Vec<Series>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Names and values.
    pub labels: Vec<(String, String)>,
    /// What was measured.
    pub value: Measured,
}

/// What was measured.
#[derive(Clone, Debug, PartialEq)]
pub enum Measured {
    /// The value of a counter or a gauge.
    Number(f64),
    /// The values of a histogram.
    Buckets {
        /// Upper bounds, ascending.
        bounds: &'static [f64],
        /// For each bound what is below it and above the one before, and last what is above all.
        counts: Vec<u64>,
        /// The sum of all observations.
        sum: f64,
    },
}

/// Labels as data.
pub(super) fn pairs<'a>(labels: impl IntoIterator<Item = &'a Label>) -> Vec<(String, String)> {
    let labels = labels.into_iter();
    labels
        .map(|label| (label.key().to_owned(), label.value().to_owned()))
        .collect()
}
