use dashu_float::round::mode::HalfEven;
use dashu_float::{Context, FBig, Repr};
use proptest::prelude::*;

use super::*;
use crate::decimal::tests::any_decimal;
use crate::exact::nearest_scaled;

fn d(text: &str) -> Decimal {
    text.parse().unwrap()
}

#[track_caller]
fn check(result: Resultat<Decimal>, expected: &str) {
    let printed = match result {
        Ok(value) => value.to_string(),
        Err(erreur) => erreur.to_string(),
    };
    assert_eq!(printed, expected);
}

#[test]
fn results_that_a_decimal_equals_are_exact() {
    check(d("0.1").try_add(d("0.2")), "0.3");
    check(d("1").try_sub(d("1.0")), "0");
    check(d("-0.5").try_sub(d("-0.5")), "0");
    check(d("-2").try_mul(d("0")), "0");
    check(d("1.10").try_mul(d("1.10")), "1.21");
    check(d("1").try_div(d("8")), "0.125");
    check(d("-6").try_div(d("3")), "-2");
    check(d("0").try_div(d("-3")), "0");
    check(d("0.3").try_rem(d("0.1")), "0");
    check(
        d("79228162514264337593543950335").try_add(d("-79228162514264337593543950335")),
        "0",
    );
}

#[test]
fn other_results_are_the_nearest_decimals() {
    check(d("1").try_div(d("3")), "0.3333333333333333333333333333");
    check(d("2").try_div(d("3")), "0.6666666666666666666666666667");
    check(d("1e-28").try_mul(d("0.5")), "0");
    check(
        d("3e-28").try_mul(d("0.5")),
        "0.0000000000000000000000000002",
    );
    check(
        d("79228162514264337593543950335").try_add(d("0.4")),
        "79228162514264337593543950335",
    );
}

#[test]
fn remainders_have_the_sign_of_the_dividend() {
    check(d("7").try_rem(d("3")), "1");
    check(d("-7").try_rem(d("3")), "-1");
    check(d("7").try_rem(d("-3")), "1");
    check(d("7.5").try_rem(d("2")), "1.5");
    check(d("79228162514264337593543950335").try_rem(d("1e-28")), "0");
}

#[test]
fn failures_name_the_operation_or_the_argument() {
    let beyond = "is beyond ±79228162514264337593543950335";
    let max = Decimal::MAX;
    check(
        max.try_add(d("1")),
        &format!("the result of `addition` {beyond}"),
    );
    check(
        Decimal::MIN.try_sub(d("1")),
        &format!("the result of `soustraction` {beyond}"),
    );
    check(
        max.try_mul(d("1.1")),
        &format!("the result of `multiplication` {beyond}"),
    );
    check(
        max.try_div(d("0.1")),
        &format!("the result of `division` {beyond}"),
    );
    check(d("1").try_div(d("0")), "argument `b`: division by zero");
    check(d("0").try_div(d("-0.0")), "argument `b`: division by zero");
    check(d("1").try_rem(d("0")), "argument `b`: division by zero");
}

#[test]
fn rounding_follows_its_mode() {
    use Rounding::*;
    let modes = [HalfEven, HalfUp, HalfDown, Truncate, Up, Floor, Ceiling];
    let rounded = |text: &str| modes.map(|mode| d(text).try_round(0, mode).unwrap().to_string());
    assert_eq!(rounded("2.5"), ["2", "3", "2", "2", "3", "2", "3"]);
    assert_eq!(rounded("-2.5"), ["-2", "-3", "-2", "-2", "-3", "-3", "-2"]);
    assert_eq!(rounded("3.5"), ["4", "4", "3", "3", "4", "3", "4"]);
    assert_eq!(rounded("2.51"), ["3", "3", "3", "2", "3", "2", "3"]);
    assert_eq!(rounded("-0.4"), ["0", "0", "0", "0", "-1", "-1", "0"]);
    check(d("1.005").try_round(2, HalfUp), "1.01");
    check(d("1.005").try_round(2, HalfEven), "1");
    check(d("1.005").try_round(99, HalfEven), "1.005");
}

/// The nearest `Decimal` to an operation done without rounding, or with 200 digits for a quotient.
fn oracle(
    a: Decimal,
    b: Decimal,
    precision: usize,
    operation: impl Fn(&Context<HalfEven>, &Repr<10>, &Repr<10>) -> FBig<HalfEven, 10>,
) -> Option<Decimal> {
    let repr = |x: Decimal| Repr::new(x.mantissa().into(), -(x.scale() as isize));
    let value = operation(&Context::new(precision), &repr(a), &repr(b));
    nearest_scaled(value.repr().significand(), value.repr().exponent())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn every_result_is_the_nearest_decimal(a in any_decimal(), b in any_decimal()) {
        prop_assert_eq!(a.try_add(b).ok(), oracle(a, b, 200, |c, a, b| c.add(a, b).unwrap().value()));
        prop_assert_eq!(a.try_sub(b).ok(), oracle(a, b, 200, |c, a, b| c.sub(a, b).unwrap().value()));
        prop_assert_eq!(a.try_mul(b).ok(), oracle(a, b, 200, |c, a, b| c.mul(a, b).unwrap().value()));
        if !b.is_zero() {
            prop_assert_eq!(a.try_div(b).ok(), oracle(a, b, 200, |c, a, b| c.div(a, b).unwrap().value()));
        }
    }

    #[test]
    fn addition_and_multiplication_commute(a in any_decimal(), b in any_decimal()) {
        prop_assert_eq!(a.try_add(b), b.try_add(a));
        prop_assert_eq!(a.try_mul(b), b.try_mul(a));
    }

    #[test]
    fn a_remainder_is_smaller_than_the_divisor(a in any_decimal(), b in any_decimal()) {
        prop_assume!(!b.is_zero());
        let remainder = a.try_rem(b).unwrap();
        prop_assert!(remainder.abs() < b.abs());
        prop_assert!(remainder.is_zero() || remainder.is_negative() == a.is_negative());
    }

    #[test]
    fn rounding_never_moves_further_than_one_unit(a in any_decimal(), scale in 0..28u32) {
        for mode in [Rounding::HalfEven, Rounding::HalfUp, Rounding::HalfDown, Rounding::Truncate, Rounding::Up, Rounding::Floor, Rounding::Ceiling] {
            let rounded = a.try_round(scale, mode).unwrap();
            prop_assert!(rounded.scale() <= scale);
            let unit = Decimal::from_parts(1, scale).unwrap();
            prop_assert!(a.try_sub(rounded).unwrap().abs() < unit);
        }
    }
}
