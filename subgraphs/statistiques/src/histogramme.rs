//! Histograms: how many values fall into each of several classes of equal width.

use dashu_int::IBig;
use valeurs::{Decimal, Erreur, Resultat};

use crate::series::Series;
use valeurs::exact::{self, rounded};

/// The most classes of a histogram.
pub(crate) const MAX_CLASSES: usize = 1_000;

/// The number of classes when none is asked for.
pub(crate) const DEFAULT_CLASSES: i32 = 10;

/// A class of a histogram: `borne_inf` ≤ x < `borne_sup`, and x = `borne_sup` too in the last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Classe {
    /// The lower bound, which belongs to the class.
    pub(crate) borne_inf: Decimal,
    /// The upper bound, which belongs to the next class, or to this one when it is the last.
    pub(crate) borne_sup: Decimal,
    /// The number of values in the class.
    pub(crate) effectif: usize,
    /// The part of all values that are in the class, from 0 to 1.
    pub(crate) frequence: Decimal,
}

/// The histogram with `classes` classes of equal width from the smallest value to the largest. When all values are equal, from half
/// below to half above.
///
/// A bound is rounded where a [`Decimal`] cannot hold it, and the values are counted between the bounds that are shown: every value is
/// in one class, and counting again gives the same.
///
/// # Errors
/// [`InvalidArgument`](valeurs::Code::InvalidArgument) for less than one class,
/// [`LimitExceeded`](valeurs::Code::LimitExceeded) for more than [`MAX_CLASSES`].
pub(crate) fn histogramme(series: &Series, classes: i32) -> Resultat<Vec<Classe>> {
    let count = match usize::try_from(classes) {
        Ok(count) if count > MAX_CLASSES => {
            return Err(Erreur::limit("classes of a histogram", MAX_CLASSES, count).on("classes"));
        }
        Ok(count) if count > 0 => count,
        _ => {
            return Err(Erreur::invalid(
                "classes",
                format!("at least 1 is needed, not {classes}"),
            ));
        }
    };
    let bounds = bounds(series, count)?;
    let sorted = series.sorted();
    let below = |bound: &Decimal| sorted.partition_point(|value| value < bound);
    let mut start = 0;
    let mut histogram = Vec::with_capacity(count);
    for (index, pair) in bounds.windows(2).enumerate() {
        let end = if index + 1 == count {
            sorted.len()
        } else {
            below(&pair[1])
        };
        let effectif = end - start;
        histogram.push(Classe {
            borne_inf: pair[0],
            borne_sup: pair[1],
            effectif,
            frequence: rounded(effectif.into(), series.n(), "histogramme")?,
        });
        start = end;
    }
    Ok(histogram)
}

/// The `count + 1` bounds, in ascending order; neighbours are equal where the width is under the last digit.
fn bounds(series: &Series, count: usize) -> Resultat<Vec<Decimal>> {
    let [low, high] =
        [series.minimum(), series.maximum()].map(|end| exact::units(end, series.scale()));
    // Twice the ends, in half units: half a unit below and above is exact.
    let (low, high): (IBig, IBig) = (low * 2, high * 2);
    let (low, high) = if low == high {
        // Not beyond what a Decimal can be.
        let end = exact::units(Decimal::MAX, series.scale()) * 2;
        (
            (low - series.unit()).max(-&end),
            (high + series.unit()).min(end),
        )
    } else {
        (low, high)
    };
    let unit: IBig = series.unit() * 2 * count;
    let bound = |index: usize| {
        let units = &low * (count - index) + &high * index;
        rounded(units, unit.clone(), "histogramme")
    };
    (0..=count).map(bound).collect()
}

#[cfg(test)]
mod tests;
