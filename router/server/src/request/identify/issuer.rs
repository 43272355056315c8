//! The keys of one issuer, fetched or read again and again. No request waits for that but one with a key that is not known.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use fetch::Client;
use http::{HeaderMap, StatusCode, Uri};
use sha2::{Digest, Sha256};
use std::sync::{Mutex, PoisonError};
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, timeout};

use super::config::{JwksSource, Jwt};
use super::jwk::{KeySet, MAX_BYTES};

/// How long fetching one may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// Between two looks out of turn, for the sake of keys that are not known.
const OUT_OF_TURN: Duration = Duration::from_secs(30);
/// The first wait after a failure; each further one doubles it.
const FIRST_BACK_OFF: Duration = Duration::from_secs(1);

/// An issuer of tokens and its keys.
#[derive(Debug)]
pub(super) struct Issuer {
    pub(super) jwt: Jwt,
    /// Nothing until they have been had once; then the last good ones.
    keys: ArcSwapOption<KeySet>,
    /// Counts the looks at the source.
    looks: watch::Sender<u64>,
    wanted: Notify,
    last_wanted: Mutex<Option<Instant>>,
}

impl Issuer {
    pub(super) fn new(jwt: Jwt) -> Self {
        Self {
            jwt,
            keys: ArcSwapOption::empty(),
            looks: watch::Sender::new(0),
            wanted: Notify::new(),
            last_wanted: Mutex::default(),
        }
    }

    /// The keys as they were last had.
    pub(super) fn keys(&self) -> Option<Arc<KeySet>> {
        self.keys.load_full()
    }

    /// Has the source looked at now, unless that was done lately, and waits for it. The keys may be others afterwards.
    pub(super) async fn look_again(&self) {
        let mut looks = self.looks.subscribe();
        let now = Instant::now();
        {
            let mut last = self
                .last_wanted
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            let is_loaded = self.keys.load().is_some();
            if is_loaded && last.is_some_and(|last| now - last < OUT_OF_TURN) {
                return;
            }
            if is_loaded {
                *last = Some(now);
                self.wanted.notify_one();
            }
        }
        let _ = timeout(PATIENCE, looks.changed()).await;
    }

    /// Looks at the source every `refresh`, sooner after failures and when asked.
    pub(super) async fn watch(self: Arc<Self>, client: Client) {
        let mut back_off = FIRST_BACK_OFF;
        let mut known = None;
        loop {
            let looked = match &self.jwt.jwks {
                Some(JwksSource::Url(url)) => timeout(PATIENCE, fetched(&client, url))
                    .await
                    .unwrap_or_else(|_| Err("it did not answer in time".to_owned())),
                Some(JwksSource::File(path)) => read(path).await,
                None => return,
            };
            let taken = looked.and_then(|text| self.take(&text, &mut known));
            let wait = match taken {
                Ok(()) => {
                    back_off = FIRST_BACK_OFF;
                    self.jwt.refresh
                }
                Err(reason) => {
                    tracing::warn!(jwks = %self.place(), %reason, "the keys of an issuer cannot be loaded; the last good ones stay");
                    let wait = back_off.min(self.jwt.refresh);
                    back_off = (back_off * 2).min(self.jwt.refresh);
                    wait
                }
            };
            self.looks
                .send_modify(|looks| *looks = looks.wrapping_add(1));
            tokio::select! {
                () = tokio::time::sleep(wait.mul_f64(1.0 - 0.1 * fastrand::f64())) => {}
                () = self.wanted.notified() => {}
            }
        }
    }

    fn take(&self, text: &[u8], known: &mut Option<[u8; 32]>) -> Result<(), String> {
        let hash: [u8; 32] = Sha256::digest(text).into();
        if *known == Some(hash) {
            return Ok(());
        }
        let generation = self
            .keys
            .load()
            .as_ref()
            .map_or(0, |keys| keys.generation + 1);
        let keys = KeySet::parse(text, generation)?;
        tracing::info!(jwks = %self.place(), keys = keys.keys.len(), "the keys of an issuer were loaded");
        self.keys.store(Some(Arc::new(keys)));
        *known = Some(hash);
        Ok(())
    }

    fn place(&self) -> String {
        match &self.jwt.jwks {
            Some(JwksSource::Url(url)) => {
                let host = url.host().unwrap_or_default();
                format!("{host}{}", url.path())
            }
            Some(JwksSource::File(path)) => path.display().to_string(),
            None => String::new(),
        }
    }
}

async fn fetched(client: &Client, url: &Uri) -> Result<Vec<u8>, String> {
    let answer = client.get(url, HeaderMap::new()).await;
    let answer = answer.map_err(|error| error.to_string())?;
    if answer.status != StatusCode::OK {
        return Err(format!("it answers with {}", answer.status));
    }
    let text = answer.whole(MAX_BYTES).await;
    text.map_err(|error| error.to_string())
}

async fn read(path: &Path) -> Result<Vec<u8>, String> {
    let path = path.to_owned();
    let reading = tokio::task::spawn_blocking(move || crate::schema::read_text(&path, MAX_BYTES));
    let read = reading.await.map_err(|error| error.to_string())?;
    read.map(String::into_bytes)
}
