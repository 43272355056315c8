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

/// A factor of nearly all the bits that there are, so that seven pass [`LONG`]; or a number of many zeros, so that nothing else is dropped.
fn wide() -> impl Strategy<Value = Decimal> {
    let mantissa = prop_oneof![
        4 => 1_i128 << 92..1_i128 << 96,
        1 => (0_u32..4).prop_map(|n| 5_i128 * 10_i128.pow(24 + n)),
        1 => (20_u32..29).prop_map(|n| 10_i128.pow(n)),
    ];
    let signed = (mantissa, any::<bool>(), 27_u32..=28);
    signed.prop_map(|(mantissa, negative, scale)| {
        let mantissa = if negative { -mantissa } else { mantissa };
        Decimal::from_parts(mantissa, scale).unwrap()
    })
}

/// The product of whole numbers of any length, rounded once.
fn exact_product(values: &[Decimal]) -> Option<Decimal> {
    let (mut units, mut scale) = (IBig::ONE, 0);
    for value in values {
        units *= IBig::from(value.mantissa());
        scale += value.scale();
    }
    exact::nearest(units, exact::pow10(scale))
}

#[test]
fn a_long_product_that_is_a_tie_is_rounded_by_all_of_its_digits() {
    let decimal = |mantissa: i128, scale| Decimal::from_parts(mantissa, scale).unwrap();
    // 2^665 has 201 digits, of which 96 are dropped before they become zeros: 5^32 × 10^-29 is left, which ends with a half of the last digit.
    for (off, times, expected) in [
        (0, 1, "0.0000002328306436538696289062"),
        (-1, 1, "0.0000002328306436538696289062"),
        (1, 1, "0.0000002328306436538696289063"),
        (0, 3, "0.0000006984919309616088867188"),
    ] {
        let mut values = vec![decimal((1 << 95) + off, 28), decimal(times, 22)];
        values.extend([decimal(1 << 95, 28); 6]);
        values.extend([decimal(5_i128.pow(41), 28); 17]);
        let product = Decimal::try_product(values.clone()).unwrap();
        assert_eq!(product.to_string(), expected);
        assert_eq!(Some(product), exact_product(&values));
    }
}

proptest! {
    #[test]
    fn a_product_is_the_decimal_nearest_to_the_exact_one(values in prop::collection::vec(wide(), 0..=10)) {
        let product = Decimal::try_product(values.clone());
        prop_assert_eq!(product.ok(), exact_product(&values));
    }

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
