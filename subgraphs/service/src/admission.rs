//! What all requests hold together, bounded: the bodies that are being received, the answers that are not read yet.
//!
//! A byte of a body is counted when it arrives, an answer when it begins to be sent, and both are counted off when they are dropped. What
//! finds no room is refused at once, with 503 and `Retry-After`: waiting for room would hold what is already there. An answer may take the room of
//! one that is read too slowly ([`answers`]).

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use abaque_edge::Peer;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Request, State};
use axum::http::{Extensions, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt;
use hyper::body::{Frame, SizeHint};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use self::answers::{Answers, Place, Reader, Sent};
use crate::limits::Capacity;
use crate::{Limits, Problem};

pub(crate) mod answers;

/// When to ask again: what is computed at most takes seconds.
pub(crate) const RETRY_AFTER: HeaderValue = HeaderValue::from_static("1");

/// What is counted is counted in pieces of this many bytes.
const UNIT: usize = 1024;

/// Shorter bodies and answers are bounded by the number of connections.
const SMALL: usize = 16 * 1024;

/// Bytes that are given to the connection at a time, so that it asks again while a slow client reads.
const FRAME: usize = 64 * 1024;

/// What the connection may still have in its own buffer when it has been given all: less than a frame, and that comes in two.
const TAIL: u64 = 2 * FRAME as u64;

/// The room there is.
#[derive(Clone, Debug)]
pub(crate) struct Room {
    bodies: Arc<Semaphore>,
    answers: Answers,
    answer_timeout: std::time::Duration,
}

impl Room {
    pub(crate) fn new(capacity: &Capacity, limits: &Limits) -> Self {
        Self {
            bodies: Arc::new(Semaphore::new((capacity.bodies_bytes / UNIT).min(1 << 28))),
            answers: Answers::new(capacity.answers_bytes, limits.answer_bytes),
            answer_timeout: capacity.answer_timeout,
        }
    }

    /// Room for an event of this many bytes until it is written; a small one needs none.
    ///
    /// # Errors
    /// There is none.
    pub(crate) fn event(
        &self,
        bytes: usize,
        reader: &Reader,
        sent: Sent,
    ) -> Result<Option<Place>, Unread> {
        if bytes <= SMALL {
            return Ok(None);
        }
        let place = self.answers.place(bytes, reader, sent);
        place.map(Some).ok_or(Unread)
    }
}

/// There is no room for an answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unread;

/// Who sent a request. Without a connection, as in a test, nobody did.
pub(crate) fn client(extensions: &Extensions) -> IpAddr {
    let peer = extensions.get::<Peer>();
    peer.map_or(Ipv4Addr::UNSPECIFIED.into(), |Peer(address)| address.ip())
}

fn take(room: &Arc<Semaphore>, bytes: usize) -> Option<OwnedSemaphorePermit> {
    let units = u32::try_from(bytes.div_ceil(UNIT)).ok()?;
    Arc::clone(room).try_acquire_many_owned(units).ok()
}

/// The same for what goes through a router.
pub(crate) async fn layer(State(room): State<Room>, request: Request, next: Next) -> Response {
    admit(&room, request, |request| next.run(request)).await
}

/// Counts what a request brings and what it is answered.
pub(crate) async fn admit<F>(
    room: &Room,
    request: Request,
    answer: impl FnOnce(Request) -> F,
) -> Response
where
    F: Future<Output = Response>,
{
    let client = client(request.extensions());
    let most = request.body().size_hint().upper();
    if most.is_some_and(|bytes| bytes <= SMALL as u64) {
        return hold(room, client, answer(request).await);
    }
    // What was read of a body is held until there is an answer.
    let held = Arc::new(Mutex::new(None));
    let request = request.map(|body| {
        Body::new(Counted {
            body,
            room: Arc::clone(&room.bodies),
            seen: 0,
            held: Arc::clone(&held),
        })
    });
    let response = answer(request).await;
    drop(held);
    hold(room, client, response)
}

/// The answer, with room for it until it is read.
fn hold(room: &Room, client: IpAddr, mut response: Response) -> Response {
    let bytes = response.body().size_hint().exact().unwrap_or(0);
    let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
    if bytes <= SMALL {
        return response;
    }
    let reader = Reader::of(client);
    let Some(place) = room.answers.place(bytes, &reader, Sent::InPieces) else {
        let message = "too many answers have not been read yet: try again later";
        let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, "OVERLOADED", message);
        return overloaded(problem);
    };
    response.extensions_mut().insert(reader.cut);
    let deadline = Instant::now() + room.answer_timeout;
    response.map(|body| {
        Body::new(Held {
            body,
            rest: Bytes::new(),
            left: Left::of(bytes),
            deadline,
            place,
        })
    })
}

/// What is left of an answer that is given to the connection in frames.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Left {
    bytes: u64,
    /// Whether the connection's buffer would keep much more than it seems to.
    is_long: bool,
}

impl Left {
    pub(crate) fn of(bytes: usize) -> Self {
        let bytes = bytes as u64;
        Self {
            bytes,
            is_long: bytes > TAIL,
        }
    }

