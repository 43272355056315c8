//! Values for names, and angles in degrees.

use super::*;

/// Operators after an operand are as many as there may be, and no level of nesting each: the canonical form is read back.
#[test]
fn a_chain_of_operators_after_an_operand_has_a_key() {
    for (chain, canonical) in [
        ("%", " %"),
        ("°", "°"),
        ("%°", " %°"),
        ("!%", "! %"),
        ("%!!°", " %!!°"),
    ] {
        let count = 490 / chain.chars().count();
        let text = format!("5{}", chain.repeat(count));
        let read = parse(&text).unwrap();
        let key = read.to_string();
        assert_eq!(key, format!("5{}", canonical.repeat(count)), "{text}");
        assert_eq!(
            Expression::canonical(&key),
            Ok(Expression {
                source: key.clone(),
                ..read
            }),
            "{text}"
        );
    }
}

#[test]
fn angles_may_be_in_degrees() {
    check("sin(30°)", "0.5");
    check("cos(60°) + tan(45°)", "1.5");
    check("sin(90° / 3)", "0.5");
    check("180° - pi", "0");
    check("1 / cos(0°)", "1");
    check("degres(pi)", "180");
    check("degres(atan(1))", "45");
    check("tan((45 * sqrt(4) / 2)°)", "1");
    check_canonical("sin( 30 ° )", "sin(30°)");
    check_canonical("sin((1+2)°)", "sin((1 + 2)°)");
    check_refused(
        "tan(90°)",
        1,
        "an odd multiple of 90 degrees has no tangent, got 90",
    );
    check_steps(
        "sin((10 * 3)°) + 1",
        &[
            "multiplication: 10 * 3 = 30 | sin(30°) + 1",
            "sin: sin(30°) = 0.5 | 0.5 + 1",
            "addition: 0.5 + 1 = 1.5 | 1.5",
        ],
    );
}

#[track_caller]
fn check_read(text: &str, values: &[(&str, &str)], angles: Angles, expected: &str) {
    let given = values
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.parse().unwrap()));
    let read = Values::new(given.collect())
        .and_then(|values| Expression::read(text, &values, angles))
        .and_then(|expression| Ok(format!("{expression} = {}", value(&expression)?)));
    let printed = read.unwrap_or_else(|erreur| erreur.to_string());
    assert_eq!(printed, expected, "{text}");
}

#[test]
fn values_take_the_places_of_their_names() {
    let check = |text, values: &[(&str, &str)], expected| {
        check_read(text, values, Angles::Radians, expected);
    };
    check(
        "a*x + b",
        &[("a", "2"), ("x", "-0.5"), ("b", "1")],
        "2 * -0.5 + 1 = 0",
    );
    check("x^2", &[("x", "-3")], "(-3) ^ 2 = 9");
    check(
        "X! - prix_ht %",
        &[("x", "3"), ("PRIX_HT", "20")],
        "3! - 20 % = 5.8",
    );
    check("2 - x", &[("x", "-1"), ("inutile", "7")], "2 - -1 = 3");
    check(
        "a",
        &[("pi", "3")],
        "argument `avec`: `pi` is a function or a constant: choose another name",
    );
    check(
        "a",
        &[("sqrt", "3")],
        "argument `avec`: `sqrt` is a function or a constant: choose another name",
    );
    check(
        "a",
        &[("a", "3"), ("A", "3")],
        "argument `avec`: `A` is given twice; upper and lower case are the same",
    );
    check(
        "a",
        &[("2a", "3")],
        "argument `avec`: \"2a\" is no name: a letter, then letters, digits and `_`, at most 32",
    );
    let many: Vec<(String, Decimal)> = (0..65).map(|n| (format!("v{n}"), Decimal::ONE)).collect();
    let erreur = Values::new(many).unwrap_err();
    assert_eq!(
        erreur.to_string(),
        "argument `avec`: values: 65 is over the limit of 64"
    );
    let erreur = parse("2*y").unwrap_err().to_string();
    assert!(
        erreur.ends_with(", or give it a value with `avec`"),
        "{erreur}"
    );
}

#[test]
fn functions_take_and_give_degrees_where_that_is_the_unit() {
    let check = |text, expected| check_read(text, &[("x", "30")], Angles::Degrees, expected);
    check("sin(x)", "sin(30°) = 0.5");
    check("sin(x + 60)", "sin((30 + 60)°) = 1");
    check("sin(30°) + cos(60)", "sin(30°) + cos(60°) = 1");
    check("atan(1)", "degres(atan(1)) = 45");
    check("sin(atan(1))^2", "sin(degres(atan(1))°) ^ 2 = 0.5");
    check(
        "tan(90)",
        "argument `expression`, column 1: an odd multiple of 90 degrees has no tangent, got 90",
    );
}

#[test]
fn what_values_make_of_an_expression_is_an_expression_too() {
    let values = Values::new(vec![("x".to_owned(), Decimal::MIN)]).unwrap();
    let text = format!("{}1", "x+".repeat(490));
    let erreur = Expression::read(&text, &values, Angles::Radians).unwrap_err();
    assert_eq!(
        erreur.to_string(),
        "argument `expression`: characters, with the values in their places and the units of angles: 16171 is over the limit of 8000"
    );
    // The longest without values is a key as well.
    let long = format!("{}1", "1+".repeat(499))
        .parse::<Expression>()
        .unwrap();
    let key = Expression::canonical(&long.to_string()).unwrap();
    assert_eq!(key.to_string(), long.to_string());
}
