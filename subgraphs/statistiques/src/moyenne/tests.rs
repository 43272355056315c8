use valeurs::Code;

use super::*;
use crate::reference::{decimal, series};

const MAX: &str = "79228162514264337593543950335";

#[test]
fn the_mean_of_the_largest_values_does_not_overflow() {
    let values = series("x", &[MAX; 5].join(","));
    assert_eq!(moyenne(&values), Ok(Decimal::MAX));
    assert_eq!(moyenne_harmonique(&values), Ok(Decimal::MAX));
    assert_eq!(moyenne_geometrique(&values), Ok(Decimal::MAX));
}

#[test]
fn the_mean_of_the_smallest_values_keeps_them() {
    let values = series(
        "x",
        "0.0000000000000000000000000001, 0.0000000000000000000000000001",
    );
    let value = decimal("0.0000000000000000000000000001");
    assert_eq!(moyenne(&values), Ok(value));
    assert_eq!(moyenne_harmonique(&values), Ok(value));
    assert_eq!(moyenne_geometrique(&values), Ok(value));
}

#[track_caller]
fn check_weighted(values: &str, weights: &str, expected: Result<&str, (Code, &str)>) {
    let (values, weights) = (series("valeurs", values), series("poids", weights));
    let actual = moyenne_ponderee(&values, &weights);
    let actual = actual
        .as_ref()
        .map_err(|error| (error.code(), error.argument().unwrap()));
    assert_eq!(
        actual.map(|mean| mean.to_string()),
        expected.map(str::to_owned)
    );
}

#[test]
fn weights_count_a_value_several_times() {
    check_weighted("10, 20", "1, 1", Ok("15"));
    check_weighted("10, 20", "3, 1", Ok("12.5"));
    check_weighted("10, 20", "0, 0.001", Ok("20"));
    check_weighted(
        "12.5, 8, 15",
        "2, 1, 0.5",
        Ok("11.571428571428571428571428571"),
    );
    check_weighted("10, 20", "1", Err((Code::InvalidArgument, "poids")));
    check_weighted("10, 20", "1, -1", Err((Code::Domain, "poids")));
    check_weighted("10, 20", "0, 0", Err((Code::Domain, "poids")));
}

#[test]
fn geometric_and_harmonic_means_are_of_values_that_are_not_negative() {
    for mean in [moyenne_geometrique, moyenne_harmonique] {
        assert_eq!(mean(&series("x", "4, 0, 9")), Ok(Decimal::ZERO));
        let error = mean(&series("x", "4, -1, 9")).unwrap_err();
        assert_eq!((error.code(), error.argument()), (Code::Domain, Some("x")));
    }
    insta::assert_snapshot!(
        moyenne_harmonique(&series("valeurs", "1, -2")).unwrap_err(),
        @"argument `valeurs`: `moyenneHarmonique` is only defined for values that are not negative, one is -2"
    );
}

#[test]
fn means_of_perfect_powers_are_whole() {
    assert_eq!(
        moyenne_geometrique(&series("x", "2, 4, 8")),
        Ok(decimal("4"))
    );
    assert_eq!(
        moyenne_geometrique(&series("x", "0.1, 0.001")),
        Ok(decimal("0.01"))
    );
    assert_eq!(
        moyenne_harmonique(&series("x", "40, 60")),
        Ok(decimal("48"))
    );
    assert_eq!(
        moyenne_harmonique(&series("x", "1, 2, 4, 4")),
        Ok(decimal("2"))
    );
}

#[test]
fn a_harmonic_mean_half_way_between_two_decimals_goes_to_the_even_one() {
    let mean = |values: &str| moyenne_harmonique(&series("x", values)).unwrap();
    // 1.5 and 2.5 of 10^-28.
    assert_eq!(mean("1e-28, 3e-28"), decimal("2e-28"));
    assert_eq!(mean("2e-28, 2e-28, 5e-28"), decimal("2e-28"));
}
