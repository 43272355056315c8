use axum::body::Body;
use axum::http::Request as HttpRequest;
use http_body_util::BodyExt as _;
use valeurs::{Decimal, Erreur};

use super::*;
use crate::Capacity;
use crate::admission::Room;
use crate::caching::MAX_AGE;
use crate::compute::Pool;
use crate::pressure::Pressure;
use crate::rest::Door;

/// A third service: its domain is an addition, and its API a table.
fn table() -> Table {
    Table {
        title: "Third",
        description: "Adds.",
        version: "1.0.0",
        operations: vec![
            Operation::new(
                "somme",
                "The sum.",
                (
                    parameter::<Vec<Decimal>>("termes", "The terms.", "1,2"),
                    parameter("fois", "How many times.", "3")
                        .or(1)
                        .between(1, 9),
                ),
                |(termes, fois): (Vec<Decimal>, i32), _| {
                    if !(1..=9).contains(&fois) {
                        return Err(Erreur::invalid("fois", "from 1 to 9"));
                    }
                    Decimal::try_sum(termes)?.try_mul(fois.into())
                },
            ),
            Operation::new(
                "double",
                "Twice a number.",
                (parameter::<Decimal>("x", "The number.", "2"),),
                |(x,), _| x.try_add(x),
            ),
            Operation::new(
                "echo",
                "The text.",
                (parameter::<Option<String>>("texte", "A text.", "a"),),
                |(texte,), _| Ok(texte.map_or(0, |texte| texte.len())),
            ),
        ],
        schemas: json!({}),
    }
}

async fn send(request: HttpRequest<Body>) -> (u16, String, Value) {
    let limits = Limits::default();
    let room = Room::new(&Capacity::default(), &limits);
    let door = Door::new(table(), Pool::new(1, 1), Pressure::new(), room, limits);
    let operation = door.operation(request.uri().path()).unwrap();
    let response = door.answer(operation, request).await;
    let status = response.status().as_u16();
    let cached = response.headers().get("cache-control");
    let cached = cached
        .map_or("", |value| value.to_str().unwrap())
        .to_owned();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, cached, serde_json::from_slice(&body).unwrap())
}

async fn get(target: &str) -> (u16, String, Value) {
    let request = HttpRequest::get(format!("/api/v1{target}"));
    send(request.body(Body::empty()).unwrap()).await
}

async fn post(target: &str, body: &'static str) -> (u16, String, Value) {
    let request = HttpRequest::post(format!("/api/v1{target}"));
    let request = request.header("content-type", "application/json");
    send(request.body(Body::from(body)).unwrap()).await
}

