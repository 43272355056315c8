use proptest::prelude::*;

use super::*;

/// The root to forty decimals, which both bounds agree on.
fn forty_decimals(factors: &[u128]) -> String {
    let factors: Vec<UBig> = factors.iter().map(|factor| UBig::from(*factor)).collect();
    let [low, high] = geometric_mean(&factors, 640).map(|bound| {
        // Nearest, as the bounds of a perfect power are on both sides of it.
        let scaled = bound * UBig::from(10u8).pow(40) * 2u8 + (UBig::ONE << 640);
        (scaled >> 641).to_string()
    });
    assert_eq!(low, high, "{factors:?}");
    low
}

#[track_caller]
fn check(factors: &[u128], expected: &str) {
    assert_eq!(
        forty_decimals(factors),
        expected.replace('.', ""),
        "{factors:?}"
    );
}

#[test]
fn roots_are_right_to_forty_decimals() {
    check(&[1], "1.0000000000000000000000000000000000000000");
    check(&[2, 8], "4.0000000000000000000000000000000000000000");
    check(&[1, 2], "1.4142135623730950488016887242096980785697");
    check(&[1, 1, 2], "1.2599210498948731647672106072782283505703");
    check(
        &[4, 8, 16, 32, 64],
        "16.0000000000000000000000000000000000000000",
    );
    check(
        &[1, 1_000_000_000_000_000_000_000_000],
        "1000000000000.0000000000000000000000000000000000000000",
    );
}

#[test]
fn ten_thousand_factors_keep_their_root() {
    check(
        &[u64::MAX.into(); 10_000],
        "18446744073709551615.0000000000000000000000000000000000000000",
    );
    check(&[3; 9_999], "3.0000000000000000000000000000000000000000");
}

proptest! {
    #[test]
    fn a_root_of_equal_factors_is_the_factor(factor in 1..u64::MAX, count in 1usize..60) {
        let expected = format!("{factor}{}", "0".repeat(40));
        prop_assert_eq!(forty_decimals(&vec![factor.into(); count]), expected);
    }
}
