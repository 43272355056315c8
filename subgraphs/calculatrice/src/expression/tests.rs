use proptest::prelude::*;

use super::ast::{Binary, Constant, Kind, Node, Postfix};
use super::*;

fn parse(text: &str) -> Resultat<Expression> {
    text.parse()
}

#[track_caller]
fn check(text: &str, expected: &str) {
    let printed = match parse(text).and_then(|expression| expression.value()) {
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
        .and_then(|expression| expression.value())
        .unwrap_err();
    let expected = format!("argument `expression`, column {column}: {reason}");
    assert_eq!(erreur.to_string(), expected, "{text}");
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
    check_canonical("(-20)%", "(-20) %");
    check_canonical("(20 %) % -3", "20 % % -3");
    let reason =
        "`%` before a minus may be per cent or a remainder: write `20 % - 5` or `7 % (-2)`";
    check_refused("7%-4", 2, reason);
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
        .and_then(|expression| Ok(format!("{expression} = {}", expression.value()?)));
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
fn numbers_that_would_have_no_end_in_memory_are_refused() {
    let long = format!(
        "({}) + ({})",
        ["3^5000"; 2].join("*"),
        ["1/7^5000"; 3].join("*")
    );
    let erreur = parse(&long).unwrap().value().unwrap_err();
    assert_eq!(erreur.code(), valeurs::Code::LimitExceeded);
    check("1.0000001^10000000 * 1", "2.7182816925449662711985502258");
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

#[test]
fn syntax_errors_say_where_and_what_was_expected() {
    check_refused("", 1, "expected a number, a function or `(`, found the end");
    check_refused(
        "   ",
        4,
        "expected a number, a function or `(`, found the end",
    );
    check_refused(
        "1 +",
        4,
        "expected a number, a function or `(`, found the end",
    );
    check_refused(
        "1 + * 2",
        5,
        "expected a number, a function or `(`, found `*`",
    );
    check_refused("1 2", 3, "expected an operator, found the number 2");
    check_refused("2(3)", 2, "expected an operator, found `(`");
    check_refused("2pi", 2, "expected an operator, found the name `pi`");
    check_refused("2e", 2, "expected an operator, found the name `e`");
    check_refused("(1 + 2", 1, "this `(` is not closed");
    check_refused("2 * (3 + min(1, 2)", 5, "this `(` is not closed");
    check_refused("1 + 2)", 6, "this `)` closes nothing");
    check_refused("(1, 2)", 3, "expected an operator or `)`, found `,`");
    check_refused(
        "1,5",
        2,
        "a `,` separates the arguments of a function; a number has a point: 1.5",
    );
    check_refused("1 $ 2", 3, "the character '$' is not part of an expression");
    check_refused("()", 2, "expected a number, a function or `(`, found `)`");
    check_refused("min()", 1, "`min` takes at least 1 argument, found 0");
    check_refused("abs(1, 2)", 1, "`abs` takes 1 argument, found 2");
    check_refused(
        "1 + log(1, 2, 3)",
        5,
        "`log` takes 1 or 2 arguments, found 3",
    );
    check_refused("pgcd(4)", 1, "`pgcd` takes at least 2 arguments, found 1");
    check_refused(
        "sqrt 4",
        6,
        "expected `(` and the arguments of `racine`, found the number 4",
    );
    check_refused(
        "pi(2)",
        3,
        "`pi` is a constant: expected an operator, found `(`",
    );
    check_refused(
        "1 + foo(2)",
        5,
        "there is no function or constant `foo`; there are abs, arrondi, atan, cos, degres, doubleFactorielle, exp, factorielle, ln, log, \
         log10, log2, max, min, pgcd, plafond, plancher, ppcm, produit, racine, signe, sin, somme, tan, tronque, pi and e",
    );
    check_refused(
        "1 + 1.2.3",
        5,
        "\"1.2.3\" is not an exact decimal: it is not a number such as 12, -0.5 or 1.5e-3",
    );
    check_refused(
        "1e99",
        1,
        "\"1e99\" is not an exact decimal: it is beyond ±79228162514264337593543950335",
    );
}

#[test]
fn failures_of_operations_are_located_at_the_operation() {
    check_refused("1 + 2 / (3 - 3)", 7, "division by zero");
    check_refused("7 % 0", 3, "division by zero");
    check_refused(
        "2 * racine(-4)",
        5,
        "a negative number has no real square root, got -4",
    );
    check_refused(
        "1 + 99!",
        7,
        "the result of `factorielle` is beyond ±79228162514264337593543950335",
    );
    check_refused(
        "10 ^ 40",
        4,
        "the result of `puissance` is beyond ±79228162514264337593543950335",
    );
    check_refused("0^-1", 2, "division by zero");
    check_refused("pgcd(1.5, 2)", 1, "a whole number is expected, got 1.5");
}

#[test]
fn a_snippet_points_at_the_column() {
    let erreur = parse("2 * (3 + 4\t* )").unwrap_err();
    assert_eq!(
        erreur.endroit().unwrap().snippet,
        "2 * (3 + 4 * )\n             ^"
    );
    let long = format!("{} $ {}", "1+".repeat(50), "1".repeat(50));
    let erreur = parse(&long).unwrap_err();
    let snippet = &erreur.endroit().unwrap().snippet;
    let (text, caret) = snippet.split_once('\n').unwrap();
    assert_eq!(text.chars().nth(caret.chars().count() - 1), Some('$'));
    assert!(text.chars().count() <= 60);
}

#[test]
fn length_and_depth_are_bounded() {
    let sum = |terms: usize| vec!["1"; terms].join("+");
    check(&sum(500), "500");
    let erreur = parse(&sum(501)).unwrap_err();
    assert_eq!(
        erreur.to_string(),
        "argument `expression`: characters: 1001 is over the limit of 1000"
    );
    let operators = format!("1{}", "!+2".repeat(300));
    assert_eq!(
        parse(&operators).unwrap_err().to_string(),
        "argument `expression`, column 750: operators: 501 is over the limit of 500"
    );
    let nested = |depth: usize| format!("{}1{}", "(".repeat(depth), ")".repeat(depth));
    check(&nested(MAX_DEPTH - 1), "1");
    check_refused(
        &nested(MAX_DEPTH),
        65,
        "levels of nesting: 65 is over the limit of 64",
    );
    check_refused(
        &"(".repeat(1000),
        65,
        "levels of nesting: 65 is over the limit of 64",
    );
    check_refused(
        &"-".repeat(1000),
        65,
        "levels of nesting: 65 is over the limit of 64",
    );
    check_refused(
        &"2^".repeat(500),
        129,
        "levels of nesting: 65 is over the limit of 64",
    );
}

#[test]
fn the_tallest_tree_fits_into_a_small_stack() {
    let thread = std::thread::Builder::new().stack_size(1024 * 1024);
    let tallest = || {
        for text in [vec!["1!!"; 250].join("*"), vec!["1"; 500].join("*")] {
            let expression = parse(&text).unwrap();
            assert_eq!(expression.value().unwrap(), Decimal::ONE);
            assert_eq!(
                expression.clone().steps().unwrap().last().unwrap().left,
                "1"
            );
            assert_eq!(
                parse(&expression.to_string()).ok(),
                parse(&expression.to_string()).ok()
            );
        }
    };
    thread.spawn(tallest).unwrap().join().unwrap();
}

#[track_caller]
fn check_steps(text: &str, expected: &[&str]) {
    let steps = parse(text).unwrap().steps().unwrap();
    let lines: Vec<String> = steps
        .iter()
        .map(|step| {
            format!(
                "{}: {} = {} | {}",
                step.operation, step.text, step.result, step.left
            )
        })
        .collect();
    assert_eq!(lines, expected, "{text}");
}

#[test]
fn steps_reduce_the_expression_from_the_left_and_from_inside() {
    check_steps(
        "2*(3+4)^2/7",
        &[
            "addition: 3 + 4 = 7 | 2 * 7 ^ 2 / 7",
            "puissance: 7 ^ 2 = 49 | 2 * 49 / 7",
            "multiplication: 2 * 49 = 98 | 98 / 7",
            "division: 98 / 7 = 14 | 14",
        ],
    );
    check_steps("42", &[]);
    check_steps("-pi", &[]);
    check_steps("-2^2", &["puissance: 2 ^ 2 = 4 | -4"]);
    check_steps(
        "-(1+2)*2",
        &[
            "addition: 1 + 2 = 3 | -3 * 2",
            "multiplication: -3 * 2 = -6 | -6",
        ],
    );
    check_steps(
        "(1-3)^2",
        &[
            "soustraction: 1 - 3 = -2 | (-2) ^ 2",
            "puissance: (-2) ^ 2 = 4 | 4",
        ],
    );
    check_steps(
        "max(1+1, 3!)",
        &[
            "addition: 1 + 1 = 2 | max(2, 3!)",
            "factorielle: 3! = 6 | max(2, 6)",
            "max: max(2, 6) = 6 | 6",
        ],
    );
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
        match (expression.value(), expression.steps()) {
            (Ok(value), Ok(steps)) => {
                if let Some(last) = steps.last() {
                    prop_assert_eq!(&last.left, &value.to_string());
                    prop_assert_eq!(last.result.abs(), value.abs());
                }
                for step in steps {
                    prop_assert!(step.left.parse::<Expression>().is_ok());
                }
            }
            // A step is shown as a decimal, which the value of an expression need not pass through.
            (Ok(_), Err(erreur)) => prop_assert_eq!(erreur.code(), valeurs::Code::Overflow),
            (Err(value), Err(steps)) => {
                prop_assert!(value == steps || steps.code() == valeurs::Code::Overflow, "{} {}", value, steps);
            }
            (Err(_), Ok(_)) => prop_assert!(false, "steps without a value"),
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,80}") {
        let _ = parse(&text).and_then(|expression| expression.steps());
    }

    #[test]
    fn any_tokens_are_read_or_refused(tokens in prop::collection::vec(prop::sample::select(vec![
        "1", "2.5", "1e3", "pi", "e", "racine", "min", "(", ")", ",", "+", "-", "*", "/", "%", "^", "!", " ", "é", "0",
    ]), 0..40)) {
        let _ = parse(&tokens.concat()).and_then(|expression| expression.steps());
    }
}
