//! Subgraphs by label: the Services of a Kubernetes cluster that say `abaque.dev/subgraph: NAME`, watched.
//!
//! - [`Discovery`]: what is discovered now, for the composer; and the work behind it;
//! - `scope`: one namespace, listed and then watched, again and again
//!   ([API concepts](https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes));
//! - `api`: requests to the API server, and what its answers mean;
//! - `access`: where it is, which authority to trust, and the token;
//! - `service`: a Service, read as a subgraph, or why it is none;
//! - `collect`: the Services of all namespaces, as the subgraphs of one graph.
//!
//! A client of its own, because three requests are all there is: `kube` with its types would be most of what the router is built from.
//!
//! **Invariants**
//!
//! - What was known stays known while the API server cannot be asked; only a Service that it says is gone leaves, and only after a grace.
//! - A name belongs to the oldest Service that claims it, so that a newcomer takes nothing away.
//! - Bounded: namespaces, Services, names ever seen, pages, lines, waits.

mod access;
mod api;
mod collect;
mod scope;
mod service;

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use http::Uri;
use resolver::Resolver;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use self::access::Access;
use self::collect::Collection;
use self::scope::Scope;

/// Namespaces that are watched at most.
const MAX_NAMESPACES: usize = 64;
/// Changes that wait to be taken over.
const QUEUE: usize = 64;

/// What is looked for, and where.
#[derive(Clone, Debug)]
pub struct Settings {
    /// A label selector that the API server evaluates.
    pub selector: String,
    /// Empty: the program's own namespace; `*`: all.
    pub namespaces: Vec<String>,
    /// How long a Service may be gone before its subgraph is.
    pub grace: Duration,
    /// Subgraphs at most.
    pub max: usize,
    /// Names that are not free.
    pub taken: HashSet<String>,
    /// The API server, instead of the one that the environment names.
    pub server: Option<Uri>,
    /// A file with the token, instead of the service account's.
    pub token: Option<PathBuf>,
    /// A PEM file with the API server's authority, instead of the service account's.
    pub ca: Option<PathBuf>,
}

/// The subgraphs that there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Whether every namespace has been listed once: before that, what is missing may only not be known yet.
    pub listed: bool,
    /// By name, in its order.
    pub subgraphs: Vec<Discovered>,
    /// Services that claim to be subgraphs and are not taken, with the reason.
    pub ignored: Vec<Ignored>,
    /// What keeps the API server from being asked, by namespace.
    pub problems: Vec<String>,
}

/// A subgraph that is a Service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discovered {
    /// By its label.
    pub name: String,
    /// Where it answers.
    pub url: Uri,
    /// Its namespace and name, with a slash between them.
    pub service: String,
}

/// A Service that is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ignored {
    /// Its namespace and name, with a slash between them.
    pub service: String,
    /// Why, in a sentence without its subject.
    pub reason: String,
}

/// Watches, and reports what is there.
#[derive(Debug)]
pub struct Discovery {
    settings: Settings,
    resolver: Resolver,
    found: watch::Sender<Arc<Found>>,
}

impl Discovery {
    /// A discovery that has not begun; the environment says where the API server is.
    pub fn new(settings: Settings, resolver: Resolver) -> Self {
        Self {
            settings,
            resolver,
            found: watch::Sender::default(),
        }
    }

    /// What is there, and what comes to be there while [`Discovery::run`] runs.
    pub fn found(&self) -> watch::Receiver<Arc<Found>> {
        self.found.subscribe()
    }

    /// Lists and watches until it is dropped.
    pub async fn run(self, environment: impl Fn(&str) -> Option<String>) {
        let access = match Access::new(&self.settings, self.resolver.clone(), &environment) {
            Ok(access) => Arc::new(access),
            Err(problem) => {
                tracing::error!(problem, "no subgraphs can be discovered");
                self.found.send_replace(Arc::new(Found {
                    problems: vec![problem],
                    ..Found::default()
                }));
                return std::future::pending().await;
            }
        };
        let scopes = access.namespaces(&self.settings.namespaces);
        let (sender, mut changes) = mpsc::channel(QUEUE);
        let mut watching = JoinSet::new();
        let mut collection = Collection::new(&self.settings);
        for namespace in scopes.into_iter().take(MAX_NAMESPACES) {
            collection.expect(&namespace);
            let scope = Scope::new(
                namespace,
                &self.settings.selector,
                Arc::clone(&access),
                sender.clone(),
            );
            watching.spawn(scope.run());
        }
        drop(sender);
        loop {
            let due = collection.next_to_go();
            let going = async {
                match due {
                    Some(at) => sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                change = changes.recv() => match change {
                    Some((namespace, change)) => {
                        collection.take(&namespace, change, Instant::now());
                        // Changes that came in the meantime are reported together with this one.
                        while let Ok((namespace, change)) = changes.try_recv() {
                            collection.take(&namespace, change, Instant::now());
                        }
                    }
                    None => return,
                },
                () = going => {}
            }
            let found = collection.found(Instant::now());
            self.found.send_if_modified(|before| {
                let changed = **before != found;
                if changed {
                    *before = Arc::new(found);
                }
                changed
            });
        }
    }
}
