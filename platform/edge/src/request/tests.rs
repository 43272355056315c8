//! Tests of [`super`].

use axum::body::Body;
use axum::routing::{get, post};
use axum::{Extension, Json};
use http::{Request as HttpRequest, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tower::ServiceExt;

use super::access::AccessLine;
use super::arrival::Arrival;
use super::*;
use crate::TraceContext;

fn new_app() -> (Router, Recorder) {
    let recorder = Recorder::new(crate::METRICS, &[]);
    let app = Router::new()
        .route(
            "/items/{id}",
            get(|| async { "item" }).post(|| async { StatusCode::CREATED }),
        )
        .route("/context", get(context))
        .route(
            "/panic",
            get(async || -> () { panic!("at the {}", "disco") }),
        )
        .nest("/nested", Router::new().route("/inner", post(|| async {})));
    (observe(app, "test", &recorder), recorder)
}

/// What the layer puts into the extensions.
async fn context(
    Extension(id): Extension<RequestId>,
    Extension(trace): Extension<TraceContext>,
) -> Json<Value> {
    Json(json!({ "id": id.as_str(), "trace": trace.trace_id().to_string() }))
}

async fn send(app: &Router, method: &str, path: &str, headers: &[(&str, &str)]) -> Response {
    let mut request = HttpRequest::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    app.clone()
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap()
}

fn to(path: &str) -> HttpRequest<Body> {
    HttpRequest::get(path).body(Body::empty()).unwrap()
}

/// The line of one request, as a program writes it.
#[derive(Default)]
struct Written(std::sync::Mutex<Vec<String>>);

impl access::AccessWriter for Written {
    fn write(&self, line: &AccessLine<'_>) {
        let text = format!("{} {} {}", line.route, line.status, line.canceled);
        self.0.lock().unwrap().push(text);
    }
}

/// A service of one route whose answer is what `parts` gives, with its line and its metrics.
fn streaming(
    parts: tokio::sync::mpsc::Receiver<&'static str>,
) -> (
    impl Service<
        HttpRequest<Body>,
        Response = Response,
        Error = Infallible,
        Future: Future<Output = Result<Response, Infallible>>,
    >,
    Arc<Written>,
    Recorder,
) {
    let recorder = Recorder::new(crate::METRICS, &[]);
    let written = Arc::new(Written::default());
    let writer = Arc::clone(&written);
    let parts = std::sync::Mutex::new(Some(parts));
    let service = tower::service_fn(move |request: HttpRequest<Body>| {
        let arrival = request.extensions().get::<Arrival>().unwrap();
        arrival.write_with(Arc::clone(&writer) as Arc<dyn access::AccessWriter>);
        let parts = parts.lock().unwrap().take().unwrap();
        let body = futures_util::stream::unfold(parts, |mut parts| async move {
            let part = parts.recv().await?;
            Some((Ok::<_, Infallible>(part), parts))
        });
        std::future::ready(Ok(Response::new(Body::from_stream(body))))
    });
    let observed = Observer::new("test", &recorder).around_routes("/stream", service);
    (observed, written, recorder)
}

#[tokio::test]
async fn a_request_ends_with_the_last_byte_of_its_answer() {
    let (sender, receiver) = tokio::sync::mpsc::channel(1);
    let (service, written, recorder) = streaming(receiver);
    let response = service.oneshot(to("/stream")).await;
    let mut body = response.unwrap().into_body();
    sender.send("first").await.unwrap();
    body.frame().await.unwrap().unwrap();
    assert_eq!(active(&recorder, "GET"), 1.0);
    assert!(written.0.lock().unwrap().is_empty());
    drop(sender);
    assert!(body.frame().await.is_none());
    assert_eq!(active(&recorder, "GET"), 0.0);
    drop(body);
    assert_eq!(*written.0.lock().unwrap(), ["/stream 200 false"]);
}

#[tokio::test]
async fn a_request_ends_when_its_client_goes_in_the_middle_of_the_answer() {
    let (sender, receiver) = tokio::sync::mpsc::channel(1);
    let (service, written, recorder) = streaming(receiver);
    let response = service.oneshot(to("/stream")).await;
    let mut body = response.unwrap().into_body();
    sender.send("first").await.unwrap();
    body.frame().await.unwrap().unwrap();
    drop(body);
    assert_eq!(active(&recorder, "GET"), 0.0);
    assert_eq!(*written.0.lock().unwrap(), ["/stream 200 true"]);
}

async fn body(response: Response) -> String {
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The counts of requests, a line each.
fn counts(recorder: &Recorder) -> String {
    let text = recorder.render();
    let lines = text
        .lines()
        .filter_map(|line| line.strip_prefix("http_server_request_duration_seconds_count"));
    lines.collect::<Vec<_>>().join("\n")
}

fn active(recorder: &Recorder, method: &str) -> f64 {
    let start = format!("http_server_active_requests{{http_request_method=\"{method}\"}} ");
    recorder
        .render()
        .lines()
        .find_map(|line| line.strip_prefix(&start)?.parse().ok())
        .unwrap()
}

#[tokio::test]
async fn requests_are_counted_by_method_route_and_status() {
    let (app, recorder) = new_app();
    send(&app, "GET", "/items/1", &[]).await;
    send(&app, "GET", "/items/2?secret=3", &[]).await;
    send(&app, "POST", "/items/2", &[]).await;
    send(&app, "DELETE", "/items/2", &[]).await;
    send(&app, "POST", "/nested/inner", &[]).await;
    send(&app, "GET", "/nested/other", &[]).await;
    send(&app, "GET", "/other", &[]).await;
    send(&app, "BREW", "/other", &[]).await;
    send(&app, "_OTHER", "/other", &[]).await;
    insta::assert_snapshot!(counts(&recorder), @r#"
    {http_request_method="DELETE",http_route="/items/{id}",http_response_status_code="405"} 1
    {http_request_method="GET",http_route="/items/{id}",http_response_status_code="200"} 2
    {http_request_method="GET",http_route="_unmatched",http_response_status_code="404"} 2
    {http_request_method="POST",http_route="/items/{id}",http_response_status_code="201"} 1
    {http_request_method="POST",http_route="/nested/inner",http_response_status_code="200"} 1
    {http_request_method="_OTHER",http_route="_unmatched",http_response_status_code="404"} 2
    "#);
}

#[tokio::test]
async fn a_sane_request_id_is_kept_and_echoed() {
    let (app, _) = new_app();
    for id in ["a", "4bf92f35-77b3/x:1+2=3@4~5._", &"i".repeat(128)] {
        let response = send(&app, "GET", "/context", &[("x-request-id", id)]).await;
        assert_eq!(response.headers()[X_REQUEST_ID], id);
        assert!(body(response).await.contains(&format!(r#""id":"{id}""#)));
    }
}

#[tokio::test]
async fn any_other_request_id_is_replaced() {
    let (app, _) = new_app();
    for id in ["", "a b", "a\"b", "a\tb", "é", "{}", &"i".repeat(129)] {
        let response = send(&app, "GET", "/context", &[("x-request-id", id)]).await;
        let given = response.headers()[X_REQUEST_ID].to_str().unwrap();
        assert_eq!(given.len(), 16, "{id:?} became {given:?}");
        assert!(
            given.bytes().all(|byte| byte.is_ascii_hexdigit()),
            "{id:?} became {given:?}"
        );
    }
}

#[tokio::test]
async fn the_trace_of_the_caller_is_continued() {
    let (app, _) = new_app();
    let trace = "0af7651916cd43dd8448eb211c80319c";
    let parent = format!("00-{trace}-b7ad6b7169203331-01");
    let response = send(&app, "GET", "/context", &[("traceparent", &parent)]).await;
    assert!(body(response).await.contains(trace));
}

#[tokio::test]
async fn a_panic_is_a_plain_500_and_counted() {
    let (app, recorder) = new_app();
    let response = send(&app, "GET", "/panic", &[("x-request-id", "abc")]).await;
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(response.headers()[X_REQUEST_ID], "abc");
    assert_eq!(
        response.headers()[header::CONTENT_TYPE],
        "application/problem+json"
    );
    insta::assert_snapshot!(body(response).await, @r#"{"type":"about:blank","title":"Internal Server Error","status":500}"#);
    insta::assert_snapshot!(counts(&recorder), @r#"{http_request_method="GET",http_route="/panic",http_response_status_code="500"} 1"#);
    assert_eq!(active(&recorder, "GET"), 0.0);
}

#[tokio::test]
async fn requests_are_active_until_their_answer_or_their_clients_end() {
    let recorder = Recorder::new(crate::METRICS, &[]);
    let (entered, mut entries) = tokio::sync::mpsc::unbounded_channel();
    let app = Router::new().route(
        "/",
        get(move || async move {
            let (go, gone) = oneshot::channel::<()>();
            entered.send(go).unwrap();
            let _ = gone.await;
        }),
    );
    let app = observe(app, "test", &recorder);
    let ask = || {
        tokio::spawn({
            let app = app.clone();
            async move { send(&app, "GET", "/", &[]).await }
        })
    };

    let answered = ask();
    let go = entries.recv().await.unwrap();
    let abandoned = ask();
    let _never = entries.recv().await.unwrap();
    assert_eq!(active(&recorder, "GET"), 2.0);

    abandoned.abort();
    assert!(abandoned.await.unwrap_err().is_cancelled());
    assert_eq!(active(&recorder, "GET"), 1.0);

    go.send(()).unwrap();
    body(answered.await.unwrap()).await;
    assert_eq!(active(&recorder, "GET"), 0.0);
    insta::assert_snapshot!(counts(&recorder), @r#"
    {http_request_method="GET",http_route="/",http_response_status_code="200"} 1
    {http_request_method="GET",http_route="/",http_response_status_code="499"} 1
    "#);
}

#[tokio::test]
async fn paths_past_the_router_are_routes_of_their_own() {
    let recorder = Recorder::new(crate::METRICS, &[]);
    let observer = Observer::new("test", &recorder);
    let paths: Paths = ["/a", "/b"].into_iter().collect();
    let found = async |request: HttpRequest<Body>| {
        let found = request.uri().path().to_owned();
        Ok::<_, Infallible>(Response::new(Body::from(found)))
    };
    let service = observer.around_plain_routes(paths.clone(), tower::service_fn(found));
    let others = observer.around(Router::new().route("/c", get(async || "another")));
    let app = crate::direct(paths, service, others);
    for (path, told) in [
        ("/a?c=1", "/a"),
        ("/b", "/b"),
        ("/c", "another"),
        ("/a/", ""),
    ] {
        let response = app.clone().oneshot(to(path)).await.unwrap();
        assert_eq!(body(response).await, told, "{path}");
    }
    insta::assert_snapshot!(counts(&recorder), @r#"
    {http_request_method="GET",http_route="/a",http_response_status_code="200"} 1
    {http_request_method="GET",http_route="/b",http_response_status_code="200"} 1
    {http_request_method="GET",http_route="/c",http_response_status_code="200"} 1
    {http_request_method="GET",http_route="_unmatched",http_response_status_code="404"} 1
    "#);
}

/// How long a stream lasts is up to its client.
#[tokio::test]
async fn an_endless_answer_is_counted_once_when_its_head_is_there() {
    let recorder = Recorder::new(crate::METRICS, &[]);
    let endless = async || (Extension(Endless), Body::from("event"));
    let app = Router::new()
        .route("/events", get(endless))
        .route("/items", get(async || "item"));
    let app = observe(app, "test", &recorder);
    let items = send(&app, "GET", "/items", &[]).await;
    let events = send(&app, "GET", "/events", &[]).await;
    let counted =
        r#"{http_request_method="GET",http_route="/events",http_response_status_code="200"} 1"#;
    assert_eq!(counts(&recorder), counted);
    assert_eq!(active(&recorder, "GET"), 2.0);
    assert_eq!(body(events).await, "event");
    assert_eq!(counts(&recorder), counted);
    assert_eq!(active(&recorder, "GET"), 1.0);
    drop(items);
}
