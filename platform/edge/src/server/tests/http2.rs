//! HTTP/2: what holds for HTTP/1.1 holds for it too, and what only it can be harmed by.

mod floods;
mod room;

use bytes::Bytes;
use h2::client::{ResponseFuture, SendRequest};
use h2::{Reason, RecvStream};

use super::*;

fn bounds() -> Bounds {
    Bounds {
        max_streams: 100,
        ..Bounds::default()
    }
}

/// A client, and its connection, which ends when the server ends it.
struct Client {
    requests: SendRequest<Bytes>,
    connection: JoinHandle<Result<(), h2::Error>>,
}

impl Client {
    async fn connect(fixture: &Fixture) -> Self {
        Self::with(fixture, &h2::client::Builder::new()).await
    }

    async fn with(fixture: &Fixture, builder: &h2::client::Builder) -> Self {
        let stream = TcpStream::connect(fixture.address).await.unwrap();
        let (requests, connection) = builder.handshake(stream).await.unwrap();
        Self {
            requests,
            connection: tokio::spawn(connection),
        }
    }

    async fn begin(&mut self, request: Request<()>) -> Result<ResponseFuture, h2::Error> {
        let mut ready = self.requests.clone().ready().await?;
        Ok(ready.send_request(request, true)?.0)
    }

    /// The status, and the body while it comes.
    async fn head(&mut self, request: Request<()>) -> (StatusCode, RecvStream) {
        let response = self.begin(request).await.unwrap().await.unwrap();
        let (head, body) = response.into_parts();
        (head.status, body)
    }

    async fn get(&mut self, path: &str) -> String {
        let (status, body) = self.head(request(path)).await;
        assert_eq!(status, 200);
        read(body).await.unwrap()
    }
}

fn request(path: &str) -> Request<()> {
    let uri = format!("http://test{path}");
    Request::get(uri).body(()).unwrap()
}

async fn read(mut body: RecvStream) -> Result<String, h2::Error> {
    let mut text = Vec::new();
    while let Some(piece) = body.data().await {
        let piece = piece?;
        body.flow_control().release_capacity(piece.len())?;
        text.extend_from_slice(&piece);
    }
    Ok(String::from_utf8(text).unwrap())
}

#[tokio::test]
async fn a_client_that_knows_of_it_is_understood() {
    let fixture = Fixture::start(bounds()).await;
    let mut client = Client::connect(&fixture).await;
    for _ in 0..2 {
        assert_eq!(client.get("/").await, "hello");
    }
    assert_eq!(client.get("/large").await.len(), LARGE);
    // And one that does not is, on the same port, however its first bytes come.
    let mut old = fixture.connect().await;
    for piece in [&b"P"[..], b"RI / HTTP/1.1\r\nhost: a\r\n", b"\r\n"] {
        old.stream.write_all(piece).await.unwrap();
        old.stream.flush().await.unwrap();
        tokio::task::yield_now().await;
    }
    let response = old.response("\r\n\r\n").await;
    assert!(response.starts_with("HTTP/1.1 405 "), "{response}");
    old.ask("/").await;
    old.response("hello").await;
    drop(client);
    fixture.end().await;
}

#[tokio::test]
async fn it_is_not_spoken_where_it_is_not_granted() {
    let fixture = Fixture::start(Bounds::default()).await;
    let mut connection = fixture.connect().await;
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    connection.stream.write_all(preface).await.unwrap();
    assert!(!connection.rest().await.contains("200"));
    fixture.end().await;
}

#[tokio::test]
async fn a_beginning_that_never_ends_is_cut() {
    let fixture = Fixture::start(Bounds {
        header_read_timeout: Duration::from_millis(20),
        ..bounds()
    })
    .await;
    for beginning in [&b""[..], b"PRI * HT"] {
        let mut connection = fixture.connect().await;
        connection.stream.write_all(beginning).await.unwrap();
        assert_eq!(connection.rest().await, "");
    }
    // And one that goes on with nothing.
    let mut connection = fixture.connect().await;
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    connection.stream.write_all(preface).await.unwrap();
    // The server's settings, and its farewell.
    let mut told = Vec::new();
    let _ = connection.stream.read_to_end(&mut told).await;
    fixture.end().await;
}

