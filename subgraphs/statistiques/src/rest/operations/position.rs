//! Where the values of a series are.

use service::rest::table::{Operation, parameter};
use valeurs::budget;

use super::{PART, of_series, read, valeurs};
use crate::quantile::{self, Methode, Probability};
use crate::rest::arguments::{Probabilities, QuartilesAnswer};
use crate::{modes, moyenne};

/// Means.
pub(super) fn means() -> Vec<Operation> {
    vec![
        of_series(
            "moyenne",
            "Arithmetic mean\nThe exact sum of the values divided by their number. It never overflows.",
            moyenne::moyenne,
        ),
        Operation::new(
            "moyennePonderee",
            "Weighted arithmetic mean\nThe sum of the values times their weights, divided by the sum of the weights.",
            (
                valeurs(),
                parameter(
                    "poids",
                    "A weight for each value, in their order: none negative, not all zero.",
                    "1,1,2,1,0.5",
                ),
            ),
            |(valeurs, poids), limits| {
                moyenne::moyenne_ponderee(
                    &read("valeurs", valeurs, limits)?,
                    &read("poids", poids, limits)?,
                )
            },
        ),
        of_series(
            "moyenneGeometrique",
            "Geometric mean\nThe n-th root of the product of the n values, none of which is negative. 0 when a value is 0.",
            moyenne::moyenne_geometrique,
        ),
        of_series(
            "moyenneHarmonique",
            "Harmonic mean\nThe number of values divided by the sum of their reciprocals; no value is negative. 0 when a value is 0.",
            moyenne::moyenne_harmonique,
        ),
    ]
}

/// Quantiles, modes, and the ends of a series.
pub(super) fn order() -> Vec<Operation> {
    vec![
        of_series(
            "mediane",
            "Median\nThe middle value in ascending order, or the mean of the two in the middle.",
            quantile::mediane,
        ),
        Operation::new(
            "modes",
            "Modes\nEvery value that is as frequent as the most frequent one, in ascending order. All values when none is repeated.",
            (valeurs(),),
            |(valeurs,), limits| Ok(modes::modes(&read("valeurs", valeurs, limits)?)),
        ),
        Operation::new(
            "quantile",
            "Quantile of type 7\nThe value at (n - 1) · p of the n values in ascending order numbered from 0, interpolated linearly \
             (type 7 of Hyndman and Fan, 1996: the default of R and NumPy).",
            (
                valeurs(),
                parameter::<Probability>("p", "The probability, from 0 to 1.", "0.9"),
            ),
            |(valeurs, p), limits| quantile::quantile(&read("valeurs", valeurs, limits)?, &p),
        ),
        Operation::new(
            "quantiles",
            "Quantiles of several probabilities\nIn their order, by one of the nine definitions of Hyndman and Fan (1996): type 7 unless \
             another is asked for.",
            (
                valeurs(),
                parameter(
                    "ps",
                    "The probabilities, from 0 to 1, at most 1000.",
                    "0.1,0.5,0.9",
                ),
                parameter("methode", "Which quantiles.", "TYPE_8").or(Methode::default()),
            ),
            |(valeurs, ps, methode): (_, Probabilities, _), limits| {
                let series = read("valeurs", valeurs, limits)?;
                budget::charge(ps.0.len() as u64 * PART)?;
                quantile::quantiles(&series, &ps.0, methode)
            },
        ),
        Operation::new(
            "quartiles",
            "Quartiles\nThe quantiles of type 7 of probabilities 0.25, 0.5 and 0.75.",
            (valeurs(),),
            |(valeurs,), limits| {
                let quartiles = quantile::quartiles(&read("valeurs", valeurs, limits)?)?;
                Ok(QuartilesAnswer::from(quartiles))
            },
        ),
        of_series(
            "ecartInterquartile",
            "Interquartile range\nThe third quartile minus the first (quantiles of type 7).",
            quantile::ecart_interquartile,
        ),
        of_series("minimum", "Minimum\nThe smallest value.", |series| {
            Ok(series.minimum())
        }),
        of_series("maximum", "Maximum\nThe largest value.", |series| {
            Ok(series.maximum())
        }),
        Operation::new(
            "effectif",
            "Number of values\nHow many values there are.",
            (valeurs(),),
            |(valeurs,), limits| Ok(read("valeurs", valeurs, limits)?.effectif()),
        ),
    ]
}
