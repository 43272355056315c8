//! The HTTP client: pooled, kept-alive connections; HTTP/2 where TLS negotiates it.

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::tls::{TlsError, client_config};
use crate::config::Config;

/// Idle connections kept per host: more than any subgraph's requests in flight are of no use.
const MAX_IDLE_PER_HOST: usize = 1024;

/// Sends requests; clones share their connections.
#[derive(Clone, Debug)]
pub(crate) struct Transport {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
}

impl Transport {
    /// A transport with no connection yet.
    ///
    /// # Errors
    /// [`TlsError`] when the configured authorities cannot be read.
    pub(crate) fn new(config: &Config) -> Result<Self, TlsError> {
        let timeouts = &config.timeouts;
        let mut http = HttpConnector::new();
        http.enforce_http(false);
        http.set_nodelay(true);
        http.set_connect_timeout(Some(timeouts.connect));
        let https = HttpsConnectorBuilder::new()
            .with_tls_config(client_config(config.tls.ca.as_deref())?)
            .https_or_http()
            .enable_all_versions()
            .wrap_connector(http);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(timeouts.idle)
            .pool_max_idle_per_host(MAX_IDLE_PER_HOST)
            // Retries are decided where it is known whether the operation may be repeated.
            .retry_canceled_requests(true)
            .build(https);
        Ok(Self { client })
    }

    /// Sends one request and waits for the head of its answer.
    pub(super) async fn send(
        &self,
        request: Request<Full<Bytes>>,
    ) -> Result<http::Response<Incoming>, Broken> {
        self.client.request(request).await.map_err(|error| {
            if error.is_connect() {
                Broken::Unreachable(chain(&error))
            } else if closed_before_answer(&error) {
                Broken::Closed(chain(&error))
            } else {
                Broken::Exchange(chain(&error))
            }
        })
    }
}

/// Why there is no head of an answer.
pub(super) enum Broken {
    /// No connection could be opened.
    Unreachable(String),
    /// The connection ended before the first byte of an answer: the usual end of a kept connection that the
    /// server gave up at the moment it was used again.
    Closed(String),
    /// Anything else.
    Exchange(String),
}

fn closed_before_answer(error: &hyper_util::client::legacy::Error) -> bool {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(cause) = source {
        if let Some(hyper) = cause.downcast_ref::<hyper::Error>()
            && (hyper.is_incomplete_message() || hyper.is_canceled() || hyper.is_closed())
        {
            return true;
        }
        if let Some(io) = cause.downcast_ref::<std::io::Error>() {
            use std::io::ErrorKind::{
                BrokenPipe, ConnectionAborted, ConnectionReset, NotConnected,
            };
            return matches!(
                io.kind(),
                BrokenPipe | ConnectionAborted | ConnectionReset | NotConnected
            );
        }
        source = cause.source();
    }
    false
}

/// The message of an error with those of its causes, which hold what an operator needs to know.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}
