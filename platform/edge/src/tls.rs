//! TLS towards clients: which certificate is shown, which clients are let in, and how both change while the program runs.
//!
//! The files are looked at again and again. New ones are taken over for the next handshake; ones that cannot be used are reported once, in the log and by a
//! metric, and the previous ones stay in use.

use std::hash::{BuildHasher, RandomState};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ::metrics::{Gauge, Histogram};
use arc_swap::ArcSwap;
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::Recorder;
use crate::metrics::{DURATION_BUCKETS, Kind, Label, Metric, Values};

mod files;

pub use self::files::{Role, TlsError, TlsFiles};

const HANDSHAKES: &str = "http_server_tls_handshake_duration_seconds";
const STALE: &str = "http_server_tls_certificates_stale";
const OUTCOMES: &[&str] = &["completed", "failed", "timeout"];

/// What is exported of TLS towards clients, for the catalog of a program that has it.
pub const METRICS: &[Metric] = &[
    Metric {
        name: HANDSHAKES,
        kind: Kind::Histogram(DURATION_BUCKETS),
        unit: Some(crate::metrics::Unit::Seconds),
        help: "Handshakes of TLS with clients, by how they ended: failed ones had no version, algorithm or certificate in common, or were broken off.",
        labels: &[Label {
            name: "outcome",
            values: Values::OneOf(OUTCOMES),
        }],
    },
    Metric {
        name: STALE,
        kind: Kind::Gauge,
        unit: None,
        help: "1 while the files of TLS towards clients cannot be used and what was read before is kept.",
        labels: &[],
    },
];

/// TLS for the connections of a listener.
pub struct Tls {
    source: Mutex<Source>,
    config: ArcSwap<ServerConfig>,
    hasher: RandomState,
    /// In the order of [`OUTCOMES`].
    handshakes: Vec<Histogram>,
    stale: Gauge,
}

/// What the configuration is made of.
#[derive(Clone, Debug)]
struct Source {
    files: TlsFiles,
    has_http2: bool,
    /// The hash of what the files held when they were read last, or of why they could not be.
    seen: u64,
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls")
            .field("source", &*self.source())
            .finish_non_exhaustive()
    }
}

impl Tls {
    /// What these files say. HTTP/2 is negotiated where the listener speaks it.
    ///
    /// # Errors
    /// [`TlsError`] names the file that cannot be used.
    pub fn new(files: TlsFiles, has_http2: bool, recorder: &Recorder) -> Result<Self, TlsError> {
        let texts = files.read()?;
        let config = texts.server_config(&files, has_http2)?;
        let hasher = RandomState::new();
        let handshakes = OUTCOMES
            .iter()
            .map(|outcome| recorder.histogram(HANDSHAKES, &[("outcome", outcome)]));
        Ok(Self {
            handshakes: handshakes.collect(),
            stale: recorder.gauge(STALE, &[]),
            config: ArcSwap::from_pointee(config),
            source: Mutex::new(Source {
                seen: hasher.hash_one(&texts),
                files,
                has_http2,
            }),
            hasher,
        })
    }

    fn source(&self) -> MutexGuard<'_, Source> {
        self.source.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From the next handshake on, what these files say.
    ///
    /// # Errors
    /// [`TlsError`] names the file that cannot be used; then nothing changes.
    pub fn replace(&self, files: TlsFiles, has_http2: bool) -> Result<(), TlsError> {
        let texts = files.read()?;
        let config = texts.server_config(&files, has_http2)?;
        let mut source = self.source();
        *source = Source {
            seen: self.hasher.hash_one(&texts),
            files,
            has_http2,
        };
        self.take_over(Ok(config));
        Ok(())
    }

    /// Whether it is made of these files, for the same versions of HTTP.
    pub fn is_of(&self, files: &TlsFiles, has_http2: bool) -> bool {
        let source = self.source();
        source.files == *files && source.has_http2 == has_http2
    }

    /// Looks at the files after each interval, which is asked for each time, for ever, and takes over what has changed.
    pub async fn watch(&self, interval: impl Fn() -> Duration) {
        loop {
            tokio::time::sleep(interval()).await;
            let files = self.source().files.clone();
            let reading = files.clone();
            let Ok(read) = tokio::task::spawn_blocking(move || reading.read()).await else {
                continue;
            };
            let state = match &read {
                Ok(texts) => self.hasher.hash_one(texts),
                Err(error) => self.hasher.hash_one(error.to_string()),
            };
            let mut source = self.source();
            // Others may be in use by now.
            if source.files == files && std::mem::replace(&mut source.seen, state) != state {
                let made = read.and_then(|texts| texts.server_config(&files, source.has_http2));
                self.take_over(made);
            }
        }
    }

    fn take_over(&self, made: Result<ServerConfig, TlsError>) {
        match made {
            Ok(config) => {
                tracing::info!("the files of TLS towards clients are in use as they are now");
                self.config.store(Arc::new(config));
                self.stale.set(0.0);
            }
            Err(error) => {
                tracing::error!(%error, "the files of TLS towards clients cannot be used, what was read before is kept");
                self.stale.set(1.0);
            }
        }
    }

    /// The stream within TLS; `None` when the handshake fails, or takes too long.
    pub(crate) async fn accept<I>(&self, stream: I, timeout: Duration) -> Option<TlsStream<I>>
    where
        I: AsyncRead + AsyncWrite + Unpin,
    {
        let began = Instant::now();
        let acceptor = TlsAcceptor::from(self.config.load_full());
        let shaken = tokio::time::timeout(timeout, acceptor.accept(stream)).await;
        let shaken = shaken.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
        let outcome = match &shaken {
            Ok(_) => 0,
            Err(error) if error.kind() != io::ErrorKind::TimedOut => 1,
            Err(_) => 2,
        };
        if let Some(handshakes) = self.handshakes.get(outcome) {
            handshakes.record(began.elapsed());
        }
        shaken
            .inspect_err(|error| tracing::debug!(%error, "a handshake failed"))
            .ok()
    }

    /// Whether HTTP/2 was negotiated; `None` when nothing was.
    pub(crate) fn speaks_http2<I>(stream: &TlsStream<I>) -> Option<bool> {
        let negotiated = stream.get_ref().1.alpn_protocol()?;
        Some(negotiated == files::HTTP_2)
    }
}
