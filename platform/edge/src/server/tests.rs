//! Tests of [`super`] over real sockets. Nothing sleeps: handlers say that they are entered and wait to be let go.

mod activity;
mod cut;
mod heads;
mod http2;
mod room;
mod streaming;
mod turns;

use std::net::SocketAddr;

use axum::body::Bytes;
use axum::routing::{get, post};
use axum::{Extension, Router};
use futures_util::{StreamExt, stream};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::connection::MIN_BUFFER;
use super::*;
use crate::Peer;

/// A request that a handler holds: dropping it lets the handler answer.
struct Held(oneshot::Sender<()>);

impl Held {
    /// Waits until the answer is dropped.
    async fn dropped(mut self) {
        self.0.closed().await;
    }
}

/// The bytes of an answer that no buffer takes whole.
const LARGE: usize = 64 << 20;

/// A server whose `/hold` waits, and the requests held there.
struct Fixture {
    address: SocketAddr,
    held: mpsc::UnboundedReceiver<Held>,
    /// What is granted from now on.
    granting: watch::Sender<Bounds>,
    stop: oneshot::Sender<()>,
    served: JoinHandle<io::Result<()>>,
}

impl Fixture {
    async fn start(bounds: Bounds) -> Self {
        let (entered, held) = mpsc::unbounded_channel();
        let entering = entered.clone();
        let hold = move || async move {
            let entered = entering;
            let (release, released) = oneshot::channel::<()>();
            entered.send(Held(release)).unwrap();
            let _ = released.await;
            "held"
        };
        let held_body = move || async move {
            let (release, released) = oneshot::channel::<()>();
            entered.send(Held(release)).unwrap();
            let whole = stream::once(async { Ok::<_, Infallible>(vec![b'x'; 1 << 20]) });
            Body::from_stream(whole.chain(stream::once(async {
                let _ = released.await;
                Ok(Vec::new())
            })))
        };
        let large = Bytes::from(vec![b'x'; LARGE]);
        let app =
            Router::new()
                .route("/held-body", get(held_body))
                .route("/", get(|| async { "hello" }))
                .route("/hold", get(hold))
                .route(
                    "/peer",
                    get(|Extension(Peer(address)): Extension<Peer>| async move {
                        format!("{address};")
                    }),
                )
                .route(
                    "/read",
                    post(|body: Bytes| async move { body.len().to_string() }),
                )
                .route("/large", get(move || async { large }));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let (granting, granted) = watch::channel(bounds);
        let served = tokio::spawn(serve_over(listener, None, app, granted, async {
            let _ = stopped.await;
        }));
        Self {
            address,
            held,
            granting,
            stop,
            served,
        }
    }

    async fn connect(&self) -> Connection {
        Connection::to(self.address).await
    }

    /// Stops, and waits for the end.
    async fn end(self) -> Vec<Held> {
        drop(self.stop);
        self.served.await.unwrap().unwrap();
        let mut held = self.held;
        std::iter::from_fn(|| held.try_recv().ok()).collect()
    }
}

struct Connection {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Connection {
    async fn to(address: SocketAddr) -> Self {
        Self {
            stream: TcpStream::connect(address).await.unwrap(),
            read: Vec::new(),
        }
    }

    async fn ask(&mut self, path: &str) {
        let request = format!("GET {path} HTTP/1.1\r\nhost: test\r\n\r\n");
        self.stream.write_all(request.as_bytes()).await.unwrap();
    }

    /// The next response, which ends with `end`.
    async fn response(&mut self, end: &str) -> String {
        loop {
            if self.read.ends_with(end.as_bytes()) {
                return String::from_utf8(std::mem::take(&mut self.read)).unwrap();
            }
            let count = self.stream.read_buf(&mut self.read).await.unwrap();
            assert_ne!(
                count,
                0,
                "closed after {:?}",
                String::from_utf8_lossy(&self.read)
            );
        }
    }

    /// Reads at least that many bytes, of which the last is that one: how many they were.
    async fn read_to(&mut self, last: &str, least: usize) -> usize {
        let mut count = 0;
        loop {
            self.read.clear();
            let read = self.stream.read_buf(&mut self.read).await.unwrap();
            assert_ne!(read, 0, "closed after {count}");
            count += read;
            if count >= least && self.read.ends_with(last.as_bytes()) {
                self.read.clear();
                return count;
            }
        }
    }

