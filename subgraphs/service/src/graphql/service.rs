//! The endpoint as a service: no router on the way to it.

use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::response::Response;
use tower::{BoxError, Service};

use super::{Door, handle};
use crate::admission::admit;

/// What answers at [`PATH`](super::PATH).
#[derive(Clone)]
pub struct GraphqlService {
    door: Arc<Door>,
}

impl GraphqlService {
    pub(crate) fn new(door: Door) -> Self {
        Self {
            door: Arc::new(door),
        }
    }
}

impl fmt::Debug for GraphqlService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GraphqlService").finish_non_exhaustive()
    }
}

impl<B> Service<axum::http::Request<B>> for GraphqlService
where
    B: HttpBody<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    // In a box from the start: it is large, and the layers around it would move it.
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: axum::http::Request<B>) -> Self::Future {
        let door = Arc::clone(&self.door);
        let request: Request = request.map(Body::new);
        Box::pin(async move {
            let handle = |request| handle(Arc::clone(&door), request);
            Ok(admit(&door.room, request, handle).await)
        })
    }
}
