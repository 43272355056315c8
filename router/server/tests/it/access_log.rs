//! What the binary logs of each request.

mod levels;
mod subgraphs;

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::kit::{PATIENCE, Reply, Subgraph, get, post, stream, until};

/// The binary, serving; ended with this.
struct Serving {
    child: Child,
    lines: UnboundedReceiver<Value>,
    url: String,
    admin: String,
    _folder: tempfile::TempDir,
}

impl Serving {
    async fn start(subgraph: &Subgraph) -> Self {
        Self::start_with(subgraph, "", "").await
    }

    /// The same with more keys of `log`, each before a comma, and of the file.
    async fn start_with(subgraph: &Subgraph, log: &str, more: &str) -> Self {
        let config = format!(
            "trusted_proxies: [127.0.0.1]\nlog: {{ {log} format: json, level: \"info,router=debug\" }}\nsubgraphs: {{ dogs: {{ url: \"{}\", retry: {{ budget: 100% }} }} }}\n{more}\n",
            subgraph.url()
        );
        let serving = Self::launch(tempfile::tempdir().expect("a folder"), &config).await;
        let ready = format!("{}/health/ready", serving.admin);
        let is_ready = until(async || (get(&ready, &[]).await.status == 200).then_some(())).await;
        is_ready.expect("it is ready");
        serving
    }