#[tokio::test]
async fn an_idle_connection_is_ended() {
    let fixture = Fixture::start(Bounds {
        header_read_timeout: Duration::from_millis(20),
        ..bounds()
    })
    .await;
    let mut client = Client::connect(&fixture).await;
    assert_eq!(client.get("/").await, "hello");
    client.connection.await.unwrap().unwrap();
    fixture.end().await;
}

#[tokio::test]
async fn requests_beyond_the_bound_of_a_connection_wait() {
    let mut fixture = Fixture::start(Bounds {
        max_streams: 2,
        ..bounds()
    })
    .await;
    let mut client = Client::connect(&fixture).await;
    // Its settings have come with the first answer.
    assert_eq!(client.get("/").await, "hello");
    let first = client.begin(request("/hold")).await.unwrap();
    let second = client.begin(request("/hold")).await.unwrap();
    let held = fixture.held.recv().await.unwrap();
    let other = fixture.held.recv().await.unwrap();
    let mut waiting = Client {
        requests: client.requests.clone(),
        connection: tokio::spawn(async { Ok(()) }),
    };
    let third = tokio::spawn(async move { waiting.get("/hold").await });
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert!(
        fixture.held.try_recv().is_err(),
        "the third has no place yet"
    );
    drop((held, other));
    first.await.unwrap();
    second.await.unwrap();
    drop(fixture.held.recv().await.unwrap());
    assert_eq!(third.await.unwrap(), "held");
    drop(client);
    fixture.end().await;
}

#[tokio::test]
async fn an_answer_that_is_not_taken_is_reset_and_its_connection_goes_on() {
    let mut fixture = Fixture::start(Bounds {
        write_timeout: Duration::from_millis(20),
        ..bounds()
    })
    .await;
    let mut builder = h2::client::Builder::new();
    // Enough for a short answer and no other.
    builder.initial_window_size(5);
    let mut client = Client::with(&fixture, &builder).await;
    for path in ["/held-body", "/large", "/peer"] {
        let (status, mut body) = client.head(request(path)).await;
        assert_eq!(status, 200);
        // No window is granted for more.
        let error = loop {
            match body.data().await.expect("it does not end well") {
                Ok(_) => {}
                Err(error) => break error,
            }
        };
        assert_eq!(error.reason(), Some(Reason::CANCEL), "{path}");
    }
    // The server keeps nothing of it.
    fixture.held.recv().await.unwrap().dropped().await;
    assert_eq!(client.get("/").await, "hello");
    drop(client);
    fixture.end().await;
}

#[tokio::test]
async fn requests_beside_others_have_a_bound_for_all_connections() {
    let mut fixture = Fixture::start(Bounds {
        max_connections: 2,
        ..bounds()
    })
    .await;
    let mut client = Client::connect(&fixture).await;
    let mut held = Vec::new();
    let mut answers = Vec::new();
    for _ in 0..3 {
        answers.push(client.begin(request("/hold")).await.unwrap());
        held.push(fixture.held.recv().await.unwrap());
    }
    let (status, body) = client.head(request("/")).await;
    assert_eq!(status, 503);
    let problem = read(body).await.unwrap();
    assert!(problem.contains("TOO_MANY_STREAMS"), "{problem}");
    // The first of a connection always has its place.
    let mut other = Client::connect(&fixture).await;
    assert_eq!(other.get("/").await, "hello");
    drop(held);
    for answer in answers {
        assert_eq!(answer.await.unwrap().status(), 200);
    }
    assert_eq!(client.get("/").await, "hello");
    drop((client, other));
    fixture.end().await;
}

