//! The keys of one issuer, fetched or read again and again. No request waits for that but one with a key that is not known, and the first ones of all.
//!
//! The source is read once at a time, for all requests that need it. Where the last attempt failed and there are no keys yet, no request waits for the
//! next one.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use abaque_edge::Recorder;
use abaque_edge::long_work;
use abaque_edge::metrics::{Kind, Label, Metric, Values};
use arc_swap::ArcSwapOption;
use fetch::Client;
use http::{HeaderMap, StatusCode, Uri};
use metrics::Gauge;
use sha2::{Digest, Sha256};
use std::sync::{Mutex, PoisonError};
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, timeout, timeout_at};

use super::config::{JwksSource, Jwt};
use super::jwk::{KeySet, MAX_BYTES};

/// How long fetching one may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// Between two looks out of turn, for the sake of keys that are not known.
const OUT_OF_TURN: Duration = Duration::from_secs(30);
/// The first wait after a failure; each further one doubles it.
const FIRST_BACK_OFF: Duration = Duration::from_secs(1);
/// The longest while there are no keys at all: until then every token of the issuer is refused.
const LONGEST_WITHOUT: Duration = Duration::from_secs(10);

const KEYS: &str = "router_token_keys";
const FAILING: &str = "router_token_keys_failing";
const LABELS: &[Label] = &[Label {
    name: "jwks",
    values: Values::Bounded("the key sets of the configuration, without their queries"),
}];

/// What is exported of all issuers.
pub(crate) const METRICS: &[Metric] = &[
    Metric {
        name: KEYS,
        kind: Kind::Gauge,
        unit: None,
        help: "Keys of an issuer of tokens that are in use: 0 until they have been loaded once.",
        labels: LABELS,
    },
    Metric {
        name: FAILING,
        kind: Kind::Gauge,
        unit: None,
        help: "1 while the keys of an issuer of tokens cannot be loaded; the last good ones are in use.",
        labels: LABELS,
    },
];

/// What is exported of one issuer, for as long as it is there.
#[derive(Debug)]
struct Exported {
    keys: Gauge,
    failing: Gauge,
    _scope: Recorder,
}

impl Exported {
    fn new(recorder: &Recorder, place: &str) -> Self {
        let scope = recorder.scope();
        let labels = [("jwks", place)];
        Self {
            keys: scope.gauge(KEYS, &labels),
            failing: scope.gauge(FAILING, &labels),
            _scope: scope,
        }
    }
}

/// An issuer of tokens and its keys.
#[derive(Debug)]
pub(super) struct Issuer {
    pub(super) jwt: Jwt,
    /// Nothing until they have been had once; then the last good ones.
    keys: ArcSwapOption<KeySet>,
    looks: watch::Sender<Looks>,
    wanted: Notify,
    last_wanted: Mutex<Option<Instant>>,
    exported: Exported,
}

/// The looks at a source.
#[derive(Clone, Copy, Debug)]
struct Looks {
    /// How many have ended.
    ended: u64,
    is_under_way: bool,
}

impl Issuer {
    /// One that begins with the keys of the one before it, if it has any from the same place.
    pub(super) fn new(jwt: Jwt, recorder: &Recorder, keys: Option<Arc<KeySet>>) -> Self {
        let exported = Exported::new(recorder, &place(&jwt));
        let number = keys.as_ref().map_or(0, |keys| keys.keys.len());
        exported.keys.set(number as f64);
        Self {
            exported,
            jwt,
            keys: ArcSwapOption::new(keys),
            // The first one begins with the watching.
            looks: watch::Sender::new(Looks {
                ended: 0,
                is_under_way: true,
            }),
            wanted: Notify::new(),
            last_wanted: Mutex::default(),
        }
    }

    /// The keys as they were last had.
    pub(super) fn keys(&self) -> Option<Arc<KeySet>> {
        self.keys.load_full()
    }

    /// How often the keys have changed.
    pub(super) fn generation(&self) -> u64 {
        let keys = self.keys.load();
        keys.as_ref().map_or(0, |keys| keys.generation + 1)
    }

    /// Waits for the look that is under way, or for one that begins now, where that may be, until the deadline at most; whether the keys may be others
    /// afterwards.
    pub(super) async fn look_again(&self, deadline: Instant) -> bool {
        let mut looks = self.looks.subscribe();
        let before = *looks.borrow_and_update();
        let is_worth_waiting = match self.keys.load().is_some() {
            true => before.is_under_way || self.want(),
            // Those who come after a failure do not wait for the next one.
            false => before.ended == 0,
        };
        if is_worth_waiting {
            let ended = looks.wait_for(|looks| looks.ended != before.ended);
            let _ = timeout_at(deadline.min(Instant::now() + PATIENCE), ended).await;
        }
        is_worth_waiting
    }

    /// Has the source looked at out of turn, unless that was done lately.
    fn want(&self) -> bool {
        let now = Instant::now();
        let mut last = self
            .last_wanted
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let is_due = last.is_none_or(|last| now - last >= OUT_OF_TURN);
        if is_due {
            *last = Some(now);
            self.wanted.notify_one();
        }
        is_due
    }

    /// Looks at the source every `refresh`, sooner after failures and when asked.
    pub(super) async fn watch(self: Arc<Self>, client: Client) {
        let mut back_off = FIRST_BACK_OFF;
        let mut known = None;
        loop {
            self.looks.send_modify(|looks| looks.is_under_way = true);
            let looked = match &self.jwt.jwks {
                Some(JwksSource::Url(url)) => timeout(PATIENCE, fetched(&client, url))
                    .await
                    .unwrap_or_else(|_| Err("it did not answer in time".to_owned())),
                Some(JwksSource::File(path)) => read(path).await,
                None => Err("there is none".to_owned()),
            };
            let taken =
                looked.and_then(|text| long_work::on(text.len(), || self.take(&text, &mut known)));
            self.exported.failing.set(f64::from(taken.is_err()));
            let wait = match taken {
                Ok(()) => {
                    back_off = FIRST_BACK_OFF;
                    self.jwt.refresh
                }
                Err(reason) => {
                    tracing::warn!(jwks = %place(&self.jwt), %reason, "the keys of an issuer cannot be loaded; the last good ones stay");
                    let longest = match self.keys.load().is_some() {
                        true => self.jwt.refresh,
                        false => self.jwt.refresh.min(LONGEST_WITHOUT),
                    };
                    let wait = back_off.min(longest);
                    back_off = (back_off * 2).min(longest);
                    wait
                }
            };
            self.looks.send_modify(|looks| {
                looks.ended = looks.ended.wrapping_add(1);
                looks.is_under_way = false;
            });
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
        self.exported.keys.set(keys.keys.len() as f64);
        tracing::info!(jwks = %place(&self.jwt), keys = keys.keys.len(), "the keys of an issuer were loaded");
        self.keys.store(Some(Arc::new(keys)));
        *known = Some(hash);
        Ok(())
    }
}

/// Where its keys come from, without what may be secret.
fn place(jwt: &Jwt) -> String {
    match &jwt.jwks {
        Some(JwksSource::Url(url)) => {
            let host = url.host().unwrap_or_default();
            format!("{host}{}", url.path())
        }
        Some(JwksSource::File(path)) => path.display().to_string(),
        None => String::new(),
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
