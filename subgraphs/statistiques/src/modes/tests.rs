use super::*;
use crate::reference::series;

#[track_caller]
fn check(values: &str, expected: &str) {
    let modes: Vec<String> = modes(&series("x", values))
        .iter()
        .map(Decimal::to_string)
        .collect();
    assert_eq!(modes.join(" "), expected);
}

#[test]
fn modes_are_the_most_frequent_values_in_ascending_order() {
    check("5", "5");
    check("1, 2, 2, 3", "2");
    check("3, 1, 3, 1, 2", "1 3");
    check("3, 2, 1", "1 2 3");
    check("2.0, 2, 2.00, 1", "2");
    check("-1, -1, 0, 0", "-1 0");
}
