use proptest::prelude::*;

use super::*;
use crate::decimal::tests::any_decimal;
use crate::erreur::Code;

fn r(numerator: i64, denominator: u64) -> Rational {
    Rational::reduced(numerator.into(), denominator.into())
}

#[test]
fn a_fraction_is_in_lowest_terms() {
    assert_eq!(r(6, 4), r(3, 2));
    assert_eq!(r(0, 7), r(0, 1));
    assert_eq!(Rational::from("0.50".parse::<Decimal>().unwrap()), r(1, 2));
}

#[test]
fn operations_are_exact() {
    let third = r(1, 3);
    assert_eq!(third.try_mul(&r(3, 1)), Ok(Rational::ONE));
    assert_eq!(third.try_add(&r(1, 6)), Ok(r(1, 2)));
    assert_eq!(third.try_sub(&r(1, 3)), Ok(r(0, 1)));
    assert_eq!(third.try_div(&r(-2, 3)), Ok(r(-1, 2)));
    assert_eq!(r(-7, 2).try_rem(&third), Ok(r(-1, 6)));
    assert_eq!(third.try_pow(&r(-3, 1)), Ok(Some(r(27, 1))));
    assert_eq!(r(-1, 1).try_pow(&r(i64::MAX, 1)), Ok(Some(r(-1, 1))));
    assert_eq!(r(0, 1).try_pow(&r(i64::MAX, 1)), Ok(Some(r(0, 1))));
    assert_eq!(r(8, 27).root(3), Some(r(2, 3)));
    assert_eq!(r(-8, 27).root(3), Some(r(-2, 3)));
    assert_eq!(r(2, 1).root(2), None);
    assert_eq!(
        r(0, 1).try_div(&r(0, 1)).unwrap_err().code(),
        Code::DivisionByZero
    );
}

#[test]
fn what_would_be_too_long_is_refused_before_it_is_computed() {
    let long = r(3, 1).try_pow(&r(6_000, 1)).unwrap().unwrap();
    assert_eq!(long.try_mul(&long).unwrap_err().code(), Code::LimitExceeded);
    assert_eq!(long.try_div(&long), Ok(Rational::ONE));
    assert_eq!(r(3, 1).try_pow(&r(i64::MAX, 1)), Ok(None));
    assert_eq!(r(3, 2).try_pow(&r(1, 2)), Ok(None));
}

#[test]
fn rounding_follows_its_mode() {
    use Rounding::*;
    let modes = [HalfEven, HalfUp, HalfDown, Truncate, Up, Floor, Ceiling];
    let rounded = |value: Rational| modes.map(|mode| value.try_round(0, mode).unwrap().to_string());
    assert_eq!(rounded(r(5, 2)), ["2", "3", "2", "2", "3", "2", "3"]);
    assert_eq!(
        rounded(r(-5, 2)),
        ["-2", "-3", "-2", "-2", "-3", "-3", "-2"]
    );
    assert_eq!(rounded(r(7, 3)), ["2", "2", "2", "2", "3", "2", "3"]);
    assert_eq!(r(2, 3).try_round(2, HalfEven).unwrap().to_string(), "0.67");
}

#[test]
fn roots_of_long_numbers_are_found_by_their_few_bits() {
    let long = r(3, 7).try_pow(&r(5_000, 1)).unwrap().unwrap();
    let expected = |exponent| r(3, 7).try_pow(&r(exponent, 1)).unwrap();
    assert_eq!(long.root(100), expected(50));
    assert_eq!(long.root(4), expected(1_250));
    assert_eq!(long.root(3), None);
    assert_eq!(long.try_add(&Rational::ONE).unwrap().root(100), None);
    assert_eq!(r(-1, 1).root(99), Some(r(-1, 1)));
}

proptest! {
    #[test]
    fn rationals_round_as_decimals_do(a in any_decimal(), b in any_decimal(), scale in 0..28u32) {
        let (x, y) = (Rational::from(a), Rational::from(b));
        prop_assert_eq!(x.to_decimal(), Some(a));
        prop_assert_eq!(x.try_add(&y).unwrap().nearest(), a.try_add(b).ok());
        prop_assert_eq!(x.try_mul(&y).unwrap().nearest(), a.try_mul(b).ok());
        prop_assert_eq!(x.cmp(&y), a.cmp(&b));
        if !b.is_zero() {
            prop_assert_eq!(x.try_div(&y).unwrap().nearest(), a.try_div(b).ok());
            prop_assert_eq!(x.try_rem(&y).unwrap().nearest(), a.try_rem(b).ok());
        }
        for mode in [Rounding::HalfEven, Rounding::HalfUp, Rounding::Up, Rounding::Floor] {
            prop_assert_eq!(x.try_round(scale, mode).unwrap().nearest(), a.try_round(scale, mode).ok());
        }
    }
}