    /// With this configuration, as soon as its ports answer.
    async fn launch(folder: tempfile::TempDir, config: &str) -> Self {
        let config = format!("listen: 127.0.0.1:0\nadmin: 127.0.0.1:0\n{config}");
        std::fs::write(folder.path().join("router.yaml"), config).expect("it can be written");
        let mut child = Command::new(env!("CARGO_BIN_EXE_router"))
            .args(["serve", "--config", "router.yaml"])
            .current_dir(folder.path())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary is built");
        let errors = BufReader::new(child.stderr.take().expect("it is piped"));
        let (sender, mut lines) = unbounded_channel();
        std::thread::spawn(move || {
            for line in errors.lines().map_while(Result::ok) {
                let line = serde_json::from_str(&line).expect("a line of JSON");
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        let listening = find(&mut lines, |line| line["message"] == "listening").await;
        let text = |name: &str| listening[name].as_str().expect("text").to_owned();
        Self {
            url: text("graphql"),
            admin: format!("http://{}", text("admin")),
            child,
            lines,
            _folder: folder,
        }
    }

    /// The next line of the access log about the endpoint.
    async fn access(&mut self) -> Value {
        find(&mut self.lines, |line| {
            line["target"] == "access" && line["route"] == "/graphql"
        })
        .await
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

async fn find(lines: &mut UnboundedReceiver<Value>, is_it: impl Fn(&Value) -> bool) -> Value {
    let finding = async {
        loop {
            let line = lines.recv().await.expect("the binary runs");
            if is_it(&line) {
                return line;
            }
        }
    };
    tokio::time::timeout(PATIENCE, finding)
        .await
        .expect("the line is written")
}

const JSON: (&str, &str) = ("content-type", "application/json");

#[tokio::test]
async fn a_line_says_what_was_asked_by_whom_and_what_came_of_it() {
    let reply = json!({ "data": { "dog": null }, "errors": [{ "message": "no dog" }] });
    let subgraph = Subgraph::start("type Query { dog: String }", move |_| {
        Reply::Response(reply.clone())
    })
    .await;
    let mut serving = Serving::start(&subgraph).await;
    let client = [
        JSON,
        ("apollographql-client-name", "kennel"),
        ("apollographql-client-version", "1.2"),
    ];
    let mut hashes = Vec::new();
    for query in ["query Rex { dog }", "{dog} # the same"] {
        let body = json!({ "query": query }).to_string();
        let answer = post(&serving.url, &client, body).await;
        let line = serving.access().await;
        assert_eq!(line["operation_type"], "query");
        assert_eq!(line["client_name"], "kennel");
        assert_eq!(line["client_version"], "1.2");
        assert_eq!(line["outcome"], "partial");
        assert_eq!(line["error_codes"], "SUBGRAPH_ERROR");
        assert_eq!(line["fetches"], 1);
        assert_eq!(line["bytes"], answer.body.len());
        assert_eq!(line["retries"], Value::Null);
        assert_eq!(line["status"], 200);
        hashes.push((
            line["operation_name"].clone(),
            line["operation_hash"].clone(),
        ));
    }
    assert_eq!(hashes[0].0, "Rex");
    assert_eq!(hashes[1].0, Value::Null);
    assert!(hashes[0].1.is_string());
    assert_eq!(hashes[0].1, hashes[1].1);

    post(
        &serving.url,
        &[JSON],
        json!({ "query": "{ cat }" }).to_string(),
    )
    .await;
    let line = serving.access().await;
    assert_eq!(line["outcome"], "refused");
    assert_eq!(line["error_codes"], "GRAPHQL_VALIDATION_FAILED");
    assert_eq!(line["operation_name"], Value::Null);
    assert_eq!(line["fetches"], 0);
}

#[tokio::test]
async fn a_line_says_how_often_requests_were_sent_again() {
    let mut replies = vec![
        Reply::Data(json!({ "dog": "Rex" })),
        Reply::Raw(503, "text/plain", "not yet".to_owned()),
    ];
    let subgraph = Subgraph::start("type Query { dog: String }", move |_| {
        replies.pop().expect("two are asked for")
    })
    .await;
    let mut serving = Serving::start(&subgraph).await;
    let body = json!({ "query": "{ dog }" }).to_string();
    post(&serving.url, &[JSON], body).await;
    let line = serving.access().await;
    assert_eq!(
        (&line["outcome"], &line["retries"]),
        (&json!("ok"), &json!(1))
    );
}

#[tokio::test]
async fn the_line_of_a_batch_says_how_often_requests_of_its_entries_were_sent_again() {
    let mut failures = 2;
    let sdl = "type Query { dog: String cat: String }";
    let subgraph = Subgraph::start(sdl, move |_| match failures {
        0 => Reply::Data(json!({ "dog": "Rex", "cat": "Tom" })),
        _ => {
            failures -= 1;
            Reply::Raw(503, "text/plain", "not yet".to_owned())
        }
    })
    .await;
    let mut serving = Serving::start_with(&subgraph, "", "batching: { max: 2 }").await;
    let batch = json!([{ "query": "{ dog }" }, { "query": "{ cat }" }]);
    let answer = post(&serving.url, &[JSON], batch.to_string()).await.json();
    assert_eq!(answer[1]["data"]["cat"], "Tom", "{answer}");
    let line = serving.access().await;
    assert_eq!(
        (&line["outcome"], &line["fetches"], &line["retries"]),
        (&json!("ok"), &json!(2), &json!(2))
    );
}

#[tokio::test]
async fn a_line_says_what_the_operation_is_estimated_to_cost() {
    let sdl = "type Query { dog: Dog cat: Dog } type Dog { name: String }";
    let data = json!({ "dog": { "name": "Rex" }, "cat": { "name": "Tom" } });
    let subgraph = Subgraph::with_data(sdl, data).await;
    let more = "cost: { max: 100 }\nbatching: { max: 2 }";
    let mut serving = Serving::start_with(&subgraph, "", more).await;
    let (one, two) = (
        json!({ "query": "{ dog { name } }" }),
        json!({ "query": "{ dog { name } cat { name } }" }),
    );
    for (body, cost) in [(&one, 1), (&two, 2), (&json!([one, two]), 3)] {
        post(&serving.url, &[JSON], body.to_string()).await;
        assert_eq!(serving.access().await["cost"], cost, "{body}");
    }
}

#[tokio::test]
async fn lines_of_what_was_answered_as_usual_may_be_sampled_and_no_others() {
    let subgraph = Subgraph::with_data("type Query { dog: String }", json!({ "dog": "Rex" })).await;
    let mut serving = Serving::start_with(&subgraph, "access_sample: 0%,", "").await;
    for query in ["{ dog }", "{ cat }", "{ dog }", "{ mouse }"] {
        let body = json!({ "query": query }).to_string();
        post(&serving.url, &[JSON, ("x-request-id", &query[2..5])], body).await;
    }
    assert_eq!(serving.access().await["request_id"], "cat");
    assert_eq!(serving.access().await["request_id"], "mou");
}

#[tokio::test]
async fn a_line_says_where_a_request_came_from_as_trusted_proxies_tell() {
    let subgraph = Subgraph::with_data("type Query { dog: String }", json!({ "dog": "Rex" })).await;
    let mut serving = Serving::start(&subgraph).await;
    let body = json!({ "query": "{ dog }" }).to_string();
    for (forwarded, client) in [
        (None, "127.0.0.1"),
        (Some("203.0.113.9"), "203.0.113.9"),
        (Some("6.6.6.6, 203.0.113.9, 127.0.0.1"), "203.0.113.9"),
    ] {
        let mut headers = vec![JSON];
        headers.extend(forwarded.map(|value| ("x-forwarded-for", value)));
        post(&serving.url, &headers, body.clone()).await;
        assert_eq!(serving.access().await["client_address"], client);
    }
}

#[tokio::test]
async fn what_is_logged_while_events_come_has_the_id_of_the_request() {
    // It ends without saying that it is complete.
    let said = "event: next\ndata: {\"data\":{\"barks\":\"woof\"}}\n\n".to_owned();
    let reply = Reply::Raw(200, "text/event-stream", said);
    let sdl = "type Query { dog: String } type Subscription { barks: String }";
    let subgraph = Subgraph::start(sdl, move |_| reply.clone()).await;
    let mut serving = Serving::start(&subgraph).await;
    let headers = [
        JSON,
        ("accept", "text/event-stream"),
        ("x-request-id", "bark-1"),
    ];
    let body = json!({ "query": "subscription { barks }" }).to_string();
    let said = stream(&serving.url, &headers, body).await.rest().await;
    assert!(said.contains("SUBREQUEST_CONNECTION_ERROR"), "{said}");
    let failed = find(&mut serving.lines, |line| {
        line["message"] == "the subgraph's part of a subscription failed"
    })
    .await;
    assert_eq!(failed["span"]["request_id"], "bark-1");
    let line = serving.access().await;
    assert_eq!(line["request_id"], "bark-1");
    assert_eq!(line["operation_type"], "subscription");
}

#[cfg(unix)]
#[tokio::test]
async fn a_hang_up_has_the_configuration_read_again_and_ends_nothing() {
    let subgraph = Subgraph::with_data("type Query { dog: String }", json!({ "dog": "Rex" })).await;
    let mut serving = Serving::start(&subgraph).await;
    let id = serving.child.id().to_string();
    let signal = |name: &str| {
        let sent = Command::new("kill").args([name, &id]).status();
        assert!(sent.expect("there is a command `kill`").success());
    };
    for _ in 0..2 {
        signal("-HUP");
        let taken_over = "another configuration is in service";
        find(&mut serving.lines, |line| line["message"] == taken_over).await;
    }
    signal("-TERM");
    let line = find(&mut serving.lines, |line| {
        line["message"] == "shutting down"
    })
    .await;
    assert_eq!(line["signal"], "SIGTERM");
    let ended = until(async || serving.child.try_wait().ok().flatten()).await;
    assert_eq!(ended.expect("it ends").code(), Some(0));
}

/// What a client may not see of an operation makes no other operation of it.
#[tokio::test]
async fn the_hash_of_an_operation_is_the_same_for_all_clients() {
    const SDL: &str = r#"
        extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@authenticated"])
        type Query { open: Int secret: Int @authenticated }
    "#;
    let subgraph = Subgraph::start(SDL, |_| Reply::Data(json!({ "open": 1, "secret": 2 }))).await;
    let mut serving = Serving::start(&subgraph).await;
    let mut hashes = Vec::new();
    // What is denied is marked in the operation that is planned, which is then as another one.
    for query in ["{ open secret }", "{ open }"] {
        let body = json!({ "query": query }).to_string();
        post(&serving.url, &[JSON], body).await;
        hashes.push(serving.access().await["operation_hash"].clone());
    }
    let plain = "{ open secret }";
    let open = Subgraph::start("type Query { open: Int secret: Int }", |_| {
        Reply::Data(json!({ "open": 1, "secret": 2 }))
    })
    .await;
    let mut unguarded = Serving::start(&open).await;
    post(
        &unguarded.url,
        &[JSON],
        json!({ "query": plain }).to_string(),
    )
    .await;
    let hash = unguarded.access().await["operation_hash"].clone();
    assert!(hash.is_string());
    assert_eq!(hashes[0], hash);
    assert_ne!(hashes[1], hash);
}
