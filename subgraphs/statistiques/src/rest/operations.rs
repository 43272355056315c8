//! The operations of the REST door.

use service::Limits;
use service::rest::table::{Operation, Parameter, parameter};
use valeurs::{Decimal, Resultat};

use super::arguments::{
    ClasseAnswer, IntervalleAnswer, Probabilities, QuartilesAnswer, RegressionAnswer,
    ResidualsAnswer, TestAnswer,
};
use crate::dispersion::{self, Definition};
use crate::liaison::{self, Correlation, Pairs};
use crate::quantile::{self, Methode, Probability};
use crate::series::Series;
use crate::student::{self, Alternative, Variante, default_level};
use crate::transformation::{self, Aberrantes};
use crate::{forme, histogramme, modes, moyenne, score};

/// Every operation, in the order in which they are documented.
pub(super) fn operations() -> Vec<Operation> {
    let mut operations = centre();
    operations.extend(dispersion_and_shape());
    operations.extend(scores());
    operations.extend(transformations());
    operations.extend(pairs());
    operations.extend(inference());
    operations
}

/// Means, quantiles, modes, and the ends of a series.
fn centre() -> Vec<Operation> {
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
                quantile::quantiles(&read("valeurs", valeurs, limits)?, &ps.0, methode)
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

fn dispersion_and_shape() -> Vec<Operation> {
    vec![
        of_series(
            "etendue",
            "Range\nThe largest value minus the smallest.",
            dispersion::etendue,
        ),
        of_sample(
            "variance",
            "Variance\nThe sum of the squared deviations from the mean, divided by n - 1 for a sample (the default) or by n for a \
             population.",
            dispersion::variance,
        ),
        of_sample(
            "ecartType",
            "Standard deviation\nThe square root of the variance, of a sample (divided by n - 1, the default) or of a population \
             (divided by n).",
            dispersion::ecart_type,
        ),
        of_sample(
            "coefficientVariation",
            "Coefficient of variation\nThe standard deviation divided by the magnitude of the mean, which must not be zero.",
            dispersion::coefficient_variation,
        ),
        of_sample(
            "asymetrie",
            "Skewness\ng1 = m3 / m2^(3/2) of a population, G1 = g1 · √(n(n - 1)) / (n - 2) of a sample (the default; Joanes and Gill, \
             1998).",
            forme::asymetrie,
        ),
        of_sample(
            "aplatissement",
            "Excess kurtosis\ng2 = m4 / m2² - 3 of a population, G2 = (n - 1)((n + 1) · g2 + 6) / ((n - 2)(n - 3)) of a sample (the \
             default; Joanes and Gill, 1998).",
            forme::aplatissement,
        ),
        Operation::new(
            "histogramme",
            "Histogram\nClasses of equal width from the smallest value to the largest; the last has its upper bound too.",
            (
                valeurs(),
                parameter("classes", "How many classes, from 1 to 1000.", "10")
                    .or(histogramme::DEFAULT_CLASSES)
                    .between(1, histogramme::MAX_CLASSES as i32),
            ),
            |(valeurs, classes), limits| {
                let series = read("valeurs", valeurs, limits)?;
                let classes = histogramme::histogramme(&series, classes)?;
                Ok(classes
                    .into_iter()
                    .map(ClasseAnswer::from)
                    .collect::<Vec<_>>())
            },
        ),
    ]
}

fn scores() -> Vec<Operation> {
    vec![
        Operation::new(
            "scoreZ",
            "Standard score\nHow many standard deviations a value is above the mean of a series.",
            (
                parameter(
                    "valeur",
                    "The value. It need not be one of the series.",
                    "14",
                ),
                parameter(
                    "dans",
                    "The series, at least two values, not all equal.",
                    "10,12,14,16",
                ),
                definition(),
            ),
            |(valeur, dans, definition), limits| {
                score::score_z(valeur, &read("dans", dans, limits)?, definition)
            },
        ),
        Operation::new(
            "scoresZ",
            "Standard scores\nThe standard score of each value of a series, in their order.",
            (valeurs(), definition()),
            |(valeurs, definition), limits| {
                score::scores_z(&read("valeurs", valeurs, limits)?, definition)
            },
        ),
    ]
}

/// What the entity gives as a series of its own: its values.
fn transformations() -> Vec<Operation> {
    vec![
        Operation::new(
            "triee",
            "Sorted values\nThe values in ascending order.",
            (valeurs(),),
            |(valeurs,), limits| Ok(transformation::triee(&read("valeurs", valeurs, limits)?)),
        ),
        Operation::new(
            "centree",
            "Deviations from the mean\nEach value minus the mean, in their order, computed from the exact mean and rounded once.",
            (valeurs(),),
            |(valeurs,), limits| transformation::centree(&read("valeurs", valeurs, limits)?),
        ),
        Operation::new(
            "sans",
            "Values without outliers\nThe values that are not outliers, in their order; what lies on a bound is none.",
            (
                valeurs(),
                parameter("aberrantes", "Which values are outliers.", "TUKEY")
                    .or(Aberrantes::default()),
                parameter(
                    "facteur",
                    "The factor k of their definition, not negative. Without it 1.5 for TUKEY and 3 for ECART_TYPE.",
                    "2",
                ),
            ),
            |(valeurs, aberrantes, facteur): (_, _, Option<Decimal>), limits| {
                let series = read("valeurs", valeurs, limits)?;
                transformation::sans(&series, aberrantes, facteur)
            },
        ),
    ]
}

/// What two series have in common.
fn pairs() -> Vec<Operation> {
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
            "Least-squares line\nThe line y = ordonnee + pente · x by ordinary least squares, its R² (null when all y are equal), and the \
             residuals of the pairs.",
            (x(), y()),
            |(x, y), limits| {
                let (x, y) = (read("x", x, limits)?, read("y", y, limits)?);
                let pairs = Pairs::new(&x, &y)?;
                ResidualsAnswer::of(liaison::regression_lineaire(pairs)?, pairs)
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
        ),
    ]
}

