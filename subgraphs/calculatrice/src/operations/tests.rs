use proptest::prelude::*;

use super::*;

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

const BEYOND: &str = "is beyond ±79228162514264337593543950335";

#[test]
fn factorials() {
    check(factorial(d("0")), "1");
    check(factorial(d("1")), "1");
    check(factorial(d("5.0")), "120");
    check(factorial(d("27")), "10888869450418352160768000000");
    check(
        factorial(d("28")),
        &format!("the result of `factorielle` {BEYOND}"),
    );
    check(
        factorial(d("79228162514264337593543950335")),
        &format!("the result of `factorielle` {BEYOND}"),
    );
    check(
        factorial(d("-1")),
        "argument `n`: only whole numbers from 0 have a factorial, got -1",
    );
    check(
        factorial(d("0.5")),
        "argument `n`: only whole numbers from 0 have a factorial, got 0.5",
    );
}

#[test]
fn divisors_and_multiples() {
    check(gcd(d("12"), d("18")), "6");
    check(gcd(d("-12"), d("18")), "6");
    check(gcd(d("0"), d("-7")), "7");
    check(gcd(d("0"), d("0")), "0");
    check(
        gcd(Decimal::MIN, Decimal::MAX),
        "79228162514264337593543950335",
    );
    check(
        gcd(d("1.5"), d("3")),
        "argument `a`: a whole number is expected, got 1.5",
    );
    check(lcm(d("4"), d("6")), "12");
    check(lcm(d("-4"), d("6")), "12");
    check(lcm(d("0"), d("6")), "0");
    check(
        lcm(Decimal::MAX, d("2")),
        &format!("the result of `ppcm` {BEYOND}"),
    );
    check(
        lcm(Decimal::MAX, d("79228162514264337593543950334")),
        &format!("the result of `ppcm` {BEYOND}"),
    );
    check(
        lcm(d("3"), d("0.5")),
        "argument `b`: a whole number is expected, got 0.5",
    );
}

#[test]
fn roots_take_whole_degrees() {
    check(root(d("9"), d("2")), "3");
    check(root(d("-27"), d("3")), "-3");
    check(
        root(d("8"), d("1.5")),
        "argument `n`: the degree of a root is a whole number from 1 to 100, got 1.5",
    );
    check(
        root(d("8"), d("-1")),
        "argument `n`: the degree of a root is a whole number from 1 to 100, got -1",
    );
    check(
        root(d("8"), d("101")),
        "argument `n`: the degree of a root is between 1 and 100, got 101",
    );
}

#[test]
fn rounding_takes_decimals_from_0_to_28() {
    check(round(d("2.345"), d("2"), Rounding::HalfEven), "2.34");
    check(round(d("2.345"), d("28"), Rounding::HalfEven), "2.345");
    check(
        round(d("2.345"), d("29"), Rounding::HalfEven),
        "argument `decimales`: a whole number from 0 to 28 is expected, got 29",
    );
    check(
        round(d("2.345"), d("-1"), Rounding::HalfEven),
        "argument `decimales`: a whole number from 0 to 28 is expected, got -1",
    );
    check(
        round(d("2.345"), d("0.5"), Rounding::HalfEven),
        "argument `decimales`: a whole number from 0 to 28 is expected, got 0.5",
    );
}

#[test]
fn whole_quotients_are_truncated() {
    check(whole_quotient(d("7"), d("2")), "3");
    check(whole_quotient(d("-7"), d("2")), "-3");
    check(whole_quotient(d("7.5"), d("2.5")), "3");
    check(
        whole_quotient(
            d("79228162514264337593543950335"),
            d("79228162514264337593543950334"),
        ),
        "1",
    );
    check(
        whole_quotient(
            d("79228162514264337593543950334"),
            d("79228162514264337593543950335"),
        ),
        "0",
    );
    check(
        whole_quotient(d("1"), d("0")),
        "argument `b`: division by zero",
    );
    check(
        whole_quotient(Decimal::MAX, d("0.5")),
        &format!("the result of `division` {BEYOND}"),
    );
}

#[test]
fn percentages_and_changes() {
    check(percentage(d("20"), d("80")), "16");
    check(percentage(d("5.5"), d("1000")), "55");
    check(
        percentage(d("50"), Decimal::MAX),
        "39614081257132168796771975168",
    );
    check(
        percentage(d("1e-28"), d("100")),
        "0.0000000000000000000000000001",
    );
    check(
        percentage(d("200"), Decimal::MAX),
        &format!("the result of `multiplication` {BEYOND}"),
    );
    check(change(d("80"), d("100")), "25");
    check(change(d("100"), d("80")), "-20");
    check(change(d("-50"), d("-25")), "50");
    check(change(Decimal::MAX, d("0")), "-100");
    check(
        change(d("0"), d("5")),
        "argument `depart`: division by zero",
    );
}

#[test]
fn signs() {
    check(Ok(sign(d("-0.1"))), "-1");
    check(Ok(sign(d("-0"))), "0");
    check(Ok(sign(d("12"))), "1");
}

proptest! {
    #[test]
    fn a_divisor_divides_both_and_the_product_is_that_of_divisor_and_multiple(a in 1..1_000_000_000_000i64, b in 1..1_000_000_000_000i64) {
        let (a, b) = (Decimal::from(a), Decimal::from(b));
        let (divisor, multiple) = (gcd(a, b).unwrap(), lcm(a, b).unwrap());
        prop_assert!(a.try_rem(divisor).unwrap().is_zero());
        prop_assert!(multiple.try_rem(b).unwrap().is_zero());
        prop_assert_eq!(divisor.try_mul(multiple), a.try_mul(b));
    }

    #[test]
    fn quotient_and_remainder_make_the_dividend_again(a in -1_000_000_000i64..1_000_000_000, scale in 0..6u32, b in 1..100_000i64) {
        let (a, b) = (Decimal::from_parts(a.into(), scale).unwrap(), Decimal::from(b));
        let quotient = whole_quotient(a, b).unwrap();
        prop_assert!(quotient.is_integer());
        prop_assert_eq!(quotient.try_mul(b).unwrap().try_add(a.try_rem(b).unwrap()).unwrap(), a);
    }
}
