//! Subgraphs behind TLS. The certificates in `tls/` are of this test's own authority and useless to anyone else.

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::routing::post;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::kit::{PATIENCE, Running};

pub(crate) fn file(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/it/tls")
        .join(name)
}

/// A subgraph that answers with the HTTP version it was asked over.
async fn subgraph(protocols: &[&[u8]]) -> String {
    subgraph_for(protocols, None).await
}

/// The server's side of TLS, with these protocols to choose from; for clients that show a certificate of an authority, where there is one.
pub(crate) fn acceptor(protocols: &[&[u8]], clients: Option<&str>) -> TlsAcceptor {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let certificate = CertificateDer::from_pem_file(file("cert.pem")).expect("a certificate");
    let key = PrivateKeyDer::from_pem_file(file("key.pem")).expect("a key");
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .expect("the defaults are supported");
    let builder = match clients {
        None => builder.with_no_client_auth(),
        Some(name) => {
            let mut roots = RootCertStore::empty();
            let authority = CertificateDer::from_pem_file(file(name)).expect("an authority");
            roots.add(authority).expect("an authority");
            let verifier =
                WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
            builder.with_client_cert_verifier(verifier.expect("an authority"))
        }
    };
    let mut config = builder
        .with_single_cert(vec![certificate], key)
        .expect("they belong together");
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    TlsAcceptor::from(Arc::new(config))
}

/// The same for clients that show a certificate of this authority.
pub(crate) async fn subgraph_for(protocols: &[&[u8]], clients: Option<&str>) -> String {
    let acceptor = acceptor(protocols, clients);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let app = Router::new().route(
        "/graphql",
        post(async |request: Request| {
            let version = format!("{:?}", request.version());
            axum::Json(json!({ "data": {
                "_service": { "sdl": "type Query { version: String }" },
                "version": version,
            } }))
        }),
    );
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, app) = (acceptor.clone(), app.clone());
            tokio::spawn(async move {
                if let Ok(stream) = acceptor.accept(stream).await {
                    let service = TowerToHyperService::new(app);
                    let builder = auto::Builder::new(TokioExecutor::new());
                    builder
                        .serve_connection(TokioIo::new(stream), service)
                        .await
                        .ok();
                }
            });
        }
    });
    format!("https://localhost:{port}/graphql")
}

#[tokio::test]
async fn the_protocol_is_negotiated() {
    for (protocols, expect) in [
        (&[&b"h2"[..], b"http/1.1"][..], "HTTP/2.0"),
        (&[b"http/1.1"], "HTTP/1.1"),
    ] {
        let url = subgraph(protocols).await;
        let ca = file("ca.pem");
        let yaml = format!(
            "tls: {{ ca: \"{}\" }}\nsubgraphs: {{ a: {{ url: \"{url}\" }} }}",
            ca.display()
        );
        let router = Running::configured(&yaml).await;
        router.until_ready().await;
        assert_eq!(
            router.query("{ version }").await.json(),
            json!({ "data": { "version": expect } })
        );
    }
}

#[tokio::test]
async fn an_unknown_authority_is_not_trusted() {
    let url = subgraph(&[b"http/1.1"]).await;
    let router = Running::configured(&format!("subgraphs: {{ a: {{ url: \"{url}\" }} }}")).await;
    let status = router
        .until_status(|status| status["subgraphs"][0]["state"] == "unreachable")
        .await;
    let error = status["subgraphs"][0]["last_error"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    assert!(error.contains("certificate"), "{error}");
}

/// Who accepts a connection and then goes on with something that is not TLS, or with nothing.
async fn who_says(greeting: Option<&'static [u8]>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        let mut kept = Vec::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            match greeting {
                Some(greeting) => {
                    stream.write_all(greeting).await.ok();
                }
                None => kept.push(stream),
            }
        }
    });
    format!("https://localhost:{port}/graphql")
}

#[tokio::test]
async fn a_handshake_that_does_not_end_is_no_connection() {
    let folder = tempfile::tempdir().expect("a folder");
    let sdl = folder.path().join("cats.graphql");
    std::fs::write(&sdl, "type Query { cat: String }").expect("written");
    let garbage: &[u8] = b"HTTP/1.1 400 Bad Request\r\n\r\n";
    for greeting in [None, Some(garbage), Some(b"".as_slice())] {
        let url = who_says(greeting).await;
        let yaml = format!(
            "timeouts: {{ connect: 100ms }}\nsubgraphs: {{ cats: {{ url: \"{url}\", sdl: '{}', retry: {{ attempts: 2, budget: 100% }} }} }}",
            sdl.display()
        );
        let router = Running::configured(&yaml).await;
        router.until_ready().await;
        let answer = tokio::time::timeout(PATIENCE, router.query("{ cat }")).await;
        let code = answer.expect("no request hangs").code();
        assert_eq!(code, "SUBREQUEST_CONNECTION_ERROR", "{greeting:?}");
        let retries = r#"graphql_subgraph_retries_total{subgraph="cats"}"#;
        assert_eq!(router.metric(retries).await, 1.0, "{greeting:?}");
    }
}
