//! One path that is answered without going through a router.
//!
//! Matching a path, and the boxes that services of a router live in, cost more than they bring where nearly all traffic is for one path.

use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Bytes, HttpBody as Body};
use axum::response::Response;
use axum::{BoxError, Router};
use futures_util::future::Either;
use http::Request;
use tower::Service;

/// `service` for the requests to `path`, `rest` for all others.
#[derive(Clone, Debug)]
pub struct Direct<S> {
    path: Arc<str>,
    service: S,
    rest: Router,
}

/// Sends the requests for `path` to `service` and all others to `rest`.
pub fn direct<S>(path: impl Into<Arc<str>>, service: S, rest: Router) -> Direct<S> {
    Direct {
        path: path.into(),
        service,
        rest,
    }
}

impl<S, B> Service<Request<B>> for Direct<S>
where
    S: Service<Request<B>, Response = Response, Error = Infallible>,
    B: Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Either<S::Future, <Router as Service<Request<B>>>::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        // A router is always ready.
        self.service.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        match request.uri().path() == &*self.path {
            true => Either::Left(self.service.call(request)),
            false => Either::Right(self.rest.call(request)),
        }
    }
}
