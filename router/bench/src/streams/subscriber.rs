//! One client with one subscription.

use std::net::SocketAddr;

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

use super::Transport;
use super::wire::{Framing, Piece, Reader, masked};
use crate::Failure;

const SUBSCRIPTION: &str = "subscription ($group: Int) { tick(group: $group) { n label } }";

/// What a client receives.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// The event of this number, with what the other subgraph has to say of it.
    Event(u64),
    /// The event of this number, of which something is missing, with the reason.
    Partial(u64, String),
    /// An error in place of an event, which may be the last message.
    Failed(String),
    /// Something else than an event, or the end.
    Other(String),
}

/// A subscription that is open.
pub(super) struct Subscriber {
    transport: Transport,
    reader: Reader<OwnedReadHalf>,
    writer: OwnedWriteHalf,
}

impl Subscriber {
    /// Opens it. Those of one group ask for the same.
    pub(super) async fn open(
        address: SocketAddr,
        transport: Transport,
        group: usize,
    ) -> Result<Self, Failure> {
        let (reading, mut writer) = TcpStream::connect(address).await?.into_split();
        let operation = json!({ "query": SUBSCRIPTION, "variables": { "group": group } });
        let body = operation.to_string();
        let length = body.len();
        let accept = match transport {
            Transport::Sse => "text/event-stream",
            Transport::Multipart => "multipart/mixed;subscriptionSpec=1.0",
            Transport::Websocket => "*/*",
        };
        // What a browser sends beside it, about.
        let always = format!(
            "host: {address}\r\naccept: {accept}\r\nuser-agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36\r\n\
             accept-language: en-GB,en;q=0.9\r\naccept-encoding: gzip, deflate, br, zstd\r\n"
        );
        let (framing, status, request) = match transport {
            Transport::Sse | Transport::Multipart => (
                Framing::Chunks,
                "HTTP/1.1 200",
                format!(
                    "POST /graphql HTTP/1.1\r\n{always}content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
                ),
            ),
            Transport::Websocket => (
                Framing::Frames,
                "HTTP/1.1 101",
                format!(
                    "GET /graphql HTTP/1.1\r\n{always}connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
                     sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-protocol: graphql-transport-ws\r\n\r\n"
                ),
            ),
        };
        writer.write_all(request.as_bytes()).await?;
        let mut reader = Reader::new(reading, framing);
        let head = reader.head().await?;
        if !head.starts_with(status.as_bytes()) {
            let head = String::from_utf8_lossy(&head).into_owned();
            return Err(format!("a client is refused: {head}").into());
        }
        let mut subscriber = Self {
            transport,
            reader,
            writer,
        };
        if transport == Transport::Websocket {
            subscriber.introduce(&operation).await?;
        }
        Ok(subscriber)
    }

    async fn introduce(&mut self, operation: &Value) -> Result<(), Failure> {
        self.say(&json!({ "type": "connection_init" })).await?;
        match self.reader.piece().await? {
            Piece::Message(text) if &text[..] == br#"{"type":"connection_ack"}"# => {}
            other => return Err(format!("a client is not acknowledged: {other:?}").into()),
        }
        let subscribe = json!({ "id": "1", "type": "subscribe", "payload": operation });
        self.say(&subscribe).await
    }

    async fn say(&mut self, message: &Value) -> Result<(), Failure> {
        let frame = masked(1, message.to_string().as_bytes());
        Ok(self.writer.write_all(&frame).await?)
    }

    /// What comes next but for signs of life.
    pub(super) async fn hear(&mut self) -> Result<Heard, Failure> {
        loop {
            match self.reader.piece().await? {
                Piece::Ping(payload) => self.writer.write_all(&masked(10, &payload)).await?,
                Piece::End => return Ok(Heard::Other("the end".to_owned())),
                Piece::Message(message) if self.is_sign_of_life(&message) => {}
                Piece::Message(message) => return Ok(read(&message)),
            }
        }
    }

    fn is_sign_of_life(&self, message: &[u8]) -> bool {
        match self.transport {
            Transport::Sse => message == b":\n\n",
            Transport::Multipart => {
                message == b"--graphql"
                    || message == b"\r\ncontent-type: application/json\r\n\r\n{}\r\n--graphql"
            }
            Transport::Websocket => false,
        }
    }
}

/// Looks for a whole event in the message of any transport.
fn read(message: &[u8]) -> Heard {
    let text = String::from_utf8_lossy(message);
    let number = || {
        let (_, after) = text.split_once(r#"{"data":{"tick":{"n":"#)?;
        let (number, after) = after.split_once(',')?;
        let rest = after.strip_prefix(&format!(r#""label":"tick {number}"}}}}"#));
        // An error would stand beside the data.
        let is_whole = rest.is_some_and(|rest| {
            let is_resumed = rest.starts_with(r#","extensions":{"resumed":true}}"#);
            (rest.starts_with('}') || is_resumed) && !text.contains(r#""errors""#)
        });
        Some((number.parse().ok()?, is_whole))
    };
    match number() {
        Some((number, true)) => Heard::Event(number),
        Some((number, false)) => Heard::Partial(number, text.into_owned()),
        // As an event is written: what ends a subscription is written in another way, but for server-sent events.
        None if text.contains(r#": {"errors":["#) || text.contains(r#""payload":{"errors":["#) => {
            Heard::Failed(text.into_owned())
        }
        None => Heard::Other(text.into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_event_counts() {
        let whole = r#"{"data":{"tick":{"n":7,"label":"tick 7"}}}"#;
        for message in [
            format!("event: next\ndata: {whole}\n\n"),
            format!(r#"{{"id":"1","type":"next","payload":{whole}}}"#),
        ] {
            assert_eq!(read(message.as_bytes()), Heard::Event(7), "{message}");
        }
        let resumed = r#"{"data":{"tick":{"n":7,"label":"tick 7"}},"extensions":{"resumed":true}}"#;
        assert_eq!(read(resumed.as_bytes()), Heard::Event(7));
        let partial = r#"{"data":{"tick":{"n":7,"label":null}},"errors":[]}"#;
        assert_eq!(
            read(partial.as_bytes()),
            Heard::Partial(7, partial.to_owned())
        );
        for failed in [
            "event: next\ndata: {\"errors\":[]}\n\n",
            r#"{"payload":{"errors":[]}}"#,
            r#"{"id":"1","type":"next","payload":{"errors":[]}}"#,
        ] {
            assert_eq!(read(failed.as_bytes()), Heard::Failed(failed.to_owned()));
        }
        for other in [
            "event: complete\ndata: \n\n",
            r#"{"payload":null,"errors":[]}"#,
            r#"{"id":"1","type":"error","payload":[]}"#,
        ] {
            assert_eq!(read(other.as_bytes()), Heard::Other(other.to_owned()));
        }
    }
}