    /// What comes until the server closes.
    async fn rest(mut self) -> String {
        // A reset is an end too.
        let _ = self.stream.read_to_end(&mut self.read).await;
        String::from_utf8(self.read).unwrap()
    }
}

#[tokio::test]
async fn a_connection_serves_one_request_after_another() {
    let fixture = Fixture::start(Bounds::default()).await;
    let mut connection = fixture.connect().await;
    for _ in 0..2 {
        connection.ask("/").await;
        let response = connection.response("hello").await;
        assert!(response.starts_with("HTTP/1.1 200 OK\r\n"), "{response}");
        assert!(!response.contains("connection: close"), "{response}");
    }
    fixture.end().await;
}

#[tokio::test]
async fn a_request_knows_its_peer() {
    let fixture = Fixture::start(Bounds::default()).await;
    let mut connection = fixture.connect().await;
    connection.ask("/peer").await;
    let own = connection.stream.local_addr().unwrap();
    let response = connection.response(";").await;
    assert!(response.ends_with(&format!("\r\n{own};")), "{response}");
    fixture.end().await;
}

#[tokio::test]
async fn a_kept_connection_is_told_to_leave_before_it_is_closed() {
    let fixture = Fixture::start(Bounds {
        drain_delay: Duration::from_secs(3600),
        ..Bounds::default()
    })
    .await;
    let mut kept = fixture.connect().await;
    kept.ask("/").await;
    kept.response("hello").await;
    drop(fixture.stop);
    // It comes to know of the shutdown at some time; up to then answers are as before.
    loop {
        kept.ask("/").await;
        if kept.response("hello").await.contains("connection: close") {
            break;
        }
    }
    assert_eq!(kept.rest().await, "", "nothing comes after the last answer");

    // A client that has not noticed yet is answered all the same.
    let mut late = Connection::to(fixture.address).await;
    late.ask("/").await;
    let response = late.rest().await;
    assert!(response.starts_with("HTTP/1.1 200 OK\r\n"), "{response}");
    assert!(response.ends_with("hello"), "{response}");
    fixture.served.abort();
}

#[tokio::test]
async fn draining_finishes_requests_in_flight_and_closes_the_rest() {
    let mut fixture = Fixture::start(Bounds::default()).await;
    let mut idle = fixture.connect().await;
    idle.ask("/").await;
    idle.response("hello").await;
    let mut busy = fixture.connect().await;
    busy.ask("/hold").await;
    let held = fixture.held.recv().await.unwrap();

    drop(fixture.stop);
    assert_eq!(idle.rest().await, "", "an idle connection is closed");
    // The listener was dropped before idle connections were closed.
    assert!(
        TcpStream::connect(fixture.address).await.is_err(),
        "no connection is accepted"
    );

    drop(held);
    let response = busy.rest().await;
    assert!(response.starts_with("HTTP/1.1 200 OK\r\n"), "{response}");
    assert!(response.contains("connection: close"), "{response}");
    assert!(response.ends_with("held"), "{response}");
    fixture.served.await.unwrap().unwrap();
}

#[tokio::test]
async fn what_does_not_end_in_time_is_cut() {
    let bounds = Bounds {
        drain_timeout: Duration::from_millis(20),
        ..Bounds::default()
    };
    let mut fixture = Fixture::start(bounds).await;
    let mut stuck = fixture.connect().await;
    stuck.ask("/hold").await;
    let _held = fixture.held.recv().await.unwrap();
    fixture.end().await;
    assert_eq!(stuck.rest().await, "");
}

#[tokio::test]
async fn a_client_that_does_not_read_its_answer_is_cut() {
    let bounds = Bounds {
        write_timeout: Duration::from_millis(20),
        ..Bounds::default()
    };
    let fixture = Fixture::start(bounds).await;
    let mut connection = fixture.connect().await;
    connection.ask("/large").await;
    // Ends although nothing is read: the connection is gone before the drain would cut it.
    let connected = tokio::time::Instant::now();
    fixture.end().await;
    assert!(connected.elapsed() < Bounds::default().drain_timeout);
    assert!(connection.rest().await.len() < LARGE);
}

#[tokio::test]
async fn an_answer_that_comes_early_is_not_lost_to_a_client_that_is_still_sending() {
    let fixture = Fixture::start(Bounds::default()).await;
    let mut connection = fixture.connect().await;
    let length = 8_000_000;
    let head = format!("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: {length}\r\n\r\n");
    connection.stream.write_all(head.as_bytes()).await.unwrap();
    connection
        .stream
        .write_all(&vec![b'x'; length])
        .await
        .unwrap();
    // No route answers a POST; the whole body could be sent all the same, and the connection goes on.
    let response = connection.response("\r\n\r\n").await;
    assert!(response.starts_with("HTTP/1.1 405 "), "{response}");
    connection.ask("/").await;
    connection.response("hello").await;
    fixture.end().await;
}

#[tokio::test]
async fn a_body_that_nobody_wants_is_not_read_for_ever() {
    let fixture = Fixture::start(Bounds::default()).await;
    let mut connection = fixture.connect().await;
    let head = b"POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n";
    connection.stream.write_all(head).await.unwrap();
    let (mut read, mut write) = connection.stream.into_split();
    let endless = tokio::spawn(async move {
        let chunk = [b"10000\r\n".as_slice(), &[b'x'; 0x10000], b"\r\n"].concat();
        while write.write_all(&chunk).await.is_ok() {}
    });
    endless.await.unwrap();
    let mut answer = Vec::new();
    let _ = read.read_to_end(&mut answer).await;
    fixture.end().await;
}

#[tokio::test]
async fn dropping_the_server_drops_its_connections() {
    let mut fixture = Fixture::start(Bounds::default()).await;
    let mut connection = fixture.connect().await;
    connection.ask("/hold").await;
    let _held = fixture.held.recv().await.unwrap();
    fixture.served.abort();
    assert_eq!(connection.rest().await, "");
}
