//! Answers that an app no longer waits for.

use super::*;

/// A server of one large answer, whose connection ends at a word of the test.
async fn serving(cut: &Cut, entered: mpsc::UnboundedSender<()>) -> SocketAddr {
    let cut = cut.clone();
    let large = Bytes::from(vec![b'x'; LARGE]);
    let app = Router::new().route(
        "/",
        get(move || async move {
            entered.send(()).unwrap();
            (Extension(cut), large)
        }),
    );
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(serve(
        listener,
        app,
        Bounds::default(),
        std::future::pending(),
    ));
    address
}

#[tokio::test]
async fn an_answer_that_is_not_read_ends_when_it_is_cut() {
    let cut = Cut::default();
    let (entered, mut entering) = mpsc::unbounded_channel();
    let address = serving(&cut, entered).await;
    let mut connection = Connection::to(address).await;
    connection.ask("/").await;
    entering.recv().await.unwrap();
    let mut first = [0; 1];
    connection.stream.read_exact(&mut first).await.unwrap();
    cut.cut();
    assert!(connection.rest().await.len() < LARGE);
    cut.said().await;
}

#[tokio::test]
async fn what_is_cut_before_there_is_an_answer_ends_with_it() {
    let cut = Cut::default();
    cut.cut();
    let (entered, _entering) = mpsc::unbounded_channel();
    let address = serving(&cut, entered).await;
    let mut connection = Connection::to(address).await;
    connection.ask("/").await;
    assert!(connection.rest().await.len() < LARGE);
}
