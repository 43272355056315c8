use valeurs::Code;

use super::*;
use crate::reference::{decimal, series};

#[test]
fn a_symmetric_series_has_no_skewness() {
    for definition in [Definition::Echantillon, Definition::Population] {
        assert_eq!(
            asymetrie(&series("x", "1, 2, 3, 4, 5"), definition),
            Ok(Decimal::ZERO)
        );
    }
}

/// The example of Excel's SKEW and KURT: 3, 4, 5, 2, 3, 4, 5, 6, 4, 7.
#[test]
fn the_sample_definitions_are_those_of_spreadsheets() {
    let values = series("x", "3, 4, 5, 2, 3, 4, 5, 6, 4, 7");
    let near = |actual: Decimal| actual.try_round(9, Default::default()).unwrap();
    assert_eq!(
        asymetrie(&values, Definition::Echantillon).map(near),
        Ok(decimal("0.359543071"))
    );
    assert_eq!(
        asymetrie(&values, Definition::Population).map(near),
        Ok(decimal("0.303193339"))
    );
    assert_eq!(
        aplatissement(&values, Definition::Echantillon).map(near),
        Ok(decimal("-0.151799637"))
    );
}

#[test]
fn the_flattest_series_has_the_least_kurtosis() {
    assert_eq!(
        aplatissement(&series("x", "-1, 1"), Definition::Population),
        Ok(decimal("-2"))
    );
}

#[test]
fn equal_or_few_values_have_no_shape() {
    for statistic in [asymetrie, aplatissement] {
        let error = statistic(&series("x", "3, 3, 3, 3"), Definition::Echantillon).unwrap_err();
        assert_eq!((error.code(), error.argument()), (Code::Domain, Some("x")));
        let error = statistic(&series("x", "3"), Definition::Population).unwrap_err();
        assert_eq!(error.code(), Code::Domain);
        let error = statistic(&series("x", "3, 4"), Definition::Echantillon).unwrap_err();
        assert_eq!(error.code(), Code::InsufficientData);
    }
    let error = aplatissement(&series("x", "1, 2, 4"), Definition::Echantillon).unwrap_err();
    insta::assert_snapshot!(error, @"argument `x`: aplatissement needs at least 4 values, the series has 3");
}
