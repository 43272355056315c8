//! The HTTP client: [`Pool`]s of plain connections; where there is TLS one client for all places, which speaks HTTP/2 when that is negotiated.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use bytes::Bytes;
use http::uri::Authority;
use http::{HeaderMap, Method, Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt, Either};
use hyper::body::{Body, Incoming};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::Instant;
use tower::ServiceExt;

use crate::broken::{Broken, chain};
use crate::config::Config;
use crate::connector::Connector;
use crate::encrypted::Encrypted;
use crate::failure::Failure;
use crate::payload::HttpBody;
use crate::pool::{Keeping, Lease, Pool};
use crate::tls::{TlsError, client_config};
use memory::{Account, Gather, Memory};
use resolver::Resolver;

/// Sends requests to any place; clones share their connections.
#[derive(Clone, Debug)]
pub struct Transport {
    encrypted: Arc<Encrypted>,
    /// HTTP/2 without TLS.
    prior: Arc<Encrypted>,
    plain: Connector,
    /// To what becomes a WebSocket, which is HTTP/1.1 at first.
    upgradable: HttpsConnector<Connector>,
    keeping: Keeping,
    /// By host and port; those that some origin uses.
    pools: Arc<Mutex<HashMap<Authority, Weak<Pool>>>>,
    /// What answers are read into.
    memory: Arc<Memory>,
}

/// Sends requests to one place.
#[derive(Debug)]
pub(crate) struct Origin {
    /// With connections of its own, where there is no TLS.
    pool: Option<Arc<Pool>>,
    /// Whether HTTP/2 is spoken without asking.
    http2: bool,
    transport: Transport,
    url: Uri,
    /// What of the URL stands in a request over a connection of its own.
    path: Uri,
}

/// A connection, with TLS or without.
pub(crate) type Upgradable = MaybeHttpsStream<TokioIo<TcpStream>>;

/// An answer of which the head has come.
pub(crate) struct Answer {
    response: Response<Incoming>,
    lease: Option<Lease>,
    /// Whether the connection can be used again after the answer.
    is_kept: bool,
}

impl Transport {
    /// A transport with no connection yet, whose answers are read into `memory`. It asks `resolver` for every new connection.
    ///
    /// # Errors
    /// [`TlsError`] when the configured authorities cannot be read.
    pub fn new(config: &Config, resolver: Resolver, memory: Arc<Memory>) -> Result<Self, TlsError> {
        let mut http = HttpConnector::new_with_resolver(resolver);
        http.enforce_http(false);
        http.set_nodelay(true);
        http.set_connect_timeout(Some(config.connect));
        let plain = Connector(http);
        let tls = client_config(config.authorities.as_deref())?;
        let upgradable = HttpsConnectorBuilder::new()
            .with_tls_config(tls.clone())
            .https_or_http()
            .enable_http1()
            .wrap_connector(plain.clone());
        let https = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_or_http()
            .enable_all_versions()
            .wrap_connector(plain.clone());
        let keeping = Keeping {
            idle: config.idle,
            age: config.connection_age,
        };
        Ok(Self {
            prior: Arc::new(Encrypted::new(https.clone(), keeping, true)),
            encrypted: Arc::new(Encrypted::new(https, keeping, false)),
            plain,
            upgradable,
            keeping,
            pools: Arc::default(),
            memory,
        })
    }

    /// Whether both are one, with the same connections.
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.pools, &other.pools)
    }

    /// The memory that answers are read into.
    pub fn memory(&self) -> &Arc<Memory> {
        &self.memory
    }

    /// Sends requests to `url`.
    pub(crate) fn origin(&self, url: Uri) -> Origin {
        self.origin_by(url, false)
    }

    /// The same, by HTTP/2 where there is no TLS by which it could be negotiated.
    pub(crate) fn origin_by(&self, url: Uri, http2: bool) -> Origin {
        let http2 = http2 && url.scheme_str() == Some("http");
        Origin {
            pool: self.pool(&url).filter(|_| !http2),
            http2,
            transport: self.clone(),
            path: path(&url),
            url,
        }
    }

    fn pool(&self, url: &Uri) -> Option<Arc<Pool>> {
        let place = url
            .authority()
            .filter(|_| url.scheme_str() == Some("http"))?;
        let mut pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = pools.get(place).and_then(Weak::upgrade) {
            return Some(known);
        }
        let pool = Pool::new(url, self.plain.clone(), self.keeping)?;
        let pool = Arc::new(pool);
        pools.retain(|_, pool| pool.strong_count() > 0);
        pools.insert(place.clone(), Arc::downgrade(&pool));
        Some(pool)
    }

    /// Sends one request and waits for the head of its answer.
    pub(crate) async fn send(
        &self,
        request: Request<HttpBody>,
        http2: bool,
    ) -> Result<Response<Incoming>, Broken> {
        let clients = if http2 { &self.prior } else { &self.encrypted };
        clients.client().request(request).await.map_err(|error| {
            if error.is_connect() {
                Broken::Unreachable(chain(&error))
            } else {
                Broken::of_exchange(&error)
            }
        })
    }
}

