//! The schema of a sibling, for a router that cannot compose one.
//!
//! All siblings are asked at once, and the first good answer is taken. It is good when it is whole by its digest, of the subgraphs that are configured here at
//! the places that are configured here, and a supergraph that loads. Whatever is wrong with an answer is logged, and another one is looked at.

use std::pin::Pin;
use std::sync::Arc;

use abaque_edge::causes::chain;
use federation::Supergraph;
use fetch::{Answer, Client, Error};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use http::header::{HeaderMap, HeaderValue};
use http::{StatusCode, Uri};
use metrics::Counter;
use resolver::Resolver;
use serde::Deserialize;
use tokio::time::{Instant, sleep_until, timeout_at};

use super::kept::is_of;
use super::offer::{OfferedSubgraph, VERSION, digest};
use super::serving::SchemaHash;
use super::terms::Terms;
use crate::config::Config;
use crate::deep_stack;
use crate::telemetry::Metrics;

/// Siblings that are asked.
const MAX_SIBLINGS: usize = 16;
/// Where they answer.
const PATH: &str = "/composition/seed";
/// The part of the time for all that the body of one may take: one that never ends leaves time for others.
const BODIES: u32 = 3;

/// A schema that a sibling serves.
#[derive(Debug)]
pub(super) struct Seed {
    pub(super) supergraph: Arc<str>,
    pub(super) subgraphs: Vec<OfferedSubgraph>,
}

/// Asks siblings. What of it is wrong shows when it asks.
#[derive(Clone)]
struct Seeding {
    config: Arc<Config>,
    client: Client,
    resolver: Resolver,
    metrics: SeedMetrics,
}

#[derive(Clone)]
struct SeedMetrics {
    taken: Counter,
    unusable: Counter,
    unavailable: Counter,
}

/// What a sibling sent.
struct Sent {
    body: Vec<u8>,
    /// The digest of the body, as it claims.
    digest: HeaderValue,
}

/// Why a sibling's answer is not taken.
enum Refused {
    /// It has none to offer, or cannot be reached: nothing to worry about.
    Unavailable(String),
    /// It should not have sent that.
    Unusable(String),
}

impl Seeding {
    /// `None` when the configuration names no siblings.
    fn new(config: &Arc<Config>, resolver: Resolver, metrics: &Metrics) -> Option<Self> {
        if config.schema.seed.is_empty() {
            return None;
        }
        let tls = client::client_config(config.client.authorities.as_deref()).ok()?;
        let connect = config.client.connect.min(config.schema.seed_timeout);
        let counter = |outcome| {
            let labels = [("outcome", outcome)];
            metrics
                .recorder
                .counter("router_seed_requests_total", &labels)
        };
        Some(Self {
            config: Arc::clone(config),
            client: Client::new(resolver.clone(), tls, connect),
            resolver,
            metrics: SeedMetrics {
                taken: counter("taken"),
                unusable: counter("unusable"),
                unavailable: counter("unavailable"),
            },
        })
    }

    /// The first good answer of a sibling, if there is one in time.
    async fn ask(self) -> Option<Seed> {
        let patience = self.config.schema.seed_timeout;
        let deadline = Instant::now() + patience;
        let Ok(siblings) = timeout_at(deadline, self.siblings()).await else {
            tracing::warn!("the names of the siblings cannot be looked up in time");
            return None;
        };
        let mut heads: FuturesUnordered<_> = siblings
            .into_iter()
            .map(|url| async {
                let answer = self.client.get(&url, HeaderMap::new()).await;
                (url, answer)
            })
            .collect();
        // Bodies are read one after the other: a number of long ones must not be held at once.
        while let Ok(Some((url, answer))) = timeout_at(deadline, heads.next()).await {
            // Only the sibling's part has a limit in time: how long it takes to look at what it sent is up to this machine.
            let end = deadline.min(Instant::now() + patience / BODIES);
            let read = timeout_at(end, self.read(answer)).await;
            let read = read.unwrap_or_else(|_| {
                let late = "it does not end in time".to_owned();
                Err(Refused::Unusable(late))
            });
            let checked = match read {
                Ok(sent) => self.check(sent).await,
                Err(refused) => Err(refused),
            };
            match checked {
                Ok(seed) => {
                    self.metrics.taken.increment(1);
                    tracing::info!(sibling = %url, "a sibling has the schema that it serves to offer");
                    return Some(seed);
                }
                Err(Refused::Unavailable(reason)) => {
                    self.metrics.unavailable.increment(1);
                    tracing::debug!(sibling = %url, reason, "no schema from this sibling");
                }
                Err(Refused::Unusable(reason)) => {
                    self.metrics.unusable.increment(1);
                    tracing::warn!(sibling = %url, reason, "what this sibling offers is not taken");
                }
            }
        }
        None
    }

