//! Tests of [`super`] over real sockets. Nothing sleeps: handlers say that they are entered and wait to be let go.

use std::net::SocketAddr;

use axum::Router;
use axum::routing::get;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::*;

/// A request that a handler holds: dropping it lets the handler answer.
struct Held(#[expect(dead_code, reason = "held for its drop")] oneshot::Sender<()>);

/// A server whose `/hold` waits, and the requests held there.
struct Fixture {
    address: SocketAddr,
    held: mpsc::UnboundedReceiver<Held>,
    stop: oneshot::Sender<()>,
    served: JoinHandle<io::Result<()>>,
}

impl Fixture {
    async fn start(bounds: Bounds) -> Self {
        let (entered, held) = mpsc::unbounded_channel();
        let hold = move || async move {
            let (release, released) = oneshot::channel::<()>();
            entered.send(Held(release)).unwrap();
            let _ = released.await;
            "held"
        };
        let app = Router::new()
            .route("/", get(|| async { "hello" }))
            .route("/hold", get(hold))
            .route("/large", get(|| async { vec![b'x'; 64 << 20] }));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let served = tokio::spawn(serve(listener, app, bounds, async {
            let _ = stopped.await;
        }));
        Self {
            address,
            held,
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

    // Whoever has not noticed yet is answered all the same.
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
async fn a_client_that_sends_its_head_too_slowly_is_cut() {
    let bounds = Bounds {
        header_read_timeout: Duration::from_millis(20),
        ..Bounds::default()
    };
    let fixture = Fixture::start(bounds).await;
    let mut slow = fixture.connect().await;
    slow.stream
        .write_all(b"GET / HTTP/1.1\r\nhost:")
        .await
        .unwrap();
    assert!(!slow.rest().await.contains("200 OK"));
    fixture.end().await;
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
    assert!(connection.rest().await.len() < 64 << 20);
}

#[tokio::test]
async fn a_head_that_is_too_long_is_refused() {
    let fixture = Fixture::start(Bounds {
        max_buffer: 0,
        ..Bounds::default()
    })
    .await;
    let mut connection = fixture.connect().await;
    // As long as the buffer, so that nothing is left unread: the answer would be lost with a reset.
    let start = "GET / HTTP/1.1\r\nhost: test\r\nlong: ";
    let request = format!("{start}{}", "x".repeat(MIN_BUFFER - start.len()));
    connection
        .stream
        .write_all(request.as_bytes())
        .await
        .unwrap();
    let response = connection.rest().await;
    assert!(response.starts_with("HTTP/1.1 431 "), "{response:?}");
    assert!(
        response.ends_with(r#""code":"HEADERS_TOO_LARGE"}"#),
        "{response:?}"
    );
    fixture.end().await;
}

#[tokio::test]
async fn an_address_that_is_too_long_is_answered_with_a_problem() {
    for (max_buffer, length) in [(0, MIN_BUFFER), (0, 300_000), (1 << 20, 70_000)] {
        let bounds = Bounds {
            max_buffer,
            ..Bounds::default()
        };
        let fixture = Fixture::start(bounds).await;
        let mut connection = fixture.connect().await;
        connection.ask("/").await;
        connection.response("hello").await;
        let path = format!("/?x={}", "1".repeat(length));
        connection.ask(&path).await;
        let response = connection.rest().await;
        assert!(
            response.starts_with("HTTP/1.1 414 URI Too Long\r\n"),
            "{length}: {response:?}"
        );
        assert!(response.contains("content-type: application/problem+json\r\n"));
        assert!(
            response.ends_with(r#""code":"URI_TOO_LONG"}"#),
            "{response:?}"
        );
        fixture.end().await;
    }
}

#[tokio::test]
async fn connections_over_the_bound_wait_for_a_place() {
    let mut fixture = Fixture::start(Bounds {
        max_connections: 1,
        ..Bounds::default()
    })
    .await;
    let mut first = fixture.connect().await;
    first.ask("/hold").await;
    let held = fixture.held.recv().await.unwrap();
    let mut second = fixture.connect().await;
    second.ask("/hold").await;
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert!(
        fixture.held.try_recv().is_err(),
        "the second has no place yet"
    );

    drop(held);
    first.response("held").await;
    drop(first);
    drop(fixture.held.recv().await.unwrap());
    second.response("held").await;
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
