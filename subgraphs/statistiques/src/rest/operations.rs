//! The operations of the REST door.

use serde_json::{Value, json};
use valeurs::{Decimal, Resultat};

use super::{
    parameters::{classes, decimal, definition, probability, problem, series},
    table::{Answer, Arguments, Operation, Parameter},
};
use crate::{
    dispersion::{self, Definition},
    forme, histogramme,
    liaison::{self, Pairs},
    modes, moyenne, quantile, score,
    series::Series,
};

const VALEURS: Parameter = list("valeurs", "The values, at least one.", "1,2,2,4,7");
const POIDS: Parameter = list(
    "poids",
    "A weight for each value, in their order: none negative, not all zero.",
    "1,1,2,1,0.5",
);
const X: Parameter = list("x", "The first values of the pairs.", "1,2,3,4");
const Y: Parameter = list(
    "y",
    "The second values of the pairs, as many.",
    "2.1,3.9,6.2,7.8",
);
const DANS: Parameter = list(
    "dans",
    "The series, at least two values, not all equal.",
    "10,12,14,16",
);
const VALEUR: Parameter = one(
    "valeur",
    "The value. It need not be one of the series.",
    "DecimalInput",
    "14",
);
const P: Parameter = one("p", "The probability, from 0 to 1.", "DecimalInput", "0.9");
const DEFINITION: Parameter = Parameter {
    optional: true,
    ..one(
        "definition",
        "Whether the values are a sample or the whole population.",
        "Definition",
        "ECHANTILLON",
    )
};
const CLASSES: Parameter = Parameter {
    optional: true,
    ..one(
        "classes",
        "How many classes, from 1 to 1000.",
        "Classes",
        "10",
    )
};

const fn list(name: &'static str, description: &'static str, example: &'static str) -> Parameter {
    Parameter {
        list: true,
        ..one(name, description, "DecimalInput", example)
    }
}

const fn one(
    name: &'static str,
    description: &'static str,
    schema: &'static str,
    example: &'static str,
) -> Parameter {
    Parameter {
        name,
        description,
        schema,
        example,
        list: false,
        optional: false,
    }
}

/// An operation whose result is one decimal, the most common kind.
const fn number(
    name: &'static str,
    summary: &'static str,
    description: &'static str,
    parameters: &'static [Parameter],
    compute: fn(&Arguments) -> Answer,
) -> Operation {
    Operation {
        name,
        summary,
        description,
        parameters,
        result: "Decimal",
        list: false,
        compute,
    }
}

