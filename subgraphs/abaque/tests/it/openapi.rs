//! What the OpenAPI documents of both services promise: every example is one of its own schema, is answered, and the answer is one of its schema too; what a bound
//! refuses is refused with 400, and what no schema excludes is not.

use http::{Request, StatusCode, header};
use http_body_util::Full;
use regex::Regex;
use serde_json::{Value, json};

use crate::http::Answer;
use crate::stack::{Running, Stack};

/// Says what of a value is not of a schema, in the words of JSON Schema that the documents use; another word is an error too.
struct Schemas<'a>(&'a Value);

impl Schemas<'_> {
    fn check(&self, schema: &Value, value: &Value) -> Result<(), String> {
        let wrong = |word: &str| Err(format!("{value} has another {word} than {schema}"));
        let members = schema.as_object().expect("a schema is an object");
        for (word, expected) in members {
            let is_right = match word.as_str() {
                "$ref" => {
                    let path = expected.as_str().expect("a reference is a text");
                    let schema = self.0.pointer(path.trim_start_matches('#'));
                    self.check(schema.expect("what is referred to"), value)?;
                    true
                }
                "type" => is_of(expected.as_str().unwrap_or_default(), value),
                "anyOf" | "oneOf" => {
                    let schemas = expected.as_array().expect("a list of schemas");
                    let fit = schemas.iter().filter(|one| self.check(one, value).is_ok());
                    let count = fit.count();
                    count == 1 || count > 1 && word == "anyOf"
                }
                "const" => value == expected,
                "enum" => expected.as_array().is_some_and(|all| all.contains(value)),
                "pattern" => value.as_str().is_none_or(|text| {
                    let pattern = expected.as_str().expect("a pattern is a text");
                    Regex::new(pattern).expect(pattern).is_match(text)
                }),
                "minLength" | "maxLength" | "minItems" | "maxItems" => {
                    let count = match value {
                        Value::String(text) => text.chars().count() as u64,
                        Value::Array(items) => items.len() as u64,
                        _ => continue,
                    };
                    let bound = expected.as_u64().expect("a bound is a number");
                    if word.starts_with("min") {
                        count >= bound
                    } else {
                        count <= bound
                    }
                }
                "minimum" => value.as_f64() >= expected.as_f64(),
                "maximum" => value.as_f64() <= expected.as_f64(),
                "exclusiveMinimum" => value.as_f64() > expected.as_f64(),
                "exclusiveMaximum" => value.as_f64() < expected.as_f64(),
                "items" => {
                    let mut items = value.as_array().into_iter().flatten();
                    items.try_for_each(|item| self.check(expected, item))?;
                    true
                }
                "properties" => {
                    for (name, schema) in expected.as_object().expect("schemas by name") {
                        if let Some(member) = value.get(name) {
                            self.check(schema, member)?;
                        }
                    }
                    true
                }
                "required" => {
                    let mut names = expected.as_array().into_iter().flatten();
                    names.all(|name| name.as_str().is_some_and(|name| value.get(name).is_some()))
                }
                "additionalProperties" => {
                    let known = &schema["properties"];
                    let mut names = value.as_object().into_iter().flat_map(|all| all.keys());
                    expected != &json!(false) || names.all(|name| known.get(name).is_some())
                }
                "description" | "default" | "format" => true,
                other => return Err(format!("`{other}` in {schema}")),
            };
            if !is_right {
                return wrong(word);
            }
        }
        Ok(())
    }
}

fn is_of(kind: &str, value: &Value) -> bool {
    match kind {
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}

async fn get(stack: &Stack, program: &Running, path: &str) -> Answer {
    stack
        .client
        .get(program.public, path, "application/json")
        .await
}

async fn post(stack: &Stack, program: &Running, path: &str, body: &Value) -> Answer {
    let request = Request::post(format!("http://{}{path}", program.public))
        .header(header::CONTENT_TYPE, "application/json")
        .body(Full::from(body.to_string()))
        .expect("the request is well-formed");
    let answer = stack.client.send(request).await;
    answer.expect("the program answers")
}

/// As a parameter of a query string is written: a list is one text.
fn written(name: &str, example: &Value) -> String {
    let text = |value: &Value| value.as_str().map_or(value.to_string(), str::to_owned);
    let text = match example {
        Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(","),
        one => text(one),
    };
    let escaped: String = text
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b',' | b'.' | b'-' => {
                char::from(byte).to_string()
            }
            byte => format!("%{byte:02X}"),
        })
        .collect();
    format!("{name}={escaped}")
}

#[tokio::test]
async fn every_example_is_of_its_schema_and_is_answered_as_is_said() {
    let stack = Stack::start().await;
    for program in [&stack.calculatrice, &stack.statistiques] {
        let document = get(&stack, program, "/api/v1/openapi.json").await.json();
        let schemas = Schemas(&document);
        let paths = document["paths"].as_object().expect("operations by path");
        assert!(paths.len() > 20);
        for (path, operations) in paths {
            let by_get = &operations["get"];
            let parameters = by_get["parameters"].as_array().expect("parameters");
            let mut query = Vec::new();
            for parameter in parameters {
                let (name, example) = (&parameter["name"], &parameter["example"]);
                let checked = schemas.check(&parameter["schema"], example);
                assert_eq!(checked, Ok(()), "{path} {name}");
                query.push(written(name.as_str().unwrap_or_default(), example));
            }
            let got = get(&stack, program, &format!("{path}?{}", query.join("&"))).await;

            let content = &operations["post"]["requestBody"]["content"]["application/json"];
            let checked = schemas.check(&content["schema"], &content["example"]);
            assert_eq!(checked, Ok(()), "{path}");
            let posted = post(&stack, program, path, &content["example"]).await;

            assert_eq!(got.status, StatusCode::OK, "{path} {got:?}");
            assert_eq!(posted.status, StatusCode::OK, "{path} {posted:?}");
            assert_eq!(got.json(), posted.json(), "{path}");
            let answer = &by_get["responses"]["200"]["content"]["application/json"]["schema"];
            assert_eq!(schemas.check(answer, &got.json()), Ok(()), "{path}");
        }
    }
    stack.stop().await;
}