    /// The next frame of a piece. The last ones are copied: as slices they would keep all of the answer while they wait in the connection's own buffer, where nobody
    /// counts it any more.
    pub(crate) fn frame(&mut self, piece: &mut Bytes) -> Bytes {
        let frame = piece.split_to(piece.len().min(FRAME));
        let is_last = self.is_long && self.bytes <= TAIL;
        self.bytes = self.bytes.saturating_sub(frame.len() as u64);
        match is_last {
            true => Bytes::copy_from_slice(&frame),
            false => frame,
        }
    }
}

/// A refusal that says when to come again.
pub(crate) fn overloaded(problem: Problem) -> Response {
    let mut response = problem.into_response();
    response
        .headers_mut()
        .insert(header::RETRY_AFTER, RETRY_AFTER);
    response
}

/// There is no room for a body.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Overloaded;

impl Overloaded {
    /// Whether this is why a body could not be read.
    pub(crate) fn caused(mut error: &(dyn std::error::Error + 'static)) -> bool {
        loop {
            if error.is::<Self>() {
                return true;
            }
            match error.source() {
                Some(source) => error = source,
                None => return false,
            }
        }
    }
}

impl fmt::Display for Overloaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("too many bodies of other requests are in memory: try again later")
    }
}

impl std::error::Error for Overloaded {}

/// The body of a request that is counted as it arrives.
struct Counted {
    body: Body,
    room: Arc<Semaphore>,
    seen: usize,
    held: Arc<Mutex<Option<OwnedSemaphorePermit>>>,
}

impl Counted {
    fn count(&mut self, bytes: usize) -> Result<(), Overloaded> {
        let before = self.seen.saturating_sub(SMALL).div_ceil(UNIT);
        self.seen += bytes;
        let after = self.seen.saturating_sub(SMALL).div_ceil(UNIT);
        if after == before {
            return Ok(());
        }
        let more = take(&self.room, (after - before) * UNIT).ok_or(Overloaded)?;
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *held {
            Some(held) => held.merge(more),
            None => *held = Some(more),
        }
        drop(held);
        Ok(())
    }
}

impl HttpBody for Counted {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = std::task::ready!(Pin::new(&mut self.body).poll_frame(context));
        if let Some(Ok(frame)) = &frame
            && let Some(data) = frame.data_ref()
            && let Err(overloaded) = self.count(data.len())
        {
            return Poll::Ready(Some(Err(axum::Error::new(overloaded))));
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The body of an answer that has room until it is read, or its time is over.
struct Held {
    body: Body,
    /// What is left of a piece.
    rest: Bytes,
    left: Left,
    deadline: Instant,
    place: Place,
}

impl HttpBody for Held {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if Instant::now() >= self.deadline {
            let error = std::io::Error::from(std::io::ErrorKind::TimedOut);
            return Poll::Ready(Some(Err(axum::Error::new(error))));
        }
        if self.rest.is_empty() {
            let frame = std::task::ready!(Pin::new(&mut self.body).poll_frame(context));
            match frame.map(|frame| frame.map(Frame::into_data)) {
                Some(Ok(Ok(data))) => self.rest = data,
                Some(Ok(Err(trailers))) => return Poll::Ready(Some(Ok(trailers))),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
        let this = &mut *self;
        let frame = this.left.frame(&mut this.rest);
        if !this.place.takes(frame.len()) {
            let error = std::io::Error::from(std::io::ErrorKind::ConnectionAborted);
            return Poll::Ready(Some(Err(axum::Error::new(error))));
        }
        Poll::Ready(Some(Ok(Frame::data(frame))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left.bytes)
    }
}

/// A body of pieces that are there.
pub(crate) fn body(mut pieces: Vec<Bytes>) -> Body {
    if pieces.len() <= 1 {
        return Body::from(pieces.pop().unwrap_or_default());
    }
    let left = pieces.iter().map(|piece| piece.len() as u64).sum();
    Body::new(Whole {
        pieces: pieces.into_iter(),
        left,
    })
}

/// Pieces, and how many bytes are left of them.
struct Whole {
    pieces: std::vec::IntoIter<Bytes>,
    left: u64,
}

impl HttpBody for Whole {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let piece = self.pieces.next();
        self.left -= piece.as_ref().map_or(0, |piece| piece.len() as u64);
        Poll::Ready(piece.map(|piece| Ok(Frame::data(piece))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

/// Reads a body, at most `limit` bytes and one more, so that the next reader refuses it. The pieces in which it comes are not kept: a client may
/// make them as small as it likes.
///
/// # Errors
/// Why it could not be read.
pub(crate) async fn collect(mut body: Body, limit: usize) -> Result<Bytes, axum::Error> {
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else {
            continue;
        };
        let room = (limit + 1).saturating_sub(bytes.len());
        // Most come in one piece.
        if bytes.is_empty() && data.len() <= room && body.is_end_stream() {
            return Ok(data);
        }
        bytes.extend_from_slice(&data[..data.len().min(room)]);
        if bytes.len() > limit || body.is_end_stream() {
            break;
        }
    }
    Ok(bytes.into())
}

#[cfg(test)]
mod tests;
