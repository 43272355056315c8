//! What the endpoint can be asked: <https://www.rfc-editor.org/rfc/rfc9110#section-9.3.7>.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::task::{Context, Poll};

use axum::body::Body;
use axum::response::Response;
use futures_util::future::Either;
use http::header::{ACCESS_CONTROL_REQUEST_METHOD, ALLOW, HeaderValue};
use http::{Method, Request, StatusCode};
use tower::{Layer, Service};

use crate::refusal::METHODS;

/// Answers `OPTIONS`, but the preflights of browsers where CORS does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Methods {
    /// Whether it does. Without it they are answered as all others: that no other site may ask is said by what is not there.
    pub(crate) leaves_preflights: bool,
}

/// A service behind that.
#[derive(Clone, Debug)]
pub(crate) struct WithMethods<S> {
    inner: S,
    leaves_preflights: bool,
}

impl<S> Layer<S> for Methods {
    type Service = WithMethods<S>;

    fn layer(&self, inner: S) -> WithMethods<S> {
        WithMethods {
            inner,
            leaves_preflights: self.leaves_preflights,
        }
    }
}

impl<S, B> Service<Request<B>> for WithMethods<S>
where
    S: Service<Request<B>, Response = Response, Error = Infallible>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Either<Ready<Result<Response, Infallible>>, S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let is_left = || {
            let headers = request.headers();
            self.leaves_preflights && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
        };
        if request.method() == Method::OPTIONS && !is_left() {
            return Either::Left(ready(Ok(options())));
        }
        Either::Right(self.inner.call(request))
    }
}

fn options() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let methods = HeaderValue::from_static(METHODS);
    response.headers_mut().insert(ALLOW, methods);
    response
}
