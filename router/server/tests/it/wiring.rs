//! Values of the configuration reach what they are for: those that no other test would miss.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::ConnectInfo;
use axum::routing::post as posts;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::kit::{Answer, PATIENCE, Running, Socket, Subgraph, get, post, send, until};

const SDL: &str = "type Query { dog: String cat: String }";

async fn dogs() -> Subgraph {
    Subgraph::with_data(SDL, json!({ "dog": "Rex", "cat": "Tom" })).await
}

async fn router(more: &str) -> (Subgraph, Running) {
    let dogs = dogs().await;
    let router = Running::start(&[("dogs", &dogs)], more).await;
    (dogs, router)
}

/// Whether the other side closes a connection, whatever it sends before.
async fn is_closed(stream: &mut TcpStream) -> bool {
    let mut rest = Vec::new();
    tokio::time::timeout(PATIENCE, stream.read_to_end(&mut rest))
        .await
        .is_ok()
}

#[tokio::test]
async fn connections_beyond_the_limit_take_the_place_of_idle_ones() {
    let (_dogs, router) = router("limits: { connections: 1 }").await;
    let mut idle = TcpStream::connect(router.address())
        .await
        .expect("it listens");
    let request = b"HEAD /graphql?query=%7Bdog%7D HTTP/1.1\r\nhost: router\r\n\r\n";
    idle.write_all(request).await.expect("it is read");
    let mut begin = [0; 12];
    idle.read_exact(&mut begin).await.expect("an answer");
    assert_eq!(&begin, b"HTTP/1.1 200");
    assert_eq!(router.query("{ dog }").await.status, 200);
    assert!(is_closed(&mut idle).await, "both are open");
}

#[tokio::test]
async fn a_head_that_does_not_end_in_its_time_ends_the_connection() {
    let (_dogs, router) = router("timeouts: { request_head: 100ms }").await;
    let mut slow = TcpStream::connect(router.address())
        .await
        .expect("it listens");
    slow.write_all(b"GET /graphql HTTP/1.1\r\nhost: ro")
        .await
        .expect("it is read");
    assert!(is_closed(&mut slow).await);
}

#[tokio::test]
async fn connections_to_a_subgraph_are_kept_as_long_as_is_said() {
    for timeouts in ["idle: 1ms", "connection_age: 1s"] {
        let peers: Arc<Mutex<BTreeSet<SocketAddr>>> = Arc::default();
        let seen = Arc::clone(&peers);
        let answer = async move |ConnectInfo(peer): ConnectInfo<SocketAddr>| {
            seen.lock().expect("no panic").insert(peer);
            axum::Json(json!({ "data": { "dog": "Rex" } }))
        };
        let app = Router::new().route("/graphql", posts(answer));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let app = app.into_make_service_with_connect_info::<SocketAddr>();
        let serving = tokio::spawn(async move { axum::serve(listener, app).await });
        let folder = tempfile::tempdir().expect("a folder");
        let sdl = folder.path().join("dogs.graphql");
        std::fs::write(&sdl, SDL).expect("written");
        let yaml = format!(
            "subgraphs: {{ dogs: {{ url: \"http://{address}/graphql\", sdl: '{}' }} }}\ntimeouts: {{ {timeouts} }}",
            sdl.display()
        );
        let router = Running::configured(&yaml).await;
        router.until_ready().await;
        let several = async || {
            router.query("{ dog }").await;
            (peers.lock().expect("no panic").len() > 1).then_some(())
        };
        until(several)
            .await
            .unwrap_or_else(|| panic!("{timeouts}: one connection for all"));
        serving.abort();
    }
}

#[tokio::test]
async fn new_operations_beyond_those_that_may_wait_are_refused_for_a_while() {
    let more = "limits: { preparations: 1, preparations_waiting: 0 }";
    let (_dogs, router) = router(more).await;
    let mut number = 0;
    let refused = until(async || {
        number += 1;
        let asked = (0..16).map(|n| {
            let query = format!("query Q{number}x{n} {{ {} }}", "dog ".repeat(500));
            let router = &router;
            async move { router.query(&query).await }
        });
        let answers = futures_util::future::join_all(asked).await;
        answers.into_iter().find(|answer| answer.status == 503)
    });
    let refused = refused.await.expect("one is refused");
    assert_eq!(refused.code(), "TOO_MANY_PREPARATIONS");
    assert_eq!(refused.header("retry-after"), "1");
    // Known ones never wait.
    let known = until(async || Some(router.query("{ dog }").await).filter(|a| a.status == 200));
    known.await.expect("it is prepared");
}

