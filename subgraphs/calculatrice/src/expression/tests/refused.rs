//! What is refused, and where that is said to be.

use super::*;

#[test]
fn numbers_that_would_have_no_end_in_memory_are_refused() {
    let digits =
        "binary digits before the point of a number: 4294967297 is over the limit of 4294967296";
    check_refused("1 / (3^(10^10))", 7, digits);
    check("1.0000001^10000000 * 1", "2.7182816925449662711985502258");
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
        "99!",
        3,
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
            assert_eq!(value(&expression).unwrap(), Decimal::ONE);
            assert_eq!(steps(&expression).unwrap().last().unwrap().left, "1");
            assert_eq!(
                parse(&expression.to_string()).ok(),
                parse(&expression.to_string()).ok()
            );
        }
    };
    thread.spawn(tallest).unwrap().join().unwrap();
}
