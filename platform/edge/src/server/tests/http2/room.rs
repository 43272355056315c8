//! Connections over which requests come at the same time make room, too.

use super::*;

#[tokio::test]
async fn an_idle_connection_makes_room() {
    let fixture = Fixture::start(Bounds {
        max_connections: 1,
        ..bounds()
    })
    .await;
    let mut first = Client::connect(&fixture).await;
    assert_eq!(first.get("/").await, "hello");
    let mut second = Client::connect(&fixture).await;
    assert_eq!(second.get("/").await, "hello");
    assert!(first.requests.ready().await.is_err());
    drop(second);
    fixture.end().await;
}

#[tokio::test]
async fn a_client_that_takes_none_of_its_answers_makes_room() {
    let fixture = Fixture::start(Bounds {
        max_connections: 1,
        // Nothing ends by itself.
        write_timeout: Duration::from_secs(3600),
        reader_patience: Duration::from_millis(1),
        ..bounds()
    })
    .await;
    let mut builder = h2::client::Builder::new();
    builder.initial_window_size(5);
    let mut first = Client::with(&fixture, &builder).await;
    // No window is granted for more than that.
    let (_, _large) = first.head(request("/large")).await;
    let (_, _held) = first.head(request("/held-body")).await;
    let mut second = Client::connect(&fixture).await;
    assert_eq!(second.get("/").await, "hello");
    // It gets no message: nothing that was written would be read.
    let _ = first.connection.await.unwrap();
    assert!(first.requests.ready().await.is_err());
    drop(second);
    fixture.end().await;
}

#[tokio::test]
async fn a_client_that_still_waits_for_an_answer_keeps_its_place() {
    let mut fixture = Fixture::start(Bounds {
        max_connections: 1,
        reader_patience: Duration::from_millis(1),
        ..bounds()
    })
    .await;
    let mut builder = h2::client::Builder::new();
    builder.initial_window_size(5);
    let mut first = Client::with(&fixture, &builder).await;
    let (_, _large) = first.head(request("/large")).await;
    let answer = first.begin(request("/hold")).await.unwrap();
    let held = fixture.held.recv().await.unwrap();
    let mut second = fixture.connect().await;
    second.ask("/").await;
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert!(!first.connection.is_finished());
    drop((held, answer));
    // Now it is only waited for, and makes room.
    second.response("hello").await;
    fixture.end().await;
}
