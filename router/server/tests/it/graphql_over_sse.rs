//! What the protocol of event streams demands in distinct connections mode, rule by rule
//! (<https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md>). Events themselves are in `subscriptions`.

use http::{Method, Request};
use serde_json::{Value, json};

use crate::kit::numbered::next;
use crate::kit::{Answer, Numbered, Running, Ticks, get, get_stream, post, send};

const SDL: &str = "type Query { a: Int } type Mutation { do: Int } type Subscription { tick: Tick } type Tick { n: Int! }";
const SSE: &str = "text/event-stream";
const TICKS: &str = "subscription { tick { n } }";
const TYPE: &str = "text/event-stream; charset=utf-8";

struct Graph {
    ticks: Ticks,
    source: Numbered,
    router: Running,
}

impl Graph {
    async fn start() -> Self {
        let ticks = Ticks::new();
        let source = Numbered::start(SDL, &ticks, true).await;
        let yaml = format!("subgraphs: {{ source: {{ url: \"{}\" }} }}", source.url());
        let router = Running::configured(&yaml).await;
        router.until_ready().await;
        Self {
            ticks,
            source,
            router,
        }
    }

    async fn post(&self, accept: &str, request: &Value) -> Answer {
        let headers = [("accept", accept)];
        self.router.ask_with(&headers, request.to_string()).await
    }

    fn at(&self, query: &str) -> String {
        let query = query.replace(' ', "%20");
        format!("{}?query={query}", self.router.url())
    }
}

/// The events of a stream that is over: names and data.
fn events(answer: &Answer) -> Vec<(String, String)> {
    let text = answer.text();
    let events = text.split_terminator("\n\n").map(|event| {
        let lines = event.split_once('\n').expect("a name and data");
        let name = lines.0.strip_prefix("event: ").expect("a name");
        let data = lines.1.strip_prefix("data: ").expect("data");
        (name.to_owned(), data.to_owned())
    });
    events.collect()
}

/// A stream with one result, and the end of it, which tells nothing else.
#[track_caller]
fn only_result(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("content-type"), TYPE);
    let [(next, data), (complete, nothing)] = &events(answer)[..] else {
        panic!("{}", answer.text());
    };
    assert_eq!((&**next, &**complete, &**nothing), ("next", "complete", ""));
    serde_json::from_str(data).expect("JSON")
}

/// The type is that of event streams, however it is asked for, and nothing between may keep or hold back what it carries.
#[tokio::test]
async fn who_accepts_event_streams_gets_one() {
    let graph = Graph::start().await;
    let request = json!({ "query": "{ __typename }" });
    for accept in [
        "text/event-stream",
        "Text/Event-Stream",
        "text/event-stream;q=0.5",
        "text/event-stream; charset=utf-8",
        "image/png, text/event-stream",
    ] {
        let answer = graph.post(accept, &request).await;
        let result = json!({ "data": { "__typename": "Query" } });
        assert_eq!(only_result(&answer), result, "{accept}");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("x-accel-buffering"), "no");
    }
    // What it prefers, or takes as well, is no stream: an operation with one result needs none.
    let both = format!("{SSE}, application/json");
    let answer = graph.post(&both, &request).await;
    assert!(
        answer
            .header("content-type")
            .starts_with("application/json")
    );
    let none = graph.post("text/event-stream;q=0", &request).await;
    assert_eq!(none.status, 406, "{}", none.text());
}

/// "Validation steps that run before execution of the GraphQL operation MUST report errors through an accepted SSE connection by emitting `next` events."
#[tokio::test]
async fn what_is_wrong_with_an_operation_is_said_by_an_event() {
    let graph = Graph::start().await;
    for (request, code) in [
        (json!({ "query": "{" }), "GRAPHQL_PARSE_FAILED"),
        (
            json!({ "query": "{ nothing }" }),
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            json!({ "query": "subscription { tick { n } more: tick { n } }" }),
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            json!({ "query": "query($a: Int!) { a @include(if: true) __type(name: \"A\") { name } }", "variables": { "a": null } }),
            "",
        ),
        (json!({ "query": "query A { a } query B { a }" }), ""),
    ] {
        let result = only_result(&graph.post(SSE, &request).await);
        assert_eq!(result.get("data"), None, "{request}: {result}");
        let told = result["errors"][0]["extensions"]["code"].as_str();
        let told = told.expect("each error has a code");
        assert!(code.is_empty() || told == code, "{request}: {result}");
    }
    assert_eq!(graph.source.opened_so_far(), 0);
}

/// A page opens streams by `GET`, with what `EventSource` can say.
#[tokio::test]
async fn a_stream_may_be_opened_by_get() {
    let graph = Graph::start().await;
    let headers = [("accept", SSE)];
    let answer = get(&graph.at("{ __typename }"), &headers).await;
    assert_eq!(only_result(&answer)["data"]["__typename"], "Query");
    let mut stream = get_stream(&graph.at(TICKS), &headers).await;
    assert_eq!(stream.status, 200);
    assert_eq!(stream.headers["content-type"], TYPE);
    graph.source.opened(1).await;
    let n = graph.ticks.tick();
    let event = format!("event: next\ndata: {{\"data\":{{\"tick\":{{\"n\":{n}}}}}}}\n\n");
    assert_eq!(next(&mut stream).await, event);
    // A page of another site could have that done by an image.
    let answer = get(&graph.at("mutation { do }"), &headers).await;
    assert_eq!(answer.status, 405);
    assert_eq!(answer.header("allow"), "POST");
}

/// A client of the single connection mode reserves a stream by `PUT`, and ends operations by `DELETE`: it learns that this is not spoken.
#[tokio::test]
async fn the_other_mode_is_refused_in_full() {
    let graph = Graph::start().await;
    for method in [Method::PUT, Method::DELETE] {
        let url = format!("{}?operationId=1", graph.router.url());
        let request = Request::builder().method(method.clone()).uri(url);
        let request = request.header("accept", SSE).body("".into());
        let answer = send(request.expect("a request")).await;
        let answer = answer.expect("an answer");
        assert_eq!(answer.status, 405, "{method}");
        let allowed = answer.header("allow");
        assert!(allowed.contains("POST") && !allowed.contains(method.as_str()));
    }
    // The stream that was reserved, and an operation for it: without a query there is no stream, and an operation is answered by itself.
    let headers = [("accept", SSE), ("x-graphql-event-stream-token", "a")];
    let answer = get(&graph.router.url(), &headers).await;
    assert_eq!(answer.status, 400, "{}", answer.text());
    let headers = [
        ("accept", "application/json"),
        ("content-type", "application/json"),
        ("x-graphql-event-stream-token", "a"),
    ];
    let request = json!({ "query": "{ __typename }", "extensions": { "operationId": "1" } });
    let answer = post(&graph.router.url(), &headers, request.to_string()).await;
    assert_eq!(answer.json(), json!({ "data": { "__typename": "Query" } }));
}
