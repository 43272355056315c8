use valeurs::Code;

use super::*;
use crate::reference::series;

#[track_caller]
fn check(values: &str, classes: i32, expected: &str) {
    let histogram = histogramme(&series("x", values), classes).unwrap();
    let shown = histogram.iter().map(|class| {
        format!(
            "[{} {}) {} {}",
            class.borne_inf, class.borne_sup, class.effectif, class.frequence
        )
    });
    assert_eq!(shown.collect::<Vec<_>>().join("\n"), expected);
}

#[test]
fn a_bound_belongs_to_the_class_above_it_and_the_last_to_the_last() {
    check("1, 2, 3, 4, 5", 2, "[1 3) 2 0.4\n[3 5) 3 0.6");
    check(
        "5, 1, 2, 4, 3, 1",
        4,
        "[1 2) 2 0.3333333333333333333333333333\n[2 3) 1 0.1666666666666666666666666667\n[3 4) 1 0.1666666666666666666666666667\n[4 5) 2 0.3333333333333333333333333333",
    );
    check("0, 1", 1, "[0 1) 2 1");
    check(
        "-1, 0, 0.5",
        3,
        "[-1 -0.5) 1 0.3333333333333333333333333333\n[-0.5 0) 0 0\n[0 0.5) 2 0.6666666666666666666666666667",
    );
}

#[test]
fn equal_values_are_in_the_middle_of_one_unit() {
    check("7, 7", 2, "[6.5 7) 0 0\n[7 7.5) 2 1");
    check("0.25", 1, "[-0.25 0.75) 1 1");
}

#[test]
fn values_are_counted_between_the_bounds_that_are_shown() {
    check(
        "0, 1, 2",
        3,
        "[0 0.6666666666666666666666666667) 1 0.3333333333333333333333333333\n[0.6666666666666666666666666667 1.3333333333333333333333333333) 1 0.3333333333333333333333333333\n[1.3333333333333333333333333333 2) 1 0.3333333333333333333333333333",
    );
    // Narrower than a decimal can tell: neighbours share their bound, and every value is still in one class.
    let histogram = histogramme(&series("x", "0, 0.0000000000000000000000000001"), 5).unwrap();
    assert_eq!(
        histogram.iter().map(|class| class.effectif).sum::<usize>(),
        2
    );
    assert!(histogram.is_sorted_by(|a, b| a.borne_sup <= b.borne_inf));
}

#[test]
fn the_largest_values_have_a_histogram() {
    for values in [
        "79228162514264337593543950335",
        "-79228162514264337593543950335",
        "-79228162514264337593543950335, 79228162514264337593543950335",
    ] {
        let series = series("x", values);
        let histogram = histogramme(&series, 10).unwrap();
        assert_eq!(
            histogram.iter().map(|class| class.effectif).sum::<usize>(),
            series.effectif()
        );
    }
}

#[track_caller]
fn refused(classes: i32, code: Code) {
    let error = histogramme(&series("x", "1, 2"), classes).unwrap_err();
    assert_eq!((error.code(), error.argument()), (code, Some("classes")));
}

#[test]
fn the_number_of_classes_is_bounded() {
    refused(0, Code::InvalidArgument);
    refused(-1, Code::InvalidArgument);
    refused(i32::MIN, Code::InvalidArgument);
    refused(1_001, Code::LimitExceeded);
    refused(i32::MAX, Code::LimitExceeded);
    assert_eq!(
        histogramme(&series("x", "1, 2"), 1_000).unwrap().len(),
        1_000
    );
}
