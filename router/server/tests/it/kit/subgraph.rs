//! A subgraph whose every answer is scripted.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use bytes::Bytes;
use futures_util::stream;
use http::HeaderMap;
use serde_json::{Value, json};
use tokio::sync::{broadcast, watch};

use super::served::Served;

/// How a subgraph answers.
#[derive(Clone)]
pub(crate) enum Reply {
    /// 200 with this data.
    Data(Value),
    /// 200 with this GraphQL response.
    Response(Value),
    /// 200 with these headers and this data.
    With(&'static [(&'static str, &'static str)], Value),
    /// This status, content type and body.
    Raw(u16, &'static str, String),
    /// Not before the gate opens; then the data.
    Gated(watch::Receiver<bool>, Value),
    /// The same with these headers.
    GatedWith(
        watch::Receiver<bool>,
        &'static [(&'static str, &'static str)],
        Value,
    ),
    /// A stream of whatever is sent from then on, as `text/event-stream`; it stays open.
    Events(broadcast::Sender<String>),
    /// Never.
    Never,
}

type Script = Box<dyn FnMut(&Value) -> Reply + Send>;

struct Shared {
    sdl: String,
    script: Script,
    requests: Vec<(HeaderMap, String)>,
}

/// A subgraph on a port of its own; it can be stopped and started again there.
pub(crate) struct Subgraph {
    served: Served,
    shared: Arc<Mutex<Shared>>,
}

impl Subgraph {
    /// A subgraph of that SDL, answering as the script says.
    pub(crate) async fn start(
        sdl: &str,
        script: impl FnMut(&Value) -> Reply + Send + 'static,
    ) -> Self {
        let shared = Shared {
            sdl: sdl.to_owned(),
            script: Box::new(script),
            requests: Vec::new(),
        };
        let shared = Arc::new(Mutex::new(shared));
        let app = Router::new()
            .route("/graphql", post(answer))
            .with_state(Arc::clone(&shared));
        Self {
            served: Served::start(app).await,
            shared,
        }
    }

    /// A subgraph that always gives the same data.
    pub(crate) async fn with_data(sdl: &str, data: Value) -> Self {
        Self::start(sdl, move |_| Reply::Data(data.clone())).await
    }

    pub(crate) fn url(&self) -> String {
        self.served.url()
    }

    pub(crate) fn set_sdl(&self, sdl: &str) {
        self.shared.lock().expect("no panic").sdl = sdl.to_owned();
    }

    /// The GraphQL requests so far, except for those of `_service`.
    pub(crate) fn requests(&self) -> Vec<(HeaderMap, String)> {
        self.shared.lock().expect("no panic").requests.clone()
    }

    /// Ends it with its connections; the port stays free.
    pub(crate) async fn stop(&mut self) {
        self.served.stop().await;
    }

    /// Starts it again where it was.
    pub(crate) async fn start_again(&mut self) {
        self.served.start_again().await;
    }
}

async fn answer(
    State(shared): State<Arc<Mutex<Shared>>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let text = String::from_utf8(body.to_vec()).expect("the router sends UTF-8");
    let request: Value = serde_json::from_str(&text).expect("the router sends JSON");
    let query = request["query"].as_str().expect("a query");
    let reply = {
        let mut shared = shared.lock().expect("no panic");
        if query.contains("_service") {
            Reply::Data(json!({ "_service": { "sdl": shared.sdl } }))
        } else {
            shared.requests.push((headers, text));
            (shared.script)(&request)
        }
    };
    match reply {
        Reply::Data(data) => raw(200, "application/json", json!({ "data": data }).to_string()),
        Reply::Response(response) => raw(
            200,
            "application/graphql-response+json",
            response.to_string(),
        ),
        Reply::With(headers, data) => with(headers, &data),
        Reply::Raw(status, content_type, body) => raw(status, content_type, body),
        Reply::Gated(mut gate, data) => {
            gate.wait_for(|open| *open)
                .await
                .expect("the gate is held by the test");
            raw(200, "application/json", json!({ "data": data }).to_string())
        }
        Reply::GatedWith(mut gate, headers, data) => {
            gate.wait_for(|open| *open)
                .await
                .expect("the gate is held by the test");
            with(headers, &data)
        }
        Reply::Events(sender) => {
            let events = stream::unfold(sender.subscribe(), |mut receiver| async move {
                let text = receiver.recv().await.ok()?;
                Some((Ok::<_, Infallible>(text), receiver))
            });
            let response = Response::builder().header("content-type", "text/event-stream");
            response
                .body(Body::from_stream(events))
                .expect("a response")
        }
        Reply::Never => std::future::pending().await,
    }
}

fn with(headers: &'static [(&'static str, &'static str)], data: &Value) -> Response {
    let mut response = raw(200, "application/json", json!({ "data": data }).to_string());
    for (name, value) in headers {
        let value = http::HeaderValue::from_static(value);
        response.headers_mut().append(*name, value);
    }
    response
}

fn raw(status: u16, content_type: &str, body: String) -> Response {
    let response = Response::builder()
        .status(status)
        .header("content-type", content_type);
    response.body(Body::from(body)).expect("a response")
}
