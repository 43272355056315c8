//! What keeps a router from serving.

use settings::Listen;

/// Why the router cannot be served at all.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// An address cannot be bound.
    #[error("cannot listen on {address} ({role}): {source}")]
    Bind {
        /// Which address.
        address: Listen,
        /// `listen` or `admin`.
        role: &'static str,
        /// Why.
        source: std::io::Error,
    },
    /// TLS cannot be set up as the configuration wants.
    #[error(transparent)]
    Tls(#[from] client::TlsError),
    /// TLS towards clients cannot be set up as the configuration wants.
    #[error(transparent)]
    ServerTls(#[from] abaque_edge::tls::TlsError),
    /// The persisted documents cannot be read.
    #[error("persisted_documents.files: {0}")]
    Documents(String),
    /// A listener failed.
    #[error("serving failed: {0}")]
    Io(#[from] std::io::Error),
}
