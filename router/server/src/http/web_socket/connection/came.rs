//! What comes first on a WebSocket.

use futures_util::StreamExt;

use super::Connection;
use crate::http::web_socket::message::End;
use crate::http::web_socket::operation::{Operation, Outcome};
use crate::http::web_socket::reading::Received;

/// What is waited for.
pub(super) enum Came {
    /// The router ends.
    Ending,
    Step(Box<Operation>, Outcome),
    Received(Received),
    /// It is time for a sign of life.
    Silence,
    Nothing,
}

impl Connection {
    /// What comes first. Neither what a client says nor what it is sent waits for the other for long, and a client counts as silent only once nothing that it has said
    /// is left to be heard.
    pub(super) async fn came(&mut self) -> Result<Came, End> {
        let bounds = self.bounds();
        let said_or_told = async {
            tokio::select! {
                Some(step) = self.running.next() => Ok(match step {
                    Ok((operation, outcome)) => Came::Step(Box::new(operation), outcome),
                    // The client wanted no more of it.
                    Err(_) => Came::Nothing,
                }),
                received = self.socket.receive(bounds) => received.map(Came::Received),
            }
        };
        tokio::select! {
            biased;
            () = self.pipeline.ending.reached(self.wave), if !self.is_leaving => Ok(Came::Ending),
            () = tokio::time::sleep_until(self.init_by), if !self.is_acknowledged => {
                Err(End::closed(4408, "Connection initialisation timeout"))
            }
            came = said_or_told => came,
            _ = self.heartbeat.tick() => Ok(Came::Silence),
        }
    }
}
