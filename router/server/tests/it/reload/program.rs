//! The program itself, whose file changes under load: no request is lost, and nothing is left over.
//!
//! `RELOADS=200 REQUESTS=20000` is the long run that docs/performance.md has.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::json;

use super::{cats, dogs, yaml};
use crate::kit::{Program, Subgraph, until};

/// Connections that are kept.
const CLIENTS: usize = 8;
/// One in so many requests opens a connection of its own.
const ANEW: usize = 16;
/// Configurations after which no more memory should be taken, as a share of them.
const SETTLED: f64 = 0.25;

fn number(name: &str, otherwise: usize) -> usize {
    let given = std::env::var(name).ok();
    given.map_or(otherwise, |text| text.parse().expect("a number"))
}

/// Something of each kind: what is kept, what is made again, what needs another schema, what only the pipeline knows.
fn configuration(dogs: &Subgraph, cats: &Subgraph, round: usize) -> String {
    let both = [("dogs", dogs), ("cats", cats)];
    let subgraphs = if round % 5 == 4 {
        &both[..]
    } else {
        &both[..1]
    };
    let more = format!(
        "limits: {{ depth: {} }}\nheaders: {{ insert: {{ x-round: \"{round}\" }} }}\nrate_limit: {{ requests: {}/s }}\nintrospection: {}\ntimeouts: {{ idle: {}s }}",
        50 + round / 20,
        1_000_000 + round % 2,
        round.is_multiple_of(2),
        10 + round % 3
    );
    yaml(subgraphs, &more)
}

fn median(mut values: Vec<u64>) -> u64 {
    values.sort_unstable();
    values[values.len() / 2]
}

#[tokio::test]
async fn no_request_is_lost_while_its_file_changes_and_memory_stays_flat() {
    let (reloads, requests) = (number("RELOADS", 20), number("REQUESTS", 1000));
    let (dogs, cats) = (dogs().await, cats().await);
    let folder = tempfile::tempdir().expect("a folder");
    let first = configuration(&dogs, &cats, 0);
    let router = Program::start(folder.path(), "router.yaml", &first).await;
    router.answer("{ dog }").await;

    let body = json!({ "query": "{ dog }" }).to_string();
    let (done, answered) = (AtomicBool::new(false), AtomicUsize::new(0));
    let fresh = || Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let client = async || {
        let kept = fresh();
        while !done.load(Ordering::Relaxed) {
            let number = answered.load(Ordering::Relaxed);
            let asking = if number.is_multiple_of(ANEW) {
                fresh()
            } else {
                kept.clone()
            };
            let request = Request::post(router.url())
                .header("content-type", "application/json")
                .body(Full::from(body.clone()))
                .expect("a request");
            let answer = asking.request(request).await.expect("an answer");
            let answer = answer.into_body().collect().await.expect("all of it");
            assert_eq!(&*answer.to_bytes(), br#"{"data":{"dog":"Rex"}}"#);
            answered.fetch_add(1, Ordering::Relaxed);
        }
    };
    let clients = futures_util::future::join_all((0..CLIENTS).map(|_| client()));
    let mut memory = Vec::new();
    let reloading = async {
        let mut round = 0;
        while round < reloads || answered.load(Ordering::Relaxed) < requests {
            round += 1;
            router
                .reconfigure(&configuration(&dogs, &cats, round))
                .await;
            memory.push(router.memory());
        }
        done.store(true, Ordering::Relaxed);
    };
    tokio::join!(clients, reloading);
    let held = async || (router.metric("router_configurations_held").await == 1.0).then_some(());
    until(held).await.expect("only the last one is held");

    let settled = (memory.len() as f64 * SETTLED) as usize;
    let (before, after) = (
        median(memory[settled..2 * settled].to_vec()),
        median(memory[memory.len() - settled..].to_vec()),
    );
    // What `--nocapture` is for.
    #[allow(clippy::print_stdout)]
    {
        println!(
            "{} requests answered during {} reloads; {:.1} MB after a quarter of them, {:.1} MB at the end",
            answered.load(Ordering::Relaxed),
            memory.len(),
            before as f64 / 1e6,
            after as f64 / 1e6
        );
    }
    // What a build without optimisation, and an allocator, take more of it by chance; 200 reloads that leave something behind take more than that.
    assert!(after <= before + before / 10 + 4_000_000, "{memory:?}");
}
