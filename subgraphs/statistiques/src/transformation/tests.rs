use valeurs::Code;

use super::*;
use crate::reference::{decimal, series};

fn list(text: &str) -> Vec<Decimal> {
    text.split(", ").map(decimal).collect()
}

#[track_caller]
fn check_sans(values: &str, aberrantes: Aberrantes, factor: Option<&str>, expected: &str) {
    let kept = sans(&series("x", values), aberrantes, factor.map(decimal));
    assert_eq!(
        kept,
        Ok(list(expected)),
        "{values} {aberrantes:?} {factor:?}"
    );
}

#[test]
fn a_sorted_series_has_the_same_values() {
    assert_eq!(triee(&series("x", "3, -1, 2, 3")), list("-1, 2, 3, 3"));
}

#[test]
fn a_centred_series_has_each_deviation_rounded_once() {
    assert_eq!(centree(&series("x", "1, 2, 6")), Ok(list("-2, -1, 3")));
    assert_eq!(
        centree(&series("x", "1, 2, 2")),
        Ok(list(
            "-0.6666666666666666666666666667, 0.3333333333333333333333333333, 0.3333333333333333333333333333"
        ))
    );
    let ends = series(
        "x",
        "79228162514264337593543950335, -79228162514264337593543950335, -79228162514264337593543950335",
    );
    assert_eq!(centree(&ends).unwrap_err().code(), Code::Overflow);
}

/// Quartiles 2 and 4: fences at -1 and 7.
#[test]
fn what_lies_on_a_fence_is_no_outlier() {
    check_sans("1, 2, 3, 4, 7", Aberrantes::Tukey, None, "1, 2, 3, 4, 7");
    check_sans(
        "1, 2, 3, 4, 7.0000000000000000000000000001",
        Aberrantes::Tukey,
        None,
        "1, 2, 3, 4",
    );
    check_sans(
        "100, 2, 3, 4, 1",
        Aberrantes::Tukey,
        Some("100"),
        "100, 2, 3, 4, 1",
    );
    check_sans("1, 2, 3, 4, 7", Aberrantes::Tukey, Some("0"), "2, 3, 4");
    check_sans("5", Aberrantes::Tukey, None, "5");
    check_sans("5, 5, 5, 5, 6", Aberrantes::Tukey, None, "5, 5, 5, 5");
    // Mean 5 and standard deviation √(32/7).
    check_sans(
        "2, 4, 4, 4, 5, 5, 7, 9",
        Aberrantes::EcartType,
        Some("1"),
        "4, 4, 4, 5, 5, 7",
    );
    check_sans("3, 3, 3", Aberrantes::EcartType, None, "3, 3, 3");
}

#[test]
fn a_factor_that_leaves_nothing_is_told() {
    let pair = series("x", "1, 2");
    let error = |aberrantes, factor: &str| {
        let error = sans(&pair, aberrantes, Some(decimal(factor))).unwrap_err();
        (error.code(), error.argument().map(str::to_owned))
    };
    let facteur = Some("facteur".to_owned());
    assert_eq!(
        error(Aberrantes::Tukey, "0"),
        (Code::Domain, facteur.clone())
    );
    assert_eq!(
        error(Aberrantes::EcartType, "0.1"),
        (Code::Domain, facteur.clone())
    );
    assert_eq!(
        error(Aberrantes::Tukey, "-1"),
        (Code::InvalidArgument, facteur)
    );
    let one = sans(&series("x", "1"), Aberrantes::EcartType, None).unwrap_err();
    assert_eq!(one.code(), Code::InsufficientData);
}
