//! Routers as programs of their own, which are killed and started while subgraphs are away.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::kit::{PATIENCE, Program, Subgraph};

const DOGS: &str = "type Query { dog: String }";
const CATS: &str = "type Query { cat: String }";

#[tokio::test]
async fn the_fields_of_the_only_subgraph_left_are_answered_by_routers_that_all_are_new() {
    let folder = tempfile::tempdir().expect("a folder");
    let dogs = Subgraph::with_data(DOGS, json!({ "dog": "Rex" })).await;
    let mut cats = Subgraph::with_data(CATS, json!({ "cat": "Mimi" })).await;
    let config = |schema: &str| {
        format!(
            "subgraphs: {{ dogs: {{ url: \"{}\" }}, cats: {{ url: \"{}\" }} }}\npolling: {{ interval: 100ms }}\nschema: {schema}",
            dogs.url(),
            cats.url()
        )
    };
    let seeds = |sibling: &Program| format!("{{ seed: [\"{}\"] }}", sibling.admin);
    let (whole, alone) = (config("{}"), "{ partial: true, partial_after: 0s }");
    let alone = config(alone);
    let first = Program::start(folder.path(), "first.yaml", &whole).await;
    assert_eq!(
        first.answer("{ dog cat }").await,
        json!({ "dog": "Rex", "cat": "Mimi" })
    );
    let from_first = config(&seeds(&first));

    // One subgraph goes. The routers are replaced one after the other, each seeded by the one before it.
    cats.stop().await;
    let second = Program::start(folder.path(), "second.yaml", &from_first).await;
    assert_eq!(second.answer("{ dog }").await, json!({ "dog": "Rex" }));
    drop(first);
    let urls = from_first.split("schema:").next().expect("a part");
    let from_second = format!("{urls}schema: {}", seeds(&second));
    let third = Program::start(folder.path(), "third.yaml", &from_second).await;
    assert_eq!(third.answer("{ dog }").await, json!({ "dog": "Rex" }));
    assert_eq!(third.origin().await, "seed");

    // All routers go at once: nobody knows the whole any more.
    drop((second, third));
    let fourth = Program::start(folder.path(), "fourth.yaml", &alone).await;
    assert_eq!(fourth.answer("{ dog }").await, json!({ "dog": "Rex" }));
    assert_eq!(fourth.origin().await, "partial");

    cats.start_again().await;
    assert_eq!(
        fourth.answer("{ dog cat }").await,
        json!({ "dog": "Rex", "cat": "Mimi" })
    );
    assert_eq!(fourth.origin().await, "composed");
}

#[tokio::test]
async fn how_much_is_logged_is_what_the_file_says_now() {
    let folder = tempfile::tempdir().expect("a folder");
    let dogs = Subgraph::with_data(DOGS, json!({ "dog": "Rex" })).await;
    let file = folder.path().join("router.yaml");
    let configure = |level: &str| {
        let text = format!(
            "listen: 127.0.0.1:0\nadmin: 127.0.0.1:0\nwatch: true\npolling: {{ interval: 100ms }}\nsubgraphs: {{ dogs: {{ url: \"{}\" }} }}\nlog: {{ format: json, level: \"{level}\" }}\n",
            dogs.url()
        );
        // At once, so that no half of it is read.
        let new = file.with_extension("new");
        std::fs::write(&new, text).expect("written");
        std::fs::rename(new, &file).expect("renamed");
    };
    configure("info");
    let mut router = Command::new(env!("CARGO_BIN_EXE_router"))
        .args(["serve", "--config"])
        .arg(&file)
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary is built");
    let said = BufReader::new(router.stderr.take().expect("it is piped"));
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in said.lines().map_while(Result::ok) {
            let line: Value = serde_json::from_str(&line).expect("JSON");
            if tell.send(line).is_err() {
                return;
            }
        }
    });
    let mut until = async |level: &str, message: &str| {
        let coming = async {
            loop {
                let line = told.recv().await.expect("it runs");
                if line["level"] == level && line["message"] == message {
                    return line;
                }
            }
        };
        let came = tokio::time::timeout(PATIENCE, coming).await;
        came.unwrap_or_else(|_| panic!("no {level} line: {message}"))
    };
    let listening = until("INFO", "listening").await;
    configure("info,abaque_edge=debug");
    until("INFO", "another configuration is in service").await;
    // Without a host.
    let url = listening["graphql"].as_str().expect("an address");
    let address = url
        .trim_start_matches("http://")
        .trim_end_matches("/graphql");
    let mut connection = TcpStream::connect(address).await.expect("it listens");
    let request = b"GET / HTTP/1.1\r\n\r\n";
    connection.write_all(request).await.expect("it listens");
    until("DEBUG", "a request was refused").await;
    router.kill().expect("it runs");
    router.wait().expect("it has ended");
}
