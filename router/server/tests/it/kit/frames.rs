//! A client of WebSockets that writes its frames byte by byte, rightly or wrongly.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{PATIENCE, Running};

/// What the router says, as far as it is of interest.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Frame {
    Text(String),
    Pong(Vec<u8>),
    /// The code, where there is one.
    Close(Option<u16>),
}

/// A connection that has become a WebSocket.
pub(crate) struct Frames {
    stream: TcpStream,
    /// The head of the answer to the handshake, in lower case.
    pub(crate) head: String,
}

/// A frame with a mask. The first byte is flags and the opcode.
pub(crate) fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    const MASK: [u8; 4] = [7, 11, 13, 17];
    let mut frame = vec![first];
    match u8::try_from(payload.len()) {
        Ok(short @ 0..=125) => frame.push(0x80 | short),
        _ => {
            frame.push(0xff);
            frame.extend_from_slice(&(payload.len() as u64).to_be_bytes());
        }
    }
    frame.extend_from_slice(&MASK);
    let bytes = payload.iter().zip(MASK.iter().cycle());
    frame.extend(bytes.map(|(byte, mask)| byte ^ mask));
    frame
}

impl Frames {
    pub(crate) async fn open(router: &Running) -> Self {
        Self::open_with(router, "sec-websocket-protocol: graphql-transport-ws\r\n").await
    }

    /// One that is opened with these header lines beside those of any WebSocket.
    pub(crate) async fn open_with(router: &Running, lines: &str) -> Self {
        let mut stream = TcpStream::connect(router.address())
            .await
            .expect("it listens");
        let head = format!(
            "GET /graphql HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n{lines}\r\n"
        );
        stream
            .write_all(head.as_bytes())
            .await
            .expect("it is written");
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            let byte = tokio::time::timeout(PATIENCE, stream.read_u8()).await;
            answer.push(byte.expect("it answers").expect("it stays"));
        }
        assert!(answer.starts_with(b"HTTP/1.1 101 "), "{answer:?}");
        let head = String::from_utf8(answer).expect("a head is text");
        Self {
            stream,
            head: head.to_ascii_lowercase(),
        }
    }

    /// One that is acknowledged.
    pub(crate) async fn acknowledged(router: &Running) -> Self {
        let mut frames = Self::open(router).await;
        frames
            .write(&masked(0x81, br#"{"type":"connection_init"}"#))
            .await;
        let acknowledged = Frame::Text(r#"{"type":"connection_ack"}"#.to_owned());
        assert_eq!(frames.next().await, Some(acknowledged));
        frames
    }

    /// Writes; the router may have closed the connection meanwhile.
    pub(crate) async fn write(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.ok();
    }

    /// Says that nothing more will be written.
    pub(crate) async fn end_writing(&mut self) {
        self.stream.shutdown().await.ok();
    }

    /// Ends the connection as one does that has crashed.
    pub(crate) fn reset(self) {
        self.stream.set_zero_linger().expect("it is a socket");
    }

    /// The next frame that is no ping; `None` at the end of the connection, which is no failure.
    pub(crate) async fn next(&mut self) -> Option<Frame> {
        loop {
            let first = tokio::time::timeout(PATIENCE, self.stream.read_u8()).await;
            let first = first.expect("something comes").ok()?;
            let length = match self.stream.read_u8().await.ok()? {
                126 => usize::from(self.stream.read_u16().await.ok()?),
                127 => usize::try_from(self.stream.read_u64().await.ok()?).ok()?,
                short => usize::from(short),
            };
            let mut payload = vec![0; length];
            self.stream.read_exact(&mut payload).await.ok()?;
            match first {
                0x81 => {
                    let text = String::from_utf8(payload).expect("a text is UTF-8");
                    return Some(Frame::Text(text));
                }
                0x88 => {
                    let code = payload.first_chunk().copied().map(u16::from_be_bytes);
                    return Some(Frame::Close(code));
                }
                0x89 => {}
                0x8a => return Some(Frame::Pong(payload)),
                other => panic!("a frame that nobody expects: {other:#x}"),
            }
        }
    }

    /// The code with which it is closed, whatever comes before; `None` where it ends without one.
    pub(crate) async fn closed(&mut self) -> Option<u16> {
        loop {
            match self.next().await {
                Some(Frame::Close(code)) => return code,
                Some(_) => {}
                None => return None,
            }
        }
    }
}