/// What a sample says of its population.
fn inference() -> Vec<Operation> {
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
            |(valeurs, niveau): (_, Option<Decimal>), limits| {
                let niveau = niveau.unwrap_or_else(default_level);
                let interval = student::intervalle(&read("valeurs", valeurs, limits)?, niveau)?;
                IntervalleAnswer::of(interval, niveau)
            },
        ),
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
                    "What speaks against it: another mean, a smaller or a larger one.",
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
        ),
    ]
}

fn valeurs() -> Parameter<Vec<Decimal>> {
    parameter("valeurs", "The values, at least one.", "1,2,2,4,7")
}

fn x() -> Parameter<Vec<Decimal>> {
    parameter("x", "The first values of the pairs.", "1,2,3,4")
}

fn y() -> Parameter<Vec<Decimal>> {
    parameter(
        "y",
        "The second values of the pairs, as many.",
        "2.1,3.9,6.2,7.8",
    )
}

fn definition() -> Parameter<Definition> {
    parameter(
        "definition",
        "Whether the values are a sample or the whole population.",
        "ECHANTILLON",
    )
    .or(Definition::default())
}

/// The series that the argument `name` brings.
fn read(name: &'static str, values: Vec<Decimal>, limits: &Limits) -> Resultat<Series> {
    Series::read(name, values, limits.series_length)
}

/// A statistic of one series.
fn of_series(
    name: &'static str,
    description: &'static str,
    statistic: fn(&Series) -> Resultat<Decimal>,
) -> Operation {
    Operation::new(
        name,
        description,
        (valeurs(),),
        move |(valeurs,), limits| statistic(&read("valeurs", valeurs, limits)?),
    )
}

/// A statistic of a series that is a sample or a population.
fn of_sample(
    name: &'static str,
    description: &'static str,
    statistic: fn(&Series, Definition) -> Resultat<Decimal>,
) -> Operation {
    let parameters = (valeurs(), definition());
    Operation::new(
        name,
        description,
        parameters,
        move |(valeurs, definition), limits| {
            statistic(&read("valeurs", valeurs, limits)?, definition)
        },
    )
}
