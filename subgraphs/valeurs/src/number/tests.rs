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
