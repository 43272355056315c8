//! The Statistical Reference Datasets of NIST with their certified values, to the 15 digits that are certified:
//! <https://www.itl.nist.gov/div898/strd/>.

use valeurs::{Decimal, Valeurs};

use super::{decimal, series};
use crate::{
    dispersion::{self, Definition},
    liaison::{self, Pairs},
    moyenne,
    series::Series,
};

/// `actual`, rounded to as many significant digits as `certified` shows.
#[track_caller]
fn assert_certified(certified: &str, actual: Decimal) {
    let (_, decimals) = certified.split_once('.').unwrap();
    let rounded = actual
        .try_round(decimals.len() as u32, Default::default())
        .unwrap();
    assert_eq!(rounded, decimal(certified), "{actual}");
}

#[track_caller]
fn check(data: &Series, mean: &str, deviation: &str) {
    assert_certified(mean, moyenne::moyenne(data).unwrap());
    assert_certified(
        deviation,
        dispersion::ecart_type(data, Definition::Echantillon).unwrap(),
    );
}

/// The made data sets: `first`, then 500 times `low` and `high`.
fn alternating(first: &str, low: &str, high: &str) -> Series {
    let mut values = vec![decimal(first)];
    for _ in 0..500 {
        values.extend([decimal(low), decimal(high)]);
    }
    Series::new("x", Valeurs::new(values).unwrap())
}

#[test]
fn num_acc_1() {
    check(
        &series("x", "10000001, 10000003, 10000002"),
        "10000002.0",
        "1.0",
    );
}

#[test]
fn num_acc_2() {
    check(
        &alternating("1.2", "1.1", "1.3"),
        "1.2000000000000000000000",
        "0.1000000000000000000000",
    );
}

#[test]
fn num_acc_3() {
    check(
        &alternating("1000000.2", "1000000.1", "1000000.3"),
        "1000000.20000000000000000",
        "0.1000000000000000000000",
    );
}

#[test]
fn num_acc_4() {
    check(
        &alternating("10000000.2", "10000000.1", "10000000.3"),
        "10000000.2000000000000000",
        "0.1000000000000000000000",
    );
}

#[test]
fn mavro() {
    let data = "2.00180, 2.00170, 2.00180, 2.00190, 2.00180, 2.00170, 2.00150, 2.00140, 2.00150, 2.00150, 2.00170, 2.00180,
        2.00180, 2.00190, 2.00190, 2.00210, 2.00200, 2.00160, 2.00140, 2.00130, 2.00130, 2.00150, 2.00150, 2.00160, 2.00150,
        2.00140, 2.00130, 2.00140, 2.00150, 2.00140, 2.00150, 2.00160, 2.00150, 2.00160, 2.00190, 2.00200, 2.00200, 2.00210,
        2.00220, 2.00230, 2.00240, 2.00250, 2.00270, 2.00260, 2.00260, 2.00260, 2.00270, 2.00260, 2.00250, 2.00240";
    check(
        &series("x", data),
        "2.001856000000000",
        "0.000429123454003053",
    );
}

#[test]
fn michelso() {
    let data = "299.85, 299.74, 299.90, 300.07, 299.93, 299.85, 299.95, 299.98, 299.98, 299.88, 300.00, 299.98, 299.93, 299.65,
        299.76, 299.81, 300.00, 300.00, 299.96, 299.96, 299.96, 299.94, 299.96, 299.94, 299.88, 299.80, 299.85, 299.88, 299.90,
        299.84, 299.83, 299.79, 299.81, 299.88, 299.88, 299.83, 299.80, 299.79, 299.76, 299.80, 299.88, 299.88, 299.88, 299.86,
        299.72, 299.72, 299.62, 299.86, 299.97, 299.95, 299.88, 299.91, 299.85, 299.87, 299.84, 299.84, 299.85, 299.84, 299.84,
        299.84, 299.89, 299.81, 299.81, 299.82, 299.80, 299.77, 299.76, 299.74, 299.75, 299.76, 299.91, 299.92, 299.89, 299.86,
        299.88, 299.72, 299.84, 299.85, 299.85, 299.78, 299.89, 299.84, 299.78, 299.81, 299.76, 299.81, 299.79, 299.81, 299.82,
        299.85, 299.87, 299.87, 299.81, 299.74, 299.81, 299.94, 299.95, 299.80, 299.81, 299.87";
    check(&series("x", data), "299.852400000000", "0.0790105478190518");
}

#[test]
fn norris() {
    let x = "0.2, 337.4, 118.2, 884.6, 10.1, 226.5, 666.3, 996.3, 448.6, 777.0, 558.2, 0.4, 0.6, 775.5, 666.9, 338.0, 447.5, 11.6,
        556.0, 228.1, 995.8, 887.6, 120.2, 0.3, 0.3, 556.8, 339.1, 887.2, 999.0, 779.0, 11.1, 118.3, 229.2, 669.1, 448.9, 0.5";
    let y = "0.1, 338.8, 118.1, 888.0, 9.2, 228.1, 668.5, 998.5, 449.1, 778.9, 559.2, 0.3, 0.1, 778.1, 668.8, 339.3, 448.9, 10.8,
        557.7, 228.3, 998.0, 888.8, 119.6, 0.3, 0.6, 557.6, 339.3, 888.0, 998.5, 778.9, 10.2, 117.6, 228.9, 668.4, 449.2, 0.2";
    let (x, y) = (series("x", x), series("y", y));
    let line = liaison::regression_lineaire(Pairs::new(&x, &y).unwrap()).unwrap();
    assert_certified("1.00211681802045", line.pente().unwrap());
    assert_certified("-0.262323073774029", line.ordonnee().unwrap());
    assert_certified("0.999993745883712", line.r2().unwrap().unwrap());
}
