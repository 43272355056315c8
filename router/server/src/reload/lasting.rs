//! What lasts from the start of a router to its end and takes over the numbers of each configuration: what connections are granted, the memory, the drain.

use std::sync::Arc;

use abaque_edge::{Bounds, Tls};
use arc_swap::ArcSwap;
use tokio::sync::watch;

use crate::config::Config;
use crate::request::Shared;

/// What serves clients and operators, whatever the configuration.
pub(crate) struct Lasting {
    pub(crate) bounds: watch::Sender<Bounds>,
    /// Where clients connect by TLS.
    pub(crate) tls: Option<Arc<Tls>>,
    /// Those that actions on the admin port may be asked for by.
    pub(crate) admin_hosts: AdminHosts,
}

/// The names of the admin port, as they are now.
pub(crate) type AdminHosts = Arc<ArcSwap<Vec<String>>>;

impl Lasting {
    /// What a router begins with.
    pub(crate) fn new(config: &Config, tls: Option<Arc<Tls>>) -> Self {
        Self {
            bounds: watch::Sender::new(bounds(config)),
            tls,
            admin_hosts: Arc::new(ArcSwap::from_pointee(config.admin_hosts.clone())),
        }
    }

    /// Another configuration is in service.
    pub(super) fn take_over(&self, config: &Config, before: &Config, shared: &Shared) {
        self.bounds.send_replace(bounds(config));
        self.admin_hosts.store(Arc::new(config.admin_hosts.clone()));
        shared.ending.again(&config.timeouts);
        if config.memory != before.memory {
            shared.memory.resize_within_container(&config.memory);
        }
        let Some((tls, files)) = self.tls.as_ref().zip(config.clients.tls.as_ref()) else {
            return;
        };
        let has_http2 = config.clients.streams > 0;
        if !tls.is_of(files, has_http2)
            && let Err(error) = tls.replace(files.clone(), has_http2)
        {
            // They could be used a moment ago.
            tracing::error!(%error, "the files of TLS towards clients cannot be used, those before stay in use");
        }
    }
}

/// What clients may take of the port for `/graphql`.
fn bounds(config: &Config) -> Bounds {
    Bounds {
        header_read_timeout: config.timeouts.request_head,
        drain_delay: config.timeouts.drain_delay,
        drain_timeout: config.timeouts.drain,
        max_connections: config.limits.connections,
        ..config.clients.bounds()
    }
}
