use proptest::prelude::*;
use valeurs::{Code, Valeurs};

use super::*;
use crate::reference::{decimal, series};

#[track_caller]
fn check(x: &str, y: &str, pente: &str, ordonnee: &str, r2: Option<&str>) {
    let (x, y) = (series("x", x), series("y", y));
    let line = regression_lineaire(Pairs::new(&x, &y).unwrap()).unwrap();
    assert_eq!(
        (line.pente().unwrap(), line.ordonnee().unwrap()),
        (decimal(pente), decimal(ordonnee))
    );
    assert_eq!(line.r2().unwrap(), r2.map(decimal));
}

#[test]
fn a_line_through_points_of_a_line_is_that_line() {
    check("1, 2, 3", "5, 7, 9", "2", "3", Some("1"));
    check("0, 10", "1, -1", "-0.2", "1", Some("1"));
    check("0.001, 0.002", "1, 1", "0", "1", None);
    check("1, 2, 3, 4", "6, 5, 7, 10", "1.4", "3.5", Some("0.7"));
}

#[test]
fn a_prediction_is_rounded_once() {
    let (x, y) = (series("x", "0, 3"), series("y", "0, 1"));
    let line = regression_lineaire(Pairs::new(&x, &y).unwrap()).unwrap();
    assert_eq!(
        line.pente().unwrap(),
        decimal("0.3333333333333333333333333333")
    );
    assert_eq!(line.prediction(decimal("3")), Ok(Decimal::ONE));
    assert_eq!(line.prediction(decimal("0.03")), Ok(decimal("0.01")));
    assert_eq!(
        line.prediction(Decimal::MAX),
        Ok(decimal("26409387504754779197847983445"))
    );
    let steep = series("y", "0, 1000");
    let line = regression_lineaire(Pairs::new(&x, &steep).unwrap()).unwrap();
    assert_eq!(
        line.prediction(Decimal::MAX).unwrap_err().code(),
        Code::Overflow
    );
}

#[test]
fn anscombes_quartet_has_one_correlation() {
    let x = series("x", "10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5");
    let y = series(
        "y",
        "8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68",
    );
    let pairs = Pairs::new(&x, &y).unwrap();
    assert_eq!(
        correlation(pairs),
        Ok(decimal("0.8164205163448398407715382582"))
    );
    assert_eq!(
        covariance(pairs, Definition::Echantillon),
        Ok(decimal("5.501"))
    );
}

#[track_caller]
fn refused<T: std::fmt::Debug>(result: Resultat<T>, code: Code, argument: &str) {
    let error = result.unwrap_err();
    assert_eq!((error.code(), error.argument()), (code, Some(argument)));
}

#[test]
fn pairs_need_two_series_of_one_length_that_vary() {
    let (one, two, flat) = (series("x", "1"), series("x", "1, 2"), series("x", "2, 2"));
    let (y1, y2, y_flat) = (series("y", "1"), series("y", "1, 2"), series("y", "2, 2"));
    refused(
        Pairs::new(&one, &y2).map(|_| ()),
        Code::InvalidArgument,
        "y",
    );
    let pairs = |x, y| Pairs::new(x, y).unwrap();
    refused(correlation(pairs(&one, &y1)), Code::InsufficientData, "x");
    refused(correlation(pairs(&flat, &y2)), Code::Domain, "x");
    refused(correlation(pairs(&two, &y_flat)), Code::Domain, "y");
    refused(regression_lineaire(pairs(&flat, &y2)), Code::Domain, "x");
    refused(
        regression_lineaire(pairs(&one, &y1)),
        Code::InsufficientData,
        "x",
    );
    refused(
        covariance(pairs(&one, &y1), Definition::Echantillon),
        Code::InsufficientData,
        "x",
    );
    assert_eq!(
        covariance(pairs(&one, &y1), Definition::Population),
        Ok(Decimal::ZERO)
    );
    insta::assert_snapshot!(
        Pairs::new(&one, &y2).unwrap_err(),
        @"argument `y`: it has 2 values, `x` has 1: they go in pairs"
    );
}

proptest! {
    #[test]
    fn correlation_is_symmetric_bounded_and_blind_to_units(
        pairs in prop::collection::vec((-10_000i64..10_000, -10_000i64..10_000), 2..30),
        scale in 0u32..6,
        shift in -1_000i64..1_000,
    ) {
        let column = |name, column: fn(&(i64, i64)) -> i64| {
            let values: Vec<Decimal> = pairs.iter().map(|pair| column(pair).into()).collect();
            Series::new(name, Valeurs::new(values).unwrap())
        };
        let (x, y) = (column("x", |pair| pair.0), column("y", |pair| pair.1));
        let Ok(r) = correlation(Pairs::new(&x, &y).unwrap()) else { return Ok(()) };
        prop_assert!(r.abs() <= Decimal::ONE);
        prop_assert_eq!(correlation(Pairs::new(&y, &x).unwrap()), Ok(r));
        let moved: Vec<Decimal> = pairs
            .iter()
            .map(|pair| Decimal::from_parts((pair.0 + shift).into(), scale).unwrap())
            .collect();
        let moved = Series::new("x", Valeurs::new(moved).unwrap());
        prop_assert_eq!(correlation(Pairs::new(&moved, &y).unwrap()), Ok(r));
    }
}
