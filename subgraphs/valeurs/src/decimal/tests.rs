use async_graphql::{InputType, Number, Value};
use proptest::prelude::*;

use super::*;

#[track_caller]
fn check(input: &str, expected: &str) {
    let printed = match Decimal::parse(input) {
        Ok(value) => value.to_string(),
        Err(erreur) => erreur.to_string(),
    };
    assert_eq!(printed, expected, "{input:?}");
}

#[track_caller]
fn check_refused(input: &str, reason: &str) {
    check(
        input,
        &format!("{input:?} is not an exact decimal: {reason}"),
    );
}

#[test]
fn text_is_read_exactly_and_printed_in_normal_form() {
    check("0", "0");
    check("-0", "0");
    check("-0.000", "0");
    check("+7", "7");
    check("007", "7");
    check("0.30", "0.3");
    check("-12.50", "-12.5");
    check("1e3", "1000");
    check("1E+3", "1000");
    check("1.5e-3", "0.0015");
    check("100e-2", "1");
    check("0e999999999999", "0");
    check(
        "0.0000000000000000000000000001",
        "0.0000000000000000000000000001",
    );
    check("1e-28", "0.0000000000000000000000000001");
    check(
        "79228162514264337593543950335",
        "79228162514264337593543950335",
    );
    check(
        "-79228162514264337593543950335",
        "-79228162514264337593543950335",
    );
    check(
        "7.9228162514264337593543950335",
        "7.9228162514264337593543950335",
    );
    check("1.00000000000000000000000000000000000000", "1");
    check("10000000000000000000000000000e-28", "1");
    check("0.00000000000000000000000000000000001e35", "1");
}

#[test]
fn what_no_decimal_equals_is_refused() {
    check_refused(
        "79228162514264337593543950336",
        "it is beyond ±79228162514264337593543950335",
    );
    check_refused("1e29", "it is beyond ±79228162514264337593543950335");
    check_refused("-1e400", "it is beyond ±79228162514264337593543950335");
    check_refused(
        "1e99999999999999999999",
        "it is beyond ±79228162514264337593543950335",
    );
    check_refused("1e-29", "it has more than 28 digits after the point");
    check_refused(
        "1e-99999999999999999999",
        "it has more than 28 digits after the point",
    );
    check_refused(
        "7.9228162514264337593543950336",
        "it has more than 28 significant digits",
    );
    check_refused(
        "12345678901.1234567890123456789",
        "it has more than 28 significant digits",
    );
    check_refused(
        "0.12345678901234567890123456789",
        "it has more than 28 digits after the point",
    );
}

#[test]
fn what_is_not_a_number_is_refused() {
    for input in [
        "NaN", "Infinity", "-inf", " 1", "1 ", "1,5", "1_000", ".5", "5.", "-", "+", "e5", "1e",
        "1e+", "1e1.5", "--1", "0x10", "1.2.3", "\u{663}", "1e5e5", "½", "-.e",
    ] {
        check_refused(input, "it is not a number such as 12, -0.5 or 1.5e-3");
    }
    check_refused("", "the text is empty");
}

#[test]
fn a_refused_text_is_repeated_only_from_its_beginning() {
    let erreur = Decimal::parse(&"é".repeat(1000)).unwrap_err();
    assert_eq!(
        erreur.to_string(),
        format!(
            "\"{}…\" is not an exact decimal: it is longer than 256 characters",
            "é".repeat(48)
        ),
    );
}

#[test]
fn a_number_of_any_length_is_read() {
    let zeros = "0".repeat(300);
    for (text, expected) in [
        (format!("1.{zeros}"), "1"),
        (format!("{zeros}12.50{zeros}e-1"), "1.25"),
        (format!("0.{zeros}1e301"), "1"),
        (format!("-1{zeros}e-300"), "-1"),
    ] {
        assert!(Decimal::parse(&text).is_err());
        assert_eq!(Decimal::parse_number(&text).unwrap().to_string(), expected);
    }
    for (text, expected) in [
        (format!("1{zeros}"), "it is beyond"),
        (format!("1.{zeros}1"), "it has more than 28 digits"),
        (format!("1.{zeros}x"), "it is not a number"),
        (String::new(), "the text is empty"),
    ] {
        let erreur = Decimal::parse_number(&text).unwrap_err().to_string();
        assert!(erreur.contains(expected), "{erreur}");
    }
}