#[tokio::test]
async fn an_operation_answers_by_both_methods() {
    let answer = json!({ "resultat": "9" });
    let (status, cached, body) = get("/somme?termes=1,2&fois=3").await;
    assert_eq!((status, &body), (200, &answer));
    assert_eq!(
        cached,
        MAX_AGE.to_str().unwrap(),
        "a pure function of its address"
    );
    let (status, cached, body) = post("/somme", r#"{"termes":[1,"2"],"fois":3.0}"#).await;
    assert_eq!((status, cached.as_str(), &body), (200, "", &answer));
    for absent in ["{}", r#"{"texte":null}"#] {
        assert_eq!(post("/echo", absent).await.2, json!({ "resultat": 0 }));
    }
    let (_, _, body) = post("/somme", r#"{"termes":[1],"fois":null}"#).await;
    assert_eq!(body, json!({ "resultat": "1" }));
}

#[tokio::test]
async fn what_does_not_follow_the_document_is_400_and_what_has_no_result_is_422() {
    let refused = async |answer: (u16, String, Value), status: u16, code: &str| {
        assert_eq!(
            (answer.0, &answer.2["code"]),
            (status, &json!(code)),
            "{}",
            answer.2
        );
        assert_eq!(answer.1, "", "a problem is not kept");
    };
    refused(get("/somme").await, 400, "MISSING_PARAMETER").await;
    refused(get("/somme?termes=x").await, 400, "INVALID_DECIMAL").await;
    refused(get("/somme?termes=1e99").await, 422, "INVALID_DECIMAL").await;
    refused(get("/somme?termes=1&fois=0").await, 400, "INVALID_ARGUMENT").await;
    refused(
        get("/somme?termes=1&fois=1&fois=1").await,
        400,
        "BAD_PARAMETER",
    )
    .await;
    refused(get("/somme?termes=1&fois=1.5").await, 400, "BAD_PARAMETER").await;
    refused(get("/somme?termes=7e28&fois=9").await, 422, "OVERFLOW").await;
    refused(
        post("/somme", r#"{"termes":[1],"fois":"3"}"#).await,
        400,
        "BAD_PARAMETER",
    )
    .await;
    refused(post("/echo", r#"{"texte":1}"#).await, 400, "BAD_PARAMETER").await;
    // A JSON number follows the document however long it is; a text does not.
    let zeros = "0".repeat(300);
    let long = |text: String| post("/somme", text.leak());
    let body = long(format!(r#"{{"termes":[1.{zeros},2],"fois":3.{zeros}}}"#)).await;
    assert_eq!(body.2, json!({ "resultat": "9" }));
    let beyond = long(format!(r#"{{"termes":[1{zeros}]}}"#)).await;
    refused(beyond, 422, "INVALID_DECIMAL").await;
    let text = long(format!(r#"{{"termes":["1{zeros}"]}}"#)).await;
    refused(text, 400, "INVALID_DECIMAL").await;
    refused(
        post("/echo", r#"{"text":"a"}"#).await,
        400,
        "UNKNOWN_PARAMETER",
    )
    .await;
}

#[tokio::test]
async fn lists_have_three_forms_and_a_comma_is_decimal_where_it_cannot_separate() {
    let check = async |termes: &str, expected: &str| {
        let (status, _, body) = get(&format!("/somme?{termes}")).await;
        assert_eq!(
            (status, &body["resultat"]),
            (200, &json!(expected)),
            "{termes} {body}"
        );
    };
    check("termes=1,5", "6").await;
    check("termes=1;5", "6").await;
    check("termes=1&termes=5", "6").await;
    check("termes=1,5;2,5", "4").await;
    check("termes=1,5;", "1.5").await;
    check("termes=1.5;2,5", "4").await;
    check("termes=1%2C5%3B2%2C5", "4").await;
    // A plus is a space in a query string, and a sign where it is written as `%2B`.
    check("termes=+1,+5", "6").await;
    check("termes=%2B1,%2B5", "6").await;
    for refused in [
        "termes=1,5&termes=2",
        "termes=1;2&termes=3",
        "termes=1,",
        "termes=1,,2",
        "termes=;",
        "termes=1,2,3;4",
        "termes=1.234,5;2",
    ] {
        let (status, _, body) = get(&format!("/somme?{refused}")).await;
        assert_eq!(
            (status, &body["parameter"]),
            (400, &json!("termes")),
            "{refused} {body}"
        );
    }
}

#[tokio::test]
async fn one_number_may_have_a_decimal_comma() {
    let check = async |x: &str, status: u16, expected: &str| {
        let answer = get(&format!("/double?x={x}")).await;
        let told = &answer.2[if status == 200 { "resultat" } else { "code" }];
        assert_eq!(
            (answer.0, told),
            (status, &json!(expected)),
            "{x} {}",
            answer.2
        );
    };
    check("0,5", 200, "1").await;
    check("-0%2C5", 200, "-1").await;
    check("1,5e2", 200, "300").await;
    check("1.234,5", 400, "INVALID_DECIMAL").await;
    check("1,2,3", 400, "INVALID_DECIMAL").await;
    check("", 400, "INVALID_DECIMAL").await;
    let (status, _, body) = post("/double", r#"{"x":"0,5"}"#).await;
    assert_eq!((status, &body["code"]), (400, &json!("INVALID_DECIMAL")));
}

#[tokio::test]
async fn parameters_in_the_address_of_a_post_are_not_passed_over() {
    let (status, _, body) = post("/echo?texte=a", "{}").await;
    assert_eq!(status, 400);
    assert_eq!(
        (&body["code"], &body["parameter"]),
        (&json!("BAD_PARAMETER"), &json!("texte"))
    );
}

#[test]
fn the_document_follows_from_the_table() {
    let document = table().openapi();
    insta::assert_snapshot!(format!("{:#}", document["paths"]["/api/v1/somme"]));
}

#[test]
fn the_document_promises_no_longer_series_than_the_program_takes() {
    let mut document = table().openapi();
    super::shorten_series(&mut document, 3);
    let path = &document["paths"]["/api/v1/somme"];
    let bounds = [
        "/get/parameters/0/schema/maxItems",
        "/post/requestBody/content/application~1json/schema/properties/termes/maxItems",
    ];
    for bound in bounds {
        assert_eq!(path.pointer(bound), Some(&json!(3)), "{bound} in {path:#}");
    }
}
