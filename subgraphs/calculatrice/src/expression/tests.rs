//! Expressions: how they are read, and what they come to.

mod enclosed;
mod refused;
mod steps;
mod values;

use proptest::prelude::*;

use super::ast::{Binary, Constant, Kind, Node, Postfix};
use super::*;

fn parse(text: &str) -> Resultat<Expression> {
    text.parse()
}

fn value(expression: &Expression) -> Resultat<Decimal> {
    expression.value(&mut expression.evaluate()?)
}

fn steps(expression: &Expression) -> Resultat<Vec<Step>> {
    expression.steps(&mut expression.evaluate()?)
}

#[track_caller]
fn check(text: &str, expected: &str) {
    let printed = match parse(text).and_then(|expression| value(&expression)) {
        Ok(value) => value.to_string(),
        Err(erreur) => erreur.to_string(),
    };
    assert_eq!(printed, expected, "{text}");
}

#[track_caller]
fn check_canonical(text: &str, expected: &str) {
    assert_eq!(parse(text).unwrap().to_string(), expected, "{text}");
}

#[track_caller]
fn check_refused(text: &str, column: usize, reason: &str) {
    let erreur = parse(text)
        .and_then(|expression| value(&expression))
        .unwrap_err();
    let expected = format!("argument `expression`, column {column}: {reason}");
    assert_eq!(erreur.to_string(), expected, "{text}");
}

#[track_caller]
fn check_steps(text: &str, expected: &[&str]) {
    let steps = steps(&parse(text).unwrap()).unwrap();
    let lines: Vec<String> = steps
        .iter()
        .map(|step| {
            let result = step
                .result
                .map_or("none".to_owned(), |result| result.to_string());
            format!(
                "{}: {} = {result} | {}",
                step.operation, step.text, step.left
            )
        })
        .collect();
    assert_eq!(lines, expected, "{text}");
}

#[test]
fn operators_have_their_precedence() {
    check("2 * (3 + 4)^2 / 7", "14");
    check("1 + 2 * 3", "7");
    check("(1 + 2) * 3", "9");
    check("10 - 4 - 3", "3");
    check("100 / 10 / 5", "2");
    check("7 % 4 * 2", "6");
    check("2 ^ 3 ^ 2", "512");
    check("(2 ^ 3) ^ 2", "64");
    check("2 * 3 ^ 2", "18");
    check("0.1 + 0.2", "0.3");
    check("1/3", "0.3333333333333333333333333333");
}

#[test]
fn a_sign_binds_looser_than_a_power() {
    check("-2^2", "-4");
    check("(-2)^2", "4");
    check("2^-1", "0.5");
    check("2^-1 * 3", "1.5");
    check("2^-2^2", "0.0625");
    check("-3!", "-6");
    check("--3", "3");
    check("2 - -3", "5");
    check("2 * -3", "-6");
    check("+5 - +2", "3");
    check("-0", "0");
}

#[test]
fn factorials_follow_their_operand() {
    check("3!", "6");
    check("(3!)!", "720");
    check("3!!", "3");
    check("9!! / 2^3!!", "118.125");
    check("(2!!)!", "2");
    check("doubleFactorielle(7)", "105");
    check_canonical("(3!)!!", "(3!)!!");
    check_canonical("((3)!)!", "(3!)!");
    let parentheses = "`n!` is a factorial and `n!!` the double factorial n × (n - 2) × …: write `(n!)!` for the factorial of a factorial";
    check_refused("3!!!", 2, parentheses);
    check_refused("3! !", 4, parentheses);
    check("2^3!", "64");
    check("(2 + 1)! / 2", "3");
}

#[test]
fn factorials_are_exact_where_only_their_quotient_has_a_place() {
    check("30! / 28!", "870");
    check("52! / (47! * 5!)", "2598960");
    check("1000! / 999!", "1000");
    check("100!! / 98!!", "100");
    check("fact(50) / fact2(50) / fact2(49)", "1");
    let beyond = "the result of `factorielle` is beyond ±79228162514264337593543950335";
    check_refused("28!", 3, beyond);
    check("0 * 2000!", "0");
    check_refused("79228162514264337593543950335!", 30, beyond);
    let factors = "the first factor of a product: 4001 is over the limit of 4000";
    check_refused("79228162514264337593543950335! / 2", 30, factors);
    check_refused(
        "1 + 99!",
        3,
        "the result of `addition` is beyond ±79228162514264337593543950335",
    );
}

