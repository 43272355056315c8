//! The subgraphs as HTTP servers that cost next to nothing: an answer is computed once and kept by the bytes of its request.

use std::cell::RefCell;
use std::collections::HashMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::spawn_local;

use crate::shop;

/// Requests that are remembered with their answers; each router sends a dozen.
const MAX_KNOWN: usize = 1000;

/// The subgraphs, all behind one address. Clones are the same.
#[derive(Clone, Default)]
pub(crate) struct Subgraphs {
    state: Rc<RefCell<State>>,
}

#[derive(Default)]
struct State {
    answers: HashMap<Bytes, Bytes>,
    requests: u64,
    delay: Duration,
    /// Of what each of them says of itself.
    version: usize,
}

impl Subgraphs {
    /// Serves them on a free port for as long as the local task set runs.
    pub(crate) async fn serve() -> std::io::Result<(Self, SocketAddr)> {
        let subgraphs = Self::default();
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        spawn_local({
            let subgraphs = subgraphs.clone();
            async move {
                while let Ok((stream, _)) = listener.accept().await {
                    stream.set_nodelay(true).ok();
                    let subgraphs = subgraphs.clone();
                    let service = service_fn(move |request| subgraphs.clone().respond(request));
                    let connection =
                        http1::Builder::new().serve_connection(TokioIo::new(stream), service);
                    // A client that leaves is no failure.
                    spawn_local(async move { connection.await.ok() });
                }
            }
        });
        Ok((subgraphs, address))
    }

    /// How many requests there were so far.
    pub(crate) fn requests(&self) -> u64 {
        self.state.borrow().requests
    }

    /// How long each answer takes from now on.
    pub(crate) fn set_delay(&self, delay: Duration) {
        self.state.borrow_mut().delay = delay;
    }

    /// From now on their SDL is of this version.
    pub(crate) fn set_version(&self, version: usize) {
        self.state.borrow_mut().version = version;
    }

    /// What the subgraph at a path is, where that is what is asked.
    fn described(&self, path: &str, body: &[u8]) -> Option<Bytes> {
        const ASKED: &[u8] = b"_service";
        if !body.windows(ASKED.len()).any(|part| part == ASKED) {
            return None;
        }
        let sdl = shop::sdl(path.trim_start_matches('/'), self.state.borrow().version)?;
        let answer = json!({ "data": { "_service": { "sdl": sdl } } });
        Some(answer.to_string().into())
    }

    async fn respond(
        self,
        request: Request<Incoming>,
    ) -> Result<Response<Full<Bytes>>, Infallible> {
        let path = request.uri().path().to_owned();
        let body = request.into_body().collect().await;
        let body = body.map(|body| body.to_bytes()).unwrap_or_default();
        if let Some(described) = self.described(&path, &body) {
            return Ok(answered(described));
        }
        let delay = self.state.borrow().delay;
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        let mut state = self.state.borrow_mut();
        state.requests += 1;
        let answer = match state.answers.get(&body) {
            Some(answer) => Ok(answer.clone()),
            None => shop::answer(&body).map(Bytes::from),
        };
        Ok(match answer {
            Ok(answer) => {
                if state.answers.len() < MAX_KNOWN {
                    state.answers.insert(body, answer.clone());
                }
                answered(answer)
            }
            Err(reason) => {
                let mut response = Response::new(Full::new(Bytes::from(reason)));
                *response.status_mut() = StatusCode::BAD_REQUEST;
                response
            }
        })
    }
}

fn answered(body: Bytes) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body));
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}
