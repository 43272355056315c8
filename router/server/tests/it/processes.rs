//! Routers as programs of their own, which are killed and started while subgraphs are away.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::kit::{Subgraph, get, post, until};

/// A router that runs, and ends without a word when it is dropped.
struct Program {
    child: Child,
    graphql: String,
    admin: String,
}

impl Drop for Program {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Program {
    /// Starts one with this configuration, on ports that the system gives.
    async fn start(folder: &Path, name: &str, config: &str) -> Self {
        let file = folder.join(name);
        let ports = "listen: 127.0.0.1:0\nadmin: 127.0.0.1:0\nlog: { format: json }";
        std::fs::write(&file, format!("{ports}\n{config}")).expect("written");
        let mut child = Command::new(env!("CARGO_BIN_EXE_router"))
            .args(["serve", "--config"])
            .arg(&file)
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary is built");
        let mut lines = BufReader::new(child.stderr.take().expect("it is piped")).lines();
        let reading = tokio::task::spawn_blocking(move || {
            let listening = lines.next().expect("a line").expect("UTF-8");
            // What comes later is read too, so that the router never waits to write it.
            std::thread::spawn(move || lines.for_each(drop));
            listening
        });
        let listening: Value =
            serde_json::from_str(&reading.await.expect("no panic")).expect("JSON");
        let text = |key: &str| listening[key].as_str().expect("an address").to_owned();
        Self {
            child,
            graphql: text("graphql"),
            admin: format!("http://{}", text("admin")),
        }
    }

    /// What it answers, once that is without an error.
    async fn answer(&self, query: &str) -> Value {
        let body = json!({ "query": query }).to_string();
        let headers = [("content-type", "application/json")];
        let asking = until(async || {
            let answer = post(&self.graphql, &headers, body.clone()).await.json();
            answer
                .get("errors")
                .is_none()
                .then(|| answer["data"].clone())
        });
        match asking.await {
            Some(data) => data,
            None => panic!("{query}: {}", self.composition().await),
        }
    }

    async fn composition(&self) -> Value {
        get(&format!("{}/composition", self.admin), &[])
            .await
            .json()
    }

    async fn origin(&self) -> Value {
        self.composition().await["schema"]["origin"].clone()
    }
}

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
