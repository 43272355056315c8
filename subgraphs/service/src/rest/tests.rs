//! The REST API, asked without a socket.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};

use crate::fixture::{Answer, Fixture};

const JSON: &str = "application/json";
const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

async fn post(fixture: &Fixture, path: &str, content_type: &str, body: &str) -> Answer {
    let request = Request::post(path).header("content-type", content_type);
    fixture
        .send(request.body(Body::from(body.to_owned())).unwrap())
        .await
}

/// A problem has its status in both places, and its code.
#[track_caller]
fn check_problem(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.status.as_u16(), status, "{answer:?}");
    assert_eq!(
        answer.header("content-type"),
        "application/problem+json",
        "{answer:?}"
    );
    assert_eq!(answer.json()["status"], status, "{answer:?}");
    assert_eq!(answer.json()["code"], code, "{answer:?}");
}

#[tokio::test]
async fn routes_are_below_the_version() {
    let fixture = Fixture::new();
    let answer = fixture.get("/api/v1/add?a=1&b=2", JSON).await;
    assert_eq!(
        (answer.status, answer.body.as_str()),
        (StatusCode::OK, r#"{"result":3}"#)
    );
    let answer = post(&fixture, "/api/v1/add", JSON, r#"{"a":1,"b":2}"#).await;
    assert_eq!(
        (answer.status, answer.body.as_str()),
        (StatusCode::OK, r#"{"result":3}"#)
    );
    check_problem(&fixture.get("/add?a=1&b=2", JSON).await, 404, "NOT_FOUND");
}

#[tokio::test]
async fn what_is_slow_is_computed_on_the_pool_however_short_it_is() {
    let fixture = Fixture::new();
    let body = async |path: &str| fixture.get(path, JSON).await.body;
    assert_eq!(body("/api/v1/slowly").await, "\"compute\"");
    assert_ne!(body("/api/v1/thread").await, "\"compute\"");
    let answer = post(&fixture, "/api/v1/slowly", JSON, "{}").await;
    assert_eq!(answer.body, "\"compute\"");
    fixture.apps.pressure.rise();
    assert_eq!(body("/api/v1/slowly").await, "\"compute\"");
}

#[tokio::test]
async fn wrong_parameters_are_problems_that_name_them() {
    let fixture = Fixture::new();
    let told = async |query: &str| fixture.get(&format!("/api/v1/add{query}"), JSON).await.body;
    insta::assert_snapshot!(told("?a=1").await, @r#"{"type":"about:blank","title":"Bad Request","status":400,"detail":"the parameter `b` is missing","code":"MISSING_PARAMETER","parameter":"b"}"#);
    insta::assert_snapshot!(told("?a=1&b=x").await, @r#"{"type":"about:blank","title":"Bad Request","status":400,"detail":"the parameter `b` is not valid: a whole number of 32 bits is expected","code":"BAD_PARAMETER","parameter":"b"}"#);
    insta::assert_snapshot!(told("?a=1&b=2&c=3").await, @r#"{"type":"about:blank","title":"Bad Request","status":400,"detail":"unknown parameter `c`, expected `a`, `b`","code":"UNKNOWN_PARAMETER","parameter":"c"}"#);
    insta::assert_snapshot!(told("?a=1&a=2&b=2").await, @r#"{"type":"about:blank","title":"Bad Request","status":400,"detail":"duplicate parameter `a`","code":"BAD_PARAMETER","parameter":"a"}"#);
    insta::assert_snapshot!(told("").await, @r#"{"type":"about:blank","title":"Bad Request","status":400,"detail":"the parameter `a` is missing","code":"MISSING_PARAMETER","parameter":"a"}"#);
    insta::assert_snapshot!(told("?a=2147483647&b=1").await, @r#"{"type":"about:blank","title":"Unprocessable Entity","status":422,"detail":"argument `b`: the result of `add` is beyond ±79228162514264337593543950335","code":"OVERFLOW","parameter":"b"}"#);
}

#[tokio::test]
async fn wrong_bodies_are_problems() {
    let fixture = Fixture::with(|config| config.limits.body_bytes = 64);
    let send = async |content_type, body| post(&fixture, "/api/v1/add", content_type, body).await;
    check_problem(
        &send("text/plain", r#"{"a":1,"b":2}"#).await,
        415,
        "UNSUPPORTED_MEDIA_TYPE",
    );
    check_problem(&send(JSON, "{").await, 400, "BAD_REQUEST");
    check_problem(&send(JSON, r#"{"a":1}"#).await, 400, "MISSING_PARAMETER");
    check_problem(
        &send(JSON, r#"{"a":1,"b":"x"}"#).await,
        400,
        "BAD_PARAMETER",
    );
    let long = " ".repeat(65);
    check_problem(&send(JSON, &long).await, 413, "PAYLOAD_TOO_LARGE");
    let told = async |body| send(JSON, body).await.json()["detail"].to_string();
    insta::assert_snapshot!(told("[1]").await, @r#""the body is not what is expected: invalid type: sequence, expected an object with the parameters at line 1 column 0""#);
    insta::assert_snapshot!(told(r#"{"a":1,"b":2} 3"#).await, @r#""the body is not valid JSON: trailing characters at line 1 column 15""#);
    insta::assert_snapshot!(told(r#"{"z":1,"a":1,"a":1}"#).await, @r#""unknown parameter `z`, expected `a`, `b`""#);
    insta::assert_snapshot!(told(r#"{"a":1,"a":1,"z":1}"#).await, @r#""duplicate parameter `a`""#);
    // That it is no JSON comes before what its members are.
    insta::assert_snapshot!(told(r#"{"z":1,"a":01}"#).await, @r#""the body is not valid JSON: invalid number at line 1 column 13""#);
    assert_eq!(
        send(JSON, r#"{"\u0061":1,"b":2}"#).await.body,
        r#"{"result":3}"#
    );
}

#[tokio::test]
async fn bodies_are_json_by_whatever_name_says_so() {
    let fixture = Fixture::new();
    let status = async |content_type| {
        let answer = post(&fixture, "/api/v1/add", content_type, r#"{"a":1,"b":2}"#);
        answer.await.status.as_u16()
    };
    for json in [
        "Application/JSON ; charset=utf-8",
        "application/vnd.api+json",
    ] {
        assert_eq!(status(json).await, 200, "{json}");
    }
    for other in [
        "application/json-seq",
        "application/jsonp",
        "text/json",
        "text/x+json",
        "json",
        "",
    ] {
        assert_eq!(status(other).await, 415, "{other}");
    }
}

#[tokio::test]
async fn unknown_paths_and_methods_are_problems_everywhere() {
    let fixture = Fixture::new();
    for path in [
        "/api/v1/nothing",
        "/api/v1/add/more",
        "/api/v2/add",
        "/nothing",
        "/api",
    ] {
        check_problem(&fixture.get(path, JSON).await, 404, "NOT_FOUND");
    }
    let long = format!("/api/v1/{}", "a".repeat(30_000));
    let answer = fixture.get(&long, JSON).await;
    check_problem(&answer, 404, "NOT_FOUND");
    assert!(answer.body.len() < 2_000, "{answer:?}");
    let answer = fixture.get("/api/v1/add/?a=1&b=2", JSON).await;
    insta::assert_snapshot!(answer.json()["detail"].to_string(), @r#""nothing is served at `/api/v1/add/`: leave the `/` at its end out""#);
    let answer = fixture.get("/api/v1/nothing", JSON).await;
    insta::assert_snapshot!(answer.json()["detail"].to_string(), @r#""nothing is served at `/api/v1/nothing`; see /api/v1 and /graphql""#);
    for path in ["/api/v1/add", "/api/v1/openapi.json", "/api/v1"] {
        let request = Request::delete(path).body(Body::empty()).unwrap();
        let answer = fixture.send(request).await;
        check_problem(&answer, 405, "METHOD_NOT_ALLOWED");
        assert!(answer.header("allow").contains("GET"), "{path}: {answer:?}");
    }
}

#[tokio::test]
async fn no_request_takes_longer_than_it_may() {
    let fixture = Fixture::with(|config| config.limits.request_timeout = Duration::from_millis(20));
    check_problem(
        &fixture.get("/api/v1/wait", JSON).await,
        503,
        "REQUEST_TIMEOUT",
    );
}

#[tokio::test]
async fn the_domain_sees_the_limits() {
    let fixture = Fixture::with(|config| config.limits.series_length = 7);
    assert_eq!(fixture.get("/api/v1/limits", JSON).await.body, "7");
}

#[tokio::test]
async fn the_document_is_served_to_programs() {
    let fixture = Fixture::new();
    let document = fixture.get("/api/v1/openapi.json", "*/*").await;
    assert_eq!(document.status, StatusCode::OK);
    assert_eq!(document.header("content-type"), JSON);
    assert_eq!(document.json()["info"]["version"], "1.2.3");
    assert_eq!(fixture.get("/api/v1", "*/*").await.body, document.body);
    assert_eq!(fixture.get("/api/v1/", "*/*").await.body, document.body);
}

#[tokio::test]
async fn the_page_is_served_to_browsers() {
    let fixture = Fixture::new();
    let page = fixture.get("/api/v1", BROWSER).await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none';") && !policy.contains("unsafe"));
    insta::assert_snapshot!(page.body, @r##"
    <!doctype html>
    <html lang="en"><head><meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Example &lt;API&gt;</title><link rel="stylesheet" href="/api/v1/page.css"></head><body>
    <header><h1>Example &lt;API&gt; <small>1.2.3</small></h1>
    <p>Adds <code>a</code> and &lt;b&gt;.</p>
    <p>And that is `all.</p>
    <p><a href="/api/v1/openapi.json">OpenAPI document</a> · <a href="/graphql">GraphQL</a></p></header><main>
    <nav>
    <a href="#/api/v1/add">/api/v1/add</a>
    </nav>
    <section id="/api/v1/add"><h2><code>/api/v1/add</code> <small>GET, POST</small></h2>
    <p>Adds two numbers.</p>
    <form action="/api/v1/add" method="get" target="_blank">
    <div class="field"><label for="/api/v1/add?a"><code>a</code> <span>integer</span></label>
    <input id="/api/v1/add?a" name="a" value="1 +" autocomplete="off" required>
    <p>First.</p>
    </div>
    <div class="field"><label for="/api/v1/add?b"><code>b</code> <span>array of integer (int32)</span></label>
    <input id="/api/v1/add?b" name="b" value="1,2" autocomplete="off" required>
    <p>Second &amp; last.</p>
    </div>
    <div class="field"><label for="/api/v1/add?c"><code>c</code> <span>Number, <i>optional</i></span></label>
    <input id="/api/v1/add?c" name="c" value="" autocomplete="off">
    </div>
    <p><button>Try it</button>
    <a href="/api/v1/add?a=1%20%2B&amp;b=1,2"><code>/api/v1/add?a=1%20%2B&amp;b=1,2</code></a>
    </p></form>
    <h3>Answers</h3><dl>
    <dt>200</dt><dd>The sum.
    <pre>{&quot;result&quot;:3}</pre>
    </dd>
    <dt>400</dt><dd>A problem.
    </dd>
    </dl>
    <h3>By POST</h3>
    <p>Adds two numbers of a body.</p>
    <h3>Body</h3>
    <pre>{&quot;a&quot;:1,&quot;b&quot;:2}</pre>
    </section>
    </main><script src="/api/v1/page.js"></script></body></html>
    "##);

    let script = fixture.get("/api/v1/page.js", "*/*").await;
    assert_eq!(
        script.header("content-type"),
        "text/javascript; charset=utf-8"
    );
    assert_eq!(script.body, super::page::SCRIPT_TEXT);
    let style = fixture.get("/api/v1/page.css", "text/css").await;
    assert_eq!(style.header("content-type"), "text/css; charset=utf-8");
    assert_eq!(style.body, super::page::STYLE_TEXT);

    let root = fixture.get("/", BROWSER).await;
    assert_eq!(root.status, StatusCode::SEE_OTHER);
    assert_eq!(root.header("location"), "/api/v1");
}

#[tokio::test]
async fn a_client_that_accepts_no_json_is_told_so() {
    let fixture = Fixture::new();
    let path = "/api/v1/add?a=1&b=2";
    let answer = fixture.get(path, "text/html").await;
    check_problem(&answer, 406, "NOT_ACCEPTABLE");
    assert_eq!(answer.header("vary"), "accept");
    for accept in ["", "*/*", BROWSER, "application/json"] {
        assert_eq!(
            fixture.get(path, accept).await.status,
            StatusCode::OK,
            "{accept}"
        );
    }
}

#[tokio::test]
async fn pages_of_allowed_origins_may_call_both_endpoints() {
    let origin = "https://example.org";
    let fixture = Fixture::with(|config| config.cors_origins = vec![origin.parse().unwrap()]);
    for path in ["/api/v1/add?a=1&b=2", "/graphql?query={hello}"] {
        let ask = async |method: &str, from: &str| {
            let request = Request::builder()
                .method(method)
                .uri(path)
                .header("origin", from);
            let request = request.header("access-control-request-method", "POST");
            fixture.send(request.body(Body::empty()).unwrap()).await
        };
        let preflight = ask("OPTIONS", origin).await;
        assert_eq!(preflight.header("access-control-allow-origin"), origin);
        assert_eq!(preflight.header("access-control-allow-methods"), "GET,POST");
        let answer = ask("GET", origin).await;
        assert_eq!(answer.header("access-control-allow-origin"), origin);
        let exposed = answer.header("access-control-expose-headers");
        assert_eq!(exposed, "x-request-id,retry-after");
        let other = ask("GET", "https://other.example").await;
        assert_eq!(other.header("access-control-allow-origin"), "");
    }
    let silent = Fixture::new().get("/api/v1/add?a=1&b=2", JSON).await;
    assert_eq!(silent.header("access-control-allow-origin"), "");
}

#[tokio::test]
async fn the_methods_of_a_path_are_told_without_a_page_that_asks() {
    let fixture = Fixture::new();
    for (path, methods) in [
        ("/api/v1/add", "GET,HEAD,POST"),
        ("/api/v1/openapi.json", "GET,HEAD"),
    ] {
        let request = Request::options(path).body(Body::empty()).unwrap();
        let answer = fixture.send(request).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{path}");
        assert_eq!(answer.header("allow"), methods, "{path}");
        let request = Request::head(format!("{path}?a=1&b=2"));
        let answer = fixture.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(
            (answer.status, &*answer.body),
            (StatusCode::OK, ""),
            "{path}"
        );
    }
}

#[tokio::test]
async fn who_has_a_document_is_told_that_it_is_still_good() {
    let fixture = Fixture::new();
    for path in [
        "/api/v1/openapi.json",
        "/api/v1",
        "/api/v1/page.js",
        "/api/v1/page.css",
    ] {
        let first = fixture.get(path, BROWSER).await;
        let tag = first.header("etag");
        assert_eq!(first.header("cache-control"), "no-cache", "{path}");
        for (known, status) in [
            (tag, 304),
            (&*format!("\"other\", W/{tag}"), 304),
            ("*", 304),
            ("\"other\"", 200),
        ] {
            let request = Request::get(path)
                .header("accept", BROWSER)
                .header("if-none-match", known);
            let answer = fixture.send(request.body(Body::empty()).unwrap()).await;
            assert_eq!(answer.status.as_u16(), status, "{path} {known}");
            assert_eq!(answer.header("etag"), tag, "{path} {known}");
            assert_eq!(answer.body.is_empty(), status == 304, "{path} {known}");
        }
    }
}

#[tokio::test]
async fn what_cannot_be_read_as_it_is_written_is_refused_at_both_endpoints() {
    let fixture = Fixture::new();
    for (path, body) in [
        ("/api/v1/add", r#"{"a":1,"b":2}"#),
        ("/graphql", r#"{"query":"{hello}"}"#),
    ] {
        let send = async |name: &str, value: &str| {
            let request = Request::post(path).header("accept", JSON);
            let request = match name {
                "content-type" => request,
                _ => request.header("content-type", JSON),
            };
            let request = request.header(name, value).body(Body::from(body)).unwrap();
            fixture.send(request).await
        };
        for (name, value) in [
            ("content-encoding", "compress"),
            ("content-encoding", "identity, br"),
            ("content-type", "application/json; charset=iso-8859-1"),
        ] {
            let answer = send(name, value).await;
            assert_eq!(answer.status.as_u16(), 415, "{path} {name} {answer:?}");
            assert!(answer.body.contains("UNSUPPORTED_MEDIA_TYPE"), "{answer:?}");
            let taken = match name {
                "content-encoding" => "br, zstd, gzip, deflate",
                _ => "",
            };
            assert_eq!(answer.header("accept-encoding"), taken);
        }
        for (name, value) in [
            ("content-encoding", "Identity"),
            ("content-type", "application/json; charset=\"UTF-8\""),
        ] {
            let answer = send(name, value).await;
            assert_eq!(answer.status, StatusCode::OK, "{path} {name} {answer:?}");
        }
    }
}

/// A client that sends one request after the other is not answered all of them in one turn of its connection.
#[tokio::test]
async fn while_the_runtime_is_behind_every_request_waits_for_its_turn() {
    let fixture = Fixture::new();
    fixture.apps.pressure.rise();
    for (path, status) in [
        ("/api/v1/add?a=1&b=2", 200),
        ("/graphql?query={hello}", 200),
        ("/api/v1/openapi.json", 200),
        ("/api/v1/nothing", 404),
    ] {
        let answer = fixture.get(path, JSON);
        tokio::pin!(answer);
        assert!(futures_util::poll!(&mut answer).is_pending(), "{path}");
        assert_eq!(answer.await.status.as_u16(), status, "{path}");
    }
}
