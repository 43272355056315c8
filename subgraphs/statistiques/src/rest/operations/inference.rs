//! What two series have in common, and what a sample says about its population.

use service::rest::table::{Operation, parameter};
use valeurs::Decimal;

use super::{definition, read, valeurs, x, y};
use crate::liaison::{self, Correlation, Pairs};
use crate::rest::arguments::{
    IntervalleAnswer, Level, RegressionAnswer, ResidualsAnswer, TestAnswer,
};
use crate::student::{self, Alternative, Variante, default_level};

/// What two series have in common.
pub(super) fn pairs() -> Vec<Operation> {
    vec![
        Operation::new(
            "covariance",
            "Covariance\nThe sum of the products of the deviations from the means, divided by n - 1 for a sample (the default) or by n \
             for a population.",
            (x(), y(), definition()),
            |(x, y, definition), limits| {
                let (x, y) = (read("x", x, limits)?, read("y", y, limits)?);
                liaison::covariance(Pairs::new(&x, &y)?, definition)
            },
        ),
        Operation::new(
            "correlation",
            "Correlation\nPearson's, the covariance divided by both standard deviations, or Spearman's, that of the ranks: from -1 to 1.",
            (
                x(),
                y(),
                parameter("methode", "Of the values, or of their ranks.", "SPEARMAN")
                    .or(Correlation::default()),
            ),
            |(x, y, methode), limits| {
                let (x, y) = (read("x", x, limits)?, read("y", y, limits)?);
                liaison::correlation_of(Pairs::new(&x, &y)?, methode)
            },
        ),
        Operation::new(
            "regression",
            "Least-squares line\nThe line y = ordonnee + pente · x by ordinary least squares, its R² (null when all y are equal), the \
             residuals of the pairs, and the y of the line at another x.",
            (
                x(),
                y(),
                parameter(
                    "prediction",
                    "Another x, of which the answer has the y of the line: null unless it is given.",
                    "5",
                ),
            ),
            |(x, y, prediction): (_, _, Option<Decimal>), limits| {
                let (x, y) = (read("x", x, limits)?, read("y", y, limits)?);
                let pairs = Pairs::new(&x, &y)?;
                ResidualsAnswer::of(liaison::regression_lineaire(pairs)?, pairs, prediction)
            },
        ),
        Operation::new(
            "regressionLineaire",
            "Least-squares line without residuals\nDeprecated: use `regression`, which gives the residuals too.",
            (x(), y()),
            |(x, y), limits| {
                let (x, y) = (read("x", x, limits)?, read("y", y, limits)?);
                let line = liaison::regression_lineaire(Pairs::new(&x, &y)?)?;
                RegressionAnswer::try_from(line)
            },
        )
        .deprecated(),
    ]
}

/// What a sample says about its population. A distribution takes milliseconds for a few values too.
pub(super) fn inference() -> Vec<Operation> {
    vec![
        Operation::new(
            "intervalleConfiance",
            "Confidence interval of the mean\nThe mean of the sample minus and plus t · s / √n, with s its standard deviation and t the quantile \
             of Student's distribution with n - 1 degrees of freedom.",
            (
                valeurs(),
                parameter(
                    "niveau",
                    "The level of confidence, above 0 and below 1: 0.95 unless it is given.",
                    "0.99",
                ),
            ),
            |(valeurs, niveau): (_, Option<Level>), limits| {
                let niveau = niveau.map_or_else(default_level, |Level(niveau)| niveau);
                let interval = student::intervalle(&read("valeurs", valeurs, limits)?, niveau)?;
                IntervalleAnswer::of(interval, niveau)
            },
        )
        .slow(),
        Operation::new(
            "testStudent",
            "Student's t-test\nOf the mean of one sample, or of the difference of the means of two.",
            (
                parameter("x", "The sample, at least two values.", "5.1,4.9,5.6,5.8"),
                parameter(
                    "y",
                    "A second sample, at least two values. Without it the mean of the first is tested.",
                    "4.4,4.8,5.2",
                ),
                parameter(
                    "moyenne",
                    "What the mean, or the mean of the first minus that of the second, is tested against: 0 unless it is given.",
                    "0.5",
                ),
                parameter("variante", "How two samples are compared.", "WELCH")
                    .or(Variante::default()),
                parameter(
                    "alternative",
                    "The alternative hypothesis: another mean, a smaller or a larger one.",
                    "BILATERALE",
                )
                .or(Alternative::default()),
            ),
            |(x, y, moyenne, variante, alternative): (_, Option<_>, Option<Decimal>, _, _),
             limits| {
                let x = read("x", x, limits)?;
                let y = y.map(|y| read("y", y, limits)).transpose()?;
                let moyenne = moyenne.unwrap_or_default();
                TestAnswer::try_from(student::test(
                    &x,
                    y.as_ref(),
                    moyenne,
                    variante,
                    alternative,
                )?)
            },
        )
        .slow(),
    ]
}
