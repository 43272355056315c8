//! Queries against the schema, without HTTP.

mod streams;
mod work;

use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::{Duration, Instant};

use async_graphql::{Request, Variables};
use serde_json::{Value, json};
use valeurs::budget::{Allowance, Budget};
use valeurs::{Code, Decimal, Valeurs};

/// The response to `request`, as clients see it.
async fn ask(request: impl Into<Request>) -> Value {
    let schema = super::builder().data(service::Limits::default()).finish();
    let mut response: Value =
        serde_json::from_str(&service::graphql::to_json(&schema.execute(request).await)).unwrap();
    // Fields are resolved side by side, so that their errors come in no particular order.
    if let Some(Value::Array(errors)) = response.get_mut("errors") {
        errors.sort_by_key(|error| error["path"].to_string());
    }
    response
}

/// Executes a query that succeeds.
#[track_caller]
fn check(query: &str, expected: Value) {
    assert_eq!(run(ask(query)), json!({ "data": expected }), "{query}");
}

/// Executes a query with one error, of that code, path and argument.
#[track_caller]
fn refused(query: &str, code: &str, path: Value, argument: &str) {
    let response = run(ask(query));
    let errors = response["errors"].as_array().expect("errors");
    assert_eq!(errors.len(), 1, "{response}");
    assert_eq!(errors[0]["extensions"]["code"], code, "{response}");
    assert_eq!(errors[0]["extensions"]["argument"], argument, "{response}");
    assert_eq!(errors[0]["path"], path, "{response}");
    assert!(
        errors[0]["message"]
            .as_str()
            .unwrap()
            .contains(&format!("`{argument}`")),
        "{response}"
    );
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(future)
}

fn id(values: &[&str]) -> String {
    let values: Vec<Decimal> = values
        .iter()
        .map(|value| Decimal::parse(value).unwrap())
        .collect();
    Valeurs::new(values).unwrap().id().to_string()
}

fn entities(representations: Value, selection: &str) -> Value {
    let query = format!(
        "query($r: [_Any!]!) {{ _entities(representations: $r) {{ __typename {selection} }} }}"
    );
    let variables = Variables::from_json(json!({ "r": representations }));
    run(ask(Request::new(query).variables(variables)))
}

#[test]
fn the_schema_is_the_manual() {
    insta::assert_snapshot!(crate::sdl());
}

#[test]
fn every_statistic_has_a_root_field() {
    check(
        r#"{
            moyenne(valeurs: [1, 2, 4])
            moyennePonderee(valeurs: [1, "2.5"], poids: [3, 1])
            moyenneGeometrique(valeurs: [2, 8])
            moyenneHarmonique(valeurs: [2, 6])
            mediane(valeurs: [3, 1, 2, 4])
            modes(valeurs: [2, 1, 2, 1, 3])
            quantile(valeurs: [1, 2, 4], p: 0.1)
            quartiles(valeurs: [1, 2, 4]) { q1 q2 q3 }
            ecartInterquartile(valeurs: [1, 2, 4])
            minimum(valeurs: [1, -2, 4])
            maximum(valeurs: [1, -2, 4])
            etendue(valeurs: [1, -2, 4])
            effectif(valeurs: [1, 2, 4])
            variance(valeurs: [2, 4, 4, 4, 5, 5, 7, 9])
            population: variance(valeurs: [2, 4, 4, 4, 5, 5, 7, 9], definition: POPULATION)
            ecartType(valeurs: [1, 2, 4])
            coefficientVariation(valeurs: [2, 6], definition: POPULATION)
            asymetrie(valeurs: [1, 2, 3])
            aplatissement(valeurs: [1, -1], definition: POPULATION)
        }"#,
        json!({
            "moyenne": "2.3333333333333333333333333333",
            "moyennePonderee": "1.375",
            "moyenneGeometrique": "4",
            "moyenneHarmonique": "3",
            "mediane": "2.5",
            "modes": ["1", "2"],
            "quantile": "1.2",
            "quartiles": { "q1": "1.5", "q2": "2", "q3": "3" },
            "ecartInterquartile": "1.5",
            "minimum": "-2",
            "maximum": "4",
            "etendue": "6",
            "effectif": 3,
            "variance": "4.5714285714285714285714285714",
            "population": "4",
            "ecartType": "1.5275252316519466688626823979",
            "coefficientVariation": "0.5",
            "asymetrie": "0",
            "aplatissement": "-2",
        }),
    );
    check(
        r#"{
            covariance(x: [1, 2, 3], y: [1, 3, 8])
            correlation(x: [1, 2, 3], y: [6, 4, 2])
            regressionLineaire(x: [1, 2, 3], y: [3, 5, 7]) { pente ordonnee r2 prediction(x: "10.5") }
            plate: regressionLineaire(x: [1, 2], y: [3, 3]) { pente r2 }
            histogramme(valeurs: [1, 2, 3], classes: 2) { borneInf borneSup effectif frequence }
            scoreZ(valeur: 14, dans: [10, 12, 14, 16], definition: POPULATION)
            scoresZ(valeurs: [1, 2, 3])
        }"#,
        json!({
            "covariance": "3.5",
            "correlation": "-1",
            "regressionLineaire": { "pente": "2", "ordonnee": "1", "r2": "1", "prediction": "22" },
            "plate": { "pente": "0", "r2": null },
            "histogramme": [
                { "borneInf": "1", "borneSup": "2", "effectif": 1, "frequence": "0.3333333333333333333333333333" },
                { "borneInf": "2", "borneSup": "3", "effectif": 2, "frequence": "0.6666666666666666666666666667" },
            ],
            "scoreZ": "0.4472135954999579392818347337",
            "scoresZ": ["-1", "0", "1"],
        }),
    );
}