#[test]
fn per_cent_is_a_hundredth_where_no_operand_follows() {
    check("20 %", "0.2");
    check("20% * 80", "16");
    check("80 * 20 %", "16");
    check("(15 + 5) %^2", "0.04");
    check("max(5 %, 4 %)", "0.05");
    check("100 + 20 % + 1", "101.2");
    check("20 % - 5", "-4.8");
    check("20% -5", "-4.8");
    check("7 % 4", "3");
    check("7 % -4", "3");
    check("7 %-4", "3");
    check("-7 % (4)", "-3");
    check("20 % % 3", "0.2");
    check("7 % sin(0)!", "0");
    check_canonical("20%+(3%)", "20 % + 3 %");
    check_canonical("(20%)%", "20 % %");
    check_canonical("((3%)!)°", "3 %!°");
    check_canonical("(-20)%", "(-20) %");
    check_canonical("(20 %) % -3", "20 % % -3");
    let reason =
        "`%` before a minus may be per cent or a remainder: write `20 % - 5` or `7 % (-2)`";
    check_refused("7%-4", 2, reason);
}

#[test]
fn what_is_rational_is_exact() {
    check("1/3*3", "1");
    check("1/3 + 1/3 + 1/3 - 1", "0");
    check("(1/7)^-2", "49");
    check("racine(1/9) * 3", "1");
    check("plancher(1/3 * 3)", "1");
    check("20! * 20! / 20!", "2432902008176640000");
    check("1e-20 * 1e-20", "0");
    check("1e-20 * 1e-20 * 1e20 * 1e20", "1");
    check("1.05^100", "131.50125784630345502559753209");
    check("(2/3) % (1/2) * 6", "1");
    check("(1/3*3)!", "1");
    check("pgcd(1e28 * 4, 6 * 1e28) / 1e28", "2");
    check("-1/3", "-0.3333333333333333333333333333");
}

#[test]
fn what_is_not_rational_keeps_digits_to_spare() {
    check("racine(2)^2", "2");
    check("plancher(racine(2)^2)", "2");
    check("sin(pi)", "0");
    check("cos(pi / 3)", "0.5");
    check("1 / (1 + exp(-100))", "1");
    check("exp(-100) * exp(100)", "1");
    check("ln(exp(100) * exp(100))", "200");
    check("racine(1/3)", "0.5773502691896257645091487805");
    check("exp(ln(5))!", "120");
    check("1e-17^1", "0.00000000000000001");
    check("1e-17^-1", "100000000000000000");
}

#[test]
fn logarithms_mean_what_they_mean_elsewhere() {
    check("ln(1000)", "6.9077552789821370520539743641");
    check("log(1000)", "6.9077552789821370520539743641");
    check("logarithme(1000)", "6.9077552789821370520539743641");
    check("log(1000, 10)", "3");
    check("log10(1000)", "3");
    check("log2(8)", "3");
}

#[test]
fn functions_take_arguments() {
    check("racine(16)", "4");
    check("sqrt(16)", "4");
    check("√(27; 3)", "3");
    check("abs(-5)", "5");
    check("min(3, 1, 2)", "1");
    check("max(3)", "3");
    check("arrondi(2.345, 2)", "2.34");
    check("arrondi(2.5)", "2");
    check("tronque(-2.789, 1)", "-2.7");
    check("plancher(-2.5) + plafond(2.1)", "0");
    check("pgcd(12, 18, 27)", "3");
    check("ppcm(2, 3, 4)", "12");
    check("ln(e)", "1");
    check("log(8, 2)", "3");
    check("exp(0)", "1");
    check("sin(0) + cos(0) + tan(0) + atan(0)", "1");
    check("somme(0.1, 0.2, 0.3)", "0.6");
    check("produit(2, 3, 4)", "24");
    check("signe(-12)", "-1");
    check("factorielle(5)", "120");
    check("2 * PI", "6.2831853071795864769252867666");
    check("ln(exp(2))", "2");
}

#[test]
fn symbols_have_other_spellings() {
    check("2 × 3 ÷ 4 − 1", "0.5");
    check("2·3", "6");
    check("2**3", "8");
    check("1.5e3 + 1E-1", "1500.1");
    check("\t2\n+\u{a0}2 ", "4");
}

#[test]
fn equal_expressions_have_one_canonical_form() {
    check_canonical("2*(3+4)", "2 * (3 + 4)");
    check_canonical(" 2 * ( (3) + 4.0 ) ", "2 * (3 + 4)");
    check_canonical("(1+2)+3", "1 + 2 + 3");
    check_canonical("1+(2+3)", "1 + (2 + 3)");
    check_canonical("1-(2-3)", "1 - (2 - 3)");
    check_canonical("(2^3)^4", "(2 ^ 3) ^ 4");
    check_canonical("2^(3^4)", "2 ^ 3 ^ 4");
    check_canonical("(-2)^2", "(-2) ^ 2");
    check_canonical("-(2^2)", "-2 ^ 2");
    check_canonical("2^(-1)", "2 ^ -1");
    check_canonical("2-(-3)", "2 - -3");
    check_canonical("-(2*3)", "-(2 * 3)");
    check_canonical("(-2)*3", "-2 * 3");
    check_canonical("(1+2)!", "(1 + 2)!");
    check_canonical("(-2)!", "(-2)!");
    check_canonical("SQRT( 1e2 )", "racine(100)");
    check_canonical("√(16)", "racine(16)");
    check_canonical("min(1;2,π)", "min(1, 2, pi)");
    check_canonical("+3", "3");
    check_canonical("2**3×4", "2 ^ 3 * 4");
}

