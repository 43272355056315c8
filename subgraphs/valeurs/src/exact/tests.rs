use proptest::prelude::*;

use super::*;

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

#[track_caller]
fn check(numerator: i128, denominator: i128, expected: &str) {
    let actual = nearest(numerator.into(), denominator.into());
    assert_eq!(
        actual.map_or("none".to_owned(), |decimal| decimal.to_string()),
        expected
    );
}

#[test]
fn a_quotient_has_as_many_digits_as_a_decimal_holds() {
    check(1, 3, "0.3333333333333333333333333333");
    check(10, 3, "3.3333333333333333333333333333");
    check(100, 3, "33.333333333333333333333333333");
    check(800, 9, "88.88888888888888888888888889");
    check(2, 3, "0.6666666666666666666666666667");
    check(-2, 3, "-0.6666666666666666666666666667");
    check(2, -3, "-0.6666666666666666666666666667");
    check(0, 7, "0");
    check(6, 3, "2");
    check(1, 8, "0.125");
}

#[test]
fn halves_go_to_the_even_digit() {
    let ulp = 10i128.pow(28);
    check(1, 2 * ulp, "0");
    check(3, 2 * ulp, "0.0000000000000000000000000002");
    check(5, 2 * ulp, "0.0000000000000000000000000002");
    check(-3, 2 * ulp, "-0.0000000000000000000000000002");
}

#[test]
fn the_range_ends_where_that_of_decimals_ends() {
    let max = (1i128 << 96) - 1;
    check(max, 1, "79228162514264337593543950335");
    check(max * 2 + 1, 2, "none");
    check(max * 2 - 1, 2, "79228162514264337593543950334");
    check(max + 1, 1, "none");
    check(-max - 1, 1, "none");
    check(max, 10, "7922816251426433759354395033.5");
    // 29 digits that are too many, and round up to one.
    check(
        99_999_999_999_999_999_999_999_999_999,
        10_000_000_000,
        "10000000000000000000",
    );
    check(1, 0, "none");
}

#[track_caller]
fn check_root(numerator: i128, denominator: i128, expected: &str) {
    let actual = nearest_signed_sqrt(numerator.into(), denominator.into());
    assert_eq!(
        actual.map_or("none".to_owned(), |decimal| decimal.to_string()),
        expected
    );
}

#[test]
fn a_root_is_rounded_once_and_keeps_the_sign() {
    check_root(2, 1, "1.4142135623730950488016887242");
    check_root(-2, 1, "-1.4142135623730950488016887242");
    check_root(1, 4, "0.5");
    check_root(9, -16, "-0.75");
    check_root(0, 5, "0");
    check_root(1, 0, "none");
    // (1.5 · 10⁻²⁸)² and (2.5 · 10⁻²⁸)²: halves, to the even digit.
    let ulp = IBig::from(10).pow(56);
    let root = |square: i32| nearest_signed_sqrt(square.into(), &ulp * 4).unwrap();
    assert_eq!(root(9), decimal("0.0000000000000000000000000002"));
    assert_eq!(root(25), decimal("0.0000000000000000000000000002"));
    assert_eq!(root(26), decimal("0.0000000000000000000000000003"));
}

proptest! {
    #[test]
    fn quotients_are_those_of_decimals(a in any::<i64>(), b in any::<i64>()) {
        prop_assume!(b != 0);
        let expected = Decimal::from(a).try_div(Decimal::from(b)).unwrap();
        prop_assert_eq!(nearest(a.into(), b.into()), Some(expected));
    }

    #[test]
    fn roots_are_those_of_decimals(a in 0..i64::MAX) {
        let expected = Decimal::from(a).try_sqrt().unwrap();
        prop_assert_eq!(nearest_signed_sqrt(a.into(), IBig::ONE), Some(expected));
    }

    #[test]
    fn units_are_exact(mantissa in any::<i64>(), scale in 0u32..28, raise in 0u32..28) {
        let value = Decimal::from_parts(mantissa.into(), scale).unwrap();
        let units = units(value, 28.max(scale + raise));
        prop_assert_eq!(nearest(units, pow10(28.max(scale + raise))), Some(value));
    }
}
