//! What cannot be computed is null, with an error at its place, and takes nothing with it that its type does not make it:
//! <https://spec.graphql.org/September2025/#sec-Handling-Execution-Errors>, from the field of a service through the router.

use serde_json::{Value, json};

use crate::stack::Stack;

/// The response to a query: its data, and the path and code of each error, in the order of paths.
async fn check<const N: usize>(cases: [(&str, Value, Value); N]) {
    let stack = Stack::start().await;
    for (query, data, errors) in cases {
        let response = stack.query(query, json!({})).await;
        assert_eq!(response["data"], data, "{query} {response:#}");
        let mut told: Vec<Value> = response["errors"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|error| json!([error["path"], error["extensions"]["code"]]))
            .collect();
        told.sort_by_key(Value::to_string);
        assert_eq!(Value::from(told), errors, "{query} {response:#}");
    }
    stack.stop().await;
}

#[tokio::test]
async fn a_page_of_ten_computations_survives_a_bad_one() {
    check([(
        r#"{
          c0: addition(a: 1, b: 2)
          c1: division(a: 1, b: 0)
          c2: multiplication(a: 2, b: 3)
          c3: calcul(expression: "2^10") { resultat }
          c4: moyenne(valeurs: [1, 2, 3])
          c5: ecartType(valeurs: [2, 4])
          c6: serie(valeurs: [1, 2]) { somme moyenne }
          c7: factorielle(n: 5)
          c8: sinus(x: 30, unite: DEGRE)
          c9: mediane(valeurs: [3, 1, 2])
        }"#,
        json!({
            "c0": "3", "c1": null, "c2": "6", "c3": { "resultat": "1024" }, "c4": "2", "c5": "1.4142135623730950488016887242",
            "c6": { "somme": "3", "moyenne": "1.5" }, "c7": "120", "c8": "0.5", "c9": "2",
        }),
        json!([[["c1"], "DIVISION_BY_ZERO"]]),
    )])
    .await;
}

#[tokio::test]
async fn what_fails_in_each_service_leaves_the_rest_of_both() {
    check([
        (
            "{ division(a: 1, b: 0) addition(a: 1, b: 1) moyenne(valeurs: []) mediane(valeurs: [1]) }",
            json!({ "division": null, "addition": "2", "moyenne": null, "mediane": "1" }),
            json!([[["division"], "DIVISION_BY_ZERO"], [["moyenne"], "EMPTY_SERIES"]]),
        ),
        // One value has a mean and no deviation of a sample, which is asked of another service than its sum.
        (
            "{ serie(valeurs: [7]) { somme moyenne ecartType } }",
            json!({ "serie": { "somme": "7", "moyenne": "7", "ecartType": null } }),
            json!([[["serie", "ecartType"], "INSUFFICIENT_DATA"]]),
        ),
        // A field of one service that needs one of the other.
        (
            r#"{ calcul(expression: "2*3") { resultat scoreZ(dans: [1, 1]) } }"#,
            json!({ "calcul": { "resultat": "6", "scoreZ": null } }),
            json!([[["calcul", "scoreZ"], "DOMAIN_ERROR"]]),
        ),
    ])
    .await;
}

#[tokio::test]
async fn null_in_a_non_null_field_stops_at_the_nearest_nullable_one() {
    check([
        // The value is 0.01. Two steps on the way to it are beyond what a `Decimal` can show, which is no error.
        (
            r#"{ calcul(expression: "10^28*10^28/10^58") { resultat etapes { resultat } } }"#,
            json!({ "calcul": { "resultat": "0.01", "etapes": [
                { "resultat": "10000000000000000000000000000" }, { "resultat": "10000000000000000000000000000" },
                { "resultat": null }, { "resultat": null }, { "resultat": "0.01" },
            ] } }),
            json!([]),
        ),
        // The entity itself cannot be obtained.
        (
            r#"{ calcul(expression: "1/0") { resultat scoreZ(dans: [1, 2]) } addition(a: 1, b: 1) }"#,
            json!({ "calcul": null, "addition": "2" }),
            json!([[["calcul"], "DIVISION_BY_ZERO"]]),
        ),
    ])
    .await;
}

#[tokio::test]
async fn an_expression_with_values_is_one_entity_of_both_services() {
    check([(
        r#"{ calcul(expression: "a * sin(t)", avec: [{ nom: "a", valeur: -8 }, { nom: "t", valeur: 30 }], angles: DEGRE) {
              expression resultat scoreZ(dans: [-2, 0, 2])
        } }"#,
        json!({ "calcul": { "expression": "-8 * sin(30°)", "resultat": "-4", "scoreZ": "-2" } }),
        json!([]),
    )])
    .await;
}