/// Any tree that the grammar has a text for.
fn any_tree() -> impl Strategy<Value = Node> {
    let node = |kind| Node { column: 0, kind };
    let leaf = prop_oneof![
        (0..1000i128, 0..3u32).prop_map(move |(mantissa, scale)| {
            node(Kind::Number(
                Decimal::from_parts(mantissa, scale).unwrap().into(),
            ))
        }),
        prop::sample::select(Constant::ALL.to_vec())
            .prop_map(move |constant| node(Kind::Constant(constant))),
    ];
    let operators = [
        Binary::Add,
        Binary::Subtract,
        Binary::Multiply,
        Binary::Divide,
        Binary::Remainder,
        Binary::Power,
    ];
    leaf.prop_recursive(6, 40, 3, move |inner| {
        prop_oneof![
            inner
                .clone()
                .prop_map(move |operand| node(Kind::Opposite(Box::new(operand)))),
            (
                prop::sample::select(vec![
                    Postfix::Factorial,
                    Postfix::DoubleFactorial,
                    Postfix::Percent,
                    Postfix::Degrees,
                ]),
                inner.clone()
            )
                .prop_map(move |(operator, operand)| {
                    node(Kind::Postfix(operator, Box::new(operand)))
                }),
            (
                prop::sample::select(operators.to_vec()),
                inner.clone(),
                inner.clone()
            )
                .prop_map(move |(operator, left, right)| {
                    node(Kind::Binary(operator, Box::new(left), Box::new(right)))
                }),
            (
                prop::sample::select(vec!["racine", "min", "log", "somme"]),
                prop::collection::vec(inner, 1..3)
            )
                .prop_map(move |(name, arguments)| {
                    node(Kind::Call(functions::named(name).unwrap(), arguments))
                }),
        ]
    })
}

/// Whether a text shows a number that no decimal is near to: by its digits and a power of ten.
fn has_exponent(text: &str) -> bool {
    text.as_bytes()
        .windows(2)
        .any(|pair| pair[0] == b'e' && (pair[1] == b'-' || pair[1].is_ascii_digit()))
}

/// Whether a text is one number at most half of the smallest decimal, 1e-28, and not 0.
fn is_tiny(text: &str) -> bool {
    let Some((digits, exponent)) = text.split_once('e') else {
        return false;
    };
    let (Ok(digits), Ok(exponent)) = (digits.parse::<f64>(), exponent.parse::<i64>()) else {
        return false;
    };
    // From the digits up: 4.9e-29 is closer to 0 than to 1e-28.
    digits != 0.0 && (exponent < -29 || exponent == -29 && digits.abs() <= 5.0)
}

proptest! {
    #[test]
    fn printing_a_tree_and_reading_it_again_gives_the_same_tree(tree in any_tree()) {
        let text = tree.to_string();
        prop_assume!(text.chars().count() <= MAX_LENGTH);
        let read = parse(&text).unwrap();
        prop_assert_eq!(&read.tree, &tree, "{}", text);
        prop_assert_eq!(read.to_string(), text);
    }

    #[test]
    fn the_last_step_is_the_value(tree in any_tree()) {
        let text = tree.to_string();
        prop_assume!(text.chars().count() <= MAX_LENGTH);
        let expression = parse(&text).unwrap();
        match (value(&expression), steps(&expression)) {
            (Ok(value), Ok(steps)) => {
                if let Some(last) = steps.last() {
                    // What is not 0, though 0 is the nearest decimal, is shown with an exponent.
                    prop_assert!(
                        last.left == value.to_string() || value == Decimal::ZERO && is_tiny(&last.left),
                        "{} leaves {}, its value is {}", text, last.left, value
                    );
                    prop_assert_eq!(last.result.map(Decimal::abs), Some(value.abs()));
                }
                for step in steps {
                    prop_assert!(
                        has_exponent(&step.left) || step.left.parse::<Expression>().is_ok(),
                        "{}", step.left
                    );
                }
            }
            (Err(value), Err(steps)) => {
                prop_assert!(value == steps || steps.code() == valeurs::Code::Overflow, "{} {}", value, steps);
            }
            // A step may be beyond the decimals, which the value may not.
            (Err(erreur), Ok(_)) => prop_assert_eq!(erreur.code(), valeurs::Code::Overflow),
            (Ok(_), Err(erreur)) => prop_assert!(false, "a value without steps: {}", erreur),
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,80}") {
        let _ = parse(&text).and_then(|expression| steps(&expression));
    }

    #[test]
    fn any_tokens_are_read_or_refused(tokens in prop::collection::vec(prop::sample::select(vec![
        "1", "2.5", "1e3", "pi", "e", "racine", "min", "(", ")", ",", "+", "-", "*", "/", "%", "^", "!", " ", "é", "0",
    ]), 0..40)) {
        let _ = parse(&tokens.concat()).and_then(|expression| steps(&expression));
    }
}
