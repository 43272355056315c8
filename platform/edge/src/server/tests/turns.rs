//! One connection beside others, which send many requests in one piece.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::super::{Bounds, serve};

const REQUEST: &str = " HTTP/1.1\r\nhost: test\r\n\r\n";

/// The requests of one connection that are sent in one piece, and before the answer to any of them is written.
const AT_ONCE: usize = 200;

/// A server that keeps who asked, on this thread.
struct Fixture {
    address: SocketAddr,
    answered: Arc<Mutex<Vec<String>>>,
    served: JoinHandle<std::io::Result<()>>,
}

impl Fixture {
    async fn start(bounds: Bounds) -> Self {
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
        Self {
            address: listener.local_addr().unwrap(),
            answered,
            served: tokio::spawn(serve(listener, app, bounds, std::future::pending())),
        }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// How many requests of others have been answered.
    fn of_many(&self) -> usize {
        let answered = self.answered.lock().unwrap();
        answered.iter().filter(|who| *who == "many").count()
    }
}

impl Drop for Fixture {
    fn drop(&mut self) {
        self.served.abort();
    }
}

/// Sends so many requests in one piece.
fn send(stream: &TcpStream, who: &str, count: usize) {
    let piece = format!("GET /{who}{REQUEST}").repeat(count);
    assert_eq!(stream.try_write(piece.as_bytes()).unwrap(), piece.len());
}

#[tokio::test]
async fn requests_sent_in_one_piece_do_not_hold_up_other_connections() {
    let fixture = Fixture::start(Bounds::default()).await;
    let (mut many, mut one) = (fixture.connect().await, fixture.connect().await);
    let mut buffer = [0; 1024];
    for stream in [&mut many, &mut one] {
        send(stream, "begun", 1);
        assert_ne!(stream.read(&mut buffer).await.unwrap(), 0);
    }
    // Nothing is served in between: there is only this thread.
    send(&many, "many", AT_ONCE);
    send(&one, "one", 1);
    assert_ne!(one.read(&mut buffer).await.unwrap(), 0);
    let before = fixture.of_many();
    assert!(before < 10, "{before} requests of another connection first");
}

#[tokio::test]
async fn connections_whose_requests_wait_for_their_turns_make_room() {
    const PLACES: usize = 8;
    let fixture = Fixture::start(Bounds {
        max_connections: PLACES,
        ..Bounds::default()
    })
    .await;
    let mut crowd = Vec::new();
    for _ in 0..2 * PLACES {
        crowd.push(fixture.connect().await);
    }
    let mut one = fixture.connect().await;
    for stream in &crowd {
        send(stream, "many", AT_ONCE);
    }
    send(&one, "one", 1);
    let mut buffer = [0; 1024];
    assert_ne!(one.read(&mut buffer).await.unwrap(), 0);
    let before = fixture.of_many();
    let all = crowd.len() * AT_ONCE;
    assert!(
        before < all / 4,
        "{before} of {all} requests of others first"
    );
}
