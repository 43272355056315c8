use valeurs::Code;

use super::*;
use crate::reference::{decimal, series};

#[track_caller]
fn check(values: &str, sample: &str, population: &str) {
    let values = series("x", values);
    assert_eq!(
        variance(&values, Definition::Echantillon),
        Ok(decimal(sample))
    );
    assert_eq!(
        variance(&values, Definition::Population),
        Ok(decimal(population))
    );
}

#[test]
fn a_sample_divides_by_one_less_than_a_population() {
    check(
        "2, 4, 4, 4, 5, 5, 7, 9",
        "4.5714285714285714285714285714",
        "4",
    );
    check("1, 2, 3, 4, 5", "2.5", "2");
    check("7, 7", "0", "0");
    check("0.1, 0.3", "0.02", "0.01");
    let values = series("x", "2, 4, 4, 4, 5, 5, 7, 9");
    assert_eq!(
        ecart_type(&values, Definition::Population),
        Ok(decimal("2"))
    );
}

#[test]
fn nothing_cancels_far_from_zero() {
    check(
        "10000000000000000000000000001, 10000000000000000000000000003",
        "2",
        "1",
    );
}

#[test]
fn a_sample_of_one_value_has_no_variance() {
    for statistic in [variance, ecart_type, coefficient_variation] {
        let one = series("valeurs", "5");
        assert_eq!(statistic(&one, Definition::Population), Ok(Decimal::ZERO));
        let error = statistic(&one, Definition::Echantillon).unwrap_err();
        assert_eq!(
            (error.code(), error.argument()),
            (Code::InsufficientData, Some("valeurs"))
        );
    }
    insta::assert_snapshot!(
        variance(&series("valeurs", "5"), Definition::Echantillon).unwrap_err(),
        @"argument `valeurs`: variance needs at least 2 values, the series has 1"
    );
}

#[test]
fn a_deviation_fits_where_its_square_does_not() {
    let ends = series(
        "x",
        "-79228162514264337593543950335, 79228162514264337593543950335",
    );
    let error = variance(&ends, Definition::Population).unwrap_err();
    assert_eq!(error.code(), Code::Overflow);
    assert_eq!(ecart_type(&ends, Definition::Population), Ok(Decimal::MAX));
    assert_eq!(etendue(&ends).unwrap_err().code(), Code::Overflow);
    insta::assert_snapshot!(
        etendue(&ends).unwrap_err(),
        @"the result of `etendue` is beyond ±79228162514264337593543950335"
    );
}

#[test]
fn a_coefficient_of_variation_needs_a_mean() {
    let opposite = series("x", "-1, 1");
    let error = coefficient_variation(&opposite, Definition::Population).unwrap_err();
    assert_eq!(error.code(), Code::Domain);
    for sign in ["", "-"] {
        let values = series("x", &format!("{sign}2, {sign}6"));
        assert_eq!(
            coefficient_variation(&values, Definition::Population),
            Ok(decimal("0.5"))
        );
    }
}
