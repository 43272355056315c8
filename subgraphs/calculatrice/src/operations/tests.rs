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
    check(d("7").try_div_whole(d("2")), "3");
    check(d("-7").try_div_whole(d("2")), "-3");
    check(d("7.5").try_div_whole(d("2.5")), "3");
    check(
        d("79228162514264337593543950335").try_div_whole(d("79228162514264337593543950334")),
        "1",
    );
    check(
        d("79228162514264337593543950334").try_div_whole(d("79228162514264337593543950335")),
        "0",
    );
    check(
        d("1").try_div_whole(d("0")),
        "argument `b`: division by zero",
    );
    check(
        Decimal::MAX.try_div_whole(d("0.5")),
        &format!("the result of `divisionEntiere` {BEYOND}"),
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
        &format!("the result of `pourcentage` {BEYOND}"),
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
fn quotient_and_remainder_make_the_dividend_near_the_top_of_the_range() {
    let (a, b) = (d("-16261487854798001473829902789"), d("0.328"));
    check(a.try_div_whole(b), "-49577706874384150834847264600");
    check(a.try_rem(b), "-0.2");
}

#[test]
fn percentages_and_changes_are_rounded_once() {
    check(change(d("-7e28"), d("7e28")), "200");
    check(
        percentage(
            d("7.9228162514264337593543950335"),
            d("68993205755898480591173403050"),
        ),
        "5466204918008402532343557998.1",
    );
    check(change(d("0.3"), d("0.7")), "133.33333333333333333333333333");
}

#[test]
fn double_factorials() {
    check(double_factorial(d("0")), "1");
    check(double_factorial(d("9")), "945");
    check(double_factorial(d("10")), "3840");
    check(double_factorial(d("45")), "25373791335626257947657609375");
    check(
        double_factorial(d("46")),
        &format!("the result of `doubleFactorielle` {BEYOND}"),
    );
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
        let quotient = a.try_div_whole(b).unwrap();
        prop_assert!(quotient.is_integer());
        prop_assert_eq!(quotient.try_mul(b).unwrap().try_add(a.try_rem(b).unwrap()).unwrap(), a);
    }
}
