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
fn a_series_is_known_by_its_values() {
    check(
        "{ serie(valeurs: [1, 2.0, 4]) { id valeurs somme produit cumul } }",
        json!({ "serie": {
            "id": "s1_QIABgAI",
            "valeurs": ["1", "2", "4"],
            "somme": "7",
            "produit": "8",
            "cumul": ["1", "3", "7"],
        } }),
    );
}

#[test]
fn an_overflow_in_a_series_is_at_its_field() {
    let response =
        run(r#"{ serie(valeurs: ["79228162514264337593543950335", 1]) { valeurs somme } }"#);
    let data = &response["data"]["serie"];
    assert_eq!(data["somme"], json!(null));
    assert_eq!(data["valeurs"][1], "1");
    assert_eq!(response["errors"][0]["path"], json!(["serie", "somme"]));
    assert_eq!(response["errors"][0]["extensions"]["code"], "OVERFLOW");
}

#[test]
fn a_series_longer_than_configured_is_refused() {
    let limits = service::Limits {
        series_length: 2,
        ..service::Limits::default()
    };
    let query = r#"{ ok: serie(valeurs: [1, 2]) { id } serie(valeurs: [1, 2, 3]) { id } }"#;
    let response = run(Request::new(query).data(limits));
    assert_eq!(response["errors"][0]["path"], json!(["serie"]));
    assert_eq!(
        response["errors"][0]["message"],
        "argument `valeurs`: values in a series: 3 is over the limit of 2"
    );
    let query = r#"{ _entities(representations: [{ __typename: "Serie", id: "s1_QIABgAI" }]) { __typename } }"#;
    let response = run(Request::new(query).data(limits));
    assert_eq!(response["data"], json!({ "_entities": [null] }));
    assert_eq!(
        response["errors"][0]["message"],
        "argument `id`: values in a series: 3 is over the limit of 2"
    );
}

const ENTITIES: &str = "query($r: [_Any!]!) { _entities(representations: $r) {
    ... on Serie { somme produit }
    ... on Calcul { expression resultat }
} }";

#[test]
fn entities_resolve_in_their_order_and_fail_alone() {
    let large = Valeurs::new([Decimal::MAX, Decimal::TWO.opposite()]).unwrap();
    let representations = value!({ "r": [
        { "__typename": "Serie", "id": "s1_QIABgAI" },
        { "__typename": "Serie", "id": "forged" },
        { "__typename": "Calcul", "expression": "2 * (3 + 4)" },
        { "__typename": "Calcul", "expression": "1 / 0" },
        { "__typename": "Serie", "id": large.id().to_string() },
        { "__typename": "Calcul", "expression": "2*(3+4)" },
    ] });
    let response = run(Request::new(ENTITIES).variables(Variables::from_value(representations)));
    assert_eq!(
        response["data"]["_entities"],
        json!([
            { "somme": "7", "produit": "8" },
            null,
            { "expression": "2 * (3 + 4)", "resultat": "14" },
            null,
            { "somme": "79228162514264337593543950333", "produit": null },
            { "expression": "2 * (3 + 4)", "resultat": "14" },
        ])
    );
    let errors = response["errors"].as_array().unwrap();
    let mut places: Vec<(&Value, &Value)> = errors
        .iter()
        .map(|error| (&error["path"], &error["extensions"]["code"]))
        .collect();
    places.sort_by_key(|(path, _)| path.to_string());
    assert_eq!(
        serde_json::to_value(places).unwrap(),
        json!([
            [["_entities", 1], "INVALID_SERIE_ID"],
            [["_entities", 3], "DIVISION_BY_ZERO"],
            [["_entities", 4, "produit"], "OVERFLOW"],
        ])
    );
}

#[test]
fn a_large_batch_of_entities_is_resolved() {
    let representations: Vec<_> = (0..1000)
        .map(|n| value!({ "__typename": "Calcul", "expression": format!("{n} * 2") }))
        .collect();
    let variables = Variables::from_value(value!({ "r": representations }));
    let response = run(Request::new(ENTITIES).variables(variables));
    let entities = response["data"]["_entities"].as_array().unwrap();
    assert_eq!(entities.len(), 1000);
    for (n, entity) in entities.iter().enumerate() {
        assert_eq!(entity["resultat"], (2 * n).to_string());
    }
}

#[test]
fn every_type_field_argument_and_value_is_described() {
    let response = run(
        "{ __schema { types { name kind description fields { name description args { name description } }
            enumValues { name description } } } }",
    );
    let described = |what: &Value| {
        what["description"]
            .as_str()
            .is_some_and(|text| !text.trim().is_empty())
    };
    let list = |what: &Value| what.as_array().cloned().unwrap_or_default();
    let mut missing = Vec::new();
    for ty in list(&response["data"]["__schema"]["types"]) {
        let name = ty["name"].as_str().unwrap();
        if name.starts_with('_') || ["Int", "Float", "String", "Boolean", "ID"].contains(&name) {
            continue;
        }
        if !described(&ty) {
            missing.push(name.to_owned());
        }
        for field in list(&ty["fields"]) {
            let field_name = field["name"].as_str().unwrap();
            if field_name.starts_with('_') {
                continue;
            }
            if !described(&field) {
                missing.push(format!("{name}.{field_name}"));
            }
            for argument in list(&field["args"]) {
                if !described(&argument) {
                    missing.push(format!("{name}.{field_name}({})", argument["name"]));
                }
            }
        }
        for value in list(&ty["enumValues"]) {
            if !described(&value) {
                missing.push(format!("{name}.{}", value["name"]));
            }
        }
    }
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn the_description_of_expressions_names_every_function() {
    let response = run(r#"{ __type(name: "Query") { fields { name description } } }"#);
    let fields = response["data"]["__type"]["fields"].as_array().unwrap();
    let calcul = fields
        .iter()
        .find(|field| field["name"] == "calcul")
        .unwrap();
    let description = calcul["description"].as_str().unwrap();
    for function in crate::expression::functions::FUNCTIONS {
        let name = function.name();
        assert!(
            description.contains(&format!("`{name}`"))
                || description.contains(&format!("`{name}(")),
            "{name}"
        );
    }
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
fn what_values_and_units_have_made_of_an_expression_is_its_key() {
    let query = r#"{ calcul(expression: "cos(t) - r %", avec: [{ nom: "t", valeur: -60 }, { nom: "r", valeur: -20 }], angles: DEGRE) { expression resultat } }"#;
    let calcul = run(query)["data"]["calcul"].clone();
    assert_eq!(
        calcul,
        json!({ "expression": "cos((-60)°) - (-20) %", "resultat": "0.7" })
    );
    let key = value!({ "r": [{ "__typename": "Calcul", "expression": calcul["expression"].as_str().unwrap() }] });
    let response = run(Request::new(ENTITIES).variables(Variables::from_value(key)));
    assert_eq!(response["data"]["_entities"][0], calcul);
}

#[test]
fn every_description_is_in_french_too() {
    let sdl = service::Subgraph::new(builder()).sdl();
    assert_eq!(crate::program::descriptions().missing(&sdl), [""; 0]);
    let both = "\tLa somme a + b.\n\n\t*The sum a + b.*\n";
    assert!(crate::sdl().contains(both));
}
