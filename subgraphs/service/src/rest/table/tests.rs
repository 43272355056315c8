use axum::body::Body;
use axum::http::Request as HttpRequest;
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;
use valeurs::{Decimal, Erreur};

use super::*;

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
    let routes = table().routes().layer(Extension(Limits::default()));
    let response = routes.oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let cached = response.headers().get("cache-control");
    let cached = cached
        .map_or("", |value| value.to_str().unwrap())
        .to_owned();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, cached, serde_json::from_slice(&body).unwrap())
}

async fn get(target: &str) -> (u16, String, Value) {
    send(HttpRequest::get(target).body(Body::empty()).unwrap()).await
}

async fn post(target: &str, body: &'static str) -> (u16, String, Value) {
    let request = HttpRequest::post(target).header("content-type", "application/json");
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
    refused(
        post("/echo", r#"{"text":"a"}"#).await,
        400,
        "UNKNOWN_PARAMETER",
    )
    .await;
}

#[test]
fn the_document_follows_from_the_table() {
    let document = table().openapi();
    insta::assert_snapshot!(format!("{:#}", document["paths"]["/api/v1/somme"]));
}
