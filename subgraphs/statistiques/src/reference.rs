//! Tests against results that others computed: an independent program, and the certified values of NIST.

use valeurs::{Code, Decimal, Resultat, Valeurs};

use crate::{
    dispersion::{self, Definition},
    forme, liaison,
    liaison::Pairs,
    moyenne, quantile,
    quantile::Probability,
    score,
    series::Series,
    student, transformation,
};

mod nist;

/// A series of decimals separated by commas.
#[track_caller]
pub(crate) fn series(argument: &'static str, text: &str) -> Series {
    let values: Vec<Decimal> = text.split(',').map(|value| decimal(value.trim())).collect();
    Series::new(argument, Valeurs::new(values).unwrap())
}

#[track_caller]
pub(crate) fn decimal(text: &str) -> Decimal {
    Decimal::parse(text).unwrap()
}

/// Each line of `reference.tsv`, which `oracle.py` computes with exact fractions.
#[test]
fn every_statistic_is_the_decimal_nearest_to_the_exact_result() {
    let mut pair = None;
    let mut checked = 0;
    for line in include_str!("reference/reference.tsv").lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        match (fields.as_slice(), &pair) {
            (["=", x, y], _) => pair = Some((series("x", x), series("y", y))),
            ([statistic, expected], Some((x, y))) => {
                check(statistic, x, y, expected);
                checked += 1;
            }
            _ => assert!(line.starts_with('#'), "{line}"),
        }
    }
    assert!(checked > 800, "{checked}");
}

#[track_caller]
fn check(statistic: &str, x: &Series, y: &Series, expected: &str) {
    let actual = match compute(statistic, x, y) {
        Ok(result) => result.to_string(),
        Err(error) if error.code() == Code::Overflow => "OVERFLOW".to_owned(),
        Err(error) => error.to_string(),
    };
    assert_eq!(
        actual,
        expected,
        "{statistic} of {:?} and {:?}",
        x.values(),
        y.values()
    );
}

fn compute(statistic: &str, x: &Series, y: &Series) -> Resultat<Decimal> {
    let (name, parameter) = statistic.split_once(' ').unwrap_or((statistic, ""));
    let definition = match parameter {
        "POPULATION" => Definition::Population,
        _ => Definition::Echantillon,
    };
    let first = y.values()[0];
    match name {
        "moyenne" => moyenne::moyenne(x),
        "moyenneHarmonique" => moyenne::moyenne_harmonique(x),
        "moyenneGeometrique" => moyenne::moyenne_geometrique(x),
        "mediane" => quantile::mediane(x),
        "quantile" => {
            let p = Probability::from_decimal(decimal(parameter))?;
            assert_eq!(p, Probability::from_f64(parameter.parse().unwrap())?);
            quantile::quantile(x, &p)
        }
        "ecartInterquartile" => quantile::ecart_interquartile(x),
        "etendue" => dispersion::etendue(x),
        "variance" => dispersion::variance(x, definition),
        "ecartType" => dispersion::ecart_type(x, definition),
        "coefficientVariation" => dispersion::coefficient_variation(x, definition),
        "asymetrie" => forme::asymetrie(x, definition),
        "aplatissement" => forme::aplatissement(x, definition),
        "scoreZ" => score::score_z(first, x, definition),
        "quantiles" => {
            let (p, methode) = parameter.split_once(' ').unwrap();
            let all = quantile::quantiles(x, &[decimal(p)], methode_named(methode))?;
            Ok(all[0])
        }
        "centree" => Ok(transformation::centree(x)?[0]),
        "sans" => {
            let kept = transformation::sans(x, transformation::Aberrantes::Tukey, None)?;
            Ok(kept.len().into())
        }
        "borneInf" => student::intervalle(x, decimal(parameter))?.borne_inf,
        "borneSup" => student::intervalle(x, decimal(parameter))?.borne_sup,
        "marge" => student::intervalle(x, decimal(parameter))?.marge,
        "statistique" => tested(x, y, parameter)?.statistique,
        "degresLiberte" => tested(x, y, parameter)?.degres,
        "pValeur" => tested(x, y, parameter)?.p(),
        "residus" => Ok(line(x, y)?.residus(Pairs::new(x, y)?)?[0]),
        "correlation" if parameter == "SPEARMAN" => {
            liaison::correlation_of(Pairs::new(x, y)?, liaison::Correlation::Spearman)
        }
        "covariance" => liaison::covariance(Pairs::new(x, y)?, definition),
        "correlation" => liaison::correlation(Pairs::new(x, y)?),
        "pente" => line(x, y)?.pente(),
        "ordonnee" => line(x, y)?.ordonnee(),
        "r2" => Ok(line(x, y)?.r2()?.unwrap()),
        "prediction" => line(x, y)?.prediction(first),
        other => panic!("unknown statistic {other}"),
    }
}

fn line(x: &Series, y: &Series) -> Resultat<liaison::Regression> {
    liaison::regression_lineaire(Pairs::new(x, y)?)
}

fn tested(x: &Series, y: &Series, parameter: &str) -> Resultat<student::Student> {
    let (variante, alternative) = parameter.split_once(' ').unwrap_or((parameter, ""));
    let variante = match variante {
        "EGALES" => student::Variante::Egales,
        "APPARIEES" => student::Variante::Appariees,
        _ => student::Variante::Welch,
    };
    let alternative = match alternative {
        "INFERIEURE" => student::Alternative::Inferieure,
        _ => student::Alternative::Bilaterale,
    };
    student::test(x, Some(y), Decimal::ZERO, variante, alternative)
}

fn methode_named(name: &str) -> quantile::Methode {
    use async_graphql::{InputType, Name, Value};
    quantile::Methode::parse(Some(Value::Enum(Name::new(name))))
        .unwrap_or_else(|_| panic!("{name}"))
}
