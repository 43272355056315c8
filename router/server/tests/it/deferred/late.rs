//! Clients that still read when the time of their request is over.

use serde_json::{Value, json};
use tokio::sync::watch;

use super::{JSON, LINK};
use crate::kit::{Reply, Running, Socket, Subgraph, stream, until};

const QUERY: &str = "{ dog { id long ... @defer { name } ... @defer { age } } }";

/// A router whose first part is more than connections hold by themselves, and whose last one waits for the gate.
async fn graph(gate: watch::Receiver<bool>) -> (Running, [Subgraph; 3]) {
    let dog = r#"type Dog @key(fields: "id") { id: ID!"#;
    let first = format!("{LINK} type Query {{ dog: Dog }} {dog} long: [String!] }}");
    let long = vec!["x".repeat(1_000_000); 14];
    let first = Subgraph::with_data(&first, json!({ "dog": { "id": "1", "long": long } })).await;
    let name = json!({ "_entities": [{ "name": "Rex" }] });
    let names = Subgraph::with_data(&format!("{LINK} {dog} name: String }}"), name).await;
    let age = json!({ "_entities": [{ "age": 3 }] });
    let answer = move |_: &Value| Reply::Gated(gate.clone(), age.clone());
    let ages = Subgraph::start(&format!("{LINK} {dog} age: Int }}"), answer).await;
    let subgraphs = [first, names, ages];
    let [first, names, ages] = &subgraphs;
    let all = [("first", first), ("names", names), ("ages", ages)];
    let more = "timeouts: { request: 5s, write: 5m }\nlimits: { memory: 1 GiB }\ndeduplicate_queries: false\nsubscriptions: { websocket: true }";
    (Running::start(&all, more).await, subgraphs)
}

/// The parts but for the first, of which there is much.
#[track_caller]
fn others(text: &str, between: &str, lead: &str) -> Vec<Value> {
    let bodies = text.split(between).filter_map(|part| part.split_once(lead));
    let parts = bodies
        .skip(1)
        .map(|(_, body)| serde_json::from_str(body).expect("JSON"));
    parts.collect()
}

/// The name is given, and in place of the age the `member` has this `item` with the error.
#[track_caller]
fn expect(parts: &[Value], member: &str, mut item: Value) {
    assert_eq!(parts.len(), 2, "{parts:?}");
    let given = &parts[0]["incremental"][0];
    assert_eq!(given["data"], json!({ "name": "Rex" }), "{given}");
    assert_eq!(parts[0]["hasNext"], true);
    let late = &parts[1][member][0]["errors"][0]["extensions"]["code"];
    assert_eq!(late, "REQUEST_TIMEOUT");
    item["errors"] = parts[1][member][0]["errors"].clone();
    assert_eq!(parts[1], json!({ member: [item], "hasNext": false }));
}

#[tokio::test]
async fn who_reads_too_long_is_told_so_in_the_last_part_and_by_the_end() {
    let (open, gate) = watch::channel(false);
    let (router, subgraphs) = graph(gate).await;
    let url = router.url();
    let body = json!({ "query": QUERY }).to_string();
    let ask = async |accept: &str| stream(&url, &[JSON, ("accept", accept)], body.clone()).await;
    let multipart = ask("multipart/mixed;deferSpec=20220824").await;
    let events = ask("text/event-stream;incrementalSpec=v0.2").await;
    let payload = json!({ "accept": "multipart/mixed;incrementalSpec=v0.2" });
    let mut socket = Socket::acknowledged(&url, payload).await;
    socket.subscribe("a", QUERY).await;
    // The second part comes to each before the last one does.
    let answered = "http_client_request_duration_seconds_count{subgraph=\"names\",status=\"2xx\"}";
    let named = async || {
        let named = subgraphs[1].requests().len() == 3 && subgraphs[2].requests().len() == 3;
        (named && router.metric(answered).await >= 3.0).then_some(())
    };
    until(named).await.expect("the names are there");
    open.send_replace(true);
    let late = "graphql_errors_total{code=\"REQUEST_TIMEOUT\"}";
    let are_late = async || (router.metric(late).await == 3.0).then_some(());
    until(are_late).await.expect("the time is over for all");

    let numbered = json!({ "id": "1" });
    let all = multipart.rest().await;
    let all = all
        .strip_suffix("--graphql--\r\n")
        .expect("the last delimiter");
    let parts = others(all, "--graphql", "\r\n\r\n");
    expect(&parts, "incremental", json!({ "path": [], "data": null }));
    let all = events.rest().await;
    let all = all
        .strip_suffix("event: complete\ndata: \n\n")
        .expect("the end");
    let parts = others(all, "\n\n", "event: next\ndata: ");
    expect(&parts, "completed", numbered.clone());
    let mut parts = Vec::new();
    for _ in 0..3 {
        let next = socket.hear().await;
        assert_eq!(next["type"], "next");
        parts.push(next["payload"].clone());
    }
    expect(&parts[1..], "completed", numbered);
    assert_eq!(
        socket.hear().await,
        json!({ "id": "a", "type": "complete" })
    );
}
