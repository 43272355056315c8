//! Laws that statistics obey for any series.

use proptest::prelude::*;
use valeurs::{Decimal, Resultat, Valeurs};

use crate::{
    dispersion::{self, Definition},
    forme, histogramme, modes, moyenne, quantile,
    quantile::Probability,
    score,
    series::Series,
};

fn series(values: Vec<Decimal>) -> Series {
    Series::new("valeurs", Valeurs::new(values).unwrap())
}

/// Any decimal, also the largest and the most precise.
fn any_decimal() -> impl Strategy<Value = Decimal> {
    let limit = (1i128 << 96) - 1;
    prop_oneof![
        (-limit..=limit, 0u32..=28),
        (-1_000i128..1_000, 0u32..=3),
        (-3i128..=3, Just(0)),
    ]
    .prop_map(|(mantissa, scale)| Decimal::from_parts(mantissa, scale).unwrap())
}

fn any_values() -> impl Strategy<Value = Vec<Decimal>> {
    prop::collection::vec(any_decimal(), 1..40)
}

/// Values whose sums and multiples stay exact, so that laws hold to the last digit.
fn small_values() -> impl Strategy<Value = Vec<i64>> {
    prop::collection::vec(-100_000i64..100_000, 2..40)
}

fn scaled(values: &[i64], factor: i64, shift: i64, scale: u32) -> Series {
    let value = |value: &i64| Decimal::from_parts((value * factor + shift).into(), scale).unwrap();
    series(values.iter().map(value).collect())
}

type Statistic = fn(&Series) -> Resultat<Decimal>;

/// Every statistic of one series that is one number.
const STATISTICS: &[Statistic] = &[
    moyenne::moyenne,
    moyenne::moyenne_geometrique,
    moyenne::moyenne_harmonique,
    quantile::mediane,
    quantile::ecart_interquartile,
    dispersion::etendue,
    |series| dispersion::variance(series, Definition::Echantillon),
    |series| dispersion::variance(series, Definition::Population),
    |series| dispersion::ecart_type(series, Definition::Echantillon),
    |series| dispersion::ecart_type(series, Definition::Population),
    |series| dispersion::coefficient_variation(series, Definition::Echantillon),
    |series| forme::asymetrie(series, Definition::Echantillon),
    |series| forme::asymetrie(series, Definition::Population),
    |series| forme::aplatissement(series, Definition::Echantillon),
    |series| forme::aplatissement(series, Definition::Population),
];

