//! Running statistics: the series of the first value, of the first two, and so on, each with its sums.
//!
//! What is carried from one to the next is Σx and Σx² as integers, and both ends: a state of constant size (a square has at most 378 bits, as all
//! values are counted in the same unit of at least 10⁻²⁸, and a sum a few more) and one addition of each a value. Welford's recurrence (1962,
//! <https://doi.org/10.1080/00401706.1962.10490022>) is for floating point, where n·Σx² − (Σx)² cancels. Here it is exact; the recurrence would
//! carry means instead, fractions whose denominators grow with each value.

use dashu_int::IBig;
use valeurs::{Decimal, Valeurs, exact};

use crate::series::Series;

/// The series of the first values: of one, of two … of all.
#[derive(Debug)]
pub(crate) struct Courantes {
    values: Valeurs,
    /// The scale of all values.
    scale: u32,
    /// How many values the sums have.
    count: usize,
    sums: Sums,
    ends: (Decimal, Decimal),
}

/// Σx and Σx² in units of 10^-scale and their squares.
#[derive(Clone, Debug, Default)]
struct Sums {
    values: IBig,
    squares: IBig,
}

impl Courantes {
    pub(crate) fn new(values: Valeurs) -> Self {
        let scale = values.iter().map(|value| value.scale()).max().unwrap_or(0);
        Self {
            ends: (values[0], values[0]),
            values,
            scale,
            count: 0,
            sums: Sums::default(),
        }
    }
}

impl Iterator for Courantes {
    type Item = Series;

    fn next(&mut self) -> Option<Series> {
        let value = *self.values.get(self.count)?;
        self.count += 1;
        let units = exact::units(value, self.scale);
        self.sums.squares += units.pow(2);
        self.sums.values += units;
        self.ends = (self.ends.0.min(value), self.ends.1.max(value));
        let n = IBig::from(self.count);
        // Σ(n·x − Σx)² = n·(n·Σx² − (Σx)²)
        let squares = &n * (&n * &self.sums.squares - self.sums.values.pow(2));
        let values = self.values.first(self.count);
        Some(Series::summed(
            values,
            self.scale,
            (self.sums.values.clone(), squares),
            self.ends,
        ))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.values.len() - self.count;
        (left, Some(left))
    }
}

impl ExactSizeIterator for Courantes {}

#[cfg(test)]
mod tests;