#[track_caller]
fn check_number(json: &str, expected: Result<&str, &str>) {
    let value = Value::Number(json.parse::<Number>().unwrap());
    let read = <Decimal as InputType>::parse(Some(value)).map(|value| value.to_string());
    match (read, expected) {
        (Ok(read), Ok(expected)) => assert_eq!(read, expected, "{json}"),
        (Err(error), Err(expected)) => {
            let error = error.into_server_error(async_graphql::Pos::default());
            assert_eq!(error.message, expected, "{json}");
            let extensions = error.extensions.unwrap();
            assert_eq!(
                extensions.get("code"),
                Some(&Value::from("INVALID_DECIMAL"))
            );
        }
        (read, _) => panic!("{json}: {read:?}"),
    }
}

#[test]
fn numbers_are_read_by_their_shortest_decimal() {
    check_number("0.1", Ok("0.1"));
    check_number("-0.0", Ok("0"));
    check_number("1e3", Ok("1000"));
    check_number("0.30000000000000004", Ok("0.30000000000000004"));
    check_number("9007199254740993", Ok("9007199254740993"));
    check_number("18446744073709551615", Ok("18446744073709551615"));
    check_number("-9223372036854775808", Ok("-9223372036854775808"));
    check_number("1e20", Ok("100000000000000000000"));
    check_number("1.5e-20", Ok("0.000000000000000000015"));
}

#[test]
fn numbers_that_lost_digits_on_their_way_are_refused() {
    check_number(
        "123456789012345678901234",
        Err(
            r#"Failed to parse "Decimal": "1.2345678901234569e+23" is not an exact decimal: a number of this size has lost digits on its way, send it as a String"#,
        ),
    );
    check_number(
        "1e300",
        Err(
            r#"Failed to parse "Decimal": "1e+300" is not an exact decimal: it is beyond ±79228162514264337593543950335"#,
        ),
    );
    check_number(
        "1.2345e-27",
        Err(
            r#"Failed to parse "Decimal": "1.2345e-27" is not an exact decimal: it has more than 28 digits after the point"#,
        ),
    );
}

#[test]
fn other_kinds_of_values_are_not_decimals() {
    for value in [Value::Null, Value::from(true), Value::List(vec![])] {
        assert!(!<Decimal as async_graphql::ScalarType>::is_valid(&value));
        assert!(<Decimal as InputType>::parse(Some(value)).is_err());
    }
}

/// Any `Decimal`, small and round ones as often as the others.
pub(crate) fn any_decimal() -> impl Strategy<Value = Decimal> {
    let bits = prop_oneof![Just(8u32), Just(32), Just(64), Just(96)];
    (any::<u128>(), bits, 0..=28u32, any::<bool>()).prop_map(|(noise, bits, scale, negative)| {
        let magnitude = (noise & ((1 << bits) - 1)) as i128;
        let mantissa = if negative { -magnitude } else { magnitude };
        Decimal::from_parts(mantissa, scale).expect("96 bits and a scale of at most 28 always fit")
    })
}

proptest! {
    #[test]
    fn printing_and_reading_again_gives_the_same_value(value in any_decimal()) {
        prop_assert_eq!(Decimal::parse(&value.to_string()).unwrap(), value);
    }

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,64}") {
        let _ = Decimal::parse(&text);
    }

    #[test]
    fn anything_that_looks_like_a_number_is_read_or_refused(text in "[-+]?[0-9]{0,40}\\.?[0-9]{0,40}([eE][-+]?[0-9]{0,12})?") {
        if let Ok(value) = Decimal::parse(&text) {
            prop_assert_eq!(Decimal::parse(&value.to_string()).unwrap(), value);
        }
    }

    #[test]
    fn any_double_is_read_as_its_shortest_decimal_or_refused(bits in any::<u64>()) {
        let double = f64::from_bits(bits);
        if let Some(number) = Number::from_f64(double)
            && let Ok(value) = <Decimal as InputType>::parse(Some(Value::Number(number)))
        {
            prop_assert_eq!(value.to_f64(), double);
        }
    }

    #[test]
    fn equal_values_are_equal_however_they_were_written(value in any_decimal(), zeros in 0..8usize) {
        let mut text = value.to_string();
        if !text.contains('.') {
            text.push_str(".0");
        }
        text.push_str(&"0".repeat(zeros));
        prop_assert_eq!(Decimal::parse(&text).unwrap(), value);
    }
}
