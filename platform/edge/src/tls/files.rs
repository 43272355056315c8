//! The files of TLS towards clients, and what is made of them.

use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{Error, RootCertStore, ServerConfig};

/// The name of HTTP/2 in negotiations: <https://www.rfc-editor.org/rfc/rfc9113#section-3.2>.
pub(super) const HTTP_2: &[u8] = b"h2";
const HTTP_1_1: &[u8] = b"http/1.1";

/// The longest file that is read, in bytes.
const LONGEST: u64 = 1024 * 1024;

/// Where the parts of TLS towards clients are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate that is shown, with the chain to its authority after it, in PEM.
    pub cert: PathBuf,
    /// Its private key, in PEM and not encrypted.
    pub key: PathBuf,
    /// The authorities of the certificates that clients must have, in PEM; none where clients need none.
    pub client_ca: Option<PathBuf>,
}

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The certificate.
    Cert,
    /// Its key.
    Key,
    /// The authorities of clients.
    ClientCa,
}

impl Role {
    /// The name of its key in a configuration.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Cert => "cert",
            Self::Key => "key",
            Self::ClientCa => "client_ca",
        }
    }
}

/// A file of TLS towards clients cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsError {
    /// What the file is for.
    pub role: Role,
    /// The file.
    pub path: PathBuf,
    /// Why.
    pub reason: String,
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (role, path) = (self.role.name(), self.path.display());
        write!(f, "tls.{role}: {path}: {}", self.reason)
    }
}

impl std::error::Error for TlsError {}

/// What the files hold.
#[derive(Hash)]
pub(super) struct Texts {
    cert: Vec<u8>,
    key: Vec<u8>,
    client_ca: Option<Vec<u8>>,
}

impl TlsFiles {
    /// Whether they can be used.
    ///
    /// # Errors
    /// The first that cannot.
    pub fn check(&self) -> Result<(), TlsError> {
        self.read()?.server_config(self, false).map(drop)
    }

    pub(super) fn read(&self) -> Result<Texts, TlsError> {
        let read = |role, path: &Path| {
            read(path).map_err(|error| self.wrong(role, format!("it cannot be read: {error}")))
        };
        let authorities = self.client_ca.as_deref();
        Ok(Texts {
            cert: read(Role::Cert, &self.cert)?,
            key: read(Role::Key, &self.key)?,
            client_ca: authorities
                .map(|path| read(Role::ClientCa, path))
                .transpose()?,
        })
    }

    fn wrong(&self, role: Role, reason: impl Into<String>) -> TlsError {
        let path = match role {
            Role::Cert => &self.cert,
            Role::Key => &self.key,
            Role::ClientCa => self.client_ca.as_ref().unwrap_or(&self.cert),
        };
        TlsError {
            role,
            path: path.clone(),
            reason: reason.into(),
        }
    }
}

fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path)?;
    file.take(LONGEST + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > LONGEST {
        true => Err(std::io::Error::other("it has more than 1 MiB")),
        false => Ok(bytes),
    }
}

impl Texts {
    /// How connections are accepted by them.
    pub(super) fn server_config(
        &self,
        files: &TlsFiles,
        has_http2: bool,
    ) -> Result<ServerConfig, TlsError> {
        let wrong = |role, reason: &dyn fmt::Display| files.wrong(role, reason.to_string());
        let chain = certificates(&self.cert).map_err(|reason| wrong(Role::Cert, &reason))?;
        let key = PrivateKeyDer::from_pem_slice(&self.key).map_err(|_| {
            let reason = "there is no private key in PEM in it; an encrypted one cannot be read";
            wrong(Role::Key, &reason)
        })?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider));
        let builder = builder
            .with_safe_default_protocol_versions()
            .map_err(|error| wrong(Role::Cert, &error))?;
        let builder = match &self.client_ca {
            None => builder.with_no_client_auth(),
            Some(text) => {
                let of_clients = |reason: &dyn fmt::Display| wrong(Role::ClientCa, reason);
                let mut roots = RootCertStore::empty();
                for authority in certificates(text).map_err(|reason| of_clients(&reason))? {
                    roots.add(authority).map_err(|error| of_clients(&error))?;
                }
                let verifier =
                    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
                let verifier = verifier.build().map_err(|error| of_clients(&error))?;
                builder.with_client_cert_verifier(verifier)
            }
        };
        let mut config = builder
            .with_single_cert(chain, key)
            .map_err(|error| match error {
                Error::InconsistentKeys(_) => wrong(
                    Role::Key,
                    &"it is not the key of the certificate in tls.cert",
                ),
                Error::InvalidCertificate(_) => wrong(Role::Cert, &error),
                _ => wrong(Role::Key, &error),
            })?;
        config.alpn_protocols = match has_http2 {
            true => vec![HTTP_2.to_vec(), HTTP_1_1.to_vec()],
            false => vec![HTTP_1_1.to_vec()],
        };
        // A client that comes again is known by what it was given, so that nothing is kept for it here.
        config.ticketer =
            rustls::crypto::ring::Ticketer::new().map_err(|error| wrong(Role::Key, &error))?;
        Ok(config)
    }
}

/// At least one.
fn certificates(text: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    let all = CertificateDer::pem_slice_iter(text).collect::<Result<Vec<_>, _>>();
    match all {
        Ok(all) if all.is_empty() => Err("there is no certificate in PEM in it".to_owned()),
        Ok(all) => Ok(all),
        Err(error) => Err(format!("it is not PEM: {error}")),
    }
}
