use super::*;

fn n(text: &str) -> Number {
    text.parse::<Decimal>().unwrap().into()
}

#[track_caller]
fn check(result: Resultat<Number>, expected: &str) {
    let printed = match result {
        Ok(value) => value.to_string(),
        Err(erreur) => erreur.to_string(),
    };
    assert_eq!(printed, expected);
}

#[test]
fn a_rational_result_is_exact_whatever_is_on_the_way() {
    let third = n("1").try_div(&n("3")).unwrap();
    check(third.try_mul(&n("3")), "1");
    check(third.try_pow(&n("-2")), "9");
    check(
        n("1e28").try_mul(&n("1e28")).unwrap().try_div(&n("1e28")),
        "10000000000000000000000000000",
    );
    check(n("0.04").try_root(2).unwrap().try_mul(&n("5")), "1");
}

#[test]
fn digits_beyond_those_of_a_decimal_are_kept() {
    let root = n("2").try_root(2).unwrap();
    check(root.try_mul(&root), "2");
    check(
        root.try_mul(&root).unwrap().try_round(0, Rounding::Floor),
        "2",
    );
    check(
        n("-100")
            .try_exp()
            .unwrap()
            .try_mul(&n("1e28"))
            .unwrap()
            .try_mul(&n("1e28")),
        "3720075976020.8359629596958039",
    );
    check(
        n("1").try_div(&n("3")).unwrap().try_root(2),
        "0.5773502691896257645091487805",
    );
    check(
        n("1").try_div(&n("3")).unwrap().try_sin(),
        "0.3271946967961522441733440853",
    );
    check(
        n("1.0000001").try_pow(&n("10000000")),
        "2.7182816925449662711985502258",
    );
}

#[test]
fn a_number_beyond_the_decimals_is_written_by_28_digits_and_a_power_of_ten() {
    let factorial = |n| Number::descending_product(n, 1).unwrap();
    assert_eq!(factorial(20).text(), "2432902008176640000");
    assert_eq!(factorial(30).text(), "2.6525285981219105863630848e32");
    // 41! is 33452526613163807108170062053440751665152000000000.
    assert_eq!(factorial(41).text(), "3.345252661316380710817006205e49");
    assert_eq!(
        factorial(41).opposite().text(),
        "-3.345252661316380710817006205e49"
    );
    let top = n("79228162514264337593543950335");
    assert_eq!(top.text(), "79228162514264337593543950335");
    // Half a unit above the largest decimal is a tie, and rounds to the even one beyond it.
    assert_eq!(
        top.try_add(&n("0.5")).unwrap().text(),
        "7.922816251426433759354395034e28"
    );
    assert_eq!(n("1e-28").try_mul(&n("-0.01")).unwrap().text(), "-1e-30");
    assert_eq!(
        n("2").try_div(&n("3")).unwrap().text(),
        "0.6666666666666666666666666667"
    );
    let root = n("2").try_root(2).unwrap();
    let nearly_0 = root.try_mul(&root).unwrap().try_sub(&n("2")).unwrap();
    assert_eq!(nearly_0.text(), "0");
}
