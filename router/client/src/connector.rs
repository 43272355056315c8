//! What opens connections.

use std::task::{Context, Poll};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioIo;
use resolver::Resolver;
use tokio::net::TcpStream;
use tower::Service;

use crate::hedged::{DELAY, hedged};

/// Opens connections to whatever address a name has now, by two attempts where one takes long.
#[derive(Clone, Debug)]
pub(crate) struct Connector(pub(crate) HttpConnector<Resolver>);

impl Service<Uri> for Connector {
    type Response = TokioIo<TcpStream>;
    type Error = <HttpConnector<Resolver> as Service<Uri>>::Error;
    type Future = BoxFuture<'static, Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, url: Uri) -> Self::Future {
        let mut http = self.0.clone();
        async move { hedged(DELAY, || http.call(url.clone())).await }.boxed()
    }
}
