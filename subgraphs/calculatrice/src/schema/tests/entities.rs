//! Entities: found by their keys, each by itself.

use super::*;

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
