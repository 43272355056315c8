//! Functions of decimals: exact where they can be, and named where they have no result.

mod nearest;

use dashu_int::IBig;
use proptest::prelude::*;

use super::*;
use crate::decimal::tests::any_decimal;

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
fn exact_results_are_exact() {
    check(d("9").try_sqrt(), "3");
    check(d("0").try_sqrt(), "0");
    check(
        d("0.0000000000000000000000000001").try_sqrt(),
        "0.00000000000001",
    );
    check(d("1.21").try_sqrt(), "1.1");
    check(d("27").try_nth_root(3), "3");
    check(d("-27").try_nth_root(3), "-3");
    check(d("0").try_nth_root(4), "0");
    check(d("-5.5").try_nth_root(1), "-5.5");
    check(d("2").try_pow(d("95")), "39614081257132168796771975168");
    check(d("-2").try_pow(d("95")), "-39614081257132168796771975168");
    check(d("-2").try_pow(d("2")), "4");
    check(d("2").try_pow(d("-2")), "0.25");
    check(d("-2").try_pow(d("-3")), "-0.125");
    check(d("10").try_pow(d("-28")), "0.0000000000000000000000000001");
    check(d("10").try_pow(d("28")), "10000000000000000000000000000");
    check(d("0.1").try_pow(d("-28")), "10000000000000000000000000000");
    check(d("1.1").try_pow(d("10")), "2.5937424601");
    check(d("4").try_pow(d("0.5")), "2");
    check(d("32").try_pow(d("0.2")), "2");
    check(d("0").try_pow(d("0")), "1");
    check(d("0").try_pow(d("2.5")), "0");
    check(d("1").try_pow(d("-79228162514264337593543950335")), "1");
    check(d("-1").try_pow(d("79228162514264337593543950335")), "-1");
    check(d("-1").try_pow(d("79228162514264337593543950334")), "1");
    check(d("0").try_exp(), "1");
    check(d("1").try_ln(), "0");
    check(d("1000").try_log(d("10")), "3");
    check(d("0.0001").try_log(d("10")), "-4");
    check(d("8").try_log(d("2")), "3");
    check(d("2").try_log(d("4")), "0.5");
    check(d("0").try_sin(), "0");
    check(d("0").try_cos(), "1");
    check(d("0").try_tan(), "0");
    check(d("0").try_atan(), "0");
}

#[test]
fn constants_agree_with_the_functions() {
    assert_eq!(Decimal::ONE.try_exp().unwrap(), Decimal::E);
    assert_eq!(
        d("1").try_atan().unwrap().try_mul(d("4")).unwrap(),
        d("3.1415926535897932384626433832")
    );
    assert_eq!(Decimal::PI, d("3.1415926535897932384626433833"));
    assert_eq!(Decimal::PI.try_sin().unwrap(), Decimal::ZERO);
    assert_eq!(Decimal::PI.try_cos().unwrap(), d("-1"));
}

#[test]
fn results_too_near_to_zero_are_zero() {
    check(d("-66").try_exp(), "0");
    check(d("-79228162514264337593543950335").try_exp(), "0");
    check(d("10").try_pow(d("-29")), "0");
    check(d("209383614.7").try_pow(d("-3836")), "0");
    check(d("-0.001").try_pow(d("9999")), "0");
    check(d("0.5").try_pow(d("79228162514264337593543950335")), "0");
}

#[test]
fn powers_of_tiny_bases_are_the_nearest_decimals() {
    check(d("1e-17").try_pow(d("1")), "0.00000000000000001");
    check(
        d("1e-17").try_pow(d("0.5")),
        "0.000000003162277660168379332",
    );
    check(d("1e-17").try_pow(d("-1")), "100000000000000000");
    check(d("1e-28").try_pow(d("-1")), "10000000000000000000000000000");
    check(
        d("1e-28").try_pow(d("0.01")),
        "0.524807460249772597364312157",
    );
    check(
        d("-3e-28").try_pow(d("-1")),
        "-3333333333333333333333333333.3",
    );
}

#[test]
fn a_power_half_way_between_two_decimals_goes_to_the_even_one() {
    // 2^-29 and 5^29 × 2^-29 end with a 5 at the 29th digit.
    check(d("0.5").try_pow(d("29")), "0.0000000018626451492309570312");
    check(
        d("0.25").try_pow(d("14.5")),
        "0.0000000018626451492309570312",
    );
    check(d("0.0001").try_pow(d("7.25")), "0");
    // With as many digits as were computed, 64, this one lies half way too: certifying them never ended.
    check(d("1.6").try_pow(d("-23")), "0.0000201948391736579022185403");
}

#[test]
fn results_beyond_the_largest_decimal_overflow() {
    let beyond = "is beyond ±79228162514264337593543950335";
    check(
        d("66.6").try_exp(),
        &format!("the result of `exponentielle` {beyond}"),
    );
    check(
        d("1e28").try_exp(),
        &format!("the result of `exponentielle` {beyond}"),
    );
    check(
        d("2").try_pow(d("96")),
        &format!("the result of `puissance` {beyond}"),
    );
    check(
        d("2").try_pow(d("96.5")),
        &format!("the result of `puissance` {beyond}"),
    );
    check(
        d("1e28").try_pow(d("1e28")),
        &format!("the result of `puissance` {beyond}"),
    );
    check(
        d("1e28").try_log(d("1.0000000000000000000000000001")),
        &format!("the result of `logarithme` {beyond}"),
    );
}

#[test]
fn arguments_without_a_real_result_are_named() {
    check(
        d("-4").try_sqrt(),
        "argument `x`: a negative number has no real square root, got -4",
    );
    check(
        d("-4").try_nth_root(2),
        "argument `x`: a negative number has no real root of even degree, got -4",
    );
    check(
        d("4").try_nth_root(0),
        "argument `n`: the degree of a root is between 1 and 100, got 0",
    );
    check(
        d("4").try_nth_root(101),
        "argument `n`: the degree of a root is between 1 and 100, got 101",
    );
    check(d("0").try_pow(d("-1")), "argument `base`: division by zero");
    check(
        d("-8").try_pow(d("0.5")),
        "argument `base`: a negative number has real powers only for whole exponents, got -8 to the power of 0.5",
    );
    check(
        d("0").try_ln(),
        "argument `x`: only numbers above 0 have a real logarithm, got 0",
    );
    check(
        d("-1").try_log(d("2")),
        "argument `x`: only numbers above 0 have a real logarithm, got -1",
    );
    check(
        d("1").try_log(d("-2")),
        "argument `base`: only numbers above 0 have a real logarithm, got -2",
    );
    check(
        d("2").try_log(d("1")),
        "argument `base`: there is no logarithm to base 1",
    );
}
