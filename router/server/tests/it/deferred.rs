//! Responses in parts, over HTTP.

mod late;

use serde_json::{Value, json};

use crate::kit::{Reply, Running, Socket, Subgraph, stream};

const LINK: &str =
    r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])"#;
const PARTS: (&str, &str) = (
    "accept",
    "multipart/mixed;deferSpec=20220824,application/json",
);
const JSON: (&str, &str) = ("content-type", "application/json");

async fn dogs() -> Subgraph {
    let sdl = format!(
        r#"{LINK} type Query {{ dogs: [Dog!] }} type Mutation {{ wash: Dog }} type Dog @key(fields: "id") {{ id: ID! age: Int! }}"#
    );
    Subgraph::start(&sdl, |request: &Value| {
        let query = request["query"].as_str().unwrap_or_default();
        match query {
            _ if query.contains("_entities") => {
                Reply::Data(json!({ "_entities": [{ "age": 3 }, { "age": null }] }))
            }
            _ if query.contains("wash") => Reply::Data(json!({ "wash": { "id": "1" } })),
            _ => Reply::Data(json!({ "dogs": [{ "id": "1" }, { "id": "2" }] })),
        }
    })
    .await
}

async fn names() -> Subgraph {
    let sdl = format!(r#"{LINK} type Dog @key(fields: "id") {{ id: ID! name: String }}"#);
    Subgraph::start(&sdl, |request: &Value| {
        let representations = request["variables"]["representations"].as_array();
        let names = representations.into_iter().flatten();
        let names: Vec<Value> = names
            .map(|dog| json!({ "name": format!("dog {}", dog["id"]) }))
            .collect();
        Reply::Data(json!({ "_entities": names }))
    })
    .await
}

/// The content type, and the parts.
async fn ask(router: &Running, query: &str, variables: Value) -> (String, Vec<Value>) {
    let body = json!({ "query": query, "variables": variables }).to_string();
    let answer = stream(&router.url(), &[JSON, PARTS], body).await;
    assert_eq!(answer.status, 200);
    let content_type = answer.headers["content-type"].to_str().expect("text");
    let content_type = content_type.to_owned();
    let text = answer.rest().await;
    if !content_type.starts_with("multipart") {
        let whole = serde_json::from_str(&text).expect("JSON");
        return (content_type, vec![whole]);
    }
    let text = text.strip_prefix("--graphql").expect("the first delimiter");
    let text = text.strip_suffix("--graphql--\r\n").expect("the last one");
    let parts = text.split("--graphql").map(|part| {
        let (head, body) = part.split_once("\r\n\r\n").expect("a head and a body");
        assert_eq!(head, "\r\ncontent-type: application/json");
        serde_json::from_str(body).expect("JSON")
    });
    (content_type, parts.collect())
}

#[tokio::test]
async fn what_is_deferred_follows_the_rest() {
    let (a, b) = (dogs().await, names().await);
    let router = Running::start(&[("dogs", &a), ("names", &b)], "").await;
    let query = r#"{ dogs { id ... @defer(label: "who") { name } } }"#;
    let (content_type, parts) = ask(&router, query, json!({})).await;
    assert_eq!(
        content_type,
        "multipart/mixed;boundary=\"graphql\";deferSpec=20220824"
    );
    assert_eq!(
        parts,
        [
            json!({ "data": { "dogs": [{ "id": "1" }, { "id": "2" }] }, "hasNext": true }),
            json!({
                "incremental": [
                    { "label": "who", "path": ["dogs", 0], "data": { "name": "dog \"1\"" } },
                    { "label": "who", "path": ["dogs", 1], "data": { "name": "dog \"2\"" } },
                ],
                "hasNext": false,
            }),
        ]
    );
    assert_eq!(
        router
            .metric("graphql_requests_total{outcome=\"ok\"}")
            .await,
        1.0
    );
}

/// The subgraph of the initial response is asked again, so that what is slow there holds nothing up; a null stops at the part.
#[tokio::test]
async fn what_the_same_subgraph_has_is_deferred_too() {
    let (a, b) = (dogs().await, names().await);
    let router = Running::start(&[("dogs", &a), ("names", &b)], "").await;
    let (_, parts) = ask(&router, "{ dogs { id ... @defer { age } } }", json!({})).await;
    assert_eq!(
        parts[1]["incremental"],
        json!([
            { "path": ["dogs", 0], "data": { "age": 3 } },
            {
                "path": ["dogs", 1],
                "data": null,
                "errors": [{
                    "message": "\"age\" is null, which its type does not allow",
                    "path": ["dogs", 1, "age"],
                    "extensions": { "code": "NULL_IN_NON_NULL" },
                }],
            },
        ])
    );
    assert_eq!(a.requests().len(), 2);
}

#[tokio::test]
async fn who_takes_no_parts_or_switches_them_off_gets_it_whole() {
    let (a, b) = (dogs().await, names().await);
    let router = Running::start(&[("dogs", &a), ("names", &b)], "").await;
    let query = "query($d: Boolean!) { dogs { ... @defer(if: $d) { name } } }";
    let whole = json!({ "data": { "dogs": [{ "name": "dog \"1\"" }, { "name": "dog \"2\"" }] } });
    let request = json!({ "query": query, "variables": { "d": true } });
    assert_eq!(router.ask(&request).await.json(), whole);
    let (content_type, parts) = ask(&router, query, json!({ "d": false })).await;
    assert_eq!(content_type, "application/json; charset=utf-8");
    assert_eq!(parts, [whole]);
    let (_, parts) = ask(&router, query, json!({ "d": true })).await;
    assert_eq!(parts.len(), 2);
    // Once for each of the three.
    let (_, parts) = ask(&router, query, json!({ "d": true })).await;
    assert_eq!(
        parts[0],
        json!({ "data": { "dogs": [{}, {}] }, "hasNext": true })
    );
}

#[tokio::test]
async fn parts_of_a_mutation_follow_it() {
    let (a, b) = (dogs().await, names().await);
    let router = Running::start(&[("dogs", &a), ("names", &b)], "").await;
    let query = "mutation { wash { id ... @defer { name } } }";
    let (_, parts) = ask(&router, query, json!({})).await;
    assert_eq!(
        parts[0],
        json!({ "data": { "wash": { "id": "1" } }, "hasNext": true })
    );
    assert_eq!(
        parts[1]["incremental"],
        json!([{ "path": ["wash"], "data": { "name": "dog \"1\"" } }])
    );
}

/// What has gone wrong is reported in the part that it is about.
#[tokio::test]
async fn a_subgraph_that_fails_spoils_its_part_only() {
    let (a, mut b) = (dogs().await, names().await);
    let router = Running::start(&[("dogs", &a), ("names", &b)], "").await;
    b.stop().await;
    let (_, parts) = ask(&router, "{ dogs { id ... @defer { name } } }", json!({})).await;
    assert_eq!(
        parts[0],
        json!({ "data": { "dogs": [{ "id": "1" }, { "id": "2" }] }, "hasNext": true })
    );
    let items = parts[1]["incremental"].as_array().expect("a list");
    for (index, item) in items.iter().enumerate() {
        assert_eq!(item["data"], json!({ "name": null }));
        assert_eq!(item["errors"][0]["path"], json!(["dogs", index, "name"]));
        let code = &item["errors"][0]["extensions"]["code"];
        assert_eq!(code, "SUBREQUEST_CONNECTION_ERROR");
    }
}

/// The parts of a response are one request, which comes to the worst of them.
#[tokio::test]
async fn a_response_in_parts_is_one_request() {
    let (a, mut b) = (dogs().await, names().await);
    let router = Running::start(&[("dogs", &a), ("names", &b)], "").await;
    b.stop().await;
    ask(&router, "{ dogs { id ... @defer { name } } }", json!({})).await;
    for (series, count) in [
        ("graphql_requests_total{outcome=\"ok\"}", 0.0),
        ("graphql_requests_total{outcome=\"partial\"}", 1.0),
        ("graphql_requests_faulted_total", 1.0),
        ("graphql_fetches_count", 1.0),
        ("graphql_fetches_sum", 2.0),
    ] {
        assert_eq!(router.metric(series).await, count, "{series}");
    }
}

#[tokio::test]
async fn what_is_deferred_is_planned_once() {
    let (a, b) = (dogs().await, names().await);
    let router = Running::start(&[("dogs", &a), ("names", &b)], "").await;
    let query = "query($d: Boolean!) { dogs { id ... @defer(if: $d) { name } } }";
    for _ in 0..2 {
        let (_, parts) = ask(&router, query, json!({ "d": true })).await;
        assert_eq!(parts.len(), 2);
    }
    for (series, count) in [
        ("router_plan_cache_misses_total", 1.0),
        ("router_plan_cache_hits_total", 1.0),
        (
            "router_plan_duration_seconds_count{outcome=\"planned\"}",
            1.0,
        ),
    ] {
        assert_eq!(router.metric(series).await, count, "{series}");
    }
    // Switched off it is another plan.
    let (_, parts) = ask(&router, query, json!({ "d": false })).await;
    assert_eq!(parts.len(), 1);
    let planned = "router_plan_duration_seconds_count{outcome=\"planned\"}";
    assert_eq!(router.metric(planned).await, 2.0);
}

const NEWER: (&str, &str) = ("accept", "multipart/mixed;incrementalSpec=v0.2");

/// The parts of an answer that has some, by whatever accept header.
pub(crate) async fn parts_of(router: &Running, accept: &str, query: &str) -> (String, Vec<Value>) {
    parts_with(router, accept, &json!({ "query": query })).await
}

/// The same of a request with variables; one part where the answer has none.
pub(crate) async fn parts_with(
    router: &Running,
    accept: &str,
    request: &Value,
) -> (String, Vec<Value>) {
    let headers = [JSON, ("accept", accept)];
    let answer = stream(&router.url(), &headers, request.to_string()).await;
    let content_type = answer.headers["content-type"].to_str().expect("text");
    let content_type = content_type.to_owned();
    let text = answer.rest().await;
    if content_type.starts_with("application/json") {
        let whole = serde_json::from_str(&text).expect("JSON");
        return (content_type, vec![whole]);
    }
    let (between, lead) = match content_type.starts_with("multipart") {
        true => ("--graphql", "\r\n\r\n"),
        false => ("\n\n", "event: next\ndata: "),
    };
    let bodies = text.split(between).filter_map(|part| part.split_once(lead));
    let parts = bodies.map(|(_, body)| serde_json::from_str(body).expect("JSON"));
    (content_type, parts.collect())
}

/// All parts of the subsequent responses together: how many responses there are is a matter of time.
pub(crate) fn gathered(parts: &[Value]) -> Value {
    let all = |name: &str| {
        let lists = parts.iter().filter_map(|part| part[name].as_array());
        Value::Array(lists.flatten().cloned().collect())
    };
    assert!(
        parts
            .iter()
            .rev()
            .skip(1)
            .all(|part| part["hasNext"] == true)
    );
    assert_eq!(parts.last().expect("one")["hasNext"], false);
    json!({
        "data": parts[0]["data"],
        "pending": all("pending"),
        "incremental": all("incremental"),
        "completed": all("completed"),
    })
}

/// What graphql-js 17 gives for the same operations and data, in its order.
#[tokio::test]
async fn the_newer_format_announces_and_completes_what_is_deferred() {
    let (a, b) = (dogs().await, names().await);
    let router = Running::start(&[("dogs", &a), ("names", &b)], "").await;
    let query = r#"{ dogs { id ... @defer(label: "who") { name } } }"#;
    let (content_type, parts) = parts_of(&router, NEWER.1, query).await;
    assert_eq!(
        content_type,
        "multipart/mixed;boundary=\"graphql\";incrementalSpec=v0.2"
    );
    assert_eq!(
        parts[0],
        json!({
            "data": { "dogs": [{ "id": "1" }, { "id": "2" }] },
            "pending": [
                { "id": "0", "path": ["dogs", 0], "label": "who" },
                { "id": "1", "path": ["dogs", 1], "label": "who" },
            ],
            "hasNext": true,
        })
    );
    assert_eq!(
        gathered(&parts)["incremental"],
        json!([
            { "id": "0", "data": { "name": "dog \"1\"" } },
            { "id": "1", "data": { "name": "dog \"2\"" } },
        ])
    );
    assert_eq!(
        gathered(&parts)["completed"],
        json!([{ "id": "0" }, { "id": "1" }])
    );

    // A part that cannot be given is completed with the reason.
    let (_, parts) = parts_of(&router, NEWER.1, "{ dogs { id ... @defer { age } } }").await;
    let all = gathered(&parts);
    assert_eq!(
        all["incremental"],
        json!([{ "id": "0", "data": { "age": 3 } }])
    );
    assert_eq!(
        all["completed"],
        json!([
            { "id": "0" },
            {
                "id": "1",
                "errors": [{
                    "message": "\"age\" is null, which its type does not allow",
                    "path": ["dogs", 1, "age"],
                    "extensions": { "code": "NULL_IN_NON_NULL" },
                }],
            },
        ])
    );

    // What is within a part is announced with it.
    let query = r#"{ dogs { id ... @defer(label: "a") { name ... @defer(label: "b") { age } } } }"#;
    let (_, parts) = parts_of(&router, NEWER.1, query).await;
    let labels = |list: &Value| {
        let list = list.as_array().expect("a list").iter();
        list.map(|one| one["label"].as_str().expect("text").to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(labels(&parts[0]["pending"]), ["a", "a"]);
    let all = gathered(&parts);
    assert_eq!(labels(&all["pending"]), ["a", "a", "b", "b"]);
    assert_eq!(all["completed"].as_array().map(Vec::len), Some(4));
}

#[tokio::test]
async fn parts_come_as_events_too_in_the_format_that_is_named() {
    let (a, b) = (dogs().await, names().await);
    let router = Running::start(
        &[("dogs", &a), ("names", &b)],
        "subscriptions: { websocket: true }",
    )
    .await;
    let query = "{ dogs { id ... @defer { name } } }";
    for (spec, member) in [
        ("deferSpec=20220824", "path"),
        ("incrementalSpec=v0.2", "id"),
    ] {
        let accept = format!("text/event-stream;{spec}");
        let (content_type, parts) = parts_of(&router, &accept, query).await;
        assert_eq!(content_type, "text/event-stream; charset=utf-8");
        let items = parts[1]["incremental"].as_array().expect("a list");
        assert!(
            items.iter().all(|item| !item[member].is_null()),
            "{items:?}"
        );

        let payload = json!({ "accept": accept });
        let mut socket = Socket::acknowledged(&router.url(), payload).await;
        socket.subscribe("a", query).await;
        for part in &parts {
            let next = json!({ "id": "a", "type": "next", "payload": part });
            assert_eq!(socket.hear().await, next);
        }
        assert_eq!(
            socket.hear().await,
            json!({ "id": "a", "type": "complete" })
        );
    }
    // Where no format is named, the answer is whole.
    let (_, parts) = parts_of(&router, "text/event-stream", query).await;
    assert_eq!(parts.len(), 1);
    assert_eq!(parts[0]["data"]["dogs"][0]["name"], "dog \"1\"");
    // The better liked of two.
    let both = "multipart/mixed;deferSpec=20220824;q=0.5, multipart/mixed;incrementalSpec=v0.2";
    let (content_type, _) = parts_of(&router, both, query).await;
    assert!(content_type.ends_with("v0.2"), "{content_type}");
}
