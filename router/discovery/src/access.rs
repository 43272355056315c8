//! Where the API server is, which authority to trust, and the token
//! ([accessing the API from a pod](https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/#directly-accessing-the-rest-api)).

use std::path::{Path, PathBuf};
use std::time::Duration;

use fetch::Client;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue, Uri};
use resolver::Resolver;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use crate::Settings;

/// What Kubernetes mounts into a pod.
const SERVICE_ACCOUNT: &str = "/var/run/secrets/kubernetes.io/serviceaccount";
/// Of opening a connection.
const CONNECT: Duration = Duration::from_secs(5);
/// Bytes of a token or the name of a namespace.
const MAX_FILE: usize = 64 * 1024;

/// How the API server is reached.
#[derive(Debug)]
pub(crate) struct Access {
    server: String,
    token: Option<PathBuf>,
    ca: Option<PathBuf>,
    resolver: Resolver,
}

impl Access {
    /// By the settings, and by the environment where they do not say; otherwise, what is missing.
    pub(crate) fn new(
        settings: &Settings,
        resolver: Resolver,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, String> {
        let mounted = |file| Path::new(SERVICE_ACCOUNT).join(file);
        let server = match &settings.server {
            Some(server) => server.to_string(),
            None => in_cluster(environment).ok_or(
                "the environment names no API server (KUBERNETES_SERVICE_HOST): run in a pod, or set discovery.kubernetes.server",
            )?,
        };
        // A token is sent to an API server that the settings name only if they name the token, too.
        let is_default = settings.server.is_none();
        let or_mounted = |file: &Option<PathBuf>, name| match file {
            Some(file) => Some(file.clone()),
            None => is_default.then(|| mounted(name)),
        };
        Ok(Self {
            server: server.trim_end_matches('/').to_owned(),
            token: or_mounted(&settings.token, "token"),
            ca: or_mounted(&settings.ca, "ca.crt"),
            resolver,
        })
    }

    /// The namespaces to look in: the pod's own where none is named.
    pub(crate) fn namespaces(&self, named: &[String]) -> Vec<String> {
        if named.iter().any(|name| name == "*") {
            return vec!["*".to_owned()];
        }
        if !named.is_empty() {
            return named.to_vec();
        }
        let own = read(&Path::new(SERVICE_ACCOUNT).join("namespace"));
        vec![own.unwrap_or_else(|_| "default".to_owned())]
    }

    /// The URL of a path.
    pub(crate) fn url(&self, path: &str) -> Result<Uri, String> {
        let url = format!("{}{path}", self.server);
        url.parse()
            .map_err(|error| format!("{url} is not a URL: {error}"))
    }

    /// A client that trusts the authority as it is now: both files change while a pod runs.
    pub(crate) fn client(&self) -> Result<Client, String> {
        let mut roots = RootCertStore::empty();
        if let Some(ca) = &self.ca
            && self.server.starts_with("https:")
        {
            let unread = |error: &dyn std::fmt::Display| {
                format!("the authority {} cannot be read: {error}", ca.display())
            };
            let certificates = CertificateDer::pem_file_iter(ca);
            for certificate in certificates.map_err(|error| unread(&error))? {
                let certificate = certificate.map_err(|error| unread(&error))?;
                roots.add(certificate).map_err(|error| unread(&error))?;
            }
        }
        // Named rather than the process's default, which another library in the process could change.
        let provider = rustls::crypto::ring::default_provider();
        let tls = ClientConfig::builder_with_provider(provider.into())
            .with_safe_default_protocol_versions()
            .map_err(|error| format!("TLS is not available: {error}"))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Client::new(self.resolver.clone(), tls, CONNECT))
    }

    /// The headers of a request, with the token as it is now.
    pub(crate) fn headers(&self) -> Result<HeaderMap, String> {
        let mut headers = HeaderMap::new();
        if let Some(file) = &self.token {
            let token = read(file)
                .map_err(|error| format!("the token {} cannot be read: {error}", file.display()))?;
            let mut value = HeaderValue::from_str(&format!("Bearer {token}"))
                .map_err(|_| format!("the token {} is not one", file.display()))?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        Ok(headers)
    }
}

/// What the kubelet says to each container.
fn in_cluster(environment: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let host = environment("KUBERNETES_SERVICE_HOST").filter(|host| !host.is_empty())?;
    let port = environment("KUBERNETES_SERVICE_PORT").unwrap_or_else(|| "443".to_owned());
    Some(match host.contains(':') {
        true => format!("https://[{host}]:{port}"),
        false => format!("https://{host}:{port}"),
    })
}

/// A short text.
fn read(path: &Path) -> Result<String, String> {
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    let text = text.trim();
    match text.len() {
        0 => Err("it is empty".to_owned()),
        1..=MAX_FILE => Ok(text.to_owned()),
        _ => Err(format!("it has more than {MAX_FILE} bytes")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_api_server_is_where_the_environment_says() {
        let found = |host: &str| {
            let host = host.to_owned();
            in_cluster(&move |name| match name {
                "KUBERNETES_SERVICE_HOST" => Some(host.clone()),
                "KUBERNETES_SERVICE_PORT" => Some("6443".to_owned()),
                _ => None,
            })
        };
        assert_eq!(found("10.0.0.1").as_deref(), Some("https://10.0.0.1:6443"));
        assert_eq!(found("fd00::1").as_deref(), Some("https://[fd00::1]:6443"));
        assert_eq!(found(""), None);
        assert_eq!(in_cluster(&|_| None), None);
    }
}
