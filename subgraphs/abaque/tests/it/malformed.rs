//! Bad input of every kind, at the router and at each service: refused with a code and a sentence, never a hang or a panic.

use serde_json::{Value, json};

use crate::stack::Stack;

/// The codes of a response's errors.
fn codes(answer: &Value) -> Vec<&str> {
    let errors = answer["errors"]
        .as_array()
        .unwrap_or_else(|| panic!("no errors in {answer}"));
    errors
        .iter()
        .map(|error| {
            assert!(
                error["message"]
                    .as_str()
                    .is_some_and(|message| !message.is_empty()),
                "{answer}"
            );
            error["extensions"]["code"]
                .as_str()
                .unwrap_or_else(|| panic!("an error without a code in {answer}"))
        })
        .collect()
}

#[tokio::test]
async fn requests_that_are_no_graphql_requests_are_refused_by_every_program() {
    let stack = Stack::start().await;
    let deep = format!("{{\"query\":\"{{ a {}\"}}", "{ a ".repeat(5_000));
    let long = format!(
        "{{\"query\":\"{{ {} }}\"}}",
        "addition(a: 1, b: 1) ".repeat(200_000)
    );
    for program in [&stack.router, &stack.calculatrice, &stack.statistiques] {
        for (content_type, body, status) in [
            ("application/json", "{", 400),
            ("application/json", "", 400),
            ("application/json", "5", 400),
            ("application/json", "[]", 400),
            ("application/json", "{}", 400),
            ("application/json", r#"{"query":5}"#, 400),
            (
                "application/json",
                r#"{"query":"{ __typename }","variables":5}"#,
                400,
            ),
            ("text/plain", r#"{"query":"{ __typename }"}"#, 415),
            ("application/json", long.as_str(), 413),
        ] {
            let answer = stack.client.post(program.public, content_type, body).await;
            let shown = &body[..body.len().min(60)];
            assert_eq!(answer.status.as_u16(), status, "{shown}: {answer:?}");
            codes(&answer.json());
        }
        // Well-formed requests with documents that are not: the status depends on the media type, the errors do not.
        for query in [
            "{",
            "{ inconnu }",
            "{ a: __typename a: addition(a: 1, b: 1) }",
            "query A { __typename } query B { __typename }",
        ] {
            let answer = stack.client.query(program.public, query, json!({})).await;
            codes(&answer);
            assert!(answer["data"].is_null(), "{query}: {answer}");
        }
        let answer = stack
            .client
            .post(program.public, "application/json", &deep)
            .await
            .json();
        codes(&answer);
    }
    stack.stop().await;
}

#[tokio::test]
async fn values_that_cannot_be_are_errors_with_stable_codes_through_the_router() {
    let stack = Stack::start().await;
    for (query, variables, code) in [
        ("{ division(a: 1, b: 0) }", json!({}), "DIVISION_BY_ZERO"),
        (
            "{ multiplication(a: \"79228162514264337593543950335\", b: 2) }",
            json!({}),
            "OVERFLOW",
        ),
        ("{ racineCarree(x: -1) }", json!({}), "DOMAIN_ERROR"),
        ("{ moyenne(valeurs: []) }", json!({}), "EMPTY_SERIES"),
        (
            "{ calcul(expression: \"2 +\") { resultat } }",
            json!({}),
            "EXPRESSION_SYNTAX",
        ),
        (
            "{ calcul(expression: \"1/0\") { resultat } }",
            json!({}),
            "DIVISION_BY_ZERO",
        ),
        (
            "query($a: Decimal!) { addition(a: $a, b: 1) }",
            json!({ "a": "abc" }),
            "INVALID_DECIMAL",
        ),
        (
            "query($a: Decimal!) { addition(a: $a, b: 1) }",
            json!({}),
            "BAD_USER_INPUT",
        ),
        (
            "query($p: Float!) { serie(valeurs: [1]) { quantile(p: $p) } }",
            json!({ "p": 2 }),
            "INVALID_ARGUMENT",
        ),
        (
            "query($p: Float!) { serie(valeurs: [1]) { quantile(p: $p) } }",
            json!({ "p": "x" }),
            "BAD_USER_INPUT",
        ),
    ] {
        let answer = stack.query(query, variables).await;
        assert_eq!(codes(&answer), [code], "{query}: {answer}");
    }
    let values = json!(vec![1; 10_001]);
    let answer = stack
        .query(
            "query($v: [Decimal!]!) { moyenne(valeurs: $v) }",
            json!({ "v": values }),
        )
        .await;
    assert_eq!(codes(&answer), ["LIMIT_EXCEEDED"], "too long a series");
    stack.stop().await;
}

#[tokio::test]
async fn forged_identities_are_refused_entity_by_entity() {
    let stack = Stack::start().await;
    let answer = stack
        .client
        .query(
            stack.statistiques.public,
            "query($r: [_Any!]!) { _entities(representations: $r) { ... on Serie { moyenne } } }",
            json!({ "r": [
                { "__typename": "Serie", "id": "forged" },
                { "__typename": "Serie", "id": valeurs::Valeurs::new(["4".parse().expect("a decimal")]).expect("a series").id().as_str() },
            ] }),
        )
        .await;
    assert_eq!(
        answer["data"]["_entities"],
        json!([null, { "moyenne": "4" }]),
        "{answer}"
    );
    assert_eq!(codes(&answer), ["INVALID_SERIE_ID"]);
    assert_eq!(answer["errors"][0]["path"][1], 0, "{answer}");
    stack.stop().await;
}
