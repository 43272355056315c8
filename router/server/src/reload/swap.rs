//! A service that is another one from one request to the next.

use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll};

use arc_swap::ArcSwap;
use axum::response::Response;
use http::Request;
use tower::Service;

/// Gives each request to the service of the moment. Clones change together.
pub(crate) struct Swap<S>(Arc<ArcSwap<S>>);

impl<S> Swap<S> {
    pub(crate) fn new(first: S) -> Self {
        Self(Arc::new(ArcSwap::from_pointee(first)))
    }

    /// Requests that come from now on go to another one.
    pub(crate) fn put(&self, next: S) {
        self.0.store(Arc::new(next));
    }
}

impl<S> Clone for Swap<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S, B> Service<Request<B>> for Swap<S>
where
    S: Service<Request<B>, Response = Response, Error = Infallible> + Clone,
{
    type Response = Response;
    type Error = Infallible;
    type Future = S::Future;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        // The services here always are.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let mut service = S::clone(&self.0.load());
        service.call(request)
    }
}
