use valeurs::Code;

use super::*;
use crate::reference::{decimal, series};

#[track_caller]
fn check_interval(values: &str, level: &str, low: &str, high: &str) {
    let interval = intervalle(&series("valeurs", values), decimal(level)).unwrap();
    assert_eq!(interval.borne_inf, Ok(decimal(low)), "{values} {level}");
    assert_eq!(interval.borne_sup, Ok(decimal(high)), "{values} {level}");
}

/// With one degree of freedom and half of the distribution, t is 1: the bounds end. With two and 0.6, t² is 9/8.
#[test]
fn an_interval_whose_bounds_end_is_exact() {
    check_interval("1, 3", "0.5", "1", "3");
    check_interval(
        "0, 0.0000000000000000000000000003",
        "0.5",
        "0",
        "0.0000000000000000000000000003",
    );
    // s²/n is 16/3: the margin is √6.
    let odd = intervalle(&series("x", "1, 5, 9"), decimal("0.6")).unwrap();
    assert_eq!(odd.marge, Ok(decimal("2.4494897427831780981972840747")));
}

#[test]
fn equal_values_have_an_interval_without_width() {
    check_interval("7, 7, 7", "0.99", "7", "7");
}

#[test]
fn levels_next_to_their_ends_have_intervals() {
    for level in [
        "0.0000000000000000000000000001",
        "0.9999999999999999999999999999",
    ] {
        for values in ["1, 2", "1, 2, 3", "1, 2, 3, 4, 5, 6, 7, 8"] {
            let interval = intervalle(&series("x", values), decimal(level)).unwrap();
            assert!(interval.borne_inf.unwrap() < interval.borne_sup.unwrap());
        }
    }
    for level in ["0", "1", "-0.5", "2"] {
        let error = intervalle(&series("x", "1, 2"), decimal(level)).unwrap_err();
        assert_eq!(
            (error.code(), error.argument()),
            (Code::InvalidArgument, Some("niveau"))
        );
    }
    let error = intervalle(&series("x", "1"), decimal("0.9")).unwrap_err();
    assert_eq!(error.code(), Code::InsufficientData);
}

#[test]
fn a_bound_beyond_the_largest_decimal_overflows_alone() {
    let wide = series(
        "x",
        "-79228162514264337593543950335, 79228162514264337593543950335",
    );
    let interval = intervalle(&wide, decimal("0.95")).unwrap();
    assert_eq!(interval.borne_sup.unwrap_err().code(), Code::Overflow);
}

#[test]
fn samples_without_variance_or_values_are_not_tested() {
    let (one, equal) = (series("x", "1"), series("x", "2, 2"));
    let against = |x: &Series, y: Option<&Series>, variante| {
        test(x, y, Decimal::ZERO, variante, Alternative::default())
            .unwrap_err()
            .code()
    };
    assert_eq!(against(&one, None, Variante::Welch), Code::InsufficientData);
    assert_eq!(against(&equal, None, Variante::Welch), Code::Domain);
    for variante in [Variante::Welch, Variante::Egales, Variante::Appariees] {
        assert_eq!(against(&equal, Some(&equal), variante), Code::Domain);
    }
    // Each of these compares two samples.
    for variante in [Variante::Egales, Variante::Appariees] {
        let x = series("x", "1, 2, 3");
        let error = test(&x, None, Decimal::ZERO, variante, Alternative::default()).unwrap_err();
        let expected = (Code::InvalidArgument, Some("y"));
        assert_eq!((error.code(), error.argument()), expected, "{variante:?}");
    }
    let longer = series("y", "1, 2, 3");
    assert_eq!(
        against(&equal, Some(&longer), Variante::Appariees),
        Code::InvalidArgument
    );
}

#[test]
fn the_alternatives_share_the_distribution() {
    let x = series("x", "1, 2, 4, 7");
    let p = |mean: &str, alternative| {
        test(&x, None, decimal(mean), Variante::Welch, alternative)
            .unwrap()
            .p()
            .unwrap()
    };
    assert_eq!(p("3.5", Alternative::Bilaterale), Decimal::ONE);
    assert_eq!(p("3.5", Alternative::Inferieure), decimal("0.5"));
    let (above, below) = (
        p("2", Alternative::Superieure),
        p("2", Alternative::Inferieure),
    );
    assert_eq!(above.try_add(below), Ok(Decimal::ONE));
    assert!(above < below);
}
