use valeurs::Code;

use super::*;
use crate::reference::{decimal, series};

#[test]
fn a_score_counts_standard_deviations_from_the_mean() {
    let values = series("dans", "2, 4, 4, 4, 5, 5, 7, 9");
    let score = |value: &str| score_z(decimal(value), &values, Definition::Population);
    assert_eq!(score("5"), Ok(Decimal::ZERO));
    assert_eq!(score("9"), Ok(decimal("2")));
    assert_eq!(score("2"), Ok(decimal("-1.5")));
    assert_eq!(score("5.0001"), Ok(decimal("0.00005")));
    let four = series("dans", "10, 12, 14, 16");
    let score = score_z(decimal("14"), &four, Definition::Echantillon);
    assert_eq!(score, Ok(decimal("0.38729833462074168851792654")));
}

#[test]
fn scores_of_all_values_are_the_scores_of_each() {
    let values = series("valeurs", "1.5, -2, 7, 0.001");
    for definition in [Definition::Echantillon, Definition::Population] {
        let all = scores_z(&values, definition).unwrap();
        let each = values
            .values()
            .iter()
            .map(|value| score_z(*value, &values, definition).unwrap());
        assert_eq!(all, each.collect::<Vec<_>>());
    }
}

#[test]
fn a_series_without_variance_has_no_scores() {
    let error = score_z(
        Decimal::ONE,
        &series("dans", "3, 3"),
        Definition::Echantillon,
    )
    .unwrap_err();
    assert_eq!(
        (error.code(), error.argument()),
        (Code::Domain, Some("dans"))
    );
    let error = scores_z(&series("valeurs", "3"), Definition::Echantillon).unwrap_err();
    assert_eq!(error.code(), Code::InsufficientData);
    insta::assert_snapshot!(
        score_z(Decimal::ONE, &series("dans", "3, 3"), Definition::Population).unwrap_err(),
        @"argument `dans`: all values are equal: `scoreZ` divides by their variance, which is zero"
    );
}

#[test]
fn a_score_beyond_the_largest_decimal_overflows() {
    let values = series("dans", "0, 0.0000000000000000000000000001");
    let error = score_z(Decimal::MAX, &values, Definition::Population).unwrap_err();
    assert_eq!(error.code(), Code::Overflow);
}
