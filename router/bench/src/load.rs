//! A closed loop of load: a number of connections, each of which sends its next request when it has the last answer.

use std::cell::Cell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{ACCEPT, CONTENT_TYPE, HOST, HeaderMap, HeaderName, HeaderValue};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::{JoinSet, spawn_local};

use crate::Failure;
use crate::case::Mark;

/// No request takes longer.
const PATIENCE: Duration = Duration::from_secs(30);

/// One kept-alive connection.
pub(crate) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    headers: HeaderMap,
}

impl Connection {
    /// Opens one, whose requests have these headers.
    pub(crate) async fn open(
        address: SocketAddr,
        headers: &[(HeaderName, HeaderValue)],
    ) -> Result<Self, Failure> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        // Its end shows at the next request.
        spawn_local(async move { connection.await.ok() });
        let mut headers: HeaderMap = headers.iter().cloned().collect();
        headers.insert(HOST, address.to_string().parse()?);
        Ok(Self { sender, headers })
    }

    /// Gets a text.
    pub(crate) async fn get(&mut self, path: &str) -> Result<Bytes, Failure> {
        let request = Request::get(path).body(Full::default())?;
        self.exchange(request).await
    }

    /// Posts a GraphQL request; gives the body of a successful answer.
    pub(crate) async fn post(&mut self, path: &str, body: Bytes) -> Result<Bytes, Failure> {
        let request = Request::post(path)
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "application/json")
            .body(Full::new(body))?;
        self.exchange(request).await
    }

    async fn exchange(&mut self, mut request: Request<Full<Bytes>>) -> Result<Bytes, Failure> {
        request.headers_mut().extend(self.headers.clone());
        let exchange = async {
            self.sender.ready().await?;
            let response = self.sender.send_request(request).await?;
            let status = response.status();
            let body = response.into_body().collect().await?.to_bytes();
            if !status.is_success() {
                let shown = String::from_utf8_lossy(&body).into_owned();
                return Err(format!("{status}: {shown}").into());
            }
            Ok(body)
        };
        tokio::time::timeout(PATIENCE, exchange).await?
    }
}

/// What one run of the load showed.
#[derive(Default)]
pub(crate) struct Latencies {
    sorted: Vec<Duration>,
}

impl Latencies {
    /// Adds those of another run.
    pub(crate) fn join(&mut self, other: Self) {
        self.sorted.extend(other.sorted);
        self.sorted.sort();
    }

    /// The time that this share of the requests did not exceed.
    pub(crate) fn quantile(&self, share: f64) -> Duration {
        let last = self.sorted.len().saturating_sub(1);
        let index = (last as f64 * share).round() as usize;
        self.sorted.get(index).copied().unwrap_or_default()
    }
}

/// What is sent, and what must be answered.
#[derive(Clone)]
pub(crate) struct Traffic {
    pub(crate) body: Bytes,
    pub(crate) answer: Bytes,
    /// What is another in each request.
    pub(crate) mark: Option<Mark>,
    /// How many were sent.
    pub(crate) sent: Rc<Cell<usize>>,
}

impl Traffic {
    fn next(&self) -> (Bytes, Bytes) {
        let number = self.sent.get() + 1;
        self.sent.set(number);
        match self.mark {
            None => (self.body.clone(), self.answer.clone()),
            Some(mark) => (
                numbered(&self.body, mark, number),
                numbered(&self.answer, mark, number),
            ),
        }
    }
}

fn numbered(text: &Bytes, mark: Mark, number: usize) -> Bytes {
    let text = String::from_utf8_lossy(text);
    let Mark { before, after, .. } = mark;
    let with = format!("{before}{number:06}{after}");
    text.replace(mark.text, &with).into()
}

/// Sends `requests` requests over the connections.
///
/// # Errors
/// When a request fails or its answer is another than expected.
pub(crate) async fn drive(
    connections: &mut Vec<Connection>,
    path: &'static str,
    traffic: &Traffic,
    requests: usize,
) -> Result<Latencies, Failure> {
    let left = Rc::new(Cell::new(requests));
    let mut tasks = JoinSet::new();
    for mut connection in connections.drain(..) {
        let (left, traffic) = (left.clone(), traffic.clone());
        tasks.spawn_local(async move {
            let mut latencies = Vec::new();
            while let Some(rest) = left.get().checked_sub(1) {
                left.set(rest);
                let (body, expected) = traffic.next();
                let begun = Instant::now();
                let answer = connection.post(path, body).await?;
                latencies.push(begun.elapsed());
                if answer != expected {
                    let shown = String::from_utf8_lossy(&answer).into_owned();
                    return Err(format!("the answer changed: {shown}").into());
                }
            }
            Ok::<_, Failure>((connection, latencies))
        });
    }
    let mut sorted = Vec::with_capacity(requests);
    while let Some(done) = tasks.join_next().await {
        let (connection, latencies) = done??;
        connections.push(connection);
        sorted.extend(latencies);
    }
    sorted.sort_unstable();
    Ok(Latencies { sorted })
}