#[tokio::test]
async fn a_configured_key_names_a_document() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("map.json");
    std::fs::write(&file, json!({ "one": "{ dog }" }).to_string()).expect("written");
    let more = format!(
        "persisted_documents: {{ files: '{}', id_key: key_of_ours }}",
        file.display()
    );
    let (_dogs, router) = router(&more).await;
    let ours = router.ask(&json!({ "key_of_ours": "one" })).await;
    assert_eq!(ours.text(), r#"{"data":{"dog":"Rex"}}"#);
    let url = format!("{}?key_of_ours=one", router.url());
    assert_eq!(get(&url, &[]).await.text(), r#"{"data":{"dog":"Rex"}}"#);
    assert_eq!(
        router.ask(&json!({ "doc_id": "one" })).await.code(),
        "BAD_REQUEST"
    );
}

#[tokio::test]
async fn members_of_the_payload_of_a_socket_become_headers_where_they_are_named() {
    let more = "subscriptions: { websocket: true, init_headers: [x-ours] }\nheaders: { propagate: [x-ours, x-other] }";
    let (dogs, router) = router(more).await;
    let payload = json!({ "x-ours": "1", "x-other": "2" });
    let mut socket = Socket::acknowledged(&router.url(), payload).await;
    socket.subscribe("1", "{ dog }").await;
    assert_eq!(socket.hear().await["type"], "next");
    let requests = dogs.requests();
    let headers = &requests.last().expect("it was asked").0;
    assert_eq!(
        headers.get("x-ours").map(|value| value.as_bytes()),
        Some(&b"1"[..])
    );
    assert!(!headers.contains_key("x-other"));
}

#[tokio::test]
async fn pages_of_other_origins_are_told_what_is_configured() {
    let more = "cors: { origins: ['https://ours.example'], credentials: true, max_age: 7s, headers: [x-ours] }";
    let (_dogs, router) = router(more).await;
    let preflight = http::Request::options(router.url())
        .header("origin", "https://ours.example")
        .header("access-control-request-method", "POST")
        .body(http_body_util::Full::default())
        .expect("a request");
    let answer: Answer = send(preflight).await.expect("an answer");
    assert_eq!(answer.header("access-control-allow-credentials"), "true");
    assert_eq!(answer.header("access-control-max-age"), "7");
    assert_eq!(
        answer.header("access-control-allow-headers"),
        "content-type,x-ours"
    );
}

#[tokio::test]
async fn queries_for_other_sites_are_answered_where_prevention_is_off() {
    for (more, status) in [("", 403), ("csrf_prevention: false", 200)] {
        let (_dogs, router) = router(more).await;
        let url = format!("{}?query=%7Bdog%7D", router.url());
        let answer = get(&url, &[("sec-fetch-site", "cross-site")]).await;
        assert_eq!(answer.status, status, "{more}");
        assert_eq!(answer.header("vary"), "accept");
    }
}

#[tokio::test]
async fn a_contract_shows_what_has_its_tags_and_hides_what_nothing_leads_to() {
    let sdl =
        "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.9\", import: [\"@tag\"])
        type Query { dog: String @tag(name: \"public\") cat: Cat } type Cat { name: String }";
    let dogs = Subgraph::with_data(sdl, json!({ "dog": "Rex" })).await;
    for (contract, cat) in [
        ("include_tags: [public]", true),
        (
            "include_tags: [public], hide_unreachable_types: true",
            false,
        ),
    ] {
        let more = format!("contract: {{ {contract} }}");
        let router = Running::start(&[("dogs", &dogs)], &more).await;
        assert_eq!(
            router.query("{ dog }").await.text(),
            r#"{"data":{"dog":"Rex"}}"#
        );
        let hidden = router.query("{ cat { name } }").await;
        assert_eq!(hidden.code(), "GRAPHQL_VALIDATION_FAILED", "{contract}");
        let api = router.admin("/composition/api").await.text();
        assert!(!api.contains("cat:"), "{contract}: {api}");
        assert!(cat || !api.contains("type Cat"), "{contract}: {api}");
    }
}

#[tokio::test]
async fn no_secret_is_logged_or_shown() {
    let dogs = dogs().await;
    let secrets = [
        "secret-of-a-url",
        "secret-of-a-header",
        "secret-of-a-client",
        "secret-of-redis",
    ];
    let [url, header, client, redis] = secrets;
    let folder = tempfile::tempdir().expect("a folder");
    let place = format!("{}?key={url}", dogs.url());
    let config = format!(
        "listen: 127.0.0.1:0\nadmin: 127.0.0.1:0\nlog: {{ format: json, level: debug }}\nsubgraphs: {{ dogs: {{ url: \"{place}\" }} }}\n\
         headers: {{ insert: {{ x-key: {header} }}, propagate: [authorization] }}\nredis: {{ url: \"redis://:{redis}@127.0.0.1:1\" }}\nrate_limit: {{ requests: 1000/s }}\n"
    );
    std::fs::write(folder.path().join("router.yaml"), config).expect("written");
    let shown = Command::new(env!("CARGO_BIN_EXE_router"))
        .args(["config", "show", "--config", "router.yaml"])
        .current_dir(folder.path())
        .output()
        .expect("the binary is built");
    let mut said = String::from_utf8_lossy(&shown.stdout).into_owned();
    let mut child = Command::new(env!("CARGO_BIN_EXE_router"))
        .args(["serve", "--config", "router.yaml"])
        .current_dir(folder.path())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary is built");
    let mut lines = BufReader::new(child.stderr.take().expect("it is piped")).lines();
    let listening = lines
        .by_ref()
        .map_while(Result::ok)
        .find(|line| line.contains("listening"))
        .expect("it listens");
    let listening: Value = serde_json::from_str(&listening).expect("JSON");
    let logged = std::thread::spawn(move || lines.map_while(Result::ok).collect::<Vec<_>>());
    let graphql = listening["graphql"].as_str().expect("an address");
    let headers = [
        ("content-type", "application/json"),
        ("authorization", &*format!("Bearer {client}")),
    ];
    let answered = until(async || {
        let answer = post(graphql, &headers, r#"{"query":"{ dog }"}"#).await;
        (answer.status == 200).then_some(())
    });
    answered.await.expect("it answers");
    let admin = listening["admin"].as_str().expect("an address");
    said.push_str(
        &get(&format!("http://{admin}/composition"), &[])
            .await
            .text(),
    );
    child.kill().expect("it runs");
    child.wait().expect("it ends");
    said.push_str(&logged.join().expect("no panic").join("\n"));
    assert!(said.contains("\"request\""), "{said}");
    for secret in secrets {
        let telling: Vec<&str> = said.lines().filter(|line| line.contains(secret)).collect();
        assert!(telling.is_empty(), "{telling:?}");
    }
}

#[test]
fn every_key_of_the_manual_is_named_by_a_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut tests = String::new();
    for folder in ["router", "platform"] {
        read_tests(&root.join(folder), false, &mut tests);
    }
    // Some texts have several lines of a configuration in one.
    let words = tests.replace("\\n", "\n");
    let words: BTreeSet<&str> = words
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .collect();
    let manual = std::fs::read_to_string(root.join("docs/configuration.md")).expect("it is there");
    let keys = manual
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        // Commands and addresses are in tables too.
        .filter(|key| !key.contains(' '))
        // One loop reads all rules, so that one of them stands for all. A window is as long as a week.
        .filter(|key| !key.starts_with("lint.") && *key != "schema.gate_window")
        // What another test would have to wait for.
        .filter(|key| *key != "telemetry.otlp.metrics_interval");
    let name = |key: &str| key.rsplit('.').next().unwrap_or_default().to_owned();
    let missing: Vec<&str> = keys.filter(|key| !words.contains(&*name(key))).collect();
    assert_eq!(missing, [""; 0], "no test sets these keys");
}

/// The texts of all files that are tests.
fn read_tests(folder: &Path, are_tests: bool, all: &mut String) {
    for entry in std::fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("it can be read").path();
        let name = path.file_name().unwrap_or_default();
        if path.is_dir() {
            let skipped = name == "target" || name == "node_modules";
            if !skipped {
                read_tests(&path, are_tests || name == "tests", all);
            }
        } else if name == "tests.rs" || are_tests && name.to_string_lossy().ends_with(".rs") {
            all.push_str(&std::fs::read_to_string(&path).expect("it can be read"));
        }
    }
}