#[tokio::test]
async fn an_app_that_has_nothing_to_say_yet_is_waited_for() {
    let mut fixture = Fixture::start(Bounds {
        write_timeout: Duration::from_millis(1),
        header_read_timeout: Duration::from_millis(20),
        ..bounds()
    })
    .await;
    let mut client = Client::connect(&fixture).await;
    let answer = client.begin(request("/hold")).await.unwrap();
    let held = fixture.held.recv().await.unwrap();
    // Another connection is thought idle meanwhile, and this one is not.
    let idle = Client::connect(&fixture).await;
    idle.connection.await.unwrap().unwrap();
    drop(held);
    assert_eq!(
        read(answer.await.unwrap().into_body()).await.unwrap(),
        "held"
    );
    drop(client);
    fixture.end().await;
}

#[tokio::test]
async fn a_client_that_gives_up_most_requests_loses_its_connection() {
    let fixture = Fixture::start(bounds()).await;
    let mut client = Client::connect(&fixture).await;
    assert_eq!(client.get("/").await, "hello");
    // A great many more than a server should begin.
    let mut begun = 0;
    while begun < 100_000 {
        let Ok(mut ready) = client.requests.clone().ready().await else {
            break;
        };
        let Ok((_, mut stream)) = ready.send_request(request("/hold"), true) else {
            break;
        };
        begun += 1;
        // So that it is begun before it is given up.
        tokio::task::yield_now().await;
        stream.send_reset(Reason::CANCEL);
    }
    assert!(begun < 100_000);
    assert!(client.connection.await.unwrap().is_err());
    let mut innocent = Client::connect(&fixture).await;
    assert_eq!(innocent.get("/").await, "hello");
    drop(innocent);
    fixture.end().await;
}

#[tokio::test]
async fn a_head_has_no_more_fields_and_bytes_than_over_http_1_1() {
    let fixture = Fixture::start(bounds()).await;
    let mut client = Client::connect(&fixture).await;
    let with = |count: usize, length: usize| {
        let mut request = request("/");
        for number in 0..count {
            let name: http::HeaderName = format!("x-{number}").parse().unwrap();
            let value = "x".repeat(length).parse().unwrap();
            request.headers_mut().insert(name, value);
        }
        request
    };
    let (status, _) = client.head(with(MAX_HEADERS, 1)).await;
    assert_eq!(status, 200);
    let (status, body) = client.head(with(MAX_HEADERS + 1, 1)).await;
    assert_eq!(status, 431);
    let problem = read(body).await.unwrap();
    assert!(problem.contains("more than 100 headers"), "{problem}");
    for length in [1000, 700] {
        let (status, body) = client.head(with(90, length)).await;
        let problem = read(body).await.unwrap();
        assert_eq!(status == 431, length == 1000, "{length}: {problem}");
    }
    // What is larger still the library resets.
    let answer = client.begin(with(90, 2000)).await.unwrap().await;
    assert!(!answer.is_ok_and(|answer| answer.status() == 200));
    drop(client);
    fixture.end().await;
}

#[tokio::test]
async fn draining_finishes_what_is_in_flight_and_begins_nothing() {
    let mut fixture = Fixture::start(bounds()).await;
    let idle = Client::connect(&fixture).await;
    let mut busy = Client::connect(&fixture).await;
    let answer = busy.begin(request("/hold")).await.unwrap();
    let held = fixture.held.recv().await.unwrap();
    drop(fixture.stop);
    idle.connection.await.unwrap().unwrap();
    drop(held);
    assert_eq!(
        read(answer.await.unwrap().into_body()).await.unwrap(),
        "held"
    );
    busy.connection.await.unwrap().unwrap();
    fixture.served.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_kept_connection_is_told_to_leave_with_an_answer() {
    let fixture = Fixture::start(Bounds {
        drain_delay: Duration::from_secs(3600),
        ..bounds()
    })
    .await;
    let mut client = Client::connect(&fixture).await;
    assert_eq!(client.get("/").await, "hello");
    drop(fixture.stop);
    // It comes to know of the shutdown at some time; the request that it learns by is answered.
    while let Ok(answer) = client.begin(request("/")).await {
        match answer.await {
            Ok(answer) => assert_eq!(answer.status(), 200),
            Err(error) => assert!(error.is_go_away(), "{error}"),
        }
    }
    drop(client.requests);
    client.connection.await.unwrap().unwrap();
    fixture.served.abort();
}
