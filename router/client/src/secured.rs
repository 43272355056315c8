//! The clients of places where there is TLS, or could be: which HTTP is spoken is negotiated there, or known.

use std::sync::Arc;

use abaque_edge::causes::chain;
use http::{Request, Response};
use hyper::body::Incoming;
use hyper_rustls::HttpsConnectorBuilder;
use rustls::ClientConfig;

use crate::broken::Broken;
use crate::connector::{Connector, Timed};
use crate::encrypted::{Encrypted, Https};
use crate::payload::HttpBody;
use crate::pool::Keeping;

/// Connections where there is TLS, or could be.
#[derive(Clone, Debug)]
pub(crate) struct Secured {
    encrypted: Arc<Encrypted>,
    /// HTTP/2 without TLS.
    prior: Arc<Encrypted>,
    /// To what becomes a WebSocket, which is HTTP/1.1 at first.
    pub(crate) upgradable: Https,
}

impl Secured {
    pub(crate) fn new(tls: ClientConfig, connector: &Connector, keeping: Keeping) -> Self {
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
        let timed = |opening| Timed {
            opening,
            within: connector.timeout,
        };
        let (upgradable, https) = (timed(upgradable), timed(https));
        Self {
            prior: Arc::new(Encrypted::new(https.clone(), keeping, true)),
            encrypted: Arc::new(Encrypted::new(https, keeping, false)),
            upgradable,
        }
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
