//! Who may open a WebSocket, and how long it may do nothing.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, header};

use crate::Config;

/// Who may open a WebSocket, and for how long it may do nothing.
#[derive(Clone, Debug)]
pub(in crate::graphql) struct Terms {
    origins: Vec<HeaderValue>,
    pub(super) patience: Duration,
    /// The same until it is initialised.
    pub(super) init_patience: Duration,
}

/// Clients initialise a WebSocket as soon as it is open. One that does not has a place until then, and anybody may open one.
const INIT: Duration = Duration::from_secs(3);

impl Terms {
    pub(in crate::graphql) fn of(config: &Config) -> Self {
        Self {
            origins: config.cors_origins.clone(),
            patience: config.bounds.header_read_timeout,
            init_patience: config.bounds.header_read_timeout.min(INIT),
        }
    }

    /// Browsers let pages of any origin open a WebSocket, and say which it is: only pages of this program, and those that may call it.
    pub(super) fn allow(&self, headers: &HeaderMap) -> bool {
        let Some(origin) = headers.get(header::ORIGIN) else {
            return true;
        };
        let authority = |origin: &HeaderValue| {
            let (_, authority) = origin.to_str().ok()?.split_once("://")?;
            Some(authority.to_owned())
        };
        let host = headers
            .get(header::HOST)
            .and_then(|host| host.to_str().ok());
        authority(origin).as_deref() == host
            || self.origins.iter().any(|one| one == "*" || one == origin)
    }
}