/// Every operation, in the order in which they are documented.
pub(super) const OPERATIONS: &[Operation] = &[
    number(
        "moyenne",
        "Arithmetic mean",
        "The exact sum of the values divided by their number. It never overflows.",
        &[VALEURS],
        |arguments| of_series(arguments, moyenne::moyenne),
    ),
    number(
        "moyennePonderee",
        "Weighted arithmetic mean",
        "The sum of the values times their weights, divided by the sum of the weights.",
        &[VALEURS, POIDS],
        |arguments| {
            let (values, weights) = (series(arguments, "valeurs")?, series(arguments, "poids")?);
            answer(moyenne::moyenne_ponderee(&values, &weights))
        },
    ),
    number(
        "moyenneGeometrique",
        "Geometric mean",
        "The n-th root of the product of the n values, none of which is negative. 0 when a value is 0.",
        &[VALEURS],
        |arguments| of_series(arguments, moyenne::moyenne_geometrique),
    ),
    number(
        "moyenneHarmonique",
        "Harmonic mean",
        "The number of values divided by the sum of their reciprocals; no value is negative. 0 when a value is 0.",
        &[VALEURS],
        |arguments| of_series(arguments, moyenne::moyenne_harmonique),
    ),
    number(
        "mediane",
        "Median",
        "The middle value in ascending order, or the mean of the two in the middle.",
        &[VALEURS],
        |arguments| of_series(arguments, quantile::mediane),
    ),
    Operation {
        name: "modes",
        summary: "Modes",
        description: "Every value that is as frequent as the most frequent one, in ascending order. All values when none is repeated.",
        parameters: &[VALEURS],
        result: "Decimal",
        list: true,
        compute: |arguments| Ok(json!(modes::modes(&series(arguments, "valeurs")?))),
    },
    number(
        "quantile",
        "Quantile of type 7",
        "The value at (n - 1) · p of the n values in ascending order numbered from 0, interpolated linearly (type 7 of Hyndman and \
         Fan, 1996: the default of R and NumPy).",
        &[VALEURS, P],
        |arguments| {
            answer(quantile::quantile(
                &series(arguments, "valeurs")?,
                &probability(arguments)?,
            ))
        },
    ),
    Operation {
        name: "quartiles",
        summary: "Quartiles",
        description: "The quantiles of type 7 of probabilities 0.25, 0.5 and 0.75.",
        parameters: &[VALEURS],
        result: "Quartiles",
        list: false,
        compute: |arguments| {
            let quartiles = quantile::quartiles(&series(arguments, "valeurs")?).map_err(problem)?;
            Ok(json!({ "q1": quartiles.q1, "q2": quartiles.q2, "q3": quartiles.q3 }))
        },
    },
    number(
        "ecartInterquartile",
        "Interquartile range",
        "The third quartile minus the first (quantiles of type 7).",
        &[VALEURS],
        |arguments| of_series(arguments, quantile::ecart_interquartile),
    ),
    number(
        "minimum",
        "Minimum",
        "The smallest value.",
        &[VALEURS],
        |arguments| Ok(json!(series(arguments, "valeurs")?.minimum())),
    ),
    number(
        "maximum",
        "Maximum",
        "The largest value.",
        &[VALEURS],
        |arguments| Ok(json!(series(arguments, "valeurs")?.maximum())),
    ),
    number(
        "etendue",
        "Range",
        "The largest value minus the smallest.",
        &[VALEURS],
        |arguments| of_series(arguments, dispersion::etendue),
    ),
    Operation {
        name: "effectif",
        summary: "Number of values",
        description: "How many values there are.",
        parameters: &[VALEURS],
        result: "Effectif",
        list: false,
        compute: |arguments| Ok(series(arguments, "valeurs")?.effectif().into()),
    },
    number(
        "variance",
        "Variance",
        "The sum of the squared deviations from the mean, divided by n - 1 for a sample (the default) or by n for a population.",
        &[VALEURS, DEFINITION],
        |arguments| of_sample(arguments, dispersion::variance),
    ),
    number(
        "ecartType",
        "Standard deviation",
        "The square root of the variance, of a sample (divided by n - 1, the default) or of a population (divided by n).",
        &[VALEURS, DEFINITION],
        |arguments| of_sample(arguments, dispersion::ecart_type),
    ),
    number(
        "coefficientVariation",
        "Coefficient of variation",
        "The standard deviation divided by the magnitude of the mean, which must not be zero.",
        &[VALEURS, DEFINITION],
        |arguments| of_sample(arguments, dispersion::coefficient_variation),
    ),
    number(
        "asymetrie",
        "Skewness",
        "g1 = m3 / m2^(3/2) of a population, G1 = g1 · √(n(n - 1)) / (n - 2) of a sample (the default; Joanes and Gill, 1998).",
        &[VALEURS, DEFINITION],
        |arguments| of_sample(arguments, forme::asymetrie),
    ),
    number(
        "aplatissement",
        "Excess kurtosis",
        "g2 = m4 / m2² - 3 of a population, G2 = (n - 1)((n + 1) · g2 + 6) / ((n - 2)(n - 3)) of a sample (the default; Joanes and \
         Gill, 1998).",
        &[VALEURS, DEFINITION],
        |arguments| of_sample(arguments, forme::aplatissement),
    ),
    Operation {
        name: "histogramme",
        summary: "Histogram",
        description: "Classes of equal width from the smallest value to the largest; the last has its upper bound too.",
        parameters: &[VALEURS, CLASSES],
        result: "Classe",
        list: true,
        compute: |arguments| {
            let classes =
                histogramme::histogramme(&series(arguments, "valeurs")?, classes(arguments)?);
            let classes = classes.map_err(problem)?;
            Ok(classes.iter().map(class).collect())
        },
    },
    number(
        "scoreZ",
        "Standard score",
        "How many standard deviations a value is above the mean of a series.",
        &[VALEUR, DANS, DEFINITION],
        |arguments| {
            let (value, sample) = (decimal(arguments, "valeur")?, series(arguments, "dans")?);
            answer(score::score_z(value, &sample, definition(arguments)?))
        },
    ),
    Operation {
        name: "scoresZ",
        summary: "Standard scores",
        description: "The standard score of each value of a series, in their order.",
        parameters: &[VALEURS, DEFINITION],
        result: "Decimal",
        list: true,
        compute: |arguments| {
            let scores = score::scores_z(&series(arguments, "valeurs")?, definition(arguments)?);
            Ok(json!(scores.map_err(problem)?))
        },
    },
    number(
        "covariance",
        "Covariance",
        "The sum of the products of the deviations from the means, divided by n - 1 for a sample (the default) or by n for a population.",
        &[X, Y, DEFINITION],
        |arguments| {
            let (x, y) = (series(arguments, "x")?, series(arguments, "y")?);
            let definition = definition(arguments)?;
            answer(Pairs::new(&x, &y).and_then(|pairs| liaison::covariance(pairs, definition)))
        },
    ),
    number(
        "correlation",
        "Pearson's correlation",
        "The covariance divided by both standard deviations, from -1 to 1.",
        &[X, Y],
        |arguments| {
            let (x, y) = (series(arguments, "x")?, series(arguments, "y")?);
            answer(Pairs::new(&x, &y).and_then(liaison::correlation))
        },
    ),
    Operation {
        name: "regressionLineaire",
        summary: "Least-squares line",
        description: "The line y = ordonnee + pente · x by ordinary least squares, and its R² (null when all y are equal).",
        parameters: &[X, Y],
        result: "Regression",
        list: false,
        compute: |arguments| {
            let (x, y) = (series(arguments, "x")?, series(arguments, "y")?);
            let line = Pairs::new(&x, &y)
                .and_then(liaison::regression_lineaire)
                .map_err(problem)?;
            Ok(json!({ "pente": line.pente, "ordonnee": line.ordonnee, "r2": line.r2 }))
        },
    },
];

fn of_series(arguments: &Arguments, statistic: fn(&Series) -> Resultat<Decimal>) -> Answer {
    answer(statistic(&series(arguments, "valeurs")?))
}

fn of_sample(
    arguments: &Arguments,
    statistic: fn(&Series, Definition) -> Resultat<Decimal>,
) -> Answer {
    answer(statistic(
        &series(arguments, "valeurs")?,
        definition(arguments)?,
    ))
}

fn answer(result: Resultat<Decimal>) -> Answer {
    result.map(|decimal| json!(decimal)).map_err(problem)
}

fn class(class: &histogramme::Classe) -> Value {
    json!({
        "borneInf": class.borne_inf,
        "borneSup": class.borne_sup,
        "effectif": class.effectif,
        "frequence": class.frequence,
    })
}
