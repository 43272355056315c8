//! The same over real HTTP: a router that composes live subgraphs by itself.

use std::sync::Arc;

use router::{Config, Listeners};
use testing::{Graph, Listening, Random, differs, execute_monolith, operation, subgraphs};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// The first graphs that compose with no label on: the router decides about labels by its configuration.
async fn graphs(count: usize) -> Vec<(Random, Graph)> {
    let mut graphs = Vec::new();
    for seed in 1000.. {
        let mut random = Random::new(seed);
        let (texts, _) = subgraphs(&mut random);
        let graph =
            Graph::new(texts, Arc::from([])).unwrap_or_else(|what| panic!("seed {seed}: {what}"));
        graphs.extend(graph.map(|graph| (random, graph)));
        if graphs.len() == count {
            break;
        }
    }
    graphs
}

#[tokio::test]
async fn a_router_over_live_subgraphs_answers_as_a_monolith_does() {
    for (mut random, graph) in graphs(6).await {
        let mut listening = Vec::new();
        let mut yaml = "include_subgraph_errors: true\nsubgraphs:\n".to_owned();
        let world = graph.world.clone();
        let names: Vec<String> = graph
            .subgraphs
            .iter()
            .map(|text| text.name.clone())
            .collect();
        let texts: Vec<String> = graph.subgraphs.iter().map(ToString::to_string).collect();
        for (subgraph, name) in graph.into_served().into_iter().zip(&names) {
            let subgraph = Listening::start(subgraph).await.expect("a port");
            yaml.push_str(&format!("  {name}: {{ url: \"{}\" }}\n", subgraph.url()));
            listening.push(subgraph);
        }
        let router = Running::start(&yaml).await;
        for _ in 0..15 {
            let operation = operation(&mut random, world.api_schema());
            let variables = operation.variables();
            let Some(document) = world.document(&operation.to_string()) else {
                continue;
            };
            let expected = execute_monolith(&world, &document, &variables).expect("it executes");
            let body = router.ask(&operation.to_string(), &variables).await;
            let wrong: Vec<String> = listening.iter().flat_map(Listening::take_wrong).collect();
            let what = differs(&body, &expected);
            let effects = world.take_effects();
            assert_eq!(
                effects,
                expected.effects,
                "{operation}\n{}",
                texts.join("\n")
            );
            assert!(
                what.is_none() && wrong.is_empty(),
                "{operation}\n{variables:?}\n{what:?}\n{wrong:?}\n{}",
                texts.join("\n")
            );
        }
        router.stop().await;
    }
}

/// A router on ports of its own.
struct Running {
    public: String,
    admin: String,
    end: oneshot::Sender<()>,
    serving: tokio::task::JoinHandle<()>,
}

impl Running {
    async fn start(yaml: &str) -> Self {
        let config = Config::parse(yaml, "router.yaml".as_ref(), &|_| None)
            .unwrap_or_else(|error| panic!("{error}\n{yaml}"));
        let bind = async || TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let listeners = Listeners {
            public: bind().await,
            admin: bind().await,
        };
        let url = |listener: &TcpListener, path| {
            format!(
                "http://{}/{path}",
                listener.local_addr().expect("an address")
            )
        };
        let (public, admin) = (
            url(&listeners.public, "graphql"),
            url(&listeners.admin, "health/ready"),
        );
        let (end, ending) = oneshot::channel::<()>();
        let serving = tokio::spawn(async move {
            router::serve(config, listeners, async move { drop(ending.await) })
                .await
                .expect("it serves");
        });
        let running = Self {
            public,
            admin,
            end,
            serving,
        };
        running.until_ready().await;
        running
    }

    async fn until_ready(&self) {
        let patience = std::time::Duration::from_secs(30);
        let ready = async {
            while send(&self.admin, None).await.0 != 200 {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(patience, ready)
            .await
            .expect("it becomes ready");
    }

    async fn ask(&self, query: &str, variables: &testing::Members) -> Vec<u8> {
        let body = serde_json_bytes::json!({ "query": query, "variables": variables });
        send(&self.public, Some(body.to_string())).await.1
    }

    async fn stop(self) {
        self.end.send(()).expect("it runs");
        self.serving.await.expect("it ends");
    }
}

/// Asks over a connection of its own: the status and the body.
async fn send(url: &str, body: Option<String>) -> (u16, Vec<u8>) {
    use http_body_util::{BodyExt, Full};
    use hyper_util::client::legacy::Client;
    use hyper_util::rt::TokioExecutor;
    let request = match body {
        None => http::Request::get(url).body(Full::default()),
        Some(body) => http::Request::post(url)
            .header("content-type", "application/json")
            .body(Full::new(bytes::Bytes::from(body))),
    };
    let client = Client::builder(TokioExecutor::new()).build_http();
    let response = client
        .request(request.expect("a request"))
        .await
        .expect("an answer");
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.expect("a body");
    (status, body.to_bytes().to_vec())
}
