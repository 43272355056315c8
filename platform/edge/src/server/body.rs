//! A request's body, which is read a little further when nobody wants the rest.
//!
//! A server that answers early and closes, with bytes of the client unread, makes its kernel send a reset: the client loses the answer, or fails
//! while it sends ([RFC 9112, section 9.6](https://www.rfc-editor.org/rfc/rfc9112#section-9.6)).

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http::header::EXPECT;
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::runtime::Handle;

use super::activity::{Activity, Awaiting};
use crate::quiet;

/// Bytes that are read of a body that nobody wants.
const MOST_DRAINED: usize = 16 * 1024 * 1024;
/// And how long that may take.
const LONGEST_DRAIN: Duration = Duration::from_secs(1);

/// The body of a request. Dropped before its end, up to 16 MiB of the rest are read for up to a second and thrown away.
#[derive(Debug)]
pub struct RequestBody {
    /// `None` when it has been read to its end, or has failed.
    incoming: Option<Incoming>,
    /// Whether the client sends `Expect: 100-continue` and waits for the answer to it, which reading the body would give.
    is_expecting: bool,
    activity: Arc<Activity>,
    /// While the client has to send more.
    awaiting: Option<Awaiting>,
}

impl RequestBody {
    /// The request with such a body.
    pub(super) fn of(request: Request<Incoming>, activity: &Arc<Activity>) -> Request<Self> {
        let is_expecting = request.headers().contains_key(EXPECT);
        request.map(|incoming| Self {
            incoming: (!incoming.is_end_stream()).then_some(incoming),
            is_expecting,
            activity: Arc::clone(activity),
            awaiting: None,
        })
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let this = &mut *self;
        let Some(incoming) = &mut this.incoming else {
            return Poll::Ready(None);
        };
        // Once it is read, the client has been asked to send it.
        this.is_expecting = false;
        let polled = quiet::poll_frame(incoming, context);
        if polled.is_pending() {
            let activity = &this.activity;
            this.awaiting.get_or_insert_with(|| activity.awaits());
            return Poll::Pending;
        }
        this.awaiting = None;
        let frame = ready!(polled);
        if let Some(Ok(frame)) = &frame {
            this.activity.allowance.body(length(frame));
        }
        if !matches!(&frame, Some(Ok(_))) || incoming.is_end_stream() {
            this.incoming = None;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        match &self.incoming {
            Some(incoming) => incoming.size_hint(),
            None => SizeHint::with_exact(0),
        }
    }
}

impl Drop for RequestBody {
    fn drop(&mut self) {
        let Some(incoming) = self.incoming.take() else {
            return;
        };
        if self.is_expecting {
            return;
        }
        // Without a runtime there is no connection either.
        if let Ok(runtime) = Handle::try_current() {
            let draining = drain(incoming, Arc::clone(&self.activity));
            runtime.spawn(tokio::time::timeout(LONGEST_DRAIN, draining));
        }
    }
}

async fn drain(mut incoming: Incoming, activity: Arc<Activity>) {
    let mut left = MOST_DRAINED;
    while let Some(Ok(frame)) = incoming.frame().await {
        let length = length(&frame);
        activity.allowance.body(length);
        match left.checked_sub(length) {
            Some(less) => left = less,
            None => return,
        }
    }
}

/// The bytes of data in a frame.
fn length(frame: &Frame<Bytes>) -> usize {
    frame.data_ref().map_or(0, Bytes::len)
}