    /// Every address behind the configured names.
    async fn siblings(&self) -> Vec<Uri> {
        let mut siblings: Vec<Uri> = Vec::new();
        for seed in &self.config.schema.seed {
            let host = seed.host().unwrap_or_default();
            let host = host.trim_start_matches('[').trim_end_matches(']');
            // A certificate would be for the name.
            if seed.scheme_str() == Some("https") {
                siblings.extend(with_path(
                    seed.authority().map(|place| format!("https://{place}")),
                ));
                continue;
            }
            let port = seed.port_u16().unwrap_or(80);
            match self.resolver.lookup(host).await {
                Ok(addresses) => siblings.extend(addresses.iter().filter_map(|address| {
                    let place = std::net::SocketAddr::new(*address, port);
                    with_path(Some(format!("http://{place}")))
                })),
                Err(error) => tracing::debug!(%error, "a sibling's name"),
            }
        }
        fastrand::shuffle(&mut siblings);
        siblings.truncate(MAX_SIBLINGS);
        siblings
    }

    async fn read(&self, answer: Result<Answer, Error>) -> Result<Sent, Refused> {
        let answer = answer.map_err(|error| Refused::Unavailable(chain(&error)))?;
        match answer.status {
            StatusCode::OK => {}
            StatusCode::SERVICE_UNAVAILABLE => {
                return Err(Refused::Unavailable("it has none itself".to_owned()));
            }
            status => return Err(Refused::Unusable(format!("it answered {status}"))),
        }
        let digest = answer.headers.get("content-digest").cloned();
        let digest = digest.ok_or_else(|| Refused::Unusable("it has no digest".to_owned()))?;
        let max = self.config.limits.sdl_total.saturating_mul(4);
        let body = answer.whole(max).await;
        let body = body.map_err(|error| Refused::Unusable(error.to_string()))?;
        Ok(Sent { body, digest })
    }

    async fn check(&self, sent: Sent) -> Result<Seed, Refused> {
        let config = Arc::clone(&self.config);
        let checked = deep_stack::run(move || check(&sent, &config)).await;
        checked
            .unwrap_or_else(|failed| Err(failed.to_string()))
            .map_err(Refused::Unusable)
    }
}

/// Whether a document is a seed for this router.
fn check(
    Sent {
        body,
        digest: announced,
    }: &Sent,
    config: &Config,
) -> Result<Seed, String> {
    #[derive(Deserialize)]
    struct Document {
        version: u32,
        hash: String,
        supergraph: String,
        #[serde(default)]
        subgraphs: Vec<Member>,
    }
    #[derive(Deserialize)]
    struct Member {
        name: String,
        url: Option<String>,
        sdl: String,
    }
    if digest(body).as_bytes() != announced.as_bytes() {
        return Err("its digest is not that of what it sent".to_owned());
    }
    let document: Document = serde_json::from_slice(body)
        .map_err(|error| format!("it is not a document of version {VERSION}: {error}"))?;
    if document.version != VERSION {
        return Err(format!("it is a document of version {}", document.version));
    }
    if SchemaHash::of(&document.supergraph).to_string() != document.hash {
        return Err("its hash is not that of its supergraph".to_owned());
    }
    let supergraph = Supergraph::parse(&document.supergraph)
        .map_err(|_| "its supergraph cannot be loaded".to_owned())?;
    if !is_of(&supergraph, config) {
        return Err("its supergraph is of other subgraphs than those that are configured, or has them at other URLs".to_owned());
    }
    let offered = |member: Member| {
        (member.sdl.len() <= config.limits.sdl).then(|| OfferedSubgraph {
            name: member.name,
            url: member.url,
            sdl: member.sdl.into(),
        })
    };
    Ok(Seed {
        subgraphs: document.subgraphs.into_iter().filter_map(offered).collect(),
        supergraph: document.supergraph.into(),
    })
}

fn with_path(place: Option<String>) -> Option<Uri> {
    format!("{}{PATH}", place?).parse().ok()
}

/// Asks again and again, as long as somebody waits for an answer.
pub(super) struct Asking {
    seeding: Option<Seeding>,
    /// The round under way.
    round: Option<Pin<Box<dyn Future<Output = Option<Seed>> + Send>>>,
    /// Not before then is the next one.
    next: Instant,
    in_vain: bool,
}

impl Asking {
    pub(super) fn new(terms: &Terms, metrics: &Metrics) -> Self {
        Self {
            seeding: Seeding::new(&terms.config, terms.resolver.clone(), metrics),
            round: None,
            next: Instant::now(),
            in_vain: false,
        }
    }

    /// How the next round ends; never where there are no siblings. Nothing is lost when the future is dropped.
    pub(super) async fn answer(&mut self) -> Option<Seed> {
        let Some(seeding) = &self.seeding else {
            return std::future::pending().await;
        };
        sleep_until(self.next).await;
        let round = self
            .round
            .get_or_insert_with(|| Box::pin(seeding.clone().ask()));
        let answered = round.await;
        self.round = None;
        let pause = seeding.config.polling.interval;
        // Replicas that started together do not keep asking together.
        self.next = Instant::now() + pause.mul_f64(1.0 - 0.5 * fastrand::f64());
        self.in_vain = answered.is_none();
        answered
    }

    /// Whether no sibling has anything: none is configured, or the last round brought nothing.
    pub(super) fn was_in_vain(&self) -> bool {
        self.seeding.is_none() || self.in_vain
    }
}