impl Origin {
    pub(crate) fn url(&self) -> &Uri {
        &self.url
    }

    /// A new connection that no other request uses.
    pub(crate) async fn upgradable(&self) -> Result<Upgradable, Failure> {
        let connector = self.transport.upgradable.clone();
        let connected = connector.oneshot(self.url.clone()).await;
        connected.map_err(|error| Failure::Unreachable(chain(&*error)))
    }

    /// Posts a request and waits for the head of its answer.
    pub(crate) async fn post(&self, headers: HeaderMap, body: HttpBody) -> Result<Answer, Broken> {
        let is_streamed = matches!(body, Either::Right(_));
        let mut request = Request::new(body);
        *request.method_mut() = Method::POST;
        *request.headers_mut() = headers;
        let Some(pool) = &self.pool else {
            *request.uri_mut() = self.url.clone();
            let response = self.transport.send(request, self.http2).await?;
            return Ok(Answer {
                response,
                lease: None,
                is_kept: true,
            });
        };
        *request.uri_mut() = self.path.clone();
        let (response, lease) = pool.send(request).await?;
        Ok(Answer {
            response,
            lease: Some(lease),
            // The answer may be there before all of it was sent.
            is_kept: !is_streamed,
        })
    }
}

impl Answer {
    pub(crate) fn status(&self) -> StatusCode {
        self.response.status()
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        self.response.headers()
    }

    /// Its headers, which it has no more.
    pub(crate) fn take_headers(&mut self) -> HeaderMap {
        std::mem::take(self.response.headers_mut())
    }

    /// The body, to be read as it comes.
    pub(crate) fn into_stream(self) -> Stream {
        Stream {
            body: self.response.into_body(),
            _lease: self.lease,
        }
    }

    /// Reads the body, of at most `limit` bytes.
    pub(crate) async fn read(self, limit: usize) -> Result<Bytes, Unread> {
        Ok(Bytes::from(self.gather(limit, None).await?))
    }

    /// The same within the memory that there is. What it takes is given back when the last of the bytes is gone.
    pub(crate) async fn read_within(
        self,
        limit: usize,
        memory: &Arc<Memory>,
        deadline: Instant,
    ) -> Result<Bytes, Unread> {
        let account = Arc::new(memory.shared());
        let read = self.gather(limit, Some((&account, deadline))).await?;
        Ok(Account::hold(account, read.into()))
    }

    async fn gather(
        self,
        limit: usize,
        within: Option<(&Account, Instant)>,
    ) -> Result<Vec<u8>, Unread> {
        let mut body = self.response.into_body();
        let announced = body.size_hint().lower();
        if usize::try_from(announced).map_or(true, |announced| announced > limit) {
            return Err(Unread::TooLarge);
        }
        // Frames are copied out at once, so that the connection reads the next one into the same buffer.
        let mut read = Gather::new(usize::try_from(announced).unwrap_or(0));
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| Unread::Broken(chain(&error)))?;
            if let Some(data) = frame.data_ref() {
                if data.len() > limit - read.len() {
                    return Err(Unread::TooLarge);
                }
                let missing = read.missing(data.len());
                if missing > 0 {
                    if let Some((account, deadline)) = within {
                        let grown = account.grow_by(missing, deadline).await;
                        grown.map_err(|_| Unread::Memory)?;
                    }
                    read.grant(missing);
                }
                read.add(data);
            }
        }
        if let Some(lease) = self.lease.filter(|_| self.is_kept) {
            lease.give_back();
        }
        Ok(read.into_bytes())
    }
}

impl Answer {
    /// How the body begins: its first `limit` bytes, or as many as come. The rest is not read.
    pub(crate) async fn beginning(self, limit: usize) -> Vec<u8> {
        let mut body = self.response.into_body();
        let mut read = Vec::new();
        while let Some(Ok(frame)) = body.frame().await {
            if let Some(data) = frame.data_ref() {
                let wanted = data.len().min(limit - read.len());
                read.extend_from_slice(&data[..wanted]);
            }
            if read.len() >= limit {
                break;
            }
        }
        read
    }
}

/// An answer that is read as it comes. Dropped before its end, it closes its connection.
#[derive(Debug)]
pub(crate) struct Stream {
    pub(crate) body: Incoming,
    _lease: Option<Lease>,
}

/// Why there is no body.
pub(crate) enum Unread {
    TooLarge,
    Memory,
    Broken(String),
}

impl Unread {
    /// The failure of a request whose answer may have `limit` bytes.
    pub(crate) fn into_failure(self, limit: usize) -> Failure {
        match self {
            Unread::TooLarge => Failure::TooLarge(limit),
            Unread::Memory => Failure::Memory,
            Unread::Broken(cause) => Failure::Broken(cause),
        }
    }
}

/// The [origin form](https://www.rfc-editor.org/rfc/rfc9112#section-3.2.1) of a URL.
fn path(url: &Uri) -> Uri {
    let path = url.path_and_query().cloned();
    path.map_or_else(|| Uri::from_static("/"), Uri::from)
}
