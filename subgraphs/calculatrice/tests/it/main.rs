//! The program as it is served, without a socket: both endpoints through the app that `service` makes of it.

// The helpers of tests are tests too: a panic there is the failure they report.
#![allow(clippy::unwrap_used)]

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use axum::response::Response;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

mod fast_path;

fn app() -> service::Public {
    let program = calculatrice::program();
    let config = service::Config::of(&program);
    service::apps(program, &config).public
}

async fn send(request: Request<Body>) -> (StatusCode, Value) {
    let (status, body) = read(app().oneshot(request).await.unwrap()).await;
    (status, serde_json::from_str(&body).unwrap())
}

async fn read(response: Response) -> (StatusCode, String) {
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

fn request(body: &Value) -> Request<Body> {
    let request = Request::post("/graphql").header(header::CONTENT_TYPE, "application/json");
    request.body(Body::from(body.to_string())).unwrap()
}

async fn graphql(body: Value) -> (StatusCode, Value) {
    send(request(&body)).await
}

async fn get(path: &str) -> (StatusCode, Value) {
    send(Request::get(path).body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn a_query_is_answered() {
    let query = "query($a: Decimal!) { addition(a: $a, b: 0.2) calcul(expression: \"2*(3+4)\") { resultat } }";
    assert_eq!(
        graphql(json!({ "query": query, "variables": { "a": 0.1 } })).await,
        (
            StatusCode::OK,
            json!({ "data": { "addition": "0.3", "calcul": { "resultat": "14" } } })
        )
    );
}

#[tokio::test]
async fn an_error_of_the_domain_keeps_its_code_and_path() {
    let (_, response) = graphql(json!({ "query": "{ x: division(a: 1, b: 0) }" })).await;
    assert_eq!(
        response,
        json!({
            "errors": [{
                "message": "argument `b`: division by zero",
                "locations": [{ "line": 1, "column": 3 }],
                "path": ["x"],
                "extensions": { "code": "DIVISION_BY_ZERO", "argument": "b" },
            }],
            "data": { "x": null },
        })
    );
}

#[tokio::test]
async fn a_literal_that_would_lose_digits_is_refused() {
    let (_, response) = graphql(json!({ "query": "{ oppose(x: 0.12345678901234567891) }" })).await;
    assert_eq!(
        response["errors"][0]["extensions"]["code"],
        "INVALID_DECIMAL"
    );
    assert_eq!(
        response["errors"][0]["locations"],
        json!([{ "line": 1, "column": 13 }])
    );
}

#[tokio::test]
async fn a_literal_beyond_all_doubles_is_no_syntax_error() {
    let list = format!("[{}-2e400]", "1,".repeat(20));
    for (query, column, number) in [
        ("{ addition(a: 1e309, b: 2) }".to_owned(), 15, "1e309"),
        (
            format!("{{ serie(valeurs: {list}) {{ id }} }}"),
            59,
            "-2e400",
        ),
    ] {
        let (_, response) = graphql(json!({ "query": query })).await;
        let error = &response["errors"][0];
        assert_eq!(error["extensions"]["code"], "INVALID_DECIMAL", "{error}");
        assert_eq!(error["locations"][0]["column"], column, "{error}");
        assert!(error["message"].to_string().contains(number), "{error}");
    }
}

/// A list of numbers is packed wherever it is: one that is out of place is not quoted as that.
#[tokio::test]
async fn a_list_of_numbers_that_is_out_of_place_is_told_in_short() {
    let list = format!("[{}]", "1,".repeat(20_000));
    for query in [
        format!("{{ calcul(expression: \"1\", avec: {list}) {{ resultat }} }}"),
        format!(
            "query($v: [Affectation!] = {list}) {{ calcul(expression: \"1\", avec: $v) {{ resultat }} }}"
        ),
        format!("{{ addition(a: {list}, b: 1) }}"),
        format!(
            "{{ _entities(representations: [{{__typename: \"Calcul\", expression: {list}}}]) {{ __typename }} }}"
        ),
    ] {
        let (_, response) = graphql(json!({ "query": query })).await;
        let error = &response["errors"][0];
        assert_eq!(
            error["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED",
            "{error}"
        );
        assert!(
            error["message"]
                .to_string()
                .starts_with("\"List of numbers used"),
            "{error}"
        );
    }
}

/// What the library quotes of another value than it expects is bounded when it is an error of a field, too.
#[tokio::test]
async fn an_error_of_a_field_is_bounded() {
    let query = "query($v: [Affectation!]!) { calcul(expression: \"1\", avec: $v) { resultat } }";
    let variables = json!({ "v": "x".repeat(100_000) });
    let (_, response) = graphql(json!({ "query": query, "variables": variables })).await;
    let message = response["errors"][0]["message"].as_str().unwrap();
    assert!(message.len() < 1_100, "{}", message.len());
}

#[tokio::test]
async fn what_the_language_forbids_is_refused_here_too() {
    for query in [
        "query($a: Int!) { addition(a: $a, b: 2) }",
        "query($a: String!) { addition(a: $a, b: 2) }",
        "query($a: Int!) { calcul(expression: \"x\", avec: {nom: \"x\", valeur: $a}) { resultat } }",
        "query($a: Int!) { x: __typename calcul(expression: \"x\", avec: [{nom: \"x\", nom: \"y\", valeur: 2}]) { resultat } y: addition(a: $a, b: 1) }",
        "query($a: Int!) { __typename @foo x: __typename @skip(if: $a) }",
    ] {
        let variables = json!({ "a": 1 });
        let (_, response) = graphql(json!({ "query": query, "variables": variables })).await;
        let error = &response["errors"][0];
        assert_eq!(
            error["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED",
            "{query} {response}"
        );
    }
}

#[tokio::test]
async fn a_step_that_cannot_be_shown_leaves_the_result() {
    let expression = "max(10^100,(exp(10^-400)-1-10^-400)*10^700)/10^100";
    let query =
        format!("{{ calcul(expression: \"{expression}\") {{ resultat etapes {{ calcul }} }} }}");
    let (_, response) = graphql(json!({ "query": query })).await;
    let expected = json!({ "calcul": { "resultat": "1", "etapes": null } });
    assert_eq!(response["data"], expected, "{response}");
    let error = &response["errors"][0];
    assert_eq!(error["path"], json!(["calcul", "etapes"]), "{error}");
    assert_eq!(error["extensions"]["code"], "LIMIT_EXCEEDED", "{error}");
    let (status, body) = get(&format!(
        "/api/v1/calcul?expression={}",
        expression.replace('+', "%2B")
    ))
    .await;
    assert_eq!(
        (status, &body["resultat"]),
        (StatusCode::OK, &json!("1")),
        "{body}"
    );
    assert!(body["etapes"].is_null(), "{body}");
}

#[tokio::test]
async fn entities_are_answered_and_fail_alone() {
    let query = "query($r: [_Any!]!) { _entities(representations: $r) { ... on Serie { somme } } }";
    let representations = json!([
        { "__typename": "Serie", "id": "s1_QIABgAI" },
        { "__typename": "Serie", "id": "forged" },
    ]);
    let (_, response) =
        graphql(json!({ "query": query, "variables": { "r": representations } })).await;
    assert_eq!(
        response["data"],
        json!({ "_entities": [{ "somme": "7" }, null] })
    );
    assert_eq!(response["errors"][0]["path"], json!(["_entities", 1]));
    assert_eq!(
        response["errors"][0]["extensions"]["code"],
        "INVALID_SERIE_ID"
    );
}

#[tokio::test]
async fn the_schema_is_the_printed_one() {
    let (_, response) = graphql(json!({ "query": "{ _service { sdl } }" })).await;
    assert_eq!(response["data"]["_service"]["sdl"], calculatrice::sdl());
}

#[tokio::test]
async fn the_rest_api_is_below_api_v1() {
    assert_eq!(
        get("/api/v1/addition?a=0.1&b=0.2").await,
        (StatusCode::OK, json!({ "resultat": "0.3" }))
    );
    let (status, problem) = get("/api/v1/division?a=1&b=0").await;
    assert_eq!(
        (status, &problem["code"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("DIVISION_BY_ZERO"))
    );
    let (_, document) = get("/api/v1/openapi.json").await;
    assert_eq!(document, calculatrice::program().openapi);
}

#[tokio::test]
async fn introspection_describes_in_both_languages() {
    let query = r#"{ __type(name: "Calcul") { description } addition(a: 1, b: 2) }"#;
    let (_, response) = graphql(json!({ "query": query })).await;
    assert_eq!(
        response["data"],
        json!({
            "__type": { "description": "Une expression et sa valeur.\n\n*An expression and its value.*" },
            "addition": "3",
        })
    );
}
