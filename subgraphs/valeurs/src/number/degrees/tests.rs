use proptest::prelude::*;

use super::*;

fn shown(value: Resultat<Decimal>) -> String {
    match value {
        Ok(value) => value.to_string(),
        Err(erreur) => erreur.to_string(),
    }
}

fn d(text: &str) -> Decimal {
    text.parse().unwrap()
}

#[test]
fn what_is_rational_is_exact() {
    for (angle, sine, cosine) in [
        ("0", "0", "1"),
        ("30", "0.5", "0.8660254037844386467637231708"),
        ("60", "0.8660254037844386467637231708", "0.5"),
        ("90", "1", "0"),
        ("120", "0.8660254037844386467637231708", "-0.5"),
        ("150", "0.5", "-0.8660254037844386467637231708"),
        ("180", "0", "-1"),
        ("210", "-0.5", "-0.8660254037844386467637231708"),
        ("270", "-1", "0"),
        ("330", "-0.5", "0.8660254037844386467637231708"),
        ("360", "0", "1"),
        ("-30", "-0.5", "0.8660254037844386467637231708"),
        ("-90", "-1", "0"),
        (
            // 330 and whole turns.
            "79228162514264337593543950170",
            "-0.5",
            "0.8660254037844386467637231708",
        ),
    ] {
        assert_eq!(
            (
                shown(d(angle).try_sin_degrees()).as_str(),
                shown(d(angle).try_cos_degrees()).as_str()
            ),
            (sine, cosine),
            "{angle}"
        );
    }
    for (angle, tangent) in [
        ("0", "0"),
        ("45", "1"),
        ("135", "-1"),
        ("180", "0"),
        ("225", "1"),
        ("315", "-1"),
        ("-45", "-1"),
        (
            "90",
            "argument `x`: an odd multiple of 90 degrees has no tangent, got 90",
        ),
        (
            "-270",
            "argument `x`: an odd multiple of 90 degrees has no tangent, got -270",
        ),
        ("60", "1.7320508075688772935274463415"),
        ("150", "-0.5773502691896257645091487805"),
        (
            "89.9999999999999999999999999",
            "572957795130823208767981548.14",
        ),
    ] {
        assert_eq!(shown(d(angle).try_tan_degrees()), tangent, "{angle}");
    }
    for (tangent, angle) in [
        ("0", "0"),
        ("1", "45"),
        ("-1", "-45"),
        ("2", "63.43494882292201064842780628"),
    ] {
        assert_eq!(shown(d(tangent).try_atan_degrees()), angle, "{tangent}");
    }
}

proptest! {
    #[test]
    fn a_turn_changes_nothing(units in -10_000_000_i128..10_000_000, scale in 0_u32..8, turns in -1000_i32..1000) {
        let angle = Decimal::from_parts(units, scale).unwrap();
        let further = angle.try_add(Decimal::from(360 * turns)).unwrap();
        prop_assert_eq!(shown(angle.try_sin_degrees()), shown(further.try_sin_degrees()));
        prop_assert_eq!(shown(angle.try_cos_degrees()), shown(further.try_cos_degrees()));
        let quarter = angle.try_add(Decimal::from(90)).unwrap();
        prop_assert_eq!(shown(angle.try_cos_degrees()), shown(quarter.try_sin_degrees()));
    }

    #[test]
    fn small_angles_are_near_those_in_radians(units in -45_000_i128..45_000) {
        let angle = Decimal::from_parts(units, 3).unwrap();
        let radians = angle.to_f64().to_radians();
        let difference = angle.try_sin_degrees().unwrap().to_f64() - radians.sin();
        prop_assert!(difference.abs() < 1e-14);
    }
}
