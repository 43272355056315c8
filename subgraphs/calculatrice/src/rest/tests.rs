use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt as _;
use serde_json::json;
use service::Limits;
use tower::ServiceExt as _;

use super::*;

mod described;
mod parts;

#[track_caller]
fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap()
        .block_on(future)
}

async fn send(request: Request<Body>, limits: Limits) -> (StatusCode, Value) {
    let program = crate::program();
    let mut config = service::Config::of(&program);
    config.limits = limits;
    let app = service::apps(program, &config).public;
    let response = app.oneshot(request).await.unwrap();
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&body).unwrap())
}

#[track_caller]
fn get(path: &str) -> (StatusCode, Value) {
    let request = Request::get(format!("/api/v1{path}"))
        .body(Body::empty())
        .unwrap();
    run(send(request, Limits::default()))
}

#[track_caller]
fn post(path: &str, body: impl Into<Body>) -> (StatusCode, Value) {
    let request = Request::post(format!("/api/v1{path}"))
        .header(header::CONTENT_TYPE, "application/json")
        .body(body.into())
        .unwrap();
    run(send(request, Limits::default()))
}

#[track_caller]
fn check(path: &str, answer: Value) {
    assert_eq!(get(path), (StatusCode::OK, answer), "{path}");
}

#[track_caller]
fn check_problem(
    (status, problem): (StatusCode, Value),
    code: &str,
    parameter: &str,
    detail: &str,
) {
    assert_eq!(problem["status"], status.as_u16());
    assert_eq!(
        (&problem["code"], &problem["parameter"], &problem["detail"]),
        (&json!(code), &json!(parameter), &json!(detail))
    );
}

#[test]
fn operations_answer_to_get() {
    check("/addition?a=0.1&b=0.2", json!({ "resultat": "0.3" }));
    check("/arrondi?x=2.5", json!({ "resultat": "2" }));
    check(
        "/arrondi?x=2.345&decimales=2&mode=DEMI_SUPERIEUR",
        json!({ "resultat": "2.35" }),
    );
    check("/logarithme?x=1", json!({ "resultat": "0" }));
    check("/logarithme?x=1000&base=10", json!({ "resultat": "3" }));
    check(
        "/racineCarree?x=%202%20",
        json!({ "resultat": "1.4142135623730950488016887242" }),
    );
    check(
        "/calcul?expression=1%2B2",
        json!({
            "expression": "1 + 2",
            "resultat": "3",
            "etapes": [{ "numero": 1, "operation": "addition", "calcul": "1 + 2", "operandes": ["1", "2"], "resultat": "3", "reste": "3" }],
        }),
    );
    let (status, answer) = get("/calcul?expression=1000!/999!");
    assert_eq!(
        (
            status,
            &answer["resultat"],
            &answer["etapes"][1]["resultat"]
        ),
        (StatusCode::OK, &json!("1000"), &json!(null)),
        "{answer}"
    );
    check(
        "/serie?valeurs=1,2.0,4",
        json!({ "id": "s1_QIABgAI", "valeurs": ["1", "2", "4"], "somme": "7", "produit": "8", "cumul": ["1", "3", "7"] }),
    );
}

#[test]
fn an_expression_takes_values_and_a_unit() {
    let calcul = |expression: &str, resultat: &str| (expression.to_owned(), resultat.to_owned());
    let answer = |(status, answer): (StatusCode, Value)| {
        assert_eq!(status, StatusCode::OK, "{answer}");
        let text = |name: &str| answer[name].as_str().unwrap().to_owned();
        (text("expression"), text("resultat"))
    };
    let by_get = get("/calcul?expression=a*x%5E2&avec=a=2&avec=x=-3");
    assert_eq!(answer(by_get), calcul("2 * (-3) ^ 2", "18"));
    let by_get = get("/calcul?expression=a*x&avec=a=1,5;x=2");
    assert_eq!(answer(by_get), calcul("1.5 * 2", "3"));
    let body = r#"{ "expression": "sin(x)", "avec": [{ "nom": "x", "valeur": "3e1" }], "angles": "DEGRE" }"#;
    assert_eq!(answer(post("/calcul", body)), calcul("sin(30°)", "0.5"));
    check("/cosinus?x=60&unite=DEGRE", json!({ "resultat": "0.5" }));
    check_problem(
        get("/calcul?expression=x&avec=x"),
        "BAD_PARAMETER",
        "avec",
        "the parameter `avec` is not valid: a name with its value, such as `a=2`, is expected",
    );
    check_problem(
        get("/calcul?expression=1&avec=pi=3"),
        "INVALID_ARGUMENT",
        "avec",
        "argument `avec`: `pi` is a function or a constant: choose another name",
    );
}

