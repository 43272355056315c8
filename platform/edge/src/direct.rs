//! Paths that are answered without going through a router.
//!
//! Matching a path, and the boxes that services of a router live in, cost more than they bring where nearly all traffic is for a few paths without parameters.

use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Bytes, HttpBody as Body};
use axum::response::Response;
use axum::{BoxError, Router};
use futures_util::future::Either;
use http::Request;
use rustc_hash::FxHashSet;
use tower::Service;

/// Paths without parameters: each is the route of its requests. Clones share them.
#[derive(Clone, Debug)]
pub struct Paths(Arc<FxHashSet<Arc<str>>>);

impl Paths {
    /// The path, if it is one of them.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<&Arc<str>> {
        self.0.get(path)
    }
}

impl<T: Into<Arc<str>>> FromIterator<T> for Paths {
    fn from_iter<I: IntoIterator<Item = T>>(paths: I) -> Self {
        Self(Arc::new(paths.into_iter().map(Into::into).collect()))
    }
}

impl From<&str> for Paths {
    fn from(path: &str) -> Self {
        Self::from_iter([path])
    }
}

/// `service` for the requests to some paths, `rest` for all others.
#[derive(Clone, Debug)]
pub struct Direct<S> {
    service: S,
    others: Arc<Others>,
}

/// In one piece, since a clone may be made for each request.
#[derive(Debug)]
struct Others {
    paths: Paths,
    rest: Router,
}

/// Sends the requests for these paths to `service` and all others to `rest`.
pub fn direct<S>(paths: impl Into<Paths>, service: S, rest: Router) -> Direct<S> {
    let paths = paths.into();
    Direct {
        service,
        others: Arc::new(Others { paths, rest }),
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
        match self.others.paths.find(request.uri().path()) {
            Some(_) => Either::Left(self.service.call(request)),
            None => Either::Right(self.others.rest.clone().call(request)),
        }
    }
}
