//! The HTTP client: [`Pool`]s of plain connections; where there is TLS one client for all places, which speaks HTTP/2 when that is negotiated.

use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use abaque_edge::causes::chain;
use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt, Either};
use hyper::body::{Body, Incoming};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::UnixStream;
use tokio::time::Instant;
use tower::ServiceExt;

use crate::broken::Broken;
use crate::config::Config;
use crate::connector::{Connector, Direct};
use crate::encrypted::Encrypted;
use crate::failure::Failure;
use crate::payload::HttpBody;
use crate::place::Place;
use crate::pool::{Dial, Keeping, Lease, Pool};
use crate::proxy::{Proxies, Proxy};
use crate::tls::{SubgraphTls, TlsError, client_config};
use memory::{Account, Gather, Memory};
use resolver::Resolver;

/// Sends requests to any place; clones share their connections.
#[derive(Clone, Debug)]
pub struct Transport {
    /// To most places.
    secured: Secured,
    /// To subgraphs that TLS has files of its own for.
    own: Arc<HashMap<SubgraphTls, Secured>>,
    connector: Connector,
    keeping: Keeping,
    /// By host and port, proxy or socket; those that some origin uses.
    pools: Arc<Mutex<HashMap<String, Weak<Pool>>>>,
    /// What answers are read into.
    memory: Arc<Memory>,
}

/// Connections where there is TLS, or could be.
#[derive(Clone, Debug)]
struct Secured {
    encrypted: Arc<Encrypted>,
    /// HTTP/2 without TLS.
    prior: Arc<Encrypted>,
    /// To what becomes a WebSocket, which is HTTP/1.1 at first.
    upgradable: HttpsConnector<Connector>,
}

/// Sends requests to one place.
#[derive(Debug)]
pub(crate) struct Origin {
    place: Place,
    /// With connections of its own, where there is no TLS.
    pool: Option<Arc<Pool>>,
    /// Whether HTTP/2 is spoken without asking.
    http2: bool,
    secured: Secured,
    url: Uri,
    /// What of the URL stands in a request over a connection of its own.
    path: Uri,
}

/// A stream that a WebSocket may be opened over.
pub(crate) trait Io: AsyncRead + AsyncWrite + Debug + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Debug + Send + Unpin> Io for T {}

/// A connection, with TLS or without.
pub(crate) type Upgradable = Box<dyn Io>;

/// An answer of which the head has come.
pub(crate) struct Answer {
    response: Response<Incoming>,
    lease: Option<Lease>,
    /// Whether the connection can be used again after the answer.
    is_kept: bool,
}

impl Transport {
    /// A transport with no connection yet, whose answers are read into `memory`. It asks `resolver` for every new connection. TLS is as the configuration says, and as it says for the
    /// `subgraphs` that it names files for.
    ///
    /// # Errors
    /// [`TlsError`] when a file of TLS cannot be used.
    pub fn new<'s>(
        config: &Config,
        subgraphs: impl IntoIterator<Item = (&'s str, &'s SubgraphTls)>,
        resolver: Resolver,
        memory: Arc<Memory>,
    ) -> Result<Self, TlsError> {
        let mut http = HttpConnector::new_with_resolver(resolver);
        http.enforce_http(false);
        http.set_nodelay(true);
        http.set_connect_timeout(Some(config.connect));
        let connector = Connector {
            direct: Direct(http),
            proxies: Proxies::new(&config.proxy),
            timeout: config.connect,
        };
        let keeping = Keeping {
            idle: config.idle,
            age: config.connection_age,
        };
        let authorities = config.authorities.as_deref();
        let mut own = HashMap::new();
        for (name, files) in subgraphs.into_iter().filter(|(_, files)| !files.is_empty()) {
            let tls = files.client_config(name, authorities)?;
            own.insert(files.clone(), Secured::new(tls, &connector, keeping));
        }
        Ok(Self {
            secured: Secured::new(client_config(authorities)?, &connector, keeping),
            own: Arc::new(own),
            connector,
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

    /// Sends requests to a place, with the files that TLS has for it alone; by HTTP/2 where there is no TLS by which it could be negotiated, if that is wanted.
    pub(crate) fn origin(&self, place: Place, tls: &SubgraphTls, http2: bool) -> Origin {
        let url = place.target();
        let is_plain = url.scheme_str() == Some("http");
        let http2 = http2 && is_plain && place.file().is_none();
        let proxy = self.proxy(&place).filter(|_| is_plain && !http2);
        Origin {
            path: match &proxy {
                // A proxy gets the whole of it.
                Some(_) => url.clone(),
                None => path(&url),
            },
            pool: match is_plain && !http2 {
                true => self.pool(&place, &url, proxy),
                false => None,
            },
            http2,
            secured: self.own.get(tls).unwrap_or(&self.secured).clone(),
            place,
            url,
        }
    }

    /// The proxy that a place is asked by, if it can be.
    fn proxy(&self, place: &Place) -> Option<Proxy> {
        let Place::Network(url) = place else {
            return None;
        };
        let proxy = self.connector.proxies.of(url)?;
        // Another one is refused when a connection is opened by it.
        proxy.check().is_ok().then_some(proxy)
    }

    fn pool(&self, place: &Place, url: &Uri, proxy: Option<Proxy>) -> Option<Arc<Pool>> {
        let direct = self.connector.direct.clone();
        let (dial, key) = match (place.file(), &proxy) {
            (Some(file), _) => (
                Dial::Socket(file.to_owned()),
                format!("unix:{}", file.display()),
            ),
            (None, None) => (
                Dial::Network(direct, url.clone()),
                url.authority()?.to_string(),
            ),
            (None, Some(proxy)) => (
                Dial::Network(direct, proxy.url.clone()),
                format!("{} by {}", url.authority()?, proxy.url),
            ),
        };
        let mut pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = pools.get(&key).and_then(Weak::upgrade) {
            return Some(known);
        }
        let authorization = proxy.and_then(|proxy| proxy.authorization);
        let pool = Arc::new(Pool::new(url, dial, authorization, self.keeping)?);
        pools.retain(|_, pool| pool.strong_count() > 0);
        pools.insert(key, Arc::downgrade(&pool));
        Some(pool)
    }
}

impl Secured {
    fn new(tls: ClientConfig, connector: &Connector, keeping: Keeping) -> Self {
        let upgradable = HttpsConnectorBuilder::new()
            .with_tls_config(tls.clone())
            .https_or_http()
            .enable_http1()
            .wrap_connector(connector.clone());
        let https = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_or_http()
            .enable_all_versions()
            .wrap_connector(connector.clone());
        Self {
            prior: Arc::new(Encrypted::new(https.clone(), keeping, true)),
            encrypted: Arc::new(Encrypted::new(https, keeping, false)),
            upgradable,
        }
    }

    /// Sends one request and waits for the head of its answer.
    async fn send(
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
    pub(crate) async fn post(&self, headers: HeaderMap, body: HttpBody) -> Result<Answer, Broken> {
        let is_streamed = matches!(body, Either::Right(_));
        let mut request = Request::new(body);
        *request.method_mut() = Method::POST;
        *request.headers_mut() = headers;
        let Some(pool) = &self.pool else {
            *request.uri_mut() = self.url.clone();
            let response = self.secured.send(request, self.http2).await?;
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
        // An account would not count so little.
        let exact = self.response.body().size_hint().exact();
        if exact.is_some_and(|bytes| bytes <= memory::FREE as u64) {
            return self.read(limit).await;
        }
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
