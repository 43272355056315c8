//! The other end of a WebSocket of the router: a subgraph that speaks `graphql-transport-ws`, whose part each test plays.

use futures_util::StreamExt;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

/// Agrees to the protocol that is asked for.
#[expect(
    clippy::result_large_err,
    reason = "the library has the closure answer that"
)]
pub(crate) async fn accepted(connection: TcpStream) -> WebSocketStream<TcpStream> {
    let agree = |request: &http::Request<()>, mut response: http::Response<()>| {
        let protocol = request.headers()["sec-websocket-protocol"].clone();
        let headers = response.headers_mut();
        headers.insert("sec-websocket-protocol", protocol);
        Ok(response)
    };
    let accepted = tokio_tungstenite::accept_hdr_async(connection, agree).await;
    accepted.expect("a WebSocket")
}

/// The next message; `None` when there are no more.
pub(crate) async fn said(socket: &mut WebSocketStream<TcpStream>) -> Option<Value> {
    while let Some(Ok(message)) = socket.next().await {
        if let Message::Text(text) = message {
            return Some(serde_json::from_str(&text).expect("JSON"));
        }
    }
    None
}
