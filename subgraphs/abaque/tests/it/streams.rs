//! Streams that cross both services, over real HTTP.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{Request, header};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};

use crate::stack::{Running, Stack, any, composed, until};

const SUBSCRIPTION: &str = "subscription($v: [Decimal!]!, $i: Int) {
  statistiquesCourantes(valeurs: $v, intervalle: $i) { effectif moyenne variance(definition: POPULATION) minimum maximum somme produit }
}";

/// The events of a subscription, from first to last.
struct Events {
    body: hyper_util::client::legacy::ResponseFuture,
    read: Option<BoxBody<Bytes, String>>,
    text: String,
}

impl Events {
    fn open(at: SocketAddr, query: &str, variables: Value) -> Self {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let request = Request::post(format!("http://{at}/graphql"))
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "text/event-stream")
            .body(Full::<Bytes>::from(body))
            .expect("the request is well-formed");
        Self {
            body: Client::builder(TokioExecutor::new())
                .build_http()
                .request(request),
            read: None,
            text: String::new(),
        }
    }

    /// The next event; `None` after the last.
    async fn next(&mut self) -> Option<Value> {
        if self.read.is_none() {
            let response = (&mut self.body).await.expect("the program answers");
            assert_eq!(
                response.headers()[header::CONTENT_TYPE],
                "text/event-stream; charset=utf-8"
            );
            self.read = Some(
                response
                    .into_body()
                    .map_err(|error| error.to_string())
                    .boxed(),
            );
        }
        let body = self.read.as_mut().expect("it was set");
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let data = event.lines().find_map(|line| line.strip_prefix("data: "));
                let event = match event.lines().next() {
                    Some("event: next") => {
                        data.map(|data| serde_json::from_str(data).expect("data is JSON"))
                    }
                    Some("event: complete") => return None,
                    _ => None,
                };
                self.text = rest.to_owned();
                match event {
                    Some(event) => return Some(event),
                    // A sign of life.
                    None => continue,
                }
            }
            let frame = body.frame().await?.expect("the stream is not cut");
            let data = frame.into_data().expect("an event stream has no trailers");
            self.text += std::str::from_utf8(&data).expect("an event is UTF-8");
        }
    }
}

fn expected(values: &[i32]) -> Vec<Value> {
    let event = |count: usize| {
        let so_far = &values[..count];
        json!({
            "effectif": count,
            "minimum": so_far.iter().min().expect("there is one").to_string(),
            "maximum": so_far.iter().max().expect("there is one").to_string(),
            "somme": so_far.iter().sum::<i32>().to_string(),
            "produit": so_far.iter().product::<i32>().to_string(),
        })
    };
    (1..=values.len()).map(event).collect()
}

async fn check(protocol: &str) {
    let calculatrice = Running::service(calculatrice::program(), any(), any()).await;
    let statistiques = Running::service(statistiques::program(), any(), any()).await;
    let config = json!({
        "include_subgraph_errors": true,
        "polling": { "interval": "100ms" },
        "subgraphs": {
            "calculatrice": { "url": format!("http://{}/graphql", calculatrice.public) },
            "statistiques": {
                "url": format!("http://{}/graphql", statistiques.public),
                "subscriptions": { "protocol": protocol },
            },
        },
    });
    let router = Running::router(&config.to_string()).await;
    composed(&router).await;

    let values = [3, -1, 4, 1, -5, 9];
    let mut events = Events::open(router.public, SUBSCRIPTION, json!({ "v": values, "i": 1 }));
    for expected in expected(&values) {
        let event = events.next().await.expect("an event for each value");
        assert_eq!(event["errors"], Value::Null, "{event}");
        let mut told = event["data"]["statistiquesCourantes"].clone();
        let told = told.as_object_mut().expect("an event has a series");
        assert!(told.remove("moyenne").is_some() && told.remove("variance").is_some());
        assert_eq!(json!(told), expected);
    }
    assert_eq!(events.next().await, None);
    for program in [router, statistiques, calculatrice] {
        program.stop().await;
    }
}

#[tokio::test]
async fn a_stream_of_statistics_is_completed_by_the_calculator_over_server_sent_events() {
    check("sse").await;
}

#[tokio::test]
async fn a_stream_of_statistics_is_completed_by_the_calculator_over_a_web_socket() {
    check("websocket").await;
}

#[tokio::test]
async fn a_client_that_goes_away_frees_the_stream_at_the_service() {
    let stack = Stack::start().await;
    let variables = json!({ "v": [1, 2, 3], "i": 60_000 });
    let mut events = Events::open(stack.router.public, SUBSCRIPTION, variables);
    assert!(events.next().await.is_some());
    let open = r#"graphql_server_active_streams{service="statistiques"}"#;
    assert_eq!(stack.metric(stack.statistiques.admin, open).await, 1.0);
    drop(events);
    until(
        async || stack.metric(stack.statistiques.admin, open).await,
        |count| *count == 0.0,
    )
    .await;
    stack.stop().await;
}

#[tokio::test]
async fn a_service_that_ends_tells_its_streams_and_the_router_passes_it_on() {
    let stack = Stack::start().await;
    let variables = json!({ "v": [1, 2, 3], "i": 60_000 });
    let mut events = Events::open(stack.router.public, SUBSCRIPTION, variables);
    assert!(events.next().await.is_some());
    stack.statistiques.stop().await;
    let last = events
        .next()
        .await
        .expect("an event that announces the end");
    assert_eq!(
        last["errors"][0]["extensions"]["code"], "SHUTTING_DOWN",
        "{last}"
    );
    assert_eq!(events.next().await, None);
    stack.router.stop().await;
    stack.calculatrice.stop().await;
}
