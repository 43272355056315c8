//! Tests of [`super`].

use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt;
use tower::ServiceExt;

use super::*;

async fn get(app: &Router, path: &str) -> (StatusCode, String, String) {
    let request = Request::get(path).body(Body::empty()).unwrap();
    let response = app.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let content_type = response.headers().get(header::CONTENT_TYPE);
    let content_type = content_type
        .map_or("", |value| value.to_str().unwrap())
        .to_owned();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (
        status,
        content_type,
        String::from_utf8(body.to_vec()).unwrap(),
    )
}

fn new_app() -> (Router, Health) {
    let health = Health::new();
    let recorder = Recorder::new(crate::METRICS, &[("service", "test")]);
    (app(health.clone(), recorder), health)
}

#[tokio::test]
async fn a_program_that_answers_is_alive_ready_or_not() {
    let (app, _) = new_app();
    let (status, _, body) = get(&app, "/health/live").await;
    assert_eq!(
        (status, body.as_str()),
        (StatusCode::OK, r#"{"status":"alive"}"#)
    );
}

#[tokio::test]
async fn readiness_follows_the_program_and_tells_its_reason() {
    let (app, health) = new_app();
    let ready = || async { get(&app, "/health/ready").await };

    let (status, content_type, body) = ready().await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(content_type, "application/json");
    assert_eq!(body, r#"{"reason":"starting","status":"not ready"}"#);

    health.ready();
    let (status, _, body) = ready().await;
    assert_eq!(
        (status, body.as_str()),
        (StatusCode::OK, r#"{"status":"ready"}"#)
    );

    health.not_ready("no \"schema\"");
    let (status, _, body) = ready().await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(body, r#"{"reason":"no \"schema\"","status":"not ready"}"#);
    assert_eq!(health.readiness(), Err("no \"schema\"".to_owned()));
}

#[tokio::test]
async fn metrics_are_in_the_text_format_of_prometheus() {
    let (app, _) = new_app();
    let (status, content_type, body) = get(&app, "/metrics").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(content_type, "text/plain; version=0.0.4; charset=utf-8");
    assert!(
        body.contains("\n# TYPE http_server_active_requests gauge\n"),
        "{body}"
    );
}

#[tokio::test]
async fn metrics_say_whether_traffic_is_wanted() {
    let (app, health) = new_app();
    let exported = |value| format!("\nhealth_ready{{service=\"test\"}} {value}\n");
    assert!(get(&app, "/metrics").await.2.contains(&exported(0)));
    health.ready();
    assert!(get(&app, "/metrics").await.2.contains(&exported(1)));
    health.not_ready("draining");
    assert!(get(&app, "/metrics").await.2.contains(&exported(0)));
}

#[tokio::test]
async fn unknown_paths_are_not_found() {
    let (app, _) = new_app();
    assert_eq!(get(&app, "/").await.0, StatusCode::NOT_FOUND);
}