#[tokio::test]
async fn what_the_documents_do_not_exclude_is_no_bad_request() {
    let stack = Stack::start().await;
    let (bad, no_result) = (StatusCode::BAD_REQUEST, StatusCode::UNPROCESSABLE_ENTITY);
    let calculatrice = &stack.calculatrice;
    let document = get(&stack, calculatrice, "/api/v1/openapi.json")
        .await
        .json();
    let schemas = Schemas(&document);
    let schema = &document["paths"]["/api/v1/calcul"]["post"]["requestBody"]["content"]["application/json"]
        ["schema"];
    let named = |count: usize| -> Vec<Value> {
        (0..count)
            .map(|n| json!({ "nom": format!("x{n}"), "valeur": 1 }))
            .collect()
    };
    for (body, status) in [
        (
            json!({ "expression": "1700!*1700!/1700!*1700!" }),
            no_result,
        ),
        (json!({ "expression": " ".repeat(1_001) }), bad),
        (json!({ "expression": "1".repeat(1_001) }), bad),
        (json!({ "expression": "1", "avec": named(65) }), bad),
        (json!({ "expression": "+".repeat(600) }), no_result),
        (
            json!({ "expression": format!("{}1", "1+".repeat(499)) }),
            StatusCode::OK,
        ),
    ] {
        let answer = post(&stack, calculatrice, "/api/v1/calcul", &body).await;
        assert_eq!(answer.status, status, "{body} {}", answer.text());
        assert_eq!(
            schemas.check(schema, &body).is_ok(),
            status != bad,
            "{body}"
        );
    }
    let statistiques = &stack.statistiques;
    for (path, body, status) in [
        ("moyenne", json!({ "valeurs": vec![1; 10_001] }), bad),
        (
            "quantiles",
            json!({ "valeurs": [1], "ps": vec![0; 1_001] }),
            bad,
        ),
        (
            "histogramme",
            json!({ "valeurs": [1], "classes": 1_001 }),
            bad,
        ),
    ] {
        let answer = post(&stack, statistiques, &format!("/api/v1/{path}"), &body).await;
        assert_eq!(answer.status, status, "{path} {}", answer.text());
        assert_eq!(answer.json()["code"], "LIMIT_EXCEEDED", "{path}");
    }
    stack.stop().await;
}

/// Numbers with bounds of their own, at both doors: each text and number follows the document or is a bad request.
#[tokio::test]
async fn numbers_follow_the_document_or_are_bad_requests() {
    let stack = Stack::start().await;
    let program = &stack.statistiques;
    let document = get(&stack, program, "/api/v1/openapi.json").await.json();
    let schemas = Schemas(&document);
    let texts = [
        "0",
        "1",
        "0.5",
        "1.0",
        "00.50",
        "+0.5",
        "-0",
        "-0.5",
        "1.1",
        "95",
        "5e-1",
        "1e-28",
        "9.9e-01",
        "1e-400",
        "1e5",
        "1e99",
        "0.00000000000000000000000000001",
        "0,5",
        "x",
        "",
        "1e",
        ".5",
        "5.",
        "NaN",
    ];
    let numbers = [
        json!(0),
        json!(1),
        json!(0.5),
        json!(-0.5),
        json!(1.5),
        json!(95),
        json!(1e-7),
    ];
    for (operation, name, others) in [
        ("quantile", "p", "valeurs=1,2,3"),
        ("intervalleConfiance", "niveau", "valeurs=1,3"),
        ("sans", "facteur", "valeurs=1,2,3"),
    ] {
        let path = format!("/api/v1/{operation}");
        let parameters = &document["paths"][&path]["get"]["parameters"];
        let parameter = parameters.as_array().expect("parameters").iter();
        let parameter = parameter.clone().find(|one| one["name"] == name);
        let schema = &parameter.expect("it is one of them")["schema"];
        for text in texts {
            let asked = format!("{path}?{others}&{}", written(name, &json!(text)));
            let answer = get(&stack, program, &asked).await;
            let follows = schemas.check(schema, &json!(text)).is_ok();
            let told = format!("{asked}: {}", answer.text());
            assert_eq!(follows, answer.status != StatusCode::BAD_REQUEST, "{told}");
        }
        let body = &document["paths"][&path]["post"]["requestBody"]["content"]["application/json"];
        for value in texts.map(Value::from).into_iter().chain(numbers.clone()) {
            let sent = json!({ "valeurs": [1, 2, 3], name: value });
            let answer = post(&stack, program, &path, &sent).await;
            let follows = schemas.check(&body["schema"], &sent).is_ok();
            let told = format!("{path} {sent}: {}", answer.text());
            assert_eq!(follows, answer.status != StatusCode::BAD_REQUEST, "{told}");
        }
    }
    // A list without values follows the document, and has no result.
    for (path, body) in [
        ("moyenne", json!({ "valeurs": [] })),
        ("covariance", json!({ "x": [], "y": [1] })),
    ] {
        let path = format!("/api/v1/{path}");
        let answer = post(&stack, program, &path, &body).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        let schema =
            &document["paths"][&path]["post"]["requestBody"]["content"]["application/json"];
        assert_eq!(schemas.check(&schema["schema"], &body), Ok(()), "{path}");
    }
    stack.stop().await;
}
