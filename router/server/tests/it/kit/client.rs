//! A client of the router.

use axum::BoxError;
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The code of the first error.
    #[track_caller]
    pub(crate) fn code(&self) -> String {
        let json = self.json();
        json["errors"][0]["extensions"]["code"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }
}

/// Sends one request over a connection of its own.
pub(crate) async fn send(request: Request<Full<Bytes>>) -> Option<Answer> {
    let client = Client::builder(TokioExecutor::new()).build_http();
    let response = client.request(request).await.ok()?;
    let (head, body) = response.into_parts();
    let body = body.collect().await.ok()?.to_bytes();
    Some(Answer {
        status: head.status,
        headers: head.headers,
        body,
    })
}

fn request(
    method: Method,
    url: &str,
    headers: &[(&str, &str)],
    body: Bytes,
) -> Request<Full<Bytes>> {
    let mut builder = Request::builder().method(method).uri(url);
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    builder.body(Full::new(body)).expect("a request")
}

pub(crate) async fn get(url: &str, headers: &[(&str, &str)]) -> Answer {
    send(request(Method::GET, url, headers, Bytes::new()))
        .await
        .expect("an answer")
}

pub(crate) async fn post(url: &str, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Answer {
    send(request(Method::POST, url, headers, body.into()))
        .await
        .expect("an answer")
}

/// A body that comes in pieces.
pub(crate) type Pieces = BoxBody<Bytes, BoxError>;

/// One of these pieces.
pub(crate) fn body_of<E>(
    pieces: impl Stream<Item = Result<Bytes, E>> + Send + Sync + 'static,
) -> Pieces
where
    E: Into<BoxError>,
{
    let frames = pieces.map(|piece| piece.map(Frame::data).map_err(Into::into));
    BoxBody::new(StreamBody::new(frames))
}

/// Posts a body that comes in pieces; `None` where there is no answer.
pub(crate) async fn post_stream(
    url: &str,
    headers: &[(&str, &str)],
    body: Pieces,
) -> Option<Answer> {
    let client = Client::builder(TokioExecutor::new()).build_http();
    let (head, _) = request(Method::POST, url, headers, Bytes::new()).into_parts();
    let response = client.request(Request::from_parts(head, body)).await.ok()?;
    let (head, body) = response.into_parts();
    let body = body.collect().await.ok()?.to_bytes();
    Some(Answer {
        status: head.status,
        headers: head.headers,
        body,
    })
}

/// An answer that is read as it comes; dropped, it closes its connection.
pub(crate) struct Streaming {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    body: Incoming,
    text: String,
}

/// Posts and waits for the head of the answer.
pub(crate) async fn stream(url: &str, headers: &[(&str, &str)], body: String) -> Streaming {
    streaming(request(Method::POST, url, headers, body.into())).await
}

/// The same by `GET`.
pub(crate) async fn get_stream(url: &str, headers: &[(&str, &str)]) -> Streaming {
    streaming(request(Method::GET, url, headers, Bytes::new())).await
}

async fn streaming(request: Request<Full<Bytes>>) -> Streaming {
    let client = Client::builder(TokioExecutor::new()).build_http();
    let (head, body) = client
        .request(request)
        .await
        .expect("an answer")
        .into_parts();
    Streaming {
        status: head.status,
        headers: head.headers,
        body,
        text: String::new(),
    }
}

impl Streaming {
    /// What comes up to the end of that text.
    pub(crate) async fn until(&mut self, end: &str) -> String {
        let by = tokio::time::Instant::now() + 3 * super::PATIENCE;
        loop {
            if let Some(at) = self.text.find(end) {
                let rest = self.text.split_off(at + end.len());
                return std::mem::replace(&mut self.text, rest);
            }
            // Signs of life alone are no reason to wait for ever.
            let next = by.min(tokio::time::Instant::now() + super::PATIENCE);
            let frame = tokio::time::timeout_at(next, self.body.frame()).await;
            let Ok(Some(Ok(frame))) = frame else {
                panic!("no {end:?} after {:?}", self.text);
            };
            let data = frame.into_data().unwrap_or_default();
            self.text.push_str(&String::from_utf8_lossy(&data));
        }
    }

    /// All that comes to the end of the stream.
    pub(crate) async fn rest(mut self) -> String {
        let rest = tokio::time::timeout(super::PATIENCE, self.body.collect()).await;
        let rest = rest.expect("it ends").expect("it ends well").to_bytes();
        self.text.push_str(&String::from_utf8_lossy(&rest));
        self.text
    }
}
