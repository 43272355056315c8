//! Answers without an end of their own.

use super::*;
use crate::request::Endless;

/// What the body of an answer is made of: dropping it ends the body.
type Pieces = mpsc::Sender<io::Result<Bytes>>;

/// A server of one endless answer after the other, and who makes them.
async fn serving(bounds: Bounds) -> (Fixture, mpsc::UnboundedReceiver<Pieces>) {
    let (entered, entering) = mpsc::unbounded_channel();
    let answer = move || async move {
        let (pieces, coming) = mpsc::channel(1);
        entered.send(pieces).unwrap();
        let body = stream::unfold(coming, async |mut coming| {
            Some((coming.recv().await?, coming))
        });
        (Extension(Endless), Body::from_stream(body))
    };
    let app = Router::new()
        .route("/stream", get(answer.clone()).post(answer))
        .route("/", get(|| async { "hello" }));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let (granting, granted) = watch::channel(bounds);
    let served = tokio::spawn(serve_over(listener, None, app, granted, async {
        let _ = stopped.await;
    }));
    let fixture = Fixture {
        address,
        held: mpsc::unbounded_channel().1,
        granting,
        stop,
        served,
    };
    (fixture, entering)
}

async fn say(pieces: &Pieces, text: &'static str) {
    pieces
        .send(Ok(Bytes::from_static(text.as_bytes())))
        .await
        .unwrap();
}

#[tokio::test]
async fn it_is_written_in_chunks_as_it_comes_and_its_connection_ends_with_it() {
    let (fixture, mut entering) = serving(Bounds::default()).await;
    let mut connection = fixture.connect().await;
    // Others before it go over the same connection.
    connection.ask("/").await;
    connection.response("hello").await;
    connection.ask("/stream").await;
    let pieces = entering.recv().await.unwrap();
    let head = connection.response("\r\n\r\n").await;
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    for header in ["transfer-encoding: chunked", "connection: close", "date: "] {
        assert!(head.contains(header), "{head}");
    }
    say(&pieces, "one").await;
    assert_eq!(connection.response("\r\none\r\n").await, "3\r\none\r\n");
    say(&pieces, "").await;
    say(&pieces, "and a longer one").await;
    let said = connection.response("one\r\n").await;
    assert_eq!(said, "10\r\nand a longer one\r\n");
    drop(pieces);
    assert_eq!(connection.rest().await, "0\r\n\r\n");
    fixture.end().await;
}

#[tokio::test]
async fn what_is_posted_is_answered_alike_and_what_is_asked_meanwhile_is_not() {
    let (fixture, mut entering) = serving(Bounds::default()).await;
    let mut connection = fixture.connect().await;
    let request = "POST /stream HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n{}";
    connection
        .stream
        .write_all(request.as_bytes())
        .await
        .unwrap();
    let pieces = entering.recv().await.unwrap();
    connection.response("\r\n\r\n").await;
    for _ in 0..20 {
        connection.ask("/").await;
    }
    say(&pieces, "one").await;
    assert_eq!(connection.response("\r\none\r\n").await, "3\r\none\r\n");
    drop(pieces);
    let rest = connection.rest().await;
    assert!("0\r\n\r\n".starts_with(&rest), "{rest}");
    fixture.end().await;
}

#[tokio::test]
async fn a_client_before_chunks_gets_it_as_it_is() {
    let (fixture, mut entering) = serving(Bounds::default()).await;
    let mut connection = fixture.connect().await;
    let request = b"GET /stream HTTP/1.0\r\n\r\n";
    connection.stream.write_all(request).await.unwrap();
    let pieces = entering.recv().await.unwrap();
    say(&pieces, "one").await;
    let answer = connection.response("one").await;
    assert!(answer.ends_with("\r\n\r\none"), "{answer}");
    drop(pieces);
    assert_eq!(connection.rest().await, "");
    fixture.end().await;
}

#[tokio::test]
async fn it_ends_when_its_client_goes() {
    let (fixture, mut entering) = serving(Bounds::default()).await;
    let mut connection = fixture.connect().await;
    connection.ask("/stream").await;
    let pieces = entering.recv().await.unwrap();
    connection.response("\r\n\r\n").await;
    drop(connection);
    pieces.closed().await;
    fixture.end().await;
}

#[tokio::test]
async fn it_is_cut_when_its_client_does_not_read() {
    let (fixture, mut entering) = serving(Bounds {
        write_timeout: Duration::from_millis(20),
        ..Bounds::default()
    })
    .await;
    let mut connection = fixture.connect().await;
    connection.ask("/stream").await;
    let pieces = entering.recv().await.unwrap();
    let piece = Bytes::from(vec![b'x'; 1 << 20]);
    while pieces.send(Ok(piece.clone())).await.is_ok() {}
    fixture.end().await;
    let rest = connection.rest().await;
    assert!(!rest.ends_with("0\r\n\r\n"), "it is not said to be whole");
}

#[tokio::test]
async fn one_that_fails_is_not_said_to_be_whole() {
    let (fixture, mut entering) = serving(Bounds::default()).await;
    let mut connection = fixture.connect().await;
    connection.ask("/stream").await;
    let pieces = entering.recv().await.unwrap();
    connection.response("\r\n\r\n").await;
    say(&pieces, "one").await;
    pieces.send(Err(io::Error::other("broken"))).await.unwrap();
    assert_eq!(connection.rest().await, "3\r\none\r\n");
    fixture.end().await;
}

#[tokio::test]
async fn it_goes_on_while_the_server_drains() {
    let (fixture, mut entering) = serving(Bounds::default()).await;
    let mut connection = fixture.connect().await;
    connection.ask("/stream").await;
    let pieces = entering.recv().await.unwrap();
    connection.response("\r\n\r\n").await;
    drop(fixture.stop);
    // No more is accepted once that is noticed.
    while TcpStream::connect(fixture.address).await.is_ok() {}
    say(&pieces, "one").await;
    drop(pieces);
    assert_eq!(connection.rest().await, "3\r\none\r\n0\r\n\r\n");
    fixture.served.await.unwrap().unwrap();
}
