//! Requests to one place, over connections of its own or those that all places share.

use std::fmt::Debug;
use std::sync::Arc;

use abaque_edge::causes::chain;
use futures_util::TryFutureExt;
use futures_util::future::Either;
use http::{HeaderMap, Method, Request, Uri};
use http_body_util::Either as Body;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::UnixStream;
use tower::ServiceExt;

use crate::answer::Answer;
use crate::broken::Broken;
use crate::failure::Failure;
use crate::multiplexed::Multiplexed;
use crate::payload::HttpBody;
use crate::place::Place;
use crate::pool::{Over, Pool};
use crate::secured::Secured;

/// Sends requests to one place.
#[derive(Debug)]
pub(crate) struct Origin {
    pub(crate) place: Place,
    /// With connections of its own, where there is no TLS.
    pub(crate) pool: Option<Arc<Pool>>,
    /// Where HTTP/2 is or may be spoken.
    pub(crate) multiplexed: Arc<Multiplexed>,
    pub(crate) secured: Secured,
    pub(crate) url: Uri,
    /// What of the URL is in a request over a connection of its own.
    pub(crate) path: Uri,
}

/// A stream that a WebSocket may be opened over.
pub(crate) trait Io: AsyncRead + AsyncWrite + Debug + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Debug + Send + Unpin> Io for T {}

/// A connection, with TLS or without.
pub(crate) type Upgradable = Box<dyn Io>;

impl Origin {
    pub(crate) fn url(&self) -> &Uri {
        &self.url
    }

    /// Whether both are at the same place.
    pub(crate) fn is_same_place(&self, other: &Self) -> bool {
        self.place == other.place
    }

    /// A new connection that no other request uses.
    pub(crate) async fn upgradable(&self) -> Result<Upgradable, Failure> {
        if let Some(file) = self.place.file() {
            let stream = UnixStream::connect(file).await;
            let unreachable = |error| Failure::Unreachable(format!("{}: {error}", file.display()));
            return Ok(Box::new(stream.map_err(unreachable)?));
        }
        let connector = self.secured.upgradable.clone();
        let connected = connector.oneshot(self.url.clone()).await;
        let stream = connected.map_err(|error| Failure::Unreachable(chain(&*error)))?;
        Ok(Box::new(TokioIo::new(stream)))
    }

    /// Posts a request and waits for the head of its answer.
    pub(crate) fn post(
        &self,
        headers: HeaderMap,
        body: HttpBody,
        over: Over,
    ) -> impl Future<Output = Result<Answer, Broken>> {
        let is_streamed = matches!(body, Body::Right(_));
        let mut request = Request::new(body);
        *request.method_mut() = Method::POST;
        *request.headers_mut() = headers;
        let Some(pool) = &self.pool else {
            *request.uri_mut() = self.url.clone();
            // In a box: what goes over connections without TLS need not carry along what a handshake takes.
            let sending = self.secured.send(request, &self.multiplexed, over);
            let answer = |(response, turn)| Answer {
                response,
                lease: None,
                turn,
                is_kept: true,
            };
            return Either::Left(Box::pin(sending).map_ok(answer));
        };
        *request.uri_mut() = self.path.clone();
        let answer = move |(response, lease)| Answer {
            response,
            lease: Some(lease),
            turn: None,
            // The answer may be there before all of it was sent.
            is_kept: !is_streamed,
        };
        Either::Right(pool.send(request, over).map_ok(answer))
    }
}

/// The [origin form](https://www.rfc-editor.org/rfc/rfc9112#section-3.2.1) of a URL.
pub(crate) fn path(url: &Uri) -> Uri {
    let path = url.path_and_query().cloned();
    path.map_or_else(|| Uri::from_static("/"), Uri::from)
}
