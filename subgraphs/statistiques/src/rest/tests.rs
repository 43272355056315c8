//! Requests at the REST API, without a socket.

mod refused;

use axum::{
    body::Body,
    http::{Request, Response},
};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

async fn send(request: Request<Body>) -> (u16, String, Value) {
    send_within(request, service::Limits::default()).await
}

async fn send_within(request: Request<Body>, limits: service::Limits) -> (u16, String, Value) {
    let program = crate::program();
    let mut config = service::Config::of(&program);
    config.limits = limits;
    let response: Response<_> = service::apps(program, &config)
        .public
        .oneshot(request)
        .await
        .unwrap();
    let status = response.status().as_u16();
    let media = response.headers()["content-type"]
        .to_str()
        .unwrap()
        .to_owned();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, media, serde_json::from_slice(&body).unwrap())
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap()
        .block_on(future)
}

fn get(target: &str) -> (u16, String, Value) {
    run(send(
        Request::get(format!("/api/v1/{target}"))
            .body(Body::empty())
            .unwrap(),
    ))
}

fn post(operation: &str, body: &str) -> (u16, String, Value) {
    let request =
        Request::post(format!("/api/v1/{operation}")).header("content-type", "application/json");
    run(send(request.body(Body::from(body.to_owned())).unwrap()))
}

#[track_caller]
fn check(target: &str, expected: Value) {
    let (status, media, body) = get(target);
    assert_eq!(body, json!({ "resultat": expected }), "{target}");
    assert_eq!((status, media.as_str()), (200, "application/json"));
}

#[track_caller]
fn check_problem(
    (status, media, body): (u16, String, Value),
    expected: u16,
    code: &str,
    parameter: Option<&str>,
) {
    assert_eq!(body["code"], code, "{body}");
    assert_eq!(body["parameter"].as_str(), parameter, "{body}");
    assert_eq!(body["status"], expected, "{body}");
    assert_eq!(
        (status, media.as_str()),
        (expected, "application/problem+json"),
        "{body}"
    );
}

#[test]
fn every_statistic_of_a_series_answers_by_get() {
    check("moyenne?valeurs=1,2,3", json!("2"));
    check("moyenne?valeurs=0.1,%200.2", json!("0.15"));
    check("moyennePonderee?valeurs=10,20&poids=3,1", json!("12.5"));
    check("moyenneGeometrique?valeurs=2,8", json!("4"));
    check("moyenneHarmonique?valeurs=2,6", json!("3"));
    check("mediane?valeurs=4,1,3,2", json!("2.5"));
    check("modes?valeurs=1,2,2,1", json!(["1", "2"]));
    check("quantile?valeurs=1,2,4&p=0.1", json!("1.2"));
    check(
        "quartiles?valeurs=1,2,4",
        json!({ "q1": "1.5", "q2": "2", "q3": "3" }),
    );
    check("ecartInterquartile?valeurs=1,2,4", json!("1.5"));
    check("minimum?valeurs=1,-2,4", json!("-2"));
    check("maximum?valeurs=1,-2,4", json!("4"));
    check("etendue?valeurs=1,-2,4", json!("6"));
    check("effectif?valeurs=1,-2,4", json!(3));
    check("variance?valeurs=1,3", json!("2"));
    check("variance?valeurs=1,3&definition=POPULATION", json!("1"));
    check(
        "ecartType?definition=ECHANTILLON&valeurs=1,2,4",
        json!("1.5275252316519466688626823979"),
    );
    check(
        "coefficientVariation?valeurs=2,6&definition=POPULATION",
        json!("0.5"),
    );
    check("asymetrie?valeurs=1,2,3", json!("0"));
    check(
        "aplatissement?valeurs=1,-1&definition=POPULATION",
        json!("-2"),
    );
    check(
        "histogramme?valeurs=0,1&classes=1",
        json!([{ "borneInf": "0", "borneSup": "1", "effectif": 2, "frequence": "1" }]),
    );
    check(
        "scoreZ?valeur=9&dans=2,4,4,4,5,5,7,9&definition=POPULATION",
        json!("2"),
    );
    check("scoresZ?valeurs=1,2,3", json!(["-1", "0", "1"]));
    check("triee?valeurs=3,-1,2", json!(["-1", "2", "3"]));
    check(
        "centree?valeurs=1,2,4",
        json!([
            "-1.3333333333333333333333333333",
            "-0.3333333333333333333333333333",
            "1.6666666666666666666666666667"
        ]),
    );
    check("sans?valeurs=1,2,3,2,100", json!(["1", "2", "3", "2"]));
    check(
        "sans?valeurs=1,2,3,2,100&aberrantes=ECART_TYPE",
        json!(["1", "2", "3", "2", "100"]),
    );
    check(
        "sans?valeurs=1,2,3,2,100&aberrantes=ECART_TYPE&facteur=1",
        json!(["1", "2", "3", "2"]),
    );
}

