use valeurs::Code;

use super::*;
use crate::reference::{decimal, series};

#[test]
fn a_series_is_refused_in_the_name_of_its_argument() {
    let empty = Series::read("poids", Vec::new(), 10).unwrap_err();
    assert_eq!(
        (empty.code(), empty.argument()),
        (Code::EmptySeries, Some("poids"))
    );
    let long = Series::read("y", vec![Decimal::ONE; 11], 10).unwrap_err();
    assert_eq!(
        (long.code(), long.argument()),
        (Code::LimitExceeded, Some("y"))
    );
    assert_eq!(
        Series::read("y", vec![Decimal::ONE; 10], 10)
            .unwrap()
            .effectif(),
        10
    );
}

#[test]
fn integers_count_units_of_the_most_precise_value() {
    let series = series("x", "1.5, 2, -0.25");
    assert_eq!(series.scale(), 2);
    assert_eq!(series.sum(), &IBig::from(325));
    assert_eq!(series.deviations(), [125, 275, -400].map(IBig::from));
    assert_eq!(
        series.sum_of_squares(),
        &IBig::from(125 * 125 + 275 * 275 + 400 * 400)
    );
}

#[test]
fn sorting_keeps_the_order_in_which_values_came() {
    let series = series("x", "3, 1, 2, 1");
    assert_eq!(series.sorted(), ["1", "1", "2", "3"].map(decimal));
    assert_eq!(series.values(), ["3", "1", "2", "1"].map(decimal));
    assert_eq!(
        (series.minimum(), series.maximum()),
        (decimal("1"), decimal("3"))
    );
}
