//! What opens connections.

use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http::Uri;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::rt::TokioIo;
use resolver::Resolver;
use tokio::net::TcpStream;
use tower::{BoxError, Service};

use crate::hedged::{DELAY, hedged};
use crate::opened::Opened;
use crate::proxy::{Proxies, Proxy};

/// Opens connections to whatever address a name has now, by two attempts where one takes long.
#[derive(Clone, Debug)]
pub(crate) struct Direct(pub(crate) HttpConnector<Resolver>);

impl Service<Uri> for Direct {
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

/// Opens connections, by a tunnel where there is a proxy on the way.
#[derive(Clone, Debug)]
pub(crate) struct Connector {
    pub(crate) direct: Direct,
    pub(crate) proxies: Proxies,
    /// How long opening a connection may take, and a tunnel.
    pub(crate) timeout: Duration,
}

/// Opens connections, those with TLS to the end of its handshake.
pub(crate) type Https = Timed<HttpsConnector<Connector>>;

/// Opens connections within a time, whatever is needed for that: who accepts a connection and says nothing then gets no more of it than who does not accept it.
#[derive(Clone, Debug)]
pub(crate) struct Timed<S> {
    pub(crate) opening: S,
    pub(crate) within: Duration,
}

impl<S> Service<Uri> for Timed<S>
where
    S: Service<Uri, Error = BoxError>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<S::Response, BoxError>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.opening.poll_ready(context)
    }

    fn call(&mut self, url: Uri) -> Self::Future {
        let (opening, within) = (self.opening.call(url), self.within);
        async move {
            match tokio::time::timeout(within, opening).await {
                Ok(opened) => opened,
                Err(_) => Err(format!("no connection within {within:?}").into()),
            }
        }
        .boxed()
    }
}

impl Service<Uri> for Connector {
    type Response = Opened;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        // Connectors always are.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, url: Uri) -> Self::Future {
        match self.proxies.of(&url) {
            None => {
                let opening = self.direct.call(url);
                opening.map(|opened| Ok(Opened::new(opened?))).boxed()
            }
            Some(proxy) => {
                let opening = tunnel(self.direct.clone(), proxy, url, self.timeout);
                opening.map(|opened| Ok(Opened::new(opened?))).boxed()
            }
        }
    }
}

/// <https://www.rfc-editor.org/rfc/rfc9110#section-9.3.6>
async fn tunnel(
    direct: Direct,
    proxy: Proxy,
    url: Uri,
    timeout: Duration,
) -> Result<TokioIo<TcpStream>, BoxError> {
    proxy.check()?;
    let mut tunnel = Tunnel::new(proxy.url, direct);
    if let Some(authorization) = proxy.authorization {
        tunnel = tunnel.with_auth(authorization);
    }
    let opening = tunnel.call(with_port(url)?);
    match tokio::time::timeout(timeout, opening).await {
        Ok(opened) => Ok(opened?),
        Err(_) => Err("the proxy opened no tunnel in time".into()),
    }
}

/// The URL with the port that its scheme stands for.
fn with_port(url: Uri) -> Result<Uri, http::Error> {
    if url.port().is_some() || url.scheme_str() == Some("https") {
        return Ok(url);
    }
    let authority = format!("{}:80", url.host().unwrap_or_default());
    let uri = Uri::builder().scheme("http").authority(authority);
    uri.path_and_query("/").build()
}