#[test]
fn comparisons_and_estimates_answer_by_get() {
    check("covariance?x=1,2,3&y=1,3,8", json!("3.5"));
    check("correlation?x=1,2,3&y=6,4,2", json!("-1"));
    check(
        "regressionLineaire?x=1,2&y=3,5",
        json!({ "pente": "2", "ordonnee": "1", "r2": "1" }),
    );
    check(
        "regressionLineaire?x=1,2&y=3,3",
        json!({ "pente": "0", "ordonnee": "3", "r2": null }),
    );
    check(
        "regression?x=1,2,3&y=1,3,2",
        json!({
            "pente": "0.5",
            "ordonnee": "1",
            "r2": "0.25",
            "residus": ["-0.5", "1", "-0.5"],
            "prediction": null,
        }),
    );
    let (_, _, body) = get("regression?x=1,2,3&y=1,3,2&prediction=0,5");
    assert_eq!(body["resultat"]["prediction"], "1.25", "{body}");
    check("correlation?x=1,2,3&y=1,8,27&methode=SPEARMAN", json!("1"));
    check(
        "quantiles?valeurs=1,2,3,4&ps=0,0.25,1&methode=TYPE_2",
        json!(["1", "1.5", "4"]),
    );
    check(
        "intervalleConfiance?valeurs=1,3&niveau=0.5",
        json!({ "niveau": "0.5", "borneInf": "1", "borneSup": "3", "marge": "1" }),
    );
    // One degree of freedom: t = 1 leaves half of the distribution outside.
    check(
        "testStudent?x=1,3&moyenne=1",
        json!({ "statistique": "1", "degresLiberte": "1", "pValeur": "0.5" }),
    );
    check(
        "testStudent?x=1,3&y=0,0&variante=APPARIEES&alternative=SUPERIEURE&moyenne=1",
        json!({ "statistique": "1", "degresLiberte": "1", "pValeur": "0.25" }),
    );
}

#[test]
fn every_operation_answers_its_own_example() {
    let document = super::table().openapi();
    for operation in super::operations::operations() {
        let name = operation.name();
        let query: Vec<String> = operation
            .parameters()
            .map(|(name, example, _)| format!("{name}={example}"))
            .collect();
        let target = format!("{name}?{}", query.join("&"));
        let (status, _, by_get) = get(&target);
        assert_eq!(status, 200, "{target}: {by_get}");
        let path = &document["paths"][format!("/api/v1/{name}")];
        let example =
            path["post"]["requestBody"]["content"]["application/json"]["example"].to_string();
        let (status, _, by_post) = post(name, &example);
        assert_eq!((status, by_post), (200, by_get), "{example}");
    }
}

