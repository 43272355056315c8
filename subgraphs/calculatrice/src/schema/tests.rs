//! Queries against the schema, without HTTP.

mod described;
mod entities;

use async_graphql::{Request, Variables, value};
use serde_json::{Value, json};
use valeurs::{Decimal, Valeurs};

use super::*;

async fn respond(request: impl Into<Request>) -> Value {
    let schema = builder().finish();
    let mut response: Value =
        serde_json::from_str(&service::graphql::to_json(&schema.execute(request).await)).unwrap();
    // Fields are resolved side by side, so that their errors come in no particular order.
    if let Some(Value::Array(errors)) = response.get_mut("errors") {
        errors.sort_by_key(|error| error["path"].to_string());
    }
    response
}

#[track_caller]
fn run(request: impl Into<Request>) -> Value {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(respond(request))
}

#[track_caller]
fn check(query: &str, data: Value) {
    assert_eq!(run(query), json!({ "data": data }), "{query}");
}

/// The only error of `query`, which has one field: its code and message. The field is null.
#[track_caller]
fn check_error(query: &str, code: &str, message: &str) {
    let response = run(query);
    // A query that is not valid has no data at all.
    if let Some(data) = response["data"].as_object() {
        assert!(data.values().all(Value::is_null), "{query}");
    }
    assert_eq!(
        response["errors"].as_array().map(Vec::len),
        Some(1),
        "{response:#}"
    );
    let error = &response["errors"][0];
    assert_eq!(error["message"], message, "{query}");
    assert_eq!(error["extensions"]["code"], code, "{query}");
}

#[test]
fn numbers_are_exact_however_they_are_written() {
    check("{ addition(a: 0.1, b: 0.2) }", json!({ "addition": "0.3" }));
    check(
        r#"{ addition(a: "0.1", b: 2e-1) }"#,
        json!({ "addition": "0.3" }),
    );
    check(
        "{ soustraction(a: 1, b: 1.0) }",
        json!({ "soustraction": "0" }),
    );
    check(
        r#"{ addition(a: "79228162514264337593543950334", b: 1) }"#,
        json!({ "addition": "79228162514264337593543950335" }),
    );
    let request = Request::new("query($a: Decimal!, $b: Decimal!) { addition(a: $a, b: $b) }");
    let variables = Variables::from_value(value!({ "a": 0.1, "b": "0.2" }));
    assert_eq!(
        run(request.variables(variables)),
        json!({ "data": { "addition": "0.3" } })
    );
}

#[test]
fn every_kind_of_operation_is_a_root_field() {
    check(
        "{ multiplication(a: 1.5, b: -4) }",
        json!({ "multiplication": "-6" }),
    );
    check(
        "{ division(a: 1, b: 3) }",
        json!({ "division": "0.3333333333333333333333333333" }),
    );
    check(
        "{ divisionEntiere(a: -7, b: 2) modulo(a: -7, b: 2) }",
        json!({ "divisionEntiere": "-3", "modulo": "-1" }),
    );
    check(
        "{ puissance(base: 2, exposant: -2) }",
        json!({ "puissance": "0.25" }),
    );
    check(
        "{ racineCarree(x: 1.21) racineNieme(x: -27, n: 3) }",
        json!({ "racineCarree": "1.1", "racineNieme": "-3" }),
    );
    check(
        "{ logarithme(x: 1000, base: 10) exponentielle(x: 0) }",
        json!({ "logarithme": "3", "exponentielle": "1" }),
    );
    check("{ naturel: logarithme(x: 1) }", json!({ "naturel": "0" }));
    check(
        "{ sinus(x: 0) cosinus(x: 0) tangente(x: 0) arctangente(x: 0) }",
        json!({ "sinus": "0", "cosinus": "1", "tangente": "0", "arctangente": "0" }),
    );
    check(
        "{ factorielle(n: 20) }",
        json!({ "factorielle": "2432902008176640000" }),
    );
    check(
        "{ valeurAbsolue(x: -2) oppose(x: -2) inverse(x: -2) }",
        json!({ "valeurAbsolue": "2", "oppose": "2", "inverse": "-0.5" }),
    );
    check("{ arrondi(x: 2.5) }", json!({ "arrondi": "2" }));
    check(
        "{ arrondi(x: 2.345, decimales: 2, mode: DEMI_SUPERIEUR) }",
        json!({ "arrondi": "2.35" }),
    );
    check(
        "{ pgcd(a: 12, b: 18) ppcm(a: 4, b: 6) }",
        json!({ "pgcd": "6", "ppcm": "12" }),
    );
    check(
        "{ plusPetit(a: 2, b: 10) plusGrand(a: 2, b: 10) }",
        json!({ "plusPetit": "2", "plusGrand": "10" }),
    );
    check(
        "{ pourcentage(taux: 20, valeur: 80) evolution(depart: 80, arrivee: 100) }",
        json!({ "pourcentage": "16", "evolution": "25" }),
    );
}

