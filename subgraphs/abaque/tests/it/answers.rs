//! What clients ask of the whole product, and the exact answers.

use serde_json::{Value, json};

use crate::stack::Stack;

/// Asks the router each query and compares the whole responses.
async fn check<const N: usize>(cases: [(&str, Value, Value); N]) {
    let stack = Stack::start().await;
    for (query, variables, expected) in cases {
        assert_eq!(stack.query(query, variables).await, expected, "{query}");
    }
    stack.stop().await;
}

#[tokio::test]
async fn both_services_answer_one_query_exactly() {
    check([
        (
            "{ addition(a: 2, b: 3) moyenne(valeurs: [1, 2, 3]) serie(valeurs: [1, 2, 3]) { somme moyenne ecartType } }",
            json!({}),
            json!({ "data": { "addition": "5", "moyenne": "2", "serie": { "somme": "6", "moyenne": "2", "ecartType": "1" } } }),
        ),
        (
            r#"{
              addition(a: 0.1, b: 0.2)
              moyenne(valeurs: [1, 2, 4])
              serie(valeurs: [1, 2, 4]) { somme moyenne ecartType }
              calcul(expression: "2*(3+4)") { resultat scoreZ(dans: [10, 12, 14, 16]) }
            }"#,
            json!({}),
            // 7/3; the root of (16/9 + 1/9 + 25/9) / 2 = 7/3; (14 - 13) over the root of 20/3.
            json!({ "data": {
                "addition": "0.3",
                "moyenne": "2.3333333333333333333333333333",
                "serie": {
                    "somme": "7",
                    "moyenne": "2.3333333333333333333333333333",
                    "ecartType": "1.5275252316519466688626823979",
                },
                "calcul": { "resultat": "14", "scoreZ": "0.38729833462074168851792654" },
            } }),
        ),
    ])
    .await;
}

#[tokio::test]
async fn variables_aliases_fragments_and_conditions_work_across_services() {
    check([
        (
            "query($v: [Decimal!]!, $big: Decimal!) { s: serie(valeurs: $v) { ...both } plus: addition(a: $big, b: 1) }
             fragment both on Serie { somme stats: moyenne ... on Serie { minimum maximum } }",
            json!({ "v": [1, "2.5", 4.5], "big": "9007199254740993.1" }),
            json!({ "data": {
                "s": { "somme": "8", "stats": "2.6666666666666666666666666667", "minimum": "1", "maximum": "4.5" },
                "plus": "9007199254740994.1",
            } }),
        ),
        (
            "query($yes: Boolean!, $no: Boolean!) {
               serie(valeurs: [1, 2]) { somme @skip(if: $yes) moyenne @include(if: $yes) mediane @include(if: $no) }
               addition(a: 1, b: 1) @include(if: $no)
             }",
            json!({ "yes": true, "no": false }),
            json!({ "data": { "serie": { "moyenne": "1.5" } } }),
        ),
        (
            "{ __typename a: addition(a: 1, b: 2) b: addition(a: 3, b: 4) serie(valeurs: [5]) { __typename id valeurs q: quantile(p: 0.5) } }",
            json!({}),
            json!({ "data": {
                "__typename": "Query", "a": "3", "b": "7",
                "serie": { "__typename": "Serie", "id": serie_id(&["5"]), "valeurs": ["5"], "q": "5" },
            } }),
        ),
        (
            r#"{ __type(name: "Calcul") { name fields { name } } addition(a: 1, b: 1) }"#,
            json!({}),
            json!({ "data": {
                "__type": { "name": "Calcul", "fields": [
                    { "name": "expression" }, { "name": "resultat" }, { "name": "etapes" }, { "name": "scoreZ" },
                ] },
                "addition": "2",
            } }),
        ),
    ])
    .await;
}

/// The identity that both services give to a series.
fn serie_id(values: &[&str]) -> String {
    let values: Vec<valeurs::Decimal> = values
        .iter()
        .map(|value| value.parse().expect("a decimal"))
        .collect();
    valeurs::Valeurs::new(values)
        .expect("a series")
        .id()
        .as_str()
        .to_owned()
}

#[tokio::test]
async fn entity_is_fetched_once_when_many_fields_and_places_need_it() {
    let stack = Stack::start().await;
    let answer = stack
        .query(
            "{ a: serie(valeurs: [1, 2]) { ...stats } b: serie(valeurs: [1.0, 2.00]) { ...stats } c: serie(valeurs: [3]) { ...stats } }
             fragment stats on Serie { moyenne mediane }",
            json!({}),
        )
        .await;
    assert_eq!(
        answer,
        json!({ "data": {
            "a": { "moyenne": "1.5", "mediane": "1.5" },
            "b": { "moyenne": "1.5", "mediane": "1.5" },
            "c": { "moyenne": "3", "mediane": "3" },
        } })
    );
    // Two fields of three objects, two of which are one entity: two representations in one list of one request.
    let router = stack.router.admin;
    assert_eq!(
        stack
            .metric(
                router,
                "graphql_entities_deduplicated_total{subgraph=\"statistiques\"}"
            )
            .await,
        1.0
    );
    assert_eq!(
        stack
            .metric(
                router,
                "graphql_entity_batch_size_count{subgraph=\"statistiques\"}"
            )
            .await,
        1.0
    );
    assert_eq!(
        stack
            .metric(
                router,
                "graphql_entity_batch_size_sum{subgraph=\"statistiques\"}"
            )
            .await,
        2.0
    );
    assert_eq!(stack.metric(router, "graphql_fetches_sum").await, 2.0);
    stack.stop().await;
}

/// Calculatrice makes the series, Statistiques makes others of it, and Calculatrice adds them up.
#[tokio::test]
async fn series_that_a_service_makes_are_completed_by_the_other() {
    check([
        (
            "{ serie(valeurs: [9, 1, 2, 2, 100]) {
                 somme
                 triee { valeurs somme cumul }
                 centree { somme produit }
                 sans(aberrantes: TUKEY) { effectif somme produit triee { somme maximum } }
               } }",
            json!({}),
            json!({ "data": { "serie": {
                "somme": "114",
                "triee": { "valeurs": ["1", "2", "2", "9", "100"], "somme": "114", "cumul": ["1", "3", "5", "14", "114"] },
                "centree": { "somme": "0", "produit": "10047998.23872" },
                "sans": { "effectif": 4, "somme": "14", "produit": "36", "triee": { "somme": "14", "maximum": "9" } },
            } } }),
        ),
        (
            "{ serie(valeurs: [1, 3]) {
                 intervalleConfiance(niveau: 0.5) { borneInf borneSup marge }
                 testStudent(moyenne: 1) { statistique degresLiberte pValeur }
                 quantiles(ps: [0, 0.5, 1], methode: TYPE_6)
               }
               regression(x: [1, 2, 3], y: [1, 3, 2]) { pente ordonnee r2 residus prediction(x: 4) }
               correlation(x: [1, 2, 3], y: [1, 8, 27], methode: SPEARMAN) }",
            json!({}),
            json!({ "data": {
                "serie": {
                    "intervalleConfiance": { "borneInf": "1", "borneSup": "3", "marge": "1" },
                    "testStudent": { "statistique": "1", "degresLiberte": "1", "pValeur": "0.5" },
                    "quantiles": ["1", "2", "3"],
                },
                "regression": { "pente": "0.5", "ordonnee": "1", "r2": "0.25", "residus": ["-0.5", "1", "-0.5"], "prediction": "3" },
                "correlation": "1",
            } }),
        ),
    ])
    .await;
}
