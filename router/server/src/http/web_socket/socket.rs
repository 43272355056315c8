//! The connection below a WebSocket: messages and control frames in both directions, and the end (RFC 6455).

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Buf, Bytes};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use memory::Memory;
use tokio::io::AsyncWriteExt;
use tokio::time::{Instant, timeout, timeout_at};

use super::frame::{self, Opcode};
use super::message::{End, Message};
use super::reading::{Bounds, Reading, Received};
use super::unread::Unread;

/// How long a client has to say that it knows of the end.
const FAREWELL: Duration = Duration::from_secs(1);

pub(super) struct Socket {
    io: TokioIo<Upgraded>,
    unread: Unread,
    reading: Reading,
    /// When something came last, or room for what was to be sent.
    heard: Instant,
}

impl Socket {
    /// One whose messages are counted in that memory.
    pub(super) fn new(upgraded: Upgraded, memory: Arc<Memory>) -> Self {
        Self {
            io: TokioIo::new(upgraded),
            unread: Unread::new(),
            reading: Reading::new(memory),
            heard: Instant::now(),
        }
    }

    pub(super) fn heard(&self) -> Instant {
        self.heard
    }

    /// The next message or control frame. It may be dropped and called again: what has come of one is kept.
    ///
    /// # Errors
    /// How the socket is closed.
    pub(super) async fn receive(&mut self, bounds: Bounds) -> Result<Received, End> {
        loop {
            if let Some(received) = self.reading.take(&mut self.unread, bounds)? {
                return Ok(received);
            }
            self.fill().await?;
        }
    }

    /// Reads what has come. A message that has begun does not take longer than it may, whatever comes between its frames.
    async fn fill(&mut self) -> Result<(), End> {
        let filling = self.unread.fill(&mut self.io);
        let filled = match self.reading.due() {
            None => filling.await,
            Some(due) if Instant::now() < due => match timeout_at(due, filling).await {
                Ok(filled) => filled,
                Err(_) => return Err(late()),
            },
            Some(_) => return Err(late()),
        };
        match filled {
            Ok(0) | Err(_) => Err(End::Gone),
            Ok(_) => {
                self.heard = Instant::now();
                Ok(())
            }
        }
    }

    /// Sends a message.
    pub(super) async fn say(&mut self, message: Message) -> Result<(), End> {
        let Message {
            before,
            payload,
            after,
        } = message;
        let length = before.len() + payload.len() + after.len();
        let mut start = frame::begin(Opcode::Text, length, before.len());
        start.extend_from_slice(&before);
        self.write(Bytes::from(start).chain(payload).chain(after))
            .await
    }

    /// Asks the client for a sign of life.
    pub(super) async fn ping(&mut self) -> Result<(), End> {
        self.control(Opcode::Ping, b"").await
    }

    /// Answers a ping, with what it had.
    pub(super) async fn pong(&mut self, payload: &[u8]) -> Result<(), End> {
        self.control(Opcode::Pong, payload).await
    }

    async fn control(&mut self, opcode: Opcode, payload: &[u8]) -> Result<(), End> {
        let mut frame = frame::begin(opcode, payload.len(), payload.len());
        frame.extend_from_slice(payload);
        self.write(Bytes::from(frame)).await
    }

    async fn write(&mut self, mut bytes: impl Buf) -> Result<(), End> {
        let mut has_waited = false;
        let mut writing = pin!(self.io.write_all_buf(&mut bytes));
        let written = poll_fn(|context| {
            let written = writing.as_mut().poll(context);
            has_waited |= written.is_pending();
            written
        });
        written.await.map_err(|_| End::Gone)?;
        if has_waited {
            // It has taken what was in the way. Meanwhile it could not be heard.
            self.heard = Instant::now();
        }
        self.io.flush().await.map_err(|_| End::Gone)
    }

    /// Says why it is closed, and waits for the client to have read it.
    pub(super) async fn close(mut self, end: End) {
        // A client that is gone by now does not get it; one that does not read is cut off by the connection's own bound.
        let said = match end {
            End::Gone => return,
            End::Left(None) => self.control(Opcode::Close, b"").await,
            End::Left(Some(code)) => self.control(Opcode::Close, &code.to_be_bytes()).await,
            End::Closed(code, reason) => {
                let payload = [&code.to_be_bytes(), reason.as_bytes()].concat();
                let said = self.control(Opcode::Close, &payload).await;
                // What the client has sent meanwhile has to be read: closing over it would take the code from the client.
                let _ = timeout(FAREWELL, self.until_answered()).await;
                said
            }
        };
        if said.is_ok() {
            // The server closes the connection first (<https://www.rfc-editor.org/rfc/rfc6455#section-7.1.1>).
            let _ = timeout(FAREWELL, self.io.shutdown()).await;
        }
    }

    /// Passes over what comes until the client knows that the socket is closed.
    async fn until_answered(&mut self) {
        self.reading.pass_over();
        let bounds = Bounds {
            most: 0,
            by: Instant::now(),
        };
        loop {
            match self.reading.take(&mut self.unread, bounds) {
                Ok(Some(Received::Close(_))) => return,
                Ok(Some(_)) => {}
                Ok(None) => match self.unread.fill(&mut self.io).await {
                    Ok(0) | Err(_) => return,
                    Ok(_) => {}
                },
                // Its frames can no longer be parsed: only the end of the connection is left to wait for.
                Err(_) => {
                    let _ = self.until_gone().await;
                    return;
                }
            }
        }
    }

    async fn until_gone(&mut self) -> io::Result<()> {
        self.io.shutdown().await?;
        loop {
            self.unread.clear();
            if self.unread.fill(&mut self.io).await? == 0 {
                return Ok(());
            }
        }
    }
}

/// How a socket is closed whose message does not come to an end.
fn late() -> End {
    End::closed(1008, "REQUEST_TIMEOUT: the message did not arrive in time")
}