#[test]
fn bodies_are_read_to_the_last_digit() {
    let answer = |body: &str| post("/oppose", body.to_owned());
    assert_eq!(
        answer(r#"{ "x": 0.1234567890123456789012345678 }"#).1,
        json!({ "resultat": "-0.1234567890123456789012345678" })
    );
    assert_eq!(
        answer(r#"{ "x": "79228162514264337593543950335" }"#).1,
        json!({ "resultat": "-79228162514264337593543950335" })
    );
    assert_eq!(
        answer(r#"{ "x": 79228162514264337593543950335 }"#).1,
        json!({ "resultat": "-79228162514264337593543950335" })
    );
    let (_, serie) = post("/serie", r#"{ "valeurs": [1, "2.0", 4e0] }"#);
    assert_eq!(serie["id"], "s1_QIABgAI");
    let (_, arrondi) = post(
        "/arrondi",
        r#"{ "x": 2.5, "decimales": null, "mode": "PLAFOND" }"#,
    );
    assert_eq!(arrondi, json!({ "resultat": "3" }));
}

#[test]
fn both_endpoints_give_the_same_answer_for_every_example() {
    let schema = crate::schema::builder().finish();
    for operation in crate::catalog::operations() {
        let query: Vec<String> = operation
            .parameters()
            .map(|(name, example, _)| format!("{name}={example}"))
            .collect();
        let (status, by_get) = get(&format!("/{}?{}", operation.name(), query.join("&")));
        assert_eq!(status, StatusCode::OK, "{}: {by_get}", operation.name());

        let arguments: Vec<String> = operation
            .parameters()
            .map(|(name, example, _)| format!("{name}: {example}"))
            .collect();
        let response = run(schema.execute(format!(
            "{{ x: {}({}) }}",
            operation.name(),
            arguments.join(", ")
        )));
        assert_eq!(response.errors, [], "{}", operation.name());
        assert_eq!(
            response.data.into_json().unwrap()["x"],
            by_get["resultat"],
            "{}",
            operation.name()
        );
    }
}

#[test]
fn every_root_field_is_a_route_and_the_reverse() {
    let schema = crate::schema::builder().finish();
    let response = run(schema.execute(
        r#"{ __type(name: "Query") { fields { name args { name type { kind } defaultValue } } } }"#,
    ));
    let fields = response.data.into_json().unwrap()["__type"]["fields"].clone();
    let signature = |name: &str, parameters: Vec<(String, bool)>| format!("{name}{parameters:?}");
    let mut in_schema: Vec<String> = fields
        .as_array()
        .unwrap()
        .iter()
        .filter(|field| !field["name"].as_str().unwrap().starts_with('_'))
        .map(|field| {
            let arguments = field["args"].as_array().unwrap().iter().map(|argument| {
                let required =
                    argument["type"]["kind"] == "NON_NULL" && argument["defaultValue"].is_null();
                (argument["name"].as_str().unwrap().to_owned(), required)
            });
            signature(field["name"].as_str().unwrap(), arguments.collect())
        })
        .collect();
    let mut in_rest: Vec<String> = operations()
        .iter()
        .map(|operation| {
            let parameters = operation
                .parameters()
                .map(|(name, _, required)| (name.to_owned(), required));
            signature(operation.name(), parameters.collect())
        })
        .collect();
    in_schema.sort();
    in_rest.sort();
    assert_eq!(in_schema, in_rest);
}

#[test]
fn problems_of_the_domain_have_their_code() {
    assert_eq!(
        get("/division?a=1&b=0"),
        (
            StatusCode::UNPROCESSABLE_ENTITY,
            json!({
                "type": "about:blank",
                "title": "Unprocessable Entity",
                "status": 422,
                "detail": "argument `b`: division by zero",
                "code": "DIVISION_BY_ZERO",
                "parameter": "b",
            })
        )
    );
    check_problem(
        get("/racineCarree?x=-1"),
        "DOMAIN_ERROR",
        "x",
        "argument `x`: a negative number has no real square root, got -1",
    );
    check_problem(
        get("/serie?valeurs="),
        "EMPTY_SERIES",
        "valeurs",
        "argument `valeurs`: the series is empty, it needs at least one value",
    );
    check_problem(
        get("/calcul?expression=1+2"),
        "EXPRESSION_SYNTAX",
        "expression",
        "argument `expression`, column 3: expected an operator, found the number 2",
    );
}

#[test]
fn requests_that_are_not_accepted_are_400() {
    let not_a_number = |name: &str, value: &str| {
        format!(
            "argument `{name}`: {value:?} is not an exact decimal: it is not a number such as 12, -0.5 or 1.5e-3"
        )
    };
    let bad = |answer: (StatusCode, Value)| {
        assert_eq!(answer.0, StatusCode::BAD_REQUEST, "{}", answer.1);
        answer
    };
    check_problem(
        bad(get("/addition?a=1")),
        "MISSING_PARAMETER",
        "b",
        "the parameter `b` is missing",
    );
    check_problem(
        bad(get("/addition?a=1&b=2&c=3")),
        "UNKNOWN_PARAMETER",
        "c",
        "unknown parameter `c`, expected `a`, `b`",
    );
    check_problem(
        bad(get("/addition?a=1&a=2")),
        "BAD_PARAMETER",
        "a",
        "duplicate parameter `a`",
    );
    check_problem(
        bad(get("/addition?a=1&b=NaN")),
        "INVALID_DECIMAL",
        "b",
        &not_a_number("b", "NaN"),
    );
    check_problem(
        bad(get("/addition?a=&b=1")),
        "INVALID_DECIMAL",
        "a",
        "argument `a`: \"\" is not an exact decimal: the text is empty",
    );
    check_problem(
        bad(get("/serie?valeurs=1,x")),
        "INVALID_DECIMAL",
        "valeurs",
        &not_a_number("valeurs", "x"),
    );
    check_problem(
        bad(get("/factorielle?n=1.5")),
        "BAD_PARAMETER",
        "n",
        "the parameter `n` is not valid: a whole number of 32 bits is expected",
    );
    check_problem(
        bad(get("/arrondi?x=1&mode=HAUT")),
        "BAD_PARAMETER",
        "mode",
        "the parameter `mode` is not valid: one of DEMI_PAIR, DEMI_SUPERIEUR, DEMI_INFERIEUR, VERS_ZERO, DEPUIS_ZERO, PLANCHER, PLAFOND is expected",
    );
    check_problem(
        bad(post("/oppose", r#"{ "x": true }"#)),
        "BAD_PARAMETER",
        "x",
        "the parameter `x` is not valid: a number, or a text with one, is expected",
    );
    check_problem(
        bad(post("/oppose", r#"{ "x": 1, "x": 2 }"#)),
        "BAD_PARAMETER",
        "x",
        "duplicate parameter `x`",
    );
    check_problem(
        bad(post("/serie", r#"{ "valeurs": [[1]] }"#)),
        "BAD_PARAMETER",
        "valeurs",
        "the parameter `valeurs` is not valid: a list of numbers, or of texts with numbers, is expected",
    );
    assert_eq!(bad(post("/oppose", "{")).1["code"], "BAD_REQUEST");
    assert_eq!(bad(post("/oppose", "[1]")).1["code"], "BAD_PARAMETER");
}

#[test]
fn a_series_longer_than_configured_is_refused() {
    let limits = Limits {
        series_length: 2,
        ..Limits::default()
    };
    let request = Request::get("/api/v1/serie?valeurs=1,2,3")
        .body(Body::empty())
        .unwrap();
    check_problem(
        run(send(request, limits)),
        "LIMIT_EXCEEDED",
        "valeurs",
        "argument `valeurs`: values in a series: 3 is over the limit of 2",
    );
}

#[test]
fn the_document_describes_every_operation() {
    let document = table().openapi();
    assert_eq!(document["openapi"], "3.1.0");
    let paths: Vec<&String> = document["paths"].as_object().unwrap().keys().collect();
    let mut expected: Vec<String> = operations()
        .iter()
        .map(|operation| format!("/api/v1/{}", operation.name()))
        .collect();
    expected.sort();
    let mut sorted: Vec<String> = paths.into_iter().cloned().collect();
    sorted.sort();
    assert_eq!(sorted, expected);
    insta::assert_json_snapshot!("openapi_arrondi", document["paths"]["/api/v1/arrondi"]);
    insta::assert_json_snapshot!("openapi_components", document["components"]);
}

#[test]
fn every_reference_of_the_document_leads_somewhere() {
    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                if let Some(Value::String(reference)) = members.get("$ref") {
                    found.push(reference.trim_start_matches('#').to_owned());
                }
                members.values().for_each(|value| references(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }
    let document = table().openapi();
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 50);
    for reference in found {
        assert!(document.pointer(&reference).is_some(), "{reference}");
    }
}
