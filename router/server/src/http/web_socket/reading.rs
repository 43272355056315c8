//! From bytes to messages: frames are gathered to messages within their bounds, of which the first is the memory of all requests.

use std::sync::Arc;

use abaque_edge::long_work;
use bytes::Bytes;
use memory::{Account, Exhausted, Gather, Memory};
use tokio::time::Instant;

use super::frame::{Head, Opcode};
use super::message::End;
use super::unread::Unread;

/// What a client sent.
#[derive(Debug)]
pub(super) enum Received {
    /// A message, and what has been reserved for it.
    Text(Bytes, Arc<Account>),
    Ping(Bytes),
    Pong,
    /// With a code, or without.
    Close(Option<u16>),
}

/// What a message may be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// In bytes.
    pub(super) most: usize,
    /// When one that begins now has to be there.
    pub(super) by: Instant,
}

/// What has come of a client's messages.
pub(super) struct Reading {
    memory: Arc<Memory>,
    frame: Option<Frame>,
    message: Option<Unfinished>,
    /// What has come of a control frame, which may come between those of a message.
    control: Vec<u8>,
    /// Whether messages are passed over: the client knows that nothing is read any more.
    passes_over: bool,
}

/// A frame that is under way.
struct Frame {
    head: Head,
    /// Bytes of its payload that have come.
    came: u64,
}

/// A message that is under way.
struct Unfinished {
    gather: Gather,
    account: Arc<Account>,
    by: Instant,
}

impl Reading {
    pub(super) fn new(memory: Arc<Memory>) -> Self {
        Self {
            memory,
            frame: None,
            message: None,
            control: Vec::new(),
            passes_over: false,
        }
    }

    /// When the message that has begun must be there.
    pub(super) fn due(&self) -> Option<Instant> {
        self.message.as_ref().map(|message| message.by)
    }

    /// Passes over all that comes but the close frame. What there is of a message is let go.
    pub(super) fn pass_over(&mut self) {
        self.passes_over = true;
        self.message = None;
    }

    /// Takes from the bytes that have come what is needed for the next message or control frame; `None` where more has to come.
    ///
    /// # Errors
    /// How the socket is closed: a rule is broken, or a message finds no room.
    pub(super) fn take(
        &mut self,
        unread: &mut Unread,
        bounds: Bounds,
    ) -> Result<Option<Received>, End> {
        loop {
            let Some(frame) = &mut self.frame else {
                let head = Head::read(unread.bytes());
                let head = head.map_err(|why| End::closed(1002, why))?;
                let Some((head, length)) = head else {
                    return Ok(None);
                };
                unread.pass(length);
                // Before it is judged, so that it can be passed over.
                self.frame = Some(Frame { head, came: 0 });
                self.begin(head, bounds)?;
                continue;
            };
            let head = frame.head;
            let piece = unread.piece(head.length - frame.came);
            head.unmask(piece, frame.came);
            frame.came += piece.len() as u64;
            let is_all = frame.came == head.length;
            match &mut self.message {
                _ if head.opcode.is_control() => self.control.extend_from_slice(piece),
                Some(message) => message.add(piece)?,
                None => {}
            }
            if !is_all {
                return Ok(None);
            }
            self.frame = None;
            if let Some(received) = self.end(head)? {
                return Ok(Some(received));
            }
        }
    }

    /// A frame begins.
    fn begin(&mut self, head: Head, bounds: Bounds) -> Result<(), End> {
        if head.opcode.is_control() {
            self.control.clear();
            return Ok(());
        }
        if self.passes_over {
            return Ok(());
        }
        let came = match (head.opcode, &self.message) {
            (Opcode::Continuation, Some(message)) => message.gather.len(),
            (Opcode::Continuation, None) => {
                return Err(End::closed(1002, "a frame continues no message"));
            }
            (_, Some(_)) => {
                return Err(End::closed(1002, "a message begins within another"));
            }
            (Opcode::Text, None) => 0,
            (_, None) => return Err(End::closed(4400, "messages are texts")),
        };
        let length = usize::try_from(head.length).unwrap_or(usize::MAX);
        if length > bounds.most.saturating_sub(came) {
            return Err(too_long(bounds.most));
        }
        if head.opcode == Opcode::Text {
            let announced = if head.is_final { length } else { 0 };
            self.message = Some(Unfinished {
                gather: Gather::new(announced),
                account: Arc::new(self.memory.request()),
                by: bounds.by,
            });
        }
        Ok(())
    }

    /// A frame has come.
    fn end(&mut self, head: Head) -> Result<Option<Received>, End> {
        Ok(match head.opcode {
            Opcode::Ping => Some(Received::Ping(std::mem::take(&mut self.control).into())),
            Opcode::Pong => Some(Received::Pong),
            Opcode::Close => Some(Received::Close(closing(&self.control)?)),
            Opcode::Continuation | Opcode::Text | Opcode::Binary if !head.is_final => None,
            Opcode::Continuation | Opcode::Text | Opcode::Binary => match self.message.take() {
                Some(message) => Some(message.whole()?),
                None => None,
            },
        })
    }
}

impl Unfinished {
    fn add(&mut self, piece: &[u8]) -> Result<(), End> {
        let missing = self.gather.missing(piece.len());
        if missing > 0 {
            let grown = self.account.grow_body_at_once(missing);
            grown.map_err(no_room)?;
            self.gather.grant(missing);
        }
        self.gather.add(piece);
        Ok(())
    }

    fn whole(self) -> Result<Received, End> {
        self.account.body_is_read();
        let bytes = self.gather.into_bytes();
        match long_work::on(bytes.len(), || str::from_utf8(&bytes).is_ok()) {
            true => Ok(Received::Text(bytes.into(), self.account)),
            false => Err(End::closed(1007, "the message is not UTF-8")),
        }
    }
}

fn too_long(most: usize) -> End {
    End::closed(1009, format!("the message is longer than {most} bytes"))
}

/// How a socket is closed whose message finds no memory: <https://www.iana.org/assignments/websocket>.
fn no_room(exhausted: Exhausted) -> End {
    match exhausted {
        Exhausted::All => End::closed(
            1013,
            "MEMORY_EXHAUSTED: other requests have taken all memory",
        ),
        Exhausted::Share => End::closed(
            1009,
            "REQUEST_MEMORY_EXCEEDED: the message is longer than a request may be",
        ),
    }
}

/// What a close frame says.
fn closing(payload: &[u8]) -> Result<Option<u16>, End> {
    let Some((code, reason)) = payload.split_first_chunk() else {
        return match payload.is_empty() {
            true => Ok(None),
            false => Err(End::closed(1002, "a close frame has half a code")),
        };
    };
    let code = u16::from_be_bytes(*code);
    // https://www.rfc-editor.org/rfc/rfc6455#section-7.4, and those that have been registered since.
    if !matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999) {
        return Err(End::closed(1002, "the code of a close frame is none"));
    }
    match str::from_utf8(reason) {
        Ok(_) => Ok(Some(code)),
        Err(_) => Err(End::closed(
            1007,
            "the reason of a close frame is not UTF-8",
        )),
    }
}