proptest! {
    #[test]
    fn the_order_of_values_changes_nothing(values in any_values(), seed in any::<prop::sample::Index>()) {
        let mut other = values.clone();
        other.rotate_left(seed.index(values.len()));
        other.reverse();
        let (one, other) = (series(values), series(other));
        for statistic in STATISTICS {
            prop_assert_eq!(statistic(&one), statistic(&other));
        }
        prop_assert_eq!(modes::modes(&one), modes::modes(&other));
    }

    #[test]
    fn means_and_quantiles_are_between_the_ends(values in any_values(), p in 0.0..=1.0) {
        let series = series(values);
        let ends = series.minimum()..=series.maximum();
        prop_assert!(ends.contains(&moyenne::moyenne(&series).unwrap()));
        let p = Probability::from_f64(p).unwrap();
        prop_assert!(ends.contains(&quantile::quantile(&series, &p).unwrap()));
        for mean in [moyenne::moyenne_geometrique, moyenne::moyenne_harmonique] {
            if let Ok(mean) = mean(&series) {
                prop_assert!(ends.contains(&mean), "{} in {:?}", mean, series.values());
            }
        }
    }

    #[test]
    fn harmonic_geometric_and_arithmetic_means_are_in_order(values in any_values()) {
        let series = series(values.into_iter().map(Decimal::abs).collect());
        let harmonic = moyenne::moyenne_harmonique(&series).unwrap();
        let geometric = moyenne::moyenne_geometrique(&series).unwrap();
        prop_assert!(harmonic <= geometric && geometric <= moyenne::moyenne(&series).unwrap());
    }

    #[test]
    fn quantiles_grow_with_their_probability(values in any_values(), p in 0.0..=1.0, q in 0.0..=1.0) {
        let series = series(values);
        let [low, high] = [f64::min(p, q), f64::max(p, q)].map(|p| {
            quantile::quantile(&series, &Probability::from_f64(p).unwrap()).unwrap()
        });
        prop_assert!(low <= high);
        let end = |p| quantile::quantile(&series, &Probability::from_f64(p).unwrap());
        prop_assert_eq!(end(0.0), Ok(series.minimum()));
        prop_assert_eq!(end(1.0), Ok(series.maximum()));
    }

    #[test]
    fn dispersion_and_shape_do_not_see_a_translation(values in small_values(), shift in -1_000_000i64..1_000_000) {
        let (one, other) = (scaled(&values, 1, 0, 2), scaled(&values, 1, shift, 2));
        for statistic in STATISTICS[4..10].iter().chain(&STATISTICS[11..]) {
            prop_assert_eq!(statistic(&one), statistic(&other));
        }
        prop_assert_eq!(
            score::scores_z(&one, Definition::Echantillon),
            score::scores_z(&other, Definition::Echantillon)
        );
    }

    #[test]
    fn ratios_do_not_see_the_unit(values in small_values(), factor in 1i64..1_000, scale in 0u32..8) {
        let (one, other) = (scaled(&values, 1, 0, 0), scaled(&values, factor, 0, scale));
        for statistic in &STATISTICS[10..] {
            prop_assert_eq!(statistic(&one), statistic(&other));
        }
        let opposite = scaled(&values, -1, 0, 0);
        for definition in [Definition::Echantillon, Definition::Population] {
            let skewness = forme::asymetrie(&one, definition);
            prop_assert_eq!(forme::asymetrie(&opposite, definition), skewness.map(Decimal::opposite));
            prop_assert_eq!(forme::aplatissement(&opposite, definition), forme::aplatissement(&one, definition));
        }
    }

    #[test]
    fn dispersion_grows_with_the_unit(values in small_values(), power in 0u32..4) {
        // Powers of ten move the point and keep every digit of what has few.
        let (one, other) = (scaled(&values, 1, 0, power), scaled(&values, 1, 0, 0));
        let factor = Decimal::from(10u64.pow(power));
        let (small, large) = (dispersion::etendue(&one).unwrap(), dispersion::etendue(&other).unwrap());
        prop_assert_eq!(small.try_mul(factor), Ok(large));
        let variance = |series| dispersion::variance(series, Definition::Population).unwrap();
        let difference = variance(&one).try_mul(factor).unwrap().try_mul(factor).unwrap().try_sub(variance(&other)).unwrap();
        prop_assert!(difference.abs() < Decimal::parse("1e-15").unwrap());
    }

    #[test]
    fn a_histogram_has_every_value_once(values in any_values(), classes in 1i32..50) {
        let series = series(values);
        let histogram = histogramme::histogramme(&series, classes).unwrap();
        prop_assert_eq!(histogram.len(), classes as usize);
        prop_assert_eq!(histogram.iter().map(|class| class.effectif).sum::<usize>(), series.effectif());
        prop_assert!(histogram.windows(2).all(|pair| pair[0].borne_sup == pair[1].borne_inf));
        let last = histogram.len() - 1;
        for (index, class) in histogram.iter().enumerate() {
            let inside = |value: &&Decimal| {
                **value >= class.borne_inf
                    && (**value < class.borne_sup || (index == last && **value == class.borne_sup))
            };
            prop_assert_eq!(series.values().iter().filter(inside).count(), class.effectif);
        }
    }

    #[test]
    fn modes_are_values(values in any_values()) {
        let series = series(values);
        let modes = modes::modes(&series);
        prop_assert!(!modes.is_empty() && modes.is_sorted());
        prop_assert!(modes.iter().all(|mode| series.values().contains(mode)));
    }

    #[test]
    fn no_statistic_panics_and_each_is_a_number_or_a_known_error(values in any_values(), value in any_decimal()) {
        let series = series(values);
        for statistic in STATISTICS {
            let _ = statistic(&series);
        }
        for definition in [Definition::Echantillon, Definition::Population] {
            let _ = score::score_z(value, &series, definition);
            let _ = score::scores_z(&series, definition);
        }
    }
}
