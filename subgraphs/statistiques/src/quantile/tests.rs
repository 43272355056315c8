use valeurs::Code;

use super::*;
use crate::reference::{decimal, series};

#[track_caller]
fn check(values: &str, p: f64, expected: &str) {
    let p = Probability::from_f64(p).unwrap();
    assert_eq!(quantile(&series("x", values), &p), Ok(decimal(expected)));
}

/// R: `quantile(c(1, 2, 4, 7, 11), c(…))`, whose default is type 7.
#[test]
fn quantiles_are_those_of_r() {
    let values = "7, 1, 11, 2, 4";
    check(values, 0.0, "1");
    check(values, 0.1, "1.4");
    check(values, 0.25, "2");
    check(values, 0.333, "2.664");
    check(values, 0.5, "4");
    check(values, 0.9, "9.4");
    check(values, 1.0, "11");
}

#[test]
fn the_median_is_in_the_middle() {
    for (values, median) in [
        ("3", "3"),
        ("1, 2", "1.5"),
        ("9, 1, 5", "5"),
        ("4, 1, 3, 2", "2.5"),
    ] {
        assert_eq!(
            mediane(&series("x", values)),
            Ok(decimal(median)),
            "{values}"
        );
    }
}

#[test]
fn a_float_is_its_shortest_decimal() {
    let tenth = Probability::from_decimal(decimal("0.1")).unwrap();
    assert_eq!(Probability::from_f64(0.1), Ok(tenth));
    check("0, 10", 1e-27, "0.00000000000000000000000001");
    check("0, 1", 5e-324, "0");
    check("0, 1", -0.0, "0");
    check("0, 1", 0.1 + 0.2, "0.30000000000000004");
}

#[test]
fn a_probability_is_from_0_to_1() {
    for p in [
        -0.1,
        1.0000000000000002,
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        -5e-324,
    ] {
        let error = Probability::from_f64(p).unwrap_err();
        assert_eq!(
            (error.code(), error.argument()),
            (Code::InvalidArgument, Some("p")),
            "{p}"
        );
    }
    for p in ["-0.1", "1.0000000000000000000000000001"] {
        assert!(Probability::from_decimal(decimal(p)).is_err(), "{p}");
    }
    insta::assert_snapshot!(
        Probability::from_f64(1.5).unwrap_err(),
        @"argument `p`: a probability is from 0 to 1, not 1.5"
    );
}

#[test]
fn quartiles_cut_into_quarters() {
    let values = series("x", "6, 7, 15, 36, 39, 40, 41, 42, 43, 47, 49");
    let expected = ["25.5", "40", "42.5"].map(decimal);
    let Quartiles { q1, q2, q3 } = quartiles(&values).unwrap();
    assert_eq!([q1, q2, q3], expected);
    assert_eq!(ecart_interquartile(&values), Ok(decimal("17")));
}

#[test]
fn a_range_of_the_largest_values_overflows() {
    let values = series(
        "x",
        "-79228162514264337593543950335, 79228162514264337593543950335",
    );
    let error = ecart_interquartile(&series("x", "-79228162514264337593543950335, -79228162514264337593543950335, 79228162514264337593543950335, 79228162514264337593543950335")).unwrap_err();
    assert_eq!(error.code(), Code::Overflow);
    assert_eq!(ecart_interquartile(&values), Ok(Decimal::MAX));
    assert_eq!(mediane(&values), Ok(Decimal::ZERO));
}
