//! Connections with TLS: a general client, renewed before its connections grow too old. It speaks HTTP/2 where that is negotiated, until that is known of the place.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::time::Instant;

use crate::connector::Https;
use crate::multiplexed::{PING, PONG};
use crate::payload::HttpBody;
use crate::pool::Keeping;

/// Idle connections kept per host: more than any subgraph's requests in flight are useless.
const MAX_IDLE_PER_HOST: usize = 1024;

type HttpClient = Client<Https, HttpBody>;

/// The client of the moment.
///
/// A connection of HTTP/2 is used for as long as it is open, and the client knows no age. So after a while another one takes its place, whose connections are
/// new; what the one before it has under way ends there, and its connections with it.
pub(crate) struct Encrypted {
    connector: Https,
    keeping: Keeping,
    current: Mutex<Current>,
}

struct Current {
    client: HttpClient,
    retires: Instant,
}

impl Encrypted {
    pub(crate) fn new(connector: Https, keeping: Keeping) -> Self {
        let current = Current::new(&connector, keeping);
        Self {
            current: Mutex::new(current),
            connector,
            keeping,
        }
    }

    /// The client for a request that begins now.
    pub(crate) fn client(&self) -> HttpClient {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if Instant::now() >= current.retires {
            *current = Current::new(&self.connector, self.keeping);
        }
        current.client.clone()
    }

    /// A client for one request, which has no connection yet.
    pub(crate) fn new_client(&self) -> HttpClient {
        Current::new(&self.connector, self.keeping).client
    }
}

impl Current {
    fn new(connector: &Https, keeping: Keeping) -> Self {
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(keeping.idle)
            .pool_max_idle_per_host(MAX_IDLE_PER_HOST)
            // Retries are decided where it is known whether the operation may be repeated.
            .retry_canceled_requests(true)
            .timer(TokioTimer::new())
            .http2_keep_alive_interval(PING)
            .http2_keep_alive_timeout(PONG)
            .build(connector.clone());
        Self {
            client,
            retires: keeping.retires(),
        }
    }
}

impl fmt::Debug for Encrypted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Encrypted")
            .field("keeping", &self.keeping)
            .finish_non_exhaustive()
    }
}
