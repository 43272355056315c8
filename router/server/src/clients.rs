//! How clients connect: who is believed about their addresses, TLS, HTTP/2, and what one connection may take.

use std::sync::Arc;
use std::time::Duration;

use abaque_edge::forwarded::{Network, TrustedProxies};
use abaque_edge::tls::{Role, TlsError, TlsFiles};
use abaque_edge::{Bounds, Recorder, Tls};
use settings::Section;

/// What the configuration says about it.
#[derive(Clone, Debug)]
pub struct Config {
    /// The proxies whose headers are trusted for a client's address.
    pub trusted_proxies: TrustedProxies,
    /// Where certificate, key and authorities are; `None` for no TLS.
    pub tls: Option<TlsFiles>,
    /// How long a handshake of TLS may take.
    pub handshake: Duration,
    /// How long a client may take for the next 16 KiB of an answer.
    pub write: Duration,
    /// Requests at once over one connection of HTTP/2.
    pub streams: usize,
}

/// The sections that its keys are in.
pub(crate) struct Sections<'s, 'r> {
    pub(crate) root: &'s Section<'r>,
    pub(crate) limits: &'s Section<'r>,
    pub(crate) timeouts: &'s Section<'r>,
    pub(crate) tls: &'s Section<'r>,
}

impl Config {
    pub(crate) fn read(sections: &Sections<'_, '_>) -> Self {
        let Sections {
            root,
            limits,
            timeouts,
            tls,
        } = sections;
        Self {
            trusted_proxies: root
                .key("trusted_proxies", "Proxies that are believed when they say in `X-Forwarded-For` or `Forwarded` by whom they were asked: addresses, or networks such as `10.0.0.0/8`. The headers are read from the right, as long as who wrote them is one of these. Where both are there and do not agree, neither is believed.")
                .texts("an address, or a network such as 10.0.0.0/8", |text| text.parse::<Network>().is_ok())
                .iter()
                .filter_map(|text| text.parse::<Network>().ok())
                .collect(),
            streams: limits
                .key("streams", "Requests at once over one connection of HTTP/2; more wait at the client. `0` switches HTTP/2 off. Requests beside others of the same connection are as many as `limits.connections` in all; one more is answered 503.")
                .count(100, 0..=1_000),
            handshake: timeouts
                .key("handshake", "A client's handshake of TLS.")
                .duration(Duration::from_secs(10), Duration::from_millis(1)..=Duration::from_secs(300)),
            write: timeouts
                .key("write", "A client taking the next 16 KiB of an answer, or the rest of it. One that reads more slowly is cut off.")
                .duration(Duration::from_secs(30), Duration::from_millis(1)..=Duration::from_secs(300)),
            tls: read_tls(tls),
        }
    }

    /// The scheme of the endpoint's URL.
    pub(crate) fn scheme(&self) -> &'static str {
        match self.tls {
            Some(_) => "https",
            None => "http",
        }
    }

    /// What a connection is granted, as far as it is said here.
    pub(crate) fn bounds(&self) -> Bounds {
        Bounds {
            handshake_timeout: self.handshake,
            write_timeout: self.write,
            max_streams: self.streams,
            ..Bounds::default()
        }
    }

    /// TLS as the files say, if there are any.
    ///
    /// # Errors
    /// Which file cannot be used.
    pub(crate) fn tls(&self, recorder: &Recorder) -> Result<Option<Arc<Tls>>, TlsError> {
        let Some(files) = self.tls.clone() else {
            return Ok(None);
        };
        Tls::new(files, self.streams > 0, recorder).map(|tls| Some(Arc::new(tls)))
    }

    /// Whether the files can be used; else the key of the one that cannot, and why.
    pub(crate) fn check_files(&self) -> Result<(), (Role, String)> {
        let checked = self.tls.as_ref().map_or(Ok(()), TlsFiles::check);
        checked.map_err(|error| {
            let reason = format!("{}: {}", error.path.display(), error.reason);
            (error.role, reason)
        })
    }
}

fn read_tls(section: &Section<'_>) -> Option<TlsFiles> {
    let cert = section
        .key("cert", "A PEM file with the certificate that clients are shown, followed by its chain. With `key`, clients connect by TLS only. The files are looked at as often as `polling.interval` says: new ones count from the next connection on, and bad ones change nothing.")
        .path();
    let key = section
        .key(
            "key",
            "A PEM file with the private key of `cert`, not encrypted.",
        )
        .path();
    let client_ca = section
        .key("client_ca", "A PEM file of certificate authorities. Clients must then show a certificate of one of them.")
        .path();
    match (cert, key) {
        (Some(cert), Some(key)) => Some(TlsFiles {
            cert,
            key,
            client_ca,
        }),
        (Some(_), None) => {
            section.report_key("cert", "there is no key for it", "tls.key beside tls.cert");
            None
        }
        (None, Some(_)) => {
            section.report_key(
                "key",
                "there is no certificate for it",
                "tls.cert beside tls.key",
            );
            None
        }
        (None, None) => {
            if client_ca.is_some() {
                section.report_key(
                    "client_ca",
                    "clients cannot show a certificate without TLS",
                    "tls.cert and tls.key beside tls.client_ca",
                );
            }
            None
        }
    }
}
