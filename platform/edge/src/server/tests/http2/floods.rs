//! Frames that belong to no request.

use super::*;

/// The beginning of a connection, with the client's settings.
const BEGINNING: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

/// Sends frames until the server closes, or this many bytes have been taken. What it answers is read and thrown away.
async fn flood(fixture: &Fixture, frame: &[u8], most: usize) -> usize {
    let stream = TcpStream::connect(fixture.address).await.unwrap();
    let (mut read, mut write) = stream.into_split();
    let reading = tokio::spawn(async move {
        tokio::io::copy(&mut read, &mut tokio::io::sink())
            .await
            .ok()
    });
    write.write_all(BEGINNING).await.unwrap();
    let many = frame.repeat(16 * 1024 / frame.len());
    let mut sent = 0;
    while sent < most && write.write_all(&many).await.is_ok() {
        sent += many.len();
    }
    drop(write);
    reading.await.unwrap();
    sent
}

#[tokio::test]
async fn a_client_that_sends_little_else_loses_its_connection() {
    let fixture = Fixture::start(bounds()).await;
    let most = 64 << 20;
    let floods: [(&str, &[u8]); 5] = [
        ("PING", b"\0\0\x08\x06\0\0\0\0\x0012345678"),
        ("SETTINGS", b"\0\0\0\x04\0\0\0\0\0"),
        ("WINDOW_UPDATE", b"\0\0\x04\x08\0\0\0\0\0\0\0\0\x01"),
        ("PRIORITY", b"\0\0\x05\x02\0\0\0\0\x01\0\0\0\0\x10"),
        ("of no known type", b"\0\0\x04\x77\0\0\0\0\0abcd"),
    ];
    for (name, frame) in floods {
        let sent = flood(&fixture, frame, most).await;
        assert!(sent < most, "{name}: {sent} bytes were taken");
    }
    let mut innocent = Client::connect(&fixture).await;
    assert_eq!(innocent.get("/").await, "hello");
    drop(innocent);
    fixture.end().await;
}

#[tokio::test]
async fn bodies_and_answers_account_for_what_they_need() {
    let fixture = Fixture::start(bounds()).await;
    let mut client = Client::connect(&fixture).await;
    // Bodies of six times what may come beside requests, in frames of a thousand bytes: one that is read, and one that nobody wants.
    for (path, status) in [("/read", 200), ("/", 405)] {
        let mut ready = client.requests.clone().ready().await.unwrap();
        let post = Request::post(format!("http://test{path}"));
        let (answer, mut body) = ready.send_request(post.body(()).unwrap(), false).unwrap();
        let piece = Bytes::from(vec![b'x'; 1_000]);
        for _ in 0..1_500 {
            body.reserve_capacity(piece.len());
            let capacity = std::future::poll_fn(|context| body.poll_capacity(context));
            // One that nobody wants is taken for a while only; then its stream is reset, and nothing else.
            let Some(Ok(_)) = capacity.await else {
                break;
            };
            body.send_data(piece.clone(), false).unwrap();
        }
        let _ = body.send_data(Bytes::new(), true);
        let answer = answer
            .await
            .unwrap_or_else(|error| panic!("{path}: {error}"));
        assert_eq!(answer.status(), status, "{path}");
    }
    // An answer of 64 MiB, whose client grants windows all the time, and thousands of small requests.
    assert_eq!(client.get("/large").await.len(), LARGE);
    for _ in 0..2_000 {
        assert_eq!(client.get("/").await, "hello");
    }
    drop(client);
    fixture.end().await;
}
