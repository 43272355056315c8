//! A router as a program of its own.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use super::client::{Answer, get, post};
use super::{PATIENCE, until};

/// A router that runs, and ends without a word when it is dropped.
pub(crate) struct Program {
    child: Child,
    graphql: String,
    pub(crate) admin: String,
    file: PathBuf,
}

/// What every configuration of a program begins with.
const PORTS: &str = "listen: 127.0.0.1:0\nadmin: 127.0.0.1:0\nlog: { format: json }";

impl Drop for Program {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Program {
    /// Starts one with this configuration, on ports that the system gives.
    pub(crate) async fn start(folder: &Path, name: &str, config: &str) -> Self {
        Self::start_with(folder, name, config, &[]).await
    }

    /// The same with these variables in its environment.
    pub(crate) async fn start_with(
        folder: &Path,
        name: &str,
        config: &str,
        environment: &[(&str, &str)],
    ) -> Self {
        let file = folder.join(name);
        std::fs::write(&file, format!("{PORTS}\n{config}")).expect("written");
        let mut child = Command::new(env!("CARGO_BIN_EXE_router"))
            .args(["serve", "--config"])
            .arg(&file)
            .envs(environment.iter().copied())
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
            file,
        }
    }

    /// Where it answers.
    pub(crate) fn url(&self) -> &str {
        &self.graphql
    }

    /// Has another configuration taken over, and waits until it is.
    pub(crate) async fn reconfigure(&self, config: &str) {
        let generation = async || {
            let status = self.composition().await;
            status["configuration"]["generation"].as_u64()
        };
        let before = generation().await;
        // At once, so that no half of it is read.
        let new = self.file.with_extension("new");
        std::fs::write(&new, format!("{PORTS}\n{config}")).expect("written");
        std::fs::rename(new, &self.file).expect("renamed");
        let id = self.child.id().to_string();
        let signal = Command::new("kill").args(["-HUP", &id]).status();
        assert!(signal.expect("there is a `kill`").success());
        let taken = async || (generation().await > before).then_some(());
        if until(taken).await.is_none() {
            panic!("not taken over: {}", self.composition().await);
        }
    }

    /// The memory that it has, in bytes.
    pub(crate) fn memory(&self) -> u64 {
        let status = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(status).expect("Linux");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
        let kibibytes = kibibytes.and_then(|text| text.parse::<u64>().ok());
        kibibytes.expect("it runs") * 1024
    }

    /// What it answers, once that is without an error.
    pub(crate) async fn answer(&self, query: &str) -> Value {
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

    pub(crate) async fn composition(&self) -> Value {
        get(&format!("{}/composition", self.admin), &[])
            .await
            .json()
    }

    /// Waits after a change until another schema is in service.
    pub(crate) async fn changes(&self, change: impl FnOnce()) {
        let hash = async || self.composition().await["schema"]["hash"].clone();
        let before = hash().await;
        change();
        let refresh = format!("{}/composition/refresh", self.admin);
        assert_eq!(post(&refresh, &[], "").await.status, 202);
        let is_another = async || (hash().await != before).then_some(());
        until(is_another).await.expect("another schema is served");
    }

    pub(crate) async fn origin(&self) -> Value {
        self.composition().await["schema"]["origin"].clone()
    }

    /// What it answers, whatever that is.
    pub(crate) async fn ask(&self, query: &str) -> Answer {
        let body = json!({ "query": query }).to_string();
        let headers = [("content-type", "application/json")];
        let asking = post(&self.graphql, &headers, body);
        let answer = tokio::time::timeout(PATIENCE, asking).await;
        answer.expect("no request hangs")
    }

    /// The value of one line of `/metrics`; 0 where it is not there.
    pub(crate) async fn metric(&self, series: &str) -> f64 {
        let text = get(&format!("{}/metrics", self.admin), &[]).await.text();
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
        line.map_or(0.0, |value| value.parse().expect("a number"))
    }
}
