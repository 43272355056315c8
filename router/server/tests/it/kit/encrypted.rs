//! A client of the router that speaks TLS, and either version of HTTP.

use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Version};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::Running;
use crate::encrypted::file;

/// A client that trusts one authority, and what it shows of itself.
pub(crate) fn client(
    authority: &str,
    certificate: Option<&str>,
    protocols: &[&str],
) -> TlsConnector {
    let certificates = |name: &str| CertificateDer::from_pem_file(file(name)).expect("one");
    let mut roots = RootCertStore::empty();
    roots.add(certificates(authority)).expect("an authority");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the defaults are supported")
        .with_root_certificates(roots);
    let mut config = match certificate {
        None => builder.with_no_client_auth(),
        Some(name) => {
            let key = PrivateKeyDer::from_pem_file(file(&format!("{name}-key.pem"))).expect("one");
            let chain = vec![certificates(&format!("{name}.pem"))];
            builder
                .with_client_auth_cert(chain, key)
                .expect("they belong together")
        }
    };
    config.alpn_protocols = protocols
        .iter()
        .map(|name| name.as_bytes().to_vec())
        .collect();
    TlsConnector::from(Arc::new(config))
}

/// What came over a connection: the version, and the data. `None` when nothing did.
pub(crate) async fn ask<I>(stream: I, version: Version) -> Option<Value>
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let request = Request::post("http://localhost/graphql")
        .header("content-type", "application/json")
        .header("host", "localhost")
        .body(Full::new(Bytes::from_static(b"{\"query\":\"{ name }\"}")))
        .expect("a request");
    let io = TokioIo::new(stream);
    let response = match version {
        Version::HTTP_2 => {
            let (mut sender, connection) = http2::handshake(TokioExecutor::new(), io).await.ok()?;
            tokio::spawn(connection);
            sender.send_request(request).await.ok()?
        }
        _ => {
            let (mut sender, connection) = http1::handshake(io).await.ok()?;
            tokio::spawn(connection);
            sender.send_request(request).await.ok()?
        }
    };
    assert_eq!(response.version(), version);
    let body = response.into_body().collect().await.ok()?.to_bytes();
    serde_json::from_slice(&body).ok()
}

/// Asks by TLS, over the version that is negotiated.
pub(crate) async fn ask_encrypted(
    router: &Running,
    client: &TlsConnector,
) -> Option<(Version, Value)> {
    let stream = TcpStream::connect(router.address()).await.ok()?;
    let name = ServerName::try_from("localhost").expect("a name");
    let stream = client.connect(name, stream).await.ok()?;
    let version = match stream.get_ref().1.alpn_protocol() {
        Some(b"h2") => Version::HTTP_2,
        _ => Version::HTTP_11,
    };
    ask(stream, version).await.map(|answer| (version, answer))
}
