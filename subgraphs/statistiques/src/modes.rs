//! Modes: the most frequent values.

use valeurs::Decimal;

use crate::series::Series;

/// Every value that is as frequent as the most frequent one, in ascending order; all of them when none is repeated.
pub(crate) fn modes(series: &Series) -> Vec<Decimal> {
    let runs = || series.sorted().chunk_by(|a, b| a == b);
    let most = runs().map(<[Decimal]>::len).max().unwrap_or(0);
    runs()
        .filter(|run| run.len() == most)
        .map(|run| run[0])
        .collect()
}

#[cfg(test)]
mod tests;
