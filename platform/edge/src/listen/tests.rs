use std::net::SocketAddr;

use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::bind;

#[tokio::test]
async fn hundreds_of_connections_wait_to_be_accepted() {
    let listener = bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut connecting = JoinSet::new();
    for _ in 0..600 {
        connecting.spawn(TcpStream::connect(address));
    }
    // Nobody accepts meanwhile: a connection that found no place would still be connecting.
    let connected = connecting.join_all().await;
    assert!(connected.iter().all(Result::is_ok));
}

#[tokio::test]
async fn an_address_is_had_again_at_once() {
    let listener = bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (accepted, connected) = tokio::join!(listener.accept(), TcpStream::connect(address));
    // Closed here first, so that the address is in use by a connection that waits for its end.
    drop(accepted);
    drop(listener);
    drop(connected);
    bind(address).await.unwrap();
}
