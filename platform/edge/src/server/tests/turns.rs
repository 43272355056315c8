//! One connection beside another one.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::super::{Bounds, serve};

const REQUEST: &str = " HTTP/1.1\r\nhost: test\r\n\r\n";

/// The requests of one connection that are sent in one piece, and before the answer to any of them is written.
const AT_ONCE: usize = 200;

#[tokio::test]
async fn requests_sent_in_one_piece_do_not_hold_up_other_connections() {
    let answered = Arc::new(Mutex::new(Vec::new()));
    let app = {
        let answered = Arc::clone(&answered);
        let answer = async move |Path(who): Path<String>| {
            answered.lock().unwrap().push(who);
            "answer"
        };
        Router::new().route("/{who}", get(answer))
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let served = tokio::spawn(serve(
        listener,
        app,
        Bounds::default(),
        std::future::pending(),
    ));
    let mut many = TcpStream::connect(address).await.unwrap();
    let mut one = TcpStream::connect(address).await.unwrap();
    let mut buffer = [0; 1024];
    for stream in [&mut many, &mut one] {
        let begun = format!("GET /begun{REQUEST}");
        stream.write_all(begun.as_bytes()).await.unwrap();
        assert_ne!(stream.read(&mut buffer).await.unwrap(), 0);
    }
    // Nothing is served in between: there is only this thread.
    let piece = format!("GET /many{REQUEST}").repeat(AT_ONCE);
    assert_eq!(many.try_write(piece.as_bytes()).unwrap(), piece.len());
    let request = format!("GET /one{REQUEST}");
    assert_eq!(one.try_write(request.as_bytes()).unwrap(), request.len());
    assert_ne!(one.read(&mut buffer).await.unwrap(), 0);
    let before = {
        let answered = answered.lock().unwrap();
        answered.iter().filter(|who| *who == "many").count()
    };
    assert!(before < 10, "{before} requests of another connection first");
    served.abort();
}
