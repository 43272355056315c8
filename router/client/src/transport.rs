//! The HTTP client: [`Pool`]s of plain connections; where there is TLS one client for all places, which speaks HTTP/2 when that is negotiated.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use memory::Memory;
use resolver::Resolver;

use crate::config::Config;
use crate::connector::{Connector, Direct};
use crate::origin::{self, Origin};
use crate::place::Place;
use crate::pool::{Dial, Keeping, Pool};
use crate::proxy::{Proxies, Proxy};
use crate::secured::Secured;
use crate::tls::{SubgraphTls, TlsError, client_config};

/// Whether anybody is at the other end of a connection that brings nothing is asked by TCP itself after this time, and then as often as this: an event stream may bring
/// nothing for hours, and a host that is gone says nothing either. So that is noticed within a minute.
///
/// What has been sent and is not acknowledged has no such bound (`TCP_USER_TIMEOUT`): it would also end a request whose subgraph takes its files slowly.
const UNHEARD: Duration = Duration::from_secs(30);
const PROBE: Duration = Duration::from_secs(10);
const PROBES: u32 = 3;

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
        http.set_keepalive(Some(UNHEARD));
        http.set_keepalive_interval(Some(PROBE));
        http.set_keepalive_retries(Some(PROBES));
        let connector = Connector {
            direct: Direct(http),
            proxies: Proxies::new(&config.proxy),
            timeout: config.connect,
        };
        let keeping = Keeping {
            idle: config.idle,
            age: config.connection_age,
        };
        let secured = client_config(config.authorities.as_deref())?;
        let without_own = Self {
            secured: Secured::new(secured, &connector, keeping),
            own: Arc::default(),
            connector,
            keeping,
            pools: Arc::default(),
            memory,
        };
        without_own.again(config, subgraphs, |_| false)
    }

    /// The same, with TLS for the `subgraphs` that the configuration names files for now. Connections by files that there were before and that `are_unchanged` stay.
    ///
    /// # Errors
    /// [`TlsError`] when a file of TLS cannot be used.
    pub fn again<'s>(
        &self,
        config: &Config,
        subgraphs: impl IntoIterator<Item = (&'s str, &'s SubgraphTls)>,
        are_unchanged: impl Fn(&SubgraphTls) -> bool,
    ) -> Result<Self, TlsError> {
        let authorities = config.authorities.as_deref();
        let mut own = HashMap::new();
        for (name, files) in subgraphs.into_iter().filter(|(_, files)| !files.is_empty()) {
            let known = self.own.get(files).filter(|_| are_unchanged(files));
            let secured = match known {
                Some(known) => known.clone(),
                None => {
                    let tls = files.client_config(name, authorities)?;
                    Secured::new(tls, &self.connector, self.keeping)
                }
            };
            own.insert(files.clone(), secured);
        }
        Ok(Self {
            own: Arc::new(own),
            ..self.clone()
        })
    }

    /// Whether a subgraph with these files of TLS is asked over the same connections.
    pub fn is_same(&self, other: &Self, tls: &SubgraphTls) -> bool {
        let (secured, others) = (self.secured(tls), other.secured(tls));
        Arc::ptr_eq(&self.pools, &other.pools) && secured.is_same(others)
    }

    fn secured(&self, tls: &SubgraphTls) -> &Secured {
        self.own.get(tls).unwrap_or(&self.secured)
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
        // By one that cannot be used no connection is opened, and none is opened past it: the connector says so.
        let is_refused = proxy.as_ref().is_some_and(|proxy| proxy.check().is_err());
        let secured = self.secured(tls);
        Origin {
            path: match &proxy {
                // A proxy gets the whole of it.
                Some(_) => url.clone(),
                None => origin::path(&url),
            },
            pool: match is_plain && !http2 && !is_refused {
                true => self.pool(&place, &url, proxy),
                false => None,
            },
            multiplexed: secured.place(&url, http2),
            secured: secured.clone(),
            place,
            url,
        }
    }

    /// The proxy that a place is asked by, if there is one.
    fn proxy(&self, place: &Place) -> Option<Proxy> {
        let Place::Network(url) = place else {
            return None;
        };
        self.connector.proxies.of(url)
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

#[cfg(test)]
mod tests {
    use rustix::net::sockopt;
    use tokio::net::TcpListener;
    use tower::ServiceExt;

    use super::*;

    #[tokio::test]
    async fn a_host_that_is_gone_is_noticed_within_a_minute() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/graphql", listener.local_addr().unwrap());
        let config = crate::config::tests::config("");
        let memory = Memory::new(&memory::Config {
            total: 1 << 20,
            request: 1 << 20,
        });
        let resolver = Resolver::new(config.dns.clone());
        let transport = Transport::new(&config, [], resolver, memory).unwrap();
        let direct = transport.connector.direct;
        let opened = direct.oneshot(url.parse().unwrap()).await.unwrap();
        let stream = opened.inner();
        assert!(sockopt::socket_keepalive(stream).unwrap());
        let probes = sockopt::tcp_keepcnt(stream).unwrap();
        let asking = sockopt::tcp_keepintvl(stream).unwrap() * probes;
        let noticed = sockopt::tcp_keepidle(stream).unwrap() + asking;
        assert_eq!(noticed, Duration::from_secs(60));
    }
}