#[test]
fn failures_have_a_code_and_name_the_argument() {
    let beyond = "is beyond ±79228162514264337593543950335";
    check_error(
        "{ division(a: 1, b: 0) }",
        "DIVISION_BY_ZERO",
        "argument `b`: division by zero",
    );
    check_error(
        "{ modulo(a: 1, b: 0) }",
        "DIVISION_BY_ZERO",
        "argument `b`: division by zero",
    );
    check_error(
        "{ inverse(x: 0) }",
        "DIVISION_BY_ZERO",
        "argument `x`: division by zero",
    );
    check_error(
        "{ puissance(base: 0, exposant: -1) }",
        "DIVISION_BY_ZERO",
        "argument `base`: division by zero",
    );
    check_error(
        "{ evolution(depart: 0, arrivee: 1) }",
        "DIVISION_BY_ZERO",
        "argument `depart`: division by zero",
    );
    check_error(
        "{ puissance(base: 10, exposant: 29) }",
        "OVERFLOW",
        &format!("the result of `puissance` {beyond}"),
    );
    check_error(
        "{ factorielle(n: 28) }",
        "OVERFLOW",
        &format!("the result of `factorielle` {beyond}"),
    );
    check_error(
        r#"{ pourcentage(taux: 200, valeur: "79228162514264337593543950335") }"#,
        "OVERFLOW",
        &format!("the result of `pourcentage` {beyond}"),
    );
    check_error(
        "{ racineCarree(x: -4) }",
        "DOMAIN_ERROR",
        "argument `x`: a negative number has no real square root, got -4",
    );
    check_error(
        "{ factorielle(n: -1) }",
        "DOMAIN_ERROR",
        "argument `n`: only whole numbers from 0 have a factorial, got -1",
    );
    check_error(
        "{ racineNieme(x: 2, n: 0) }",
        "INVALID_ARGUMENT",
        "argument `n`: the degree of a root is between 1 and 100, got 0",
    );
    check_error(
        "{ arrondi(x: 2, decimales: 29) }",
        "INVALID_ARGUMENT",
        "argument `decimales`: a whole number from 0 to 28 is expected, got 29",
    );
    check_error(
        "{ pgcd(a: 1.5, b: 2) }",
        "INVALID_ARGUMENT",
        "argument `a`: a whole number is expected, got 1.5",
    );
    check_error(
        "{ serie(valeurs: []) { id } }",
        "EMPTY_SERIES",
        "argument `valeurs`: the series is empty, it needs at least one value",
    );
    check_error(
        r#"{ addition(a: "NaN", b: 1) }"#,
        "INVALID_DECIMAL",
        r#"Failed to parse "Decimal": "NaN" is not an exact decimal: it is not a number such as 12, -0.5 or 1.5e-3"#,
    );
}

#[test]
fn what_no_decimal_holds_is_refused() {
    let message = |literal: &str| {
        format!(
            "the number {literal} has more digits than a Float keeps: write it as a String, \"{literal}\""
        )
    };
    for literal in ["0.12345678901234567891", "123456789012345678901"] {
        check_error(
            &format!("{{ oppose(x: {literal}) }}"),
            "INVALID_DECIMAL",
            &message(literal),
        );
    }
    check(
        "{ oppose(x: 0.30000000000000004) }",
        json!({ "oppose": "-0.30000000000000004" }),
    );
}

#[test]
fn an_expression_is_evaluated_with_its_steps() {
    check(
        r#"{ calcul(expression: "2*(3+4)") { __typename expression resultat etapes { numero operation calcul operandes resultat reste } } }"#,
        json!({ "calcul": {
            "__typename": "Calcul",
            "expression": "2 * (3 + 4)",
            "resultat": "14",
            "etapes": [
                { "numero": 1, "operation": "addition", "calcul": "3 + 4", "operandes": ["3", "4"], "resultat": "7", "reste": "2 * 7" },
                { "numero": 2, "operation": "multiplication", "calcul": "2 * 7", "operandes": ["2", "7"], "resultat": "14", "reste": "14" },
            ],
        } }),
    );
}

