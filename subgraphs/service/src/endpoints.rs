//! Both endpoints as one service: no router on the way to them.

use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use abaque_edge::direct::Paths;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::response::Response;
use tower::{BoxError, Service};

use crate::admission::admit;
use crate::{graphql, rest};

/// What answers at [`graphql::PATH`], and the operations below [`rest::PATH`].
#[derive(Clone)]
pub struct Endpoints {
    graphql: Arc<graphql::Door>,
    rest: Arc<rest::Door>,
}

impl Endpoints {
    pub(crate) fn new(graphql: graphql::Door, rest: rest::Door) -> Self {
        Self {
            graphql: Arc::new(graphql),
            rest: Arc::new(rest),
        }
    }

    /// Where they are.
    pub(crate) fn paths(&self) -> Paths {
        let paths = self.rest.paths().chain([graphql::PATH]);
        paths.collect()
    }
}

impl fmt::Debug for Endpoints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoints").finish_non_exhaustive()
    }
}

impl<B> Service<axum::http::Request<B>> for Endpoints
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
        let operation = self.rest.operation(request.uri().path());
        let request: Request = request.map(Body::new);
        match operation {
            Some(operation) => {
                let door = Arc::clone(&self.rest);
                Box::pin(async move {
                    let answer = |request| door.answer(operation, request);
                    Ok(admit(&door.room, request, answer).await)
                })
            }
            None => {
                let door = Arc::clone(&self.graphql);
                Box::pin(async move {
                    let answer = |request| graphql::handle(Arc::clone(&door), request);
                    Ok(admit(&door.room, request, answer).await)
                })
            }
        }
    }
}
