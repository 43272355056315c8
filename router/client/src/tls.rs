//! Whom to trust: the web's authorities, and those of the configuration.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

/// Why certificates cannot be checked as the configuration wants.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The file of authorities cannot be read, or holds no certificate.
    #[error("tls.ca: {path}: {reason}")]
    Authorities {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The TLS library refuses its own defaults.
    #[error("TLS is not available: {0}")]
    Library(#[from] rustls::Error),
}

/// A configuration that trusts the web's authorities and those of a PEM file.
///
/// # Errors
/// When the file cannot be read or holds no certificate.
pub fn client_config(authorities: Option<&Path>) -> Result<ClientConfig, TlsError> {
    let mut roots: RootCertStore = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
    if let Some(path) = authorities {
        add(&mut roots, path).map_err(|reason| TlsError::Authorities {
            path: path.to_owned(),
            reason,
        })?;
    }
    // Named rather than the process's default, which another library in the process could change.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

fn add(roots: &mut RootCertStore, path: &Path) -> Result<(), String> {
    let certificates = CertificateDer::pem_file_iter(path).map_err(|error| error.to_string())?;
    let mut added = 0;
    for certificate in certificates {
        let certificate = certificate.map_err(|error| error.to_string())?;
        roots.add(certificate).map_err(|error| error.to_string())?;
        added += 1;
    }
    match added {
        0 => Err("it holds no certificate".to_owned()),
        _ => Ok(()),
    }
}