#[test]
fn only_the_result_of_an_expression_must_be_a_decimal() {
    check(
        r#"{ calcul(expression: "30!/28!") { resultat etapes { calcul operandes resultat } } }"#,
        json!({ "calcul": {
            "resultat": "870",
            "etapes": [
                { "calcul": "30!", "operandes": ["30"], "resultat": null },
                { "calcul": "28!", "operandes": ["28"], "resultat": null },
                { "calcul": "2.6525285981219105863630848e32 / 3.04888344611713860501504e29", "operandes": [null, null], "resultat": "870" },
            ],
        } }),
    );
}

#[test]
fn an_error_in_an_expression_points_at_its_place() {
    let response = run(r#"{ calcul(expression: "2 * (3 +") { resultat } }"#);
    assert_eq!(
        response["errors"],
        json!([{
            "message": "argument `expression`, column 9: expected a number, a function or `(`, found the end",
            "locations": [{ "line": 1, "column": 3 }],
            "path": ["calcul"],
            "extensions": {
                "code": "EXPRESSION_SYNTAX",
                "argument": "expression",
                "column": 9,
                "snippet": "2 * (3 +\n        ^",
            },
        }])
    );
    check_error(
        r#"{ calcul(expression: "1 / 0") { resultat } }"#,
        "DIVISION_BY_ZERO",
        "argument `expression`, column 3: division by zero",
    );
    check_error(
        &format!(
            r#"{{ calcul(expression: "{}") {{ resultat }} }}"#,
            "1+".repeat(600)
        ),
        "LIMIT_EXCEEDED",
        "argument `expression`: characters: 1200 is over the limit of 1000",
    );
}

#[test]
fn what_could_be_computed_is_answered_beside_what_could_not() {
    let response = run("{ addition(a: 1, b: 2) division(a: 1, b: 0) }");
    assert_eq!(
        response["data"],
        json!({ "addition": "3", "division": null })
    );
}

#[test]
fn an_expression_is_computed_with_values_and_in_degrees() {
    check(
        r#"{ calcul(expression: "a*x + b", avec: [{ nom: "a", valeur: 2 }, { nom: "x", valeur: "0.5" }, { nom: "b", valeur: -1 }]) { expression resultat etapes { reste } } }"#,
        json!({ "calcul": { "expression": "2 * 0.5 + -1", "resultat": "0", "etapes": [{ "reste": "1 + -1" }, { "reste": "0" }] } }),
    );
    check(
        r#"{ calcul(expression: "sin(x)", avec: { nom: "x", valeur: 30 }, angles: DEGRE) { expression resultat } radians: calcul(expression: "sin(x)", avec: [{ nom: "x", valeur: 30 }]) { resultat } }"#,
        json!({
            "calcul": { "expression": "sin(30°)", "resultat": "0.5" },
            "radians": { "resultat": "-0.9880316240928617899877489073" },
        }),
    );
    check(
        "{ sinus(x: 30, unite: DEGRE) cosinus(x: 60, unite: DEGRE) tangente(x: 45, unite: DEGRE) arctangente(x: -1, unite: DEGRE) rad: sinus(x: 0) }",
        json!({ "sinus": "0.5", "cosinus": "0.5", "tangente": "1", "arctangente": "-45", "rad": "0" }),
    );
    check_error(
        "{ tangente(x: 270, unite: DEGRE) }",
        "DOMAIN_ERROR",
        "argument `x`: an odd multiple of 90 degrees has no tangent, got 270",
    );
    check_error(
        r#"{ calcul(expression: "x", avec: [{ nom: "x", valeur: 1 }, { nom: "X", valeur: 1 }]) { resultat } }"#,
        "INVALID_ARGUMENT",
        "argument `avec`: `X` is given twice; upper and lower case are the same",
    );
}

#[test]
fn an_object_of_which_no_field_is_asked_for_is_empty() {
    check(
        r#"{ calcul(expression: "1+2") { resultat etapes { calcul @include(if: false) } } }"#,
        json!({ "calcul": { "resultat": "3", "etapes": [{}] } }),
    );
    check(
        r#"{ calcul(expression: "1+2") { resultat @skip(if: true) } serie(valeurs: [1]) { ... on Serie @skip(if: true) { id } } }"#,
        json!({ "calcul": {}, "serie": {} }),
    );
    check("{ addition(a: 1, b: 2) @skip(if: true) }", json!({}));
}
