//! Authorities to trust, and certificates to show: the web's authorities, those of the configuration, and certificates of the router's own.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::WantsClientCert;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, ConfigBuilder, RootCertStore};
use settings::Section;

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
    /// A file for one subgraph cannot be used.
    #[error("subgraphs.{subgraph}.tls.{key}: {path}: {reason}")]
    Subgraph {
        /// Its name.
        subgraph: String,
        /// `ca`, `cert` or `key`.
        key: &'static str,
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The file of a certificate cannot be read, or holds none.
    #[error("{path}: {reason}")]
    Certificate {
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
    Ok(trusting(roots(authorities)?)?.with_no_client_auth())
}

/// The web's authorities and those of a file.
fn roots(authorities: Option<&Path>) -> Result<RootCertStore, TlsError> {
    let mut roots: RootCertStore = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
    if let Some(path) = authorities {
        add(&mut roots, path).map_err(|reason| TlsError::Authorities {
            path: path.to_owned(),
            reason,
        })?;
    }
    Ok(roots)
}

fn trusting(
    roots: RootCertStore,
) -> Result<ConfigBuilder<ClientConfig, WantsClientCert>, rustls::Error> {
    // Named rather than the process's default, which another library in the process could change.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider);
    Ok(builder
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots))
}

/// The section `tls` of a subgraph.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct SubgraphTls {
    /// A PEM file of authorities that its certificate may be of, instead of all others.
    ca: Option<PathBuf>,
    /// PEM files of the certificate that it is shown, and of its key.
    identity: Option<(PathBuf, PathBuf)>,
}

impl SubgraphTls {
    pub(crate) fn read(section: Section<'_>) -> Self {
        let ca = section
            .key("ca", "A PEM file of the certificate authorities that this subgraph's certificate may be of, instead of the web's and those of `tls.ca`.")
            .path();
        let cert = section
            .key("cert", "A PEM file with the certificate that the router shows this subgraph, followed by its chain.")
            .path();
        let key = section
            .key(
                "key",
                "A PEM file with the private key of `cert`, not encrypted.",
            )
            .path();
        let identity = match (cert, key) {
            (Some(cert), Some(key)) => Some((cert, key)),
            (None, None) => None,
            (Some(_), None) => {
                section.report_key("cert", "there is no key for it", "`key` beside `cert`");
                None
            }
            (None, Some(_)) => {
                let message = "there is no certificate for it";
                section.report_key("key", message, "`cert` beside `key`");
                None
            }
        };
        section.end();
        Self { ca, identity }
    }

    /// Whether nothing is said for the subgraph alone.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The files that it names.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        let identity = self.identity.iter().flat_map(|(cert, key)| [cert, key]);
        self.ca.iter().chain(identity).map(PathBuf::as_path)
    }

    /// How connections to the subgraph are encrypted; `authorities` are those of all subgraphs.
    ///
    /// # Errors
    /// The first file that cannot be used.
    pub fn client_config(
        &self,
        subgraph: &str,
        authorities: Option<&Path>,
    ) -> Result<ClientConfig, TlsError> {
        let wrong = |key, path: &Path, reason: String| TlsError::Subgraph {
            subgraph: subgraph.to_owned(),
            key,
            path: path.to_owned(),
            reason,
        };
        let roots = match &self.ca {
            None => roots(authorities)?,
            Some(path) => {
                let mut roots = RootCertStore::empty();
                add(&mut roots, path).map_err(|reason| wrong("ca", path, reason))?;
                roots
            }
        };
        let builder = trusting(roots)?;
        let Some((cert, key)) = &self.identity else {
            return Ok(builder.with_no_client_auth());
        };
        let chain = CertificateDer::pem_file_iter(cert)
            .and_then(|certificates| certificates.collect::<Result<Vec<_>, _>>())
            .map_err(|error| wrong("cert", cert, error.to_string()))?;
        if chain.is_empty() {
            return Err(wrong("cert", cert, "it holds no certificate".to_owned()));
        }
        let private = PrivateKeyDer::from_pem_file(key)
            .map_err(|error| wrong("key", key, error.to_string()))?;
        let identified = builder.with_client_auth_cert(chain, private);
        identified.map_err(|error| wrong("key", key, error.to_string()))
    }
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