#[test]
fn decimals_are_read_from_integers_floats_and_texts() {
    check(
        r#"{ moyenne(valeurs: [0.1, 0.2, "0.3000000000000000000000000003", 9007199254740993]) }"#,
        json!({ "moyenne": "2251799813685248.4" }),
    );
}

#[test]
fn errors_have_a_code_and_name_their_argument() {
    refused(
        "{ moyenne(valeurs: []) }",
        "EMPTY_SERIES",
        json!(["moyenne"]),
        "valeurs",
    );
    refused(
        "{ a: variance(valeurs: [1]) }",
        "INSUFFICIENT_DATA",
        json!(["a"]),
        "valeurs",
    );
    refused(
        "{ quantile(valeurs: [1], p: 1.5) }",
        "INVALID_ARGUMENT",
        json!(["quantile"]),
        "p",
    );
    refused(
        "{ quantile(valeurs: [1], p: -0.1) }",
        "INVALID_ARGUMENT",
        json!(["quantile"]),
        "p",
    );
    refused(
        "{ correlation(x: [1, 2], y: []) }",
        "EMPTY_SERIES",
        json!(["correlation"]),
        "y",
    );
    refused(
        "{ correlation(x: [1, 2], y: [1]) }",
        "INVALID_ARGUMENT",
        json!(["correlation"]),
        "y",
    );
    refused(
        "{ correlation(x: [1, 1], y: [1, 2]) }",
        "DOMAIN_ERROR",
        json!(["correlation"]),
        "x",
    );
    refused(
        "{ scoreZ(valeur: 1, dans: [2, 2]) }",
        "DOMAIN_ERROR",
        json!(["scoreZ"]),
        "dans",
    );
    refused(
        "{ moyennePonderee(valeurs: [1], poids: [0]) }",
        "DOMAIN_ERROR",
        json!(["moyennePonderee"]),
        "poids",
    );
    refused(
        "{ histogramme(valeurs: [1], classes: 1001) { effectif } }",
        "LIMIT_EXCEEDED",
        json!(["histogramme"]),
        "classes",
    );
}

#[test]
fn one_failing_field_leaves_no_hole_in_the_response() {
    let response = run(ask("{ moyenne(valeurs: []) effectif(valeurs: [1]) }"));
    let expected = json!({ "moyenne": null, "effectif": 1 });
    assert_eq!(response["data"], expected, "{response}");
}

#[test]
fn series_are_bounded_by_the_configuration() {
    let limits = service::Limits {
        series_length: 2,
        ..Default::default()
    };
    let schema = super::builder().data(limits).finish();
    let response = run(schema.execute("{ moyenne(valeurs: [1, 2, 3]) }"));
    assert_eq!(response.errors.len(), 1);
    let extensions = response.errors[0].extensions.as_ref().unwrap();
    assert_eq!(extensions.get("code"), Some(&"LIMIT_EXCEEDED".into()));
    assert_eq!(extensions.get("limit"), Some(&2.into()));
}

#[test]
fn a_series_is_decoded_from_its_id() {
    let response = entities(
        json!([{ "__typename": "Serie", "id": id(&["1", "2", "4"]) }]),
        "... on Serie { id valeurs effectif moyenne mediane modes variance ecartType minimum maximum etendue
            moyenneGeometrique quantile(p: 0.1) quartiles { q1 } ecartInterquartile coefficientVariation
            asymetrie(definition: POPULATION) population: variance(definition: POPULATION)
            histogramme(classes: 1) { borneInf borneSup effectif frequence } scoresZ }",
    );
    insta::assert_snapshot!(format!("{response:#}"));
}

