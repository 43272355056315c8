use super::*;
use crate::arithmetic::Rounding;

/// A precision that exact numbers do not need.
const LOW: Precision = Precision::LOWEST;

fn n(text: &str) -> Number {
    text.parse::<Decimal>().unwrap().into()
}

#[track_caller]
fn check(compute: impl Fn(Precision) -> Computed, expected: &str) {
    let printed = match Precision::settled(|at| compute(at)?.nearest(at)) {
        Ok(Some(value)) => value.to_string(),
        Ok(None) => "none".to_owned(),
        Err(erreur) => erreur.to_string(),
    };
    assert_eq!(printed, expected);
}

#[test]
fn a_rational_result_is_exact_whatever_is_on_the_way() {
    let third = |at| n("1").try_div(&n("3"), at);
    check(|at| third(at)?.try_mul(&n("3"), at), "1");
    check(|at| third(at)?.try_pow(&n("-2"), at), "9");
    check(
        |at| n("1e28").try_mul(&n("1e28"), at)?.try_div(&n("1e28"), at),
        "10000000000000000000000000000",
    );
    check(|at| n("0.04").try_sqrt(at)?.try_mul(&n("5"), at), "1");
    for (x, base, expected) in [
        ("8", "2", "3"),
        ("0.0001", "10", "-4"),
        ("4", "8", "0.6666666666666666666666666667"),
        ("1", "7", "0"),
    ] {
        let logarithm = |at| n(x).try_log(&n(base), at);
        assert!(Precision::settled(logarithm).unwrap().is_exact());
        check(logarithm, expected);
    }
}

#[test]
fn digits_beyond_those_of_a_decimal_are_kept() {
    let square = |at| {
        let root = n("2").try_sqrt(at)?;
        root.try_mul(&root, at)
    };
    check(square, "2");
    check(|at| square(at)?.try_round(0, Rounding::Floor, at), "2");
    check(|at| square(at)?.try_round(3, Rounding::Up, at), "2");
    check(|at| square(at)?.try_rem(&n("2"), at), "0");
    check(
        |at| {
            let tiny = n("-100").try_exp(at)?;
            tiny.try_mul(&n("1e28"), at)?.try_mul(&n("1e28"), at)
        },
        "3720075976020.8359629596958039",
    );
    check(
        |at| n("1").try_div(&n("3"), at)?.try_sqrt(at),
        "0.5773502691896257645091487805",
    );
    check(
        |at| n("1").try_div(&n("3"), at)?.try_sin(at),
        "0.3271946967961522441733440853",
    );
    check(
        |at| n("1.0000001").try_pow(&n("10000000"), at),
        "2.7182816925449662711985502258",
    );
}

#[test]
fn multiples_of_pi_are_exact_angles() {
    let many = |at| {
        let many = n("10").try_pow(&n("1500"), at)?;
        many.try_add(&n("0.25"), at)?.try_mul(&Number::pi(), at)
    };
    check(|at| many(at)?.try_tan(at), "1");
    check(
        |at| many(at)?.try_sub(&Number::pi(), at)?.try_cos(at),
        "-0.7071067811865475244008443621",
    );
    check(|at| many(at)?.try_div(&many(at)?, at), "1");
    check(
        |at| many(at)?.try_rem(&Number::pi(), at),
        "0.7853981633974483096156608458",
    );
    check(|at| many(at)?.try_degrees(at)?.try_rem(&n("180"), at), "45");
    check(|_| Ok(Number::pi()), "3.1415926535897932384626433833");
    check(
        |at| Number::pi().try_div(&n("2"), at)?.try_tan(at),
        "argument `x`: an odd multiple of π/2 has no tangent, got 1.5707963267948966192313216916",
    );
}

#[test]
fn what_the_last_precision_leaves_open_is_refused() {
    // No digit of the angle within its turn is known.
    check(
        |at| n("5000").try_exp(at)?.try_sin(at),
        "significant digits that determine the result: 617 is over the limit of 616",
    );
}

#[test]
fn a_number_beyond_the_decimals_is_written_by_28_digits_and_a_power_of_ten() {
    let factorial = |n| Number::descending_product(n, 1, LOW).unwrap();
    assert_eq!(factorial(20).text(LOW).unwrap(), "2432902008176640000");
    assert_eq!(
        factorial(30).text(LOW).unwrap(),
        "2.6525285981219105863630848e32"
    );
    // 41! is 33452526613163807108170062053440751665152000000000.
    assert_eq!(
        factorial(41).text(LOW).unwrap(),
        "3.345252661316380710817006205e49"
    );
    assert_eq!(
        factorial(41).opposite().text(LOW).unwrap(),
        "-3.345252661316380710817006205e49"
    );
    let top = n("79228162514264337593543950335");
    assert_eq!(top.text(LOW).unwrap(), "79228162514264337593543950335");
    // Half a unit above the largest decimal is a tie, and rounds to the even one beyond it.
    assert_eq!(
        top.try_add(&n("0.5"), LOW).unwrap().text(LOW).unwrap(),
        "7.922816251426433759354395034e28"
    );
    assert_eq!(
        n("1e-28")
            .try_mul(&n("-0.01"), LOW)
            .unwrap()
            .text(LOW)
            .unwrap(),
        "-1e-30"
    );
    assert_eq!(
        n("2").try_div(&n("3"), LOW).unwrap().text(LOW).unwrap(),
        "0.6666666666666666666666666667"
    );
    let root = n("2").try_sqrt(LOW).unwrap();
    let square = root.try_mul(&root, LOW).unwrap();
    let nearly_0 = square.try_sub(&n("2"), LOW).unwrap();
    assert_eq!(nearly_0.text(LOW).unwrap(), "0");
    // Its power of ten may have many digits.
    for (exponent, expected) in [
        ("-1e6", "3.296831478088558578968907969e-434295"),
        ("1e9", "8.002981770660972533041909374e434294481"),
    ] {
        assert_eq!(
            n(exponent).try_exp(LOW).unwrap().text(LOW).unwrap(),
            expected
        );
    }
    for (base, exponent, expected) in [
        ("2", "20000", "3.980276840337966592354307206e6020"),
        ("2", "-20000", "2.512388057698744585180135042e-6021"),
        ("-7", "-7001", "-2.941859044332904131353102338e-5917"),
    ] {
        let power = n(base).try_pow(&n(exponent), LOW).unwrap();
        assert_eq!(power.text(LOW).unwrap(), expected);
    }
    assert_eq!(
        factorial(2000).text(LOW).unwrap(),
        "3.316275092450633241175393381e5735"
    );
    // What is known to be there is shown.
    let tiny = n("-100").try_exp(LOW).unwrap();
    assert_eq!(tiny.text(LOW).unwrap(), "3.720075976020835962959695804e-44");
}
