use proptest::prelude::*;

use super::*;
use crate::dispersion::{self, Definition};
use crate::moyenne;
use crate::reference::series;

fn running(series: &Series) -> Vec<Series> {
    Courantes::new(Valeurs::new(series.values().to_vec()).unwrap()).collect()
}

/// What is known about a series in constant time.
fn summary(series: &Series) -> Vec<Result<Decimal, String>> {
    let told = |result: valeurs::Resultat<Decimal>| result.map_err(|error| error.to_string());
    let mut all = vec![
        Ok(Decimal::from(series.effectif())),
        Ok(series.minimum()),
        Ok(series.maximum()),
        told(moyenne::moyenne(series)),
        told(dispersion::etendue(series)),
    ];
    for definition in [Definition::Echantillon, Definition::Population] {
        all.push(told(dispersion::variance(series, definition)));
        all.push(told(dispersion::ecart_type(series, definition)));
        all.push(told(dispersion::coefficient_variation(series, definition)));
    }
    all
}

#[track_caller]
fn check(whole: &Series) {
    let running = running(whole);
    assert_eq!(running.len(), whole.effectif());
    for (index, one) in running.iter().enumerate() {
        let first = Valeurs::new(whole.values()[..=index].to_vec()).unwrap();
        assert!(one.is_summed());
        assert_eq!(one.values(), &*first);
        assert_eq!(summary(one), summary(&Series::new("valeurs", first)));
    }
}

#[test]
fn a_running_statistic_is_the_statistic_of_the_values_so_far() {
    check(&series("valeurs", "5"));
    check(&series("valeurs", "2, 4, 4, 4, 5, 5, 7, 9"));
    check(&series("valeurs", "0, 0, 0"));
    check(&series("valeurs", "-1, 1, -1, 1"));
}

#[test]
fn nothing_cancels_at_the_ends_of_the_range() {
    check(&series(
        "valeurs",
        "10000000000000000000000000001, 10000000000000000000000000003, 0.0000000000000000000000000001",
    ));
    check(&series(
        "valeurs",
        "79228162514264337593543950335, -79228162514264337593543950335, 0.0000000000000000000000000001, 7",
    ));
}

proptest! {
    #[test]
    fn running_statistics_hold_for_any_values(mantissas in prop::collection::vec((-(1_i128 << 96) + 1..1 << 96, 0_u32..=28), 1..12)) {
        let values = mantissas.into_iter().map(|(mantissa, scale)| Decimal::from_parts(mantissa, scale).unwrap());
        check(&Series::new("valeurs", Valeurs::new(values.collect::<Vec<_>>()).unwrap()));
    }
}