#[test]
fn the_histogram_of_an_entity_has_ten_classes_unless_told() {
    let representation = json!([{ "__typename": "Serie", "id": id(&["1", "2"]) }]);
    for arguments in ["", "(classes: null)", "(classes: 10)"] {
        let selection = format!("... on Serie {{ histogramme{arguments} {{ effectif }} }}");
        let response = entities(representation.clone(), &selection);
        let classes = response["data"]["_entities"][0]["histogramme"]
            .as_array()
            .map(Vec::len);
        assert_eq!(classes, Some(10), "{response}");
    }
}

#[test]
fn what_a_series_has_not_is_null_beside_what_it_has() {
    let response = entities(
        json!([{ "__typename": "Serie", "id": id(&["-5"]) }]),
        "... on Serie { moyenne asymetrie moyenneGeometrique coefficientVariation(definition: POPULATION) }",
    );
    insta::assert_snapshot!(format!("{response:#}"));
}

#[test]
fn a_forged_id_is_an_error_of_its_entity_alone() {
    let response = entities(
        json!([
            { "__typename": "Serie", "id": id(&["1"]) },
            { "__typename": "Serie", "id": "s1_forged!" },
            { "__typename": "Serie", "id": id(&["2", "4"]) },
        ]),
        "... on Serie { moyenne variance(definition: POPULATION) ecartType }",
    );
    insta::assert_snapshot!(format!("{response:#}"));
}

#[test]
fn a_representation_without_its_key_is_an_error_of_its_entity_alone() {
    let response = entities(
        json!([
            { "__typename": "Serie" },
            { "__typename": "Inconnu", "id": "1" },
            { "__typename": "Serie", "id": id(&["2", "4"]) },
        ]),
        "... on Serie { moyenne }",
    );
    insta::assert_snapshot!(format!("{response:#}"));
}

#[test]
fn a_computation_is_scored_with_the_result_that_the_router_brings() {
    let response = entities(
        json!([
            { "__typename": "Calcul", "expression": "2*(3+4)", "resultat": "14" },
            { "__typename": "Calcul", "expression": "1/3" },
            { "__typename": "Calcul", "expression": "7*2", "resultat": 14 },
            { "__typename": "Calcul", "expression": "x", "resultat": "not a number" },
        ]),
        "... on Calcul { expression scoreZ(dans: [10, 12, 14, 16]) }",
    );
    insta::assert_snapshot!(format!("{response:#}"));
}

#[test]
fn a_computation_needs_its_result_only_where_it_is_used() {
    let response = entities(
        json!([{ "__typename": "Calcul", "expression": "1/3" }]),
        "... on Calcul { expression }",
    );
    assert_eq!(
        response["data"]["_entities"][0]["expression"], "1/3",
        "{response}"
    );
    assert_eq!(response.get("errors"), None);
}

#[test]
fn every_description_is_in_french_too() {
    let sdl = service::Subgraph::new(super::builder()).sdl();
    assert_eq!(crate::program::descriptions().missing(&sdl), [""; 0]);
    assert!(crate::sdl().contains("\tLa plus petite valeur.\n\n\t*The smallest value.*\n"));
}

#[test]
fn a_series_gives_other_series_and_their_statistics() {
    let answer = run(ask(entity(
        &["9", "1", "2", "2", "100"],
        "triee { valeurs mediane } centree { moyenne valeurs } sans { valeurs id } tout: sans(aberrantes: ECART_TYPE) { effectif }",
    )));
    assert_eq!(
        answer["data"]["_entities"][0],
        json!({
            "triee": { "valeurs": ["1", "2", "2", "9", "100"], "mediane": "2" },
            "centree": { "moyenne": "0", "valeurs": ["-13.8", "-21.8", "-20.8", "-20.8", "77.2"] },
            "sans": { "valeurs": ["9", "1", "2", "2"], "id": id(&["9", "1", "2", "2"]) },
            "tout": { "effectif": 5 },
        }),
        "{answer}"
    );
    let none = run(ask(entity(&["1", "2"], "sans(facteur: 0) { id }")));
    assert_eq!(none["data"]["_entities"][0]["sans"], Value::Null);
    assert_eq!(none["errors"][0]["extensions"]["code"], "DOMAIN_ERROR");
}

/// The query of an entity.
fn entity(values: &[&str], fields: &str) -> String {
    let id = id(values);
    format!(
        r#"{{ _entities(representations: [{{ __typename: "Serie", id: "{id}" }}]) {{ ... on Serie {{ {fields} }} }} }}"#
    )
}
