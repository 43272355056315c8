//! The operations of the REST API.

use service::Limits;
use service::rest::table::{Operation, Parameter, parameter};
use valeurs::{Decimal, Resultat, budget};

use super::arguments::{ClasseAnswer, Factor};
use crate::dispersion::{self, Definition};
use crate::series::Series;
use crate::transformation::{self, Aberrantes};
use crate::{forme, histogramme, score};

mod inference;
mod position;

/// Every operation, in the order in which they are documented.
pub(super) fn operations() -> Vec<Operation> {
    let mut operations = position::means();
    operations.extend(position::order());
    operations.extend(dispersion_and_shape());
    operations.extend(scores());
    operations.extend(transformations());
    operations.extend(inference::pairs());
    operations.extend(inference::inference());
    operations
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
                budget::charge(u64::from(classes.unsigned_abs()) * PART)?;
                let classes = histogramme::histogramme(&series, classes)?;
                Ok(classes
                    .into_iter()
                    .map(ClasseAnswer::from)
                    .collect::<Vec<_>>())
            },
        )
        // A thousand classes of two values take as long as a thousand operations.
        .slow(),
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
            |(valeurs, aberrantes, facteur): (_, _, Option<Factor>), limits| {
                let series = read("valeurs", valeurs, limits)?;
                let facteur = facteur.map(|Factor(facteur)| facteur);
                transformation::sans(&series, aberrantes, facteur)
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

/// What a value of a series costs, in units of work: to read it, and the dearest of the statistics. An operation computes one.
const VALUE: u64 = 25;

/// What a class of a histogram costs, and a quantile of several.
const PART: u64 = 8;

/// The series that the argument `name` brings, paid for with what is computed of it.
fn read(name: &'static str, values: Vec<Decimal>, limits: &Limits) -> Resultat<Series> {
    let series = Series::read(name, values, limits.series_length)?;
    budget::charge(series.effectif() as u64 * VALUE)?;
    Ok(series)
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
