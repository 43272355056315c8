use proptest::prelude::*;

use super::*;
use crate::decimal::tests::any_decimal;
use crate::erreur::Code;

fn valeurs(texts: &[&str]) -> Valeurs {
    let valeurs: Vec<Decimal> = texts.iter().map(|text| text.parse().unwrap()).collect();
    Valeurs::new(valeurs).unwrap()
}

#[track_caller]
fn check_id(texts: &[&str], id: &str) {
    assert_eq!(valeurs(texts).id().as_str(), id);
    assert_eq!(Valeurs::from_id(id).unwrap(), valeurs(texts));
}

#[test]
fn identifiers_are_stable_and_short() {
    check_id(&["0"], "s1_AA");
    check_id(&["1", "2", "3"], "s1_QIABwAE");
    check_id(&["1", "2", "4"], "s1_QIABgAI");
    check_id(&["0.1", "-0.2"], "s1_QoMB");
    check_id(
        &["-79228162514264337593543950335"],
        "s1_wf________________8P",
    );
    check_id(&["0.0000000000000000000000000001"], "s1_eA");
}

#[test]
fn equal_values_make_equal_identifiers() {
    assert_eq!(
        valeurs(&["1", "-0", "1e2"]).id(),
        valeurs(&["1.0", "0.00", "100"]).id()
    );
}

#[test]
fn the_order_of_values_is_part_of_the_identity() {
    assert_ne!(valeurs(&["1", "2"]).id(), valeurs(&["2", "1"]).id());
}

#[track_caller]
fn check_forged(id: &str, reason: &str) {
    let erreur = Valeurs::from_id(id).unwrap_err();
    assert_eq!(erreur.code(), Code::InvalidSerieId);
    assert_eq!(
        erreur.to_string(),
        format!("argument `id`: not the identifier of a series: {reason}"),
    );
}

fn id_of(bytes: &[u8]) -> String {
    format!("s1_{}", URL_SAFE_NO_PAD.encode(bytes))
}

#[test]
fn forged_identifiers_are_refused() {
    check_forged("", "it does not begin with `s1_`");
    check_forged("42", "it does not begin with `s1_`");
    check_forged("s2_AA", "it does not begin with `s1_`");
    check_forged("s1_", "it has no value");
    check_forged("s1_AA==", "it is not base64url without padding");
    check_forged("s1_A+", "it is not base64url without padding");
    check_forged("s1_AB", "it is not base64url without padding");
    check_forged("s1_\u{e9}", "it is not base64url without padding");
    check_forged(&id_of(&[0x80, 0x00]), "a value is not in its shortest form");
    check_forged(
        &id_of(&[0xff]),
        "it ends in the middle of a value, or a value is too large",
    );
    check_forged(
        &id_of(&[0xff; 15]),
        "it ends in the middle of a value, or a value is too large",
    );
    check_forged(&id_of(&[1]), "a value is not in its normal form");
    check_forged(&id_of(&[2]), "a value is not in its normal form");
    // 10 with one digit after the point, which is 1.
    check_forged(&id_of(&[0x82, 0x05]), "a value is not in its normal form");
    // A scale of 31.
    check_forged(&id_of(&[0x7e]), "a value is out of range");
    // A mantissa of 99 bits.
    let mut large = [0xff; 15];
    large[0] = 0xc0;
    large[14] = 0x7f;
    check_forged(&id_of(&large), "a value is out of range");
    check_forged(
        &id_of(&vec![0; MAX_SERIE + 1]),
        "it has more values than a series may have",
    );
    check_forged(
        &format!("s1_{}", "A".repeat(MAX_ID)),
        "it is longer than the longest series makes it",
    );
}

#[test]
fn a_series_has_between_one_and_the_limit_of_values() {
    assert_eq!(Valeurs::new([]).unwrap_err().code(), Code::EmptySeries);
    let longest = Valeurs::new(vec![Decimal::MIN; MAX_SERIE]).unwrap();
    assert!(longest.id().as_str().len() <= MAX_ID);
    assert_eq!(Valeurs::from_id(longest.id().as_str()).unwrap(), longest);
    let erreur = Valeurs::new(vec![Decimal::ONE; MAX_SERIE + 1]).unwrap_err();
    assert_eq!(
        erreur.to_string(),
        "argument `valeurs`: values in a series: 10001 is over the limit of 10000"
    );
    assert_eq!(longest.within(100).unwrap_err().code(), Code::LimitExceeded);
}

proptest! {
    #[test]
    fn decoding_gives_back_the_values(list in prop::collection::vec(any_decimal(), 1..40)) {
        let serie = Valeurs::new(list).unwrap();
        let id = serie.id();
        prop_assert!(id.as_str().bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-'));
        prop_assert_eq!(Valeurs::from_id(id.as_str()).unwrap(), serie);
    }

    #[test]
    fn what_decodes_is_what_encoding_makes(bytes in prop::collection::vec(any::<u8>(), 0..24)) {
        let id = id_of(&bytes);
        if let Ok(serie) = Valeurs::from_id(&id) {
            prop_assert_eq!(serie.id().to_string(), id);
        }
    }

    #[test]
    fn any_text_is_decoded_or_refused(text in ".{0,40}") {
        if let Ok(serie) = Valeurs::from_id(&text) {
            prop_assert_eq!(serie.id().to_string(), text);
        }
    }
}

#[test]
fn the_first_values_of_a_series_are_a_series_that_shares_them() {
    let whole = valeurs(&["1", "2", "3"]);
    let first = whole.first(2);
    assert_eq!(*first, whole[..2]);
    assert!(std::ptr::eq(&first[0], &whole[0]));
    assert_eq!(first, Valeurs::from_id(first.id().as_str()).unwrap());
    assert_ne!(first, whole);
    assert_eq!((whole.first(0).len(), whole.first(9).len()), (1, 3));
    assert_eq!(first.first(3), first);
}
