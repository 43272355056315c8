//! A small HTTP client over real sockets, for asking the programs what their users ask.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client as HyperClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};

/// No request of a test may take longer: a hang is a failure, not a wait.
const DEADLINE: Duration = Duration::from_secs(20);

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("the body is text")
    }

    pub(crate) fn content_type(&self) -> &str {
        self.headers
            .get(header::CONTENT_TYPE)
            .map_or("", |value| value.to_str().expect("a media type is ASCII"))
    }
}

/// Keeps connections alive as a real client does.
#[derive(Clone)]
pub(crate) struct Client {
    client: HyperClient<HttpConnector, Full<Bytes>>,
}

impl Client {
    pub(crate) fn new() -> Self {
        Self {
            client: HyperClient::builder(TokioExecutor::new()).build_http(),
        }
    }

    /// Sends a request; `Err` when no answer came (connection refused or reset).
    pub(crate) async fn send(&self, request: Request<Full<Bytes>>) -> Result<Answer, String> {
        let exchange = async {
            let response = self
                .client
                .request(request)
                .await
                .map_err(|e| format!("{e:?}"))?;
            let (parts, body) = response.into_parts();
            let body = body
                .collect()
                .await
                .map_err(|e| format!("{e:?}"))?
                .to_bytes();
            Ok(Answer {
                status: parts.status,
                headers: parts.headers,
                body,
            })
        };
        tokio::time::timeout(DEADLINE, exchange)
            .await
            .expect("the program answers in time")
    }

    pub(crate) async fn get(&self, at: SocketAddr, path: &str, accept: &str) -> Answer {
        let request = Request::get(format!("http://{at}{path}"))
            .header(header::ACCEPT, accept)
            .body(Full::default())
            .expect("the request is well-formed");
        self.send(request).await.expect("the program answers")
    }

    /// POSTs `body` as it is to `/graphql`.
    pub(crate) async fn post(&self, at: SocketAddr, content_type: &str, body: &str) -> Answer {
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("http://{at}/graphql"))
            .header(header::CONTENT_TYPE, content_type)
            .header(header::ACCEPT, "application/json")
            .body(Full::from(body.to_owned()))
            .expect("the request is well-formed");
        self.send(request).await.expect("the program answers")
    }

    /// Asks `/graphql` and gives the GraphQL response.
    pub(crate) async fn query(&self, at: SocketAddr, query: &str, variables: Value) -> Value {
        let body = json!({ "query": query, "variables": variables }).to_string();
        self.post(at, "application/json", &body).await.json()
    }
}
