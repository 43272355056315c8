//! Enclosures hold what they are of, whatever their operands and the number of bits.

use proptest::prelude::*;

use super::*;

fn ball(numerator: i128, denominator: u128, bits: usize) -> Ball {
    Ball::quotient(&IBig::from(numerator), &UBig::from(denominator), bits)
}

/// Whether every number of `inner` is in `outer`.
fn holds(outer: &Ball, inner: &Ball) -> bool {
    let ((low, high, out), (least, most, at)) = (outer.ends(), inner.ends());
    let exponent = out.min(at);
    let raise = |end: IBig, from: i64| end << (from - exponent) as usize;
    raise(low, out) <= raise(least, at) && raise(most, at) <= raise(high, out)
}

/// Digits of the middle, and how many of its bits are known.
#[track_caller]
fn check(value: &Ball, expected: &str, bits: usize) {
    let scaled = value.times(&Ball::from(IBig::from(10).pow(40)), 400);
    assert_eq!(scaled.nearest_whole().to_string(), expected);
    assert!(value.accuracy() + 8 >= bits, "{} bits", value.accuracy());
}

#[test]
fn functions_have_their_digits() {
    let x = ball(7, 5, 300);
    // By mpmath.
    check(
        &Ball::pi(300),
        "31415926535897932384626433832795028841972",
        300,
    );
    check(
        &Ball::e(300),
        "27182818284590452353602874713526624977572",
        300,
    );
    check(
        &x.exp(300).unwrap(),
        "40551999668446745872241088952286202521676",
        300,
    );
    check(
        &x.ln(300).unwrap(),
        "3364722366212129305045934102169920901115",
        300,
    );
    let (sine, cosine) = x.sin_cos(300);
    check(&sine, "9854497299884601806594745788060975173563", 300);
    check(&cosine, "1699671429002409386167480352036498029282", 300);
    check(
        &x.atan(300),
        "9505468408120751478947891354638191750477",
        300,
    );
    check(
        &x.root(97, 300).unwrap(),
        "10034748091448970733899653588967325236516",
        300,
    );
}

#[test]
fn the_logarithm_of_what_is_next_to_1_has_as_many_bits_as_others() {
    let one = IBig::ONE << 500;
    let near = Ball::exact(&one + 1, -500);
    let logarithm = near.ln(100).unwrap();
    assert!(logarithm.accuracy() >= 95);
    assert_eq!(logarithm.top(), -499);
}

#[test]
fn huge_angles_are_reduced_with_as_many_bits_of_pi() {
    let angle = Ball::exact(1, 10_000);
    let (sine, cosine) = angle.sin_cos(100);
    // By mpmath.
    assert_eq!(
        sine.shifted(40).nearest_whole().to_string(),
        "-671150602688"
    );
    assert_eq!(
        cosine.shifted(40).nearest_whole().to_string(),
        "-870909115882"
    );
    assert!(sine.accuracy() >= 90);
}

#[test]
fn what_is_too_large_or_may_be_0_is_told() {
    assert_eq!(ball(1 << 40, 1, 64).exp(64), None);
    let nothing = ball(-(1 << 40), 1, 64).exp(64).unwrap();
    assert!(nothing.top() < -1_000_000 && nothing.sign().is_none());
    assert_eq!(Ball::ZERO.ln(64), None);
    assert_eq!(Ball::around_zero(-9).ln(64), None);
    assert_eq!(Ball::around_zero(-9).root(2, 64), None);
    assert_eq!(ball(1, 1, 64).over(&Ball::around_zero(-9), 64), None);
}

fn any_function() -> impl Strategy<Value = fn(&Ball, usize) -> Option<Ball>> {
    prop::sample::select(vec![
        (|x, bits| x.exp(bits)) as fn(&Ball, usize) -> Option<Ball>,
        |x, bits| x.abs().ln(bits),
        |x, bits| Some(x.sin_cos(bits).0),
        |x, bits| Some(x.sin_cos(bits).1),
        |x, bits| Some(x.atan(bits)),
        |x, bits| x.abs().root(2, bits),
        |x, bits| x.abs().root(7, bits),
        |x, bits| x.abs().root(100, bits),
        |x, bits| Some(x.power(11, bits)),
        |x, bits| x.over(&ball(3, 7, bits), bits),
        |x, bits| ball(3, 7, bits).over(x, bits),
        |x, bits| Some(x.plus(&ball(-5, 9, bits), bits)),
        |x, bits| Some(x.max(&ball(1, 3, bits), bits)),
        |x, bits| Some(x.not_below_zero(bits)),
    ])
}

proptest! {
    #[test]
    fn a_wide_enclosure_holds_a_narrow_one(
        function in any_function(),
        numerator in -1_000_000_000_000_000_i128..1_000_000_000_000_000,
        denominator in prop_oneof![1..10_u128, 1..1_000_000_000_000_000_000_000_u128],
        argument in 3..300_usize,
        bits in 20..300_usize,
    ) {
        prop_assume!(numerator.unsigned_abs() / denominator < 10_000);
        let narrow = function(&ball(numerator, denominator, 900), 600);
        let wide = function(&ball(numerator, denominator, argument), bits);
        if let (Some(wide), Some(narrow)) = (wide, narrow) {
            prop_assert!(holds(&wide, &narrow), "{:?} {:?}", wide, narrow);
        }
    }

    #[test]
    fn what_is_known_exactly_is_computed_to_as_many_bits(
        function in any_function(),
        numerator in 1..1_000_000_i128,
        denominator in 1..1_000_u128,
        bits in 64..600_usize,
    ) {
        let x = ball(numerator, denominator, bits + 200);
        if let Some(value) = function(&x, bits)
            && value.bottom().is_some_and(|least| least > -8)
        {
            let is_known = value.radius == 0 || value.accuracy() + 24 >= bits;
            prop_assert!(is_known, "{} of {}", value.accuracy(), bits);
        }
    }
}
