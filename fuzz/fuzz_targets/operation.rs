//! The text of an operation, and its variables after a NUL, to a whole router: parsed, validated, measured, planned, executed. Whatever it is, the answer
//! is a GraphQL response, and no mistake of the router's own.

#![no_main]

use std::sync::LazyLock;

use fuzz::Served;
use libfuzzer_sys::fuzz_target;
use router::{Config, Listeners};
use tokio::net::TcpListener;

static ROUTER: LazyLock<Served> = LazyLock::new(|| {
    let file = tempfile::NamedTempFile::new().expect("there is a place for files");
    std::fs::write(file.path(), fuzz::composed()).expect("it can be written");
    // Nobody listens where the subgraphs should be: that is an error for each fetch, at once.
    let urls =
        ["a", "b", "c"].map(|name| format!("  {name}: {{ url: \"http://127.0.0.1:1/\" }}\n"));
    let yaml = format!(
        "supergraph: {}\nplan_cache: {{ size: 0 }}\ntimeouts: {{ request: 10s, request_head: 10s }}\nsubgraphs:\n{}",
        file.path().display(),
        urls.concat()
    );
    let config = Config::parse(&yaml, "/router.yaml".as_ref(), &|_| None).expect("it is right");
    let served = Served::start(|public| async move {
        let admin = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let listeners = Listeners { public, admin };
        router::serve(config, listeners, std::future::pending())
            .await
            .expect("it serves");
    });
    while !String::from_utf8_lossy(&ask(&served, "{__typename}", "{}")).contains("\"data\"") {
        std::thread::yield_now();
    }
    drop(file);
    served
});

fn ask(served: &Served, query: &str, variables: &str) -> Vec<u8> {
    let query = serde_json::Value::String(query.to_owned());
    let body = format!("{{\"query\":{query},\"variables\":{variables}}}");
    let request = format!(
        "POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    served.exchange(request.as_bytes(), false)
}

fuzz_target!(|text: &str| {
    let (query, variables) = text.split_once('\0').unwrap_or((text, "{}"));
    let answer = ask(&ROUTER, query, variables);
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.starts_with("HTTP/1.1 "), "{answer}");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head ends");
    assert!(!head.starts_with("HTTP/1.1 500"), "{answer}");
    assert!(!body.contains("INTERNAL_SERVER_ERROR"), "{answer}");
    if !head.contains("transfer-encoding") {
        let json: serde_json::Value = serde_json::from_str(body).expect("an answer is JSON");
        assert!(
            json.get("data").is_some() || json.get("errors").is_some(),
            "{answer}"
        );
    }
});
