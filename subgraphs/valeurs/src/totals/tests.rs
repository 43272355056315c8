use proptest::prelude::*;

use super::*;
use crate::decimal::tests::any_decimal;

fn list(texts: &str) -> Vec<Decimal> {
    texts
        .split_whitespace()
        .map(|text| text.parse().unwrap())
        .collect()
}

#[track_caller]
fn check(values: &str, sum: &str, product: &str) {
    let print = |result: Resultat<Decimal>| match result {
        Ok(value) => value.to_string(),
        Err(erreur) => erreur.to_string(),
    };
    assert_eq!(print(Decimal::try_sum(list(values))), sum, "{values}");
    assert_eq!(
        print(Decimal::try_product(list(values))),
        product,
        "{values}"
    );
}

#[test]
fn totals_are_exact() {
    check("", "0", "1");
    check("1 2 4", "7", "8");
    check("0.1 0.2 0.3", "0.6", "0.006");
    check("-1 1", "0", "-1");
}

#[test]
fn intermediate_results_may_be_out_of_range() {
    check(
        "79228162514264337593543950335 1 -1",
        "79228162514264337593543950335",
        "-79228162514264337593543950335",
    );
    check(
        "1e28 1e28 1e28 1e28 1e-28 1e-28 1e-28 1e-28",
        "40000000000000000000000000000",
        "1",
    );
    check("1e28 1e28 1e28 0", "30000000000000000000000000000", "0");
    check(
        "1e-28 1e-28 1e28 1e28",
        "20000000000000000000000000000",
        "1",
    );
}

#[test]
fn totals_out_of_range_overflow() {
    let beyond = "is beyond ±79228162514264337593543950335";
    check(
        "79228162514264337593543950335 1 2",
        &format!("the result of `somme` {beyond}"),
        &format!("the result of `produit` {beyond}"),
    );
    let sums = Decimal::try_running_sums(list("79228162514264337593543950335 1 -1"));
    assert_eq!(
        sums.unwrap_err().to_string(),
        format!("the result of `cumul` {beyond}")
    );
}

#[test]
fn running_sums_end_with_the_sum() {
    assert_eq!(
        Decimal::try_running_sums(list("1 -2 3.5")).unwrap(),
        list("1 -1 2.5")
    );
    assert_eq!(Decimal::try_running_sums([]).unwrap(), []);
}

proptest! {
    #[test]
    fn a_sum_does_not_depend_on_the_order(mut values in prop::collection::vec(any_decimal(), 0..20)) {
        let sum = Decimal::try_sum(values.clone());
        values.sort();
        prop_assert_eq!(Decimal::try_sum(values), sum);
    }

    #[test]
    fn totals_of_two_values_agree_with_the_operations(a in any_decimal(), b in any_decimal()) {
        prop_assert_eq!(Decimal::try_sum([a, b]).ok(), a.try_add(b).ok());
        prop_assert_eq!(Decimal::try_product([a, b]).ok(), a.try_mul(b).ok());
    }
}
