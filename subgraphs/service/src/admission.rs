//! What all requests hold together, bounded: the bodies that are being received, the answers that are not read yet.
//!
//! A byte of a body is counted when it arrives, an answer when it begins to be sent, and both are counted off when they are dropped. What
//! finds no room is refused at once, with 503 and `Retry-After`: waiting for room would hold what is already there. An answer may take the room of
//! one that is read too slowly ([`answers`]).

use std::net::{IpAddr, Ipv4Addr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use abaque_edge::Peer;
use abaque_edge::coding::{Coding, TAKEN};
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Request, State};
use axum::http::{Extensions, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use hyper::body::{Frame, SizeHint};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use self::answers::{Answers, Place, Reader, Sent};
use crate::body::{self, Overloaded, Room as _};
use crate::limits::Capacity;
use crate::pressure::Pressure;
use crate::{Limits, Problem};

pub(crate) mod answers;

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
    /// Bytes of one body, and of what it stands for.
    body_bytes: usize,
}

impl Room {
    pub(crate) fn new(capacity: &Capacity, limits: &Limits) -> Self {
        Self {
            bodies: Arc::new(Semaphore::new((capacity.bodies_bytes / UNIT).min(1 << 28))),
            answers: Answers::new(capacity.answers_bytes, limits.answer_bytes),
            answer_timeout: capacity.answer_timeout,
            body_bytes: limits.body_bytes,
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

/// Who sent a request: an address, or of IPv6 the network, which has more addresses than anybody needs. Without a connection, as in a test, nobody did.
pub(crate) fn client(extensions: &Extensions) -> IpAddr {
    let peer = extensions.get::<Peer>();
    peer.map_or(Ipv4Addr::UNSPECIFIED.into(), |Peer(address)| {
        network(address.ip())
    })
}

fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() >> 64 << 64).into()),
        address => address,
    }
}

fn take(room: &Arc<Semaphore>, bytes: usize) -> Option<OwnedSemaphorePermit> {
    let units = u32::try_from(bytes.div_ceil(UNIT)).ok()?;
    Arc::clone(room).try_acquire_many_owned(units).ok()
}

/// The same for what goes through a router, which takes turns as the endpoints do.
pub(crate) async fn layer(
    State((room, pressure)): State<(Room, Pressure)>,
    request: Request,
    next: Next,
) -> Response {
    pressure.take_turns(std::time::Instant::now()).await;
    admit(&room, request, |request| next.run(request)).await
}

/// Counts what a request brings and what it is answered. A compressed body is decompressed before it is read.
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
    let coding = Coding::of(request.headers());
    let (coding, is_unknown) = (coding.ok().flatten(), coding.is_err());
    if coding.is_none() && most.is_some_and(|bytes| bytes <= SMALL as u64) {
        return hold(room, client, taken(answer(request).await, is_unknown));
    }
    // What was read of a body is held until there is an answer.
    let held = Held::of(&room.bodies);
    let request = request.map(|body| {
        Body::new(Counted {
            body,
            seen: 0,
            held: held.clone(),
        })
    });
    let request = match coding {
        Some(coding) => decoded(room, request, coding, &held),
        None => request,
    };
    let response = answer(request).await;
    drop(held);
    hold(room, client, taken(response, is_unknown))
}

/// The request with what its body stands for.
fn decoded(room: &Room, request: Request, coding: Coding, held: &Held) -> Request {
    let (mut head, body) = request.into_parts();
    head.headers.remove(header::CONTENT_ENCODING);
    head.headers.remove(header::CONTENT_LENGTH);
    let body = body::decoded(coding, body, room.body_bytes, held.clone());
    Request::from_parts(head, body)
}

/// Where a body has an unsupported coding, the answer lists those that are supported: <https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3>.
fn taken(mut response: Response, is_unknown: bool) -> Response {
    if is_unknown && response.status() == StatusCode::UNSUPPORTED_MEDIA_TYPE {
        let headers = response.headers_mut();
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(TAKEN));
    }
    response
}

/// The room that one body has, until nobody has it any more.
#[derive(Clone)]
struct Held {
    room: Arc<Semaphore>,
    permit: Arc<Mutex<Option<OwnedSemaphorePermit>>>,
}

impl Held {
    /// None yet of this.
    fn of(room: &Arc<Semaphore>) -> Self {
        Self {
            room: Arc::clone(room),
            permit: Arc::default(),
        }
    }

    fn permit(&self) -> MutexGuard<'_, Option<OwnedSemaphorePermit>> {
        self.permit.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl body::Room for Held {
    fn grow(&self, bytes: usize) -> Result<(), Overloaded> {
        let more = take(&self.room, bytes).ok_or(Overloaded)?;
        match &mut *self.permit() {
            Some(permit) => permit.merge(more),
            none => *none = Some(more),
        }
        Ok(())
    }

    fn keep(&self, bytes: usize) {
        if let Some(permit) = &mut *self.permit() {
            let beyond = permit.num_permits().saturating_sub(bytes.div_ceil(UNIT));
            drop(permit.split(beyond));
        }
    }
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
        return Problem::overloaded(message).into_response();
    };
    response.extensions_mut().insert(reader.cut);
    let deadline = Instant::now() + room.answer_timeout;
    response.map(|body| {
        Body::new(Reading {
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

/// The body of a request that is counted as it arrives.
struct Counted {
    body: Body,
    seen: usize,
    held: Held,
}

impl Counted {
    fn count(&mut self, bytes: usize) -> Result<(), Overloaded> {
        let before = self.seen.saturating_sub(SMALL).div_ceil(UNIT);
        self.seen += bytes;
        let after = self.seen.saturating_sub(SMALL).div_ceil(UNIT);
        if after == before {
            return Ok(());
        }
        self.held.grow((after - before) * UNIT)
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
struct Reading {
    body: Body,
    /// What is left of a piece.
    rest: Bytes,
    left: Left,
    deadline: Instant,
    place: Place,
}

impl HttpBody for Reading {
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

    /// The server asks for no more after the last byte, and until then the client may go.
    fn is_end_stream(&self) -> bool {
        self.left.bytes == 0
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

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

#[cfg(test)]
mod tests;
