//! How the connections of either version of HTTP are served, and ended.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::BoxError;
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::rt::{Read, Write};
use hyper::server::conn::{http1, http2};
use hyper::service::Service;
use tokio::io::{AsyncRead, AsyncWrite};

use super::answering::Answering;
use super::streaming::Http1;
use super::streams::Streams;

/// A connection that can be ended after the requests that are in flight.
pub(super) trait Graceful: Future<Output = Result<(), BoxError>> + Unpin {
    fn end(&mut self);
}

impl<C, I> Future for Http1<C, I>
where
    C: Future<Output = hyper::Result<()>>,
    I: AsyncRead + AsyncWrite + Unpin,
{
    type Output = Result<(), BoxError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.poll_served(context)
    }
}

impl<L, S, I> Graceful for Http1<http1::UpgradeableConnection<L, S>, I>
where
    S: Service<Request<Incoming>, Response = Response<Answering>, Error = Infallible>,
    L: Read + Write + Unpin + Send + 'static,
    I: AsyncRead + AsyncWrite + Unpin,
{
    fn end(&mut self) {
        match self {
            Self::Library(quiet, _) => quiet.connection().as_mut().graceful_shutdown(),
            // It ends with what it streams.
            Self::Streaming(_) => {}
        }
    }
}

/// A connection of HTTP/2.
pub(super) struct Http2<C>(pub(super) Pin<Box<C>>);

impl<C: Future<Output = hyper::Result<()>>> Future for Http2<C> {
    type Output = Result<(), BoxError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(context).map_err(Into::into)
    }
}

impl<I, S> Graceful for Http2<http2::Connection<I, S, Streams>>
where
    S: Service<Request<Incoming>, Response = Response<Answering>, Error = Infallible>,
    S::Future: Send + 'static,
    I: Read + Write + Unpin,
{
    fn end(&mut self) {
        self.0.as_mut().graceful_shutdown();
    }
}