#[test]
fn a_list_is_written_in_several_ways() {
    check("moyenne?valeurs=1,5", json!("3"));
    check("moyenne?valeurs=1,5;2,5", json!("2"));
    check("moyenne?valeurs=1.5;%202.5", json!("2"));
    check("moyenne?valeurs=1,5;", json!("1.5"));
    check("moyenne?valeurs=1.5&valeurs=2.5", json!("2"));
    for cannot_be_told in ["valeurs=1,5&valeurs=2", "valeurs=1;2&valeurs=3"] {
        let answer = get(&format!("moyenne?{cannot_be_told}"));
        check_problem(answer, 400, "BAD_PARAMETER", Some("valeurs"));
    }
    for wrong in [
        "valeurs=1,2,3;4",
        "valeurs=1.5,2;3",
        "valeurs=;1",
        "valeurs=1;;2",
    ] {
        let answer = get(&format!("moyenne?{wrong}"));
        check_problem(answer, 400, "INVALID_DECIMAL", Some("valeurs"));
    }
}

#[test]
fn a_body_has_the_same_parameters_and_keeps_every_digit() {
    let (status, _, body) = post("moyenne", r#"{ "valeurs": [1, "2", 3.0, 4e0] }"#);
    assert_eq!((status, body), (200, json!({ "resultat": "2.5" })));
    let (_, _, body) = post(
        "maximum",
        r#"{ "valeurs": [0.1234567890123456789012345678] }"#,
    );
    assert_eq!(
        body,
        json!({ "resultat": "0.1234567890123456789012345678" })
    );
    let (_, _, body) = post("variance", r#"{ "valeurs": [1, 3], "definition": null }"#);
    assert_eq!(body, json!({ "resultat": "2" }));
    let (_, _, body) = post("histogramme", r#"{ "valeurs": [1, 3], "classes": 1 }"#);
    assert_eq!(body["resultat"][0]["effectif"], 2);
}

#[test]
fn the_document_describes_every_operation() {
    let (status, _, document) = run(send(
        Request::get("/api/v1/openapi.json")
            .body(Body::empty())
            .unwrap(),
    ));
    assert_eq!(status, 200);
    assert_eq!(document, crate::program().openapi);
    assert_eq!(document["openapi"], "3.1.0");
    let paths = document["paths"].as_object().unwrap();
    assert_eq!(paths.len(), super::operations::operations().len());
    // Every reference leads somewhere.
    let text = document.to_string();
    let references = text
        .split(r##""$ref":"#"##)
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap());
    for pointer in references {
        assert!(document.pointer(pointer).is_some(), "{pointer}");
    }
    for method in ["get", "post"] {
        let is_deprecated =
            |name: &str| &document["paths"][format!("/api/v1/{name}")][method]["deprecated"];
        assert_eq!(is_deprecated("regressionLineaire"), true, "{method}");
        assert!(is_deprecated("regression").is_null(), "{method}");
    }
    insta::assert_snapshot!(format!("{:#}", paths["/api/v1/variance"]));
}

#[test]
fn every_description_of_the_document_is_in_french_too() {
    let english = super::table().openapi();
    let missing = crate::program::descriptions().missing_in_openapi(&english);
    assert_eq!(missing, [""; 0]);
}

#[test]
fn each_root_field_and_each_series_of_a_series_is_an_operation() {
    let sdl = crate::sdl();
    let query = sdl
        .split("type Query {")
        .nth(1)
        .unwrap()
        .split("\n}")
        .next()
        .unwrap();
    let fields: Vec<&str> = query
        .lines()
        .filter_map(|line| {
            line.strip_prefix('\t')?
                .split_once('(')
                .map(|(name, _)| name)
        })
        .filter(|name| !name.is_empty() && !name.contains([' ', '\t', '"']))
        .collect();
    let operations = super::operations::operations();
    let mut operations: Vec<&str> = operations
        .iter()
        .map(|operation| operation.name())
        .collect();
    let mut fields: Vec<&str> = fields;
    fields.extend(["triee", "centree", "sans"]);
    fields.sort_unstable();
    operations.sort_unstable();
    assert_eq!(fields, operations);
}
