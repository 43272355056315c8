//! The Services of all namespaces, as the subgraphs of one graph.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use tokio::time::Instant;

use crate::scope::Change;
use crate::service::{Claim, Id, Service};
use crate::{Discovered, Found, Ignored, Settings};

/// Services that are kept; each of them claims to be a subgraph.
const MAX_SERVICES: usize = 5_000;
/// Different names of subgraphs that are taken while the program runs: metrics keep each for ever.
const MAX_NAMES: usize = 1_000;
/// Services that are listed with the reason why they are ignored.
const MAX_IGNORED: usize = 100;

/// What is known of all namespaces.
#[derive(Debug)]
pub(crate) struct Collection {
    grace: Duration,
    max: usize,
    taken: HashSet<String>,
    /// What each namespace last had to complain of, and whether it was listed once.
    scopes: BTreeMap<String, State>,
    services: HashMap<Id, Held>,
    /// Every name that was ever taken.
    names: HashSet<String>,
}

#[derive(Debug, Default)]
struct State {
    listed: bool,
    problem: Option<String>,
}

/// A Service, and since when it is gone.
#[derive(Debug)]
struct Held {
    /// The namespace, or `*`, that it was seen in.
    scope: String,
    claim: Claim,
    gone: Option<Instant>,
}

impl Collection {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            grace: settings.grace,
            max: settings.max,
            taken: settings.taken.clone(),
            scopes: BTreeMap::new(),
            services: HashMap::new(),
            names: HashSet::new(),
        }
    }

    /// Notes that a namespace is to be listed.
    pub(crate) fn expect(&mut self, scope: &str) {
        self.scopes.entry(scope.to_owned()).or_default();
    }

    /// Notes an event about a namespace.
    pub(crate) fn take(&mut self, scope: &str, change: Change, now: Instant) {
        match change {
            Change::Listed(services) => {
                let there: HashSet<Id> = services.iter().map(Service::id).collect();
                for (id, held) in &mut self.services {
                    if held.scope == scope && !there.contains(id) {
                        held.gone.get_or_insert(now);
                    }
                }
                for service in &services {
                    self.put(scope, service, now);
                }
                self.expect(scope);
                if let Some(state) = self.scopes.get_mut(scope) {
                    state.listed = true;
                }
            }
            Change::Put(service) => self.put(scope, &service, now),
            Change::Gone(id) => {
                if let Some(held) = self.services.get_mut(&id) {
                    held.gone.get_or_insert(now);
                }
            }
            Change::Problem(problem) => {
                let state = self.scopes.entry(scope.to_owned()).or_default();
                if state.problem.as_ref() != Some(&problem) {
                    tracing::warn!(
                        namespace = scope,
                        problem,
                        "Services cannot be watched; what was known of them is kept"
                    );
                }
                state.problem = Some(problem);
            }
            Change::Well => {
                let state = self.scopes.entry(scope.to_owned()).or_default();
                if state.problem.take().is_some() {
                    tracing::info!(namespace = scope, "Services are watched again");
                }
            }
        }
    }

    fn put(&mut self, scope: &str, service: &Service, now: Instant) {
        let id = service.id();
        let Some(claim) = service.claim() else {
            // Its label is gone, and so is the subgraph.
            if let Some(held) = self.services.get_mut(&id) {
                held.gone.get_or_insert(now);
            }
            return;
        };
        if self.services.len() >= MAX_SERVICES && !self.services.contains_key(&id) {
            tracing::warn!(service = %id, "there are more than {MAX_SERVICES} such Services; it is not taken");
            return;
        }
        let held = Held {
            scope: scope.to_owned(),
            claim,
            gone: None,
        };
        self.services.insert(id, held);
    }

    /// When the next Service that is gone has been so for long enough.
    pub(crate) fn next_to_go(&self) -> Option<Instant> {
        let gone = self.services.values().filter_map(|held| held.gone);
        gone.min().map(|since| since + self.grace)
    }

    /// The subgraphs as of now.
    pub(crate) fn found(&mut self, now: Instant) -> Found {
        let grace = self.grace;
        self.services.retain(|_, held| match held.gone {
            Some(since) => now < since + grace,
            None => true,
        });
        let mut ignored = Vec::new();
        let mut ignore = |id: &Id, reason: String| {
            if ignored.len() < MAX_IGNORED {
                ignored.push(Ignored {
                    service: id.to_string(),
                    reason,
                });
            }
        };
        // The oldest first; one that is gone only where no other claims its name.
        let mut claims: Vec<(&Id, &Held)> = self.services.iter().collect();
        claims.sort_by(|(a_id, a), (b_id, b)| {
            let key = |id: &Id, held: &Held| {
                (held.gone.is_some(), held.claim.created.clone(), id.clone())
            };
            key(a_id, a).cmp(&key(b_id, b))
        });
        let mut owners: BTreeMap<&str, (&Id, Discovered)> = BTreeMap::new();
        for (id, held) in claims {
            let name = held.claim.name.as_str();
            let url = match &held.claim.url {
                Ok(url) => url.clone(),
                Err(reason) => {
                    ignore(id, reason.clone());
                    continue;
                }
            };
            if self.taken.contains(name) {
                ignore(id, format!("the configuration has a subgraph \"{name}\""));
            } else if let Some((owner, _)) = owners.get(name) {
                if held.gone.is_none() {
                    ignore(id, format!("\"{name}\" belongs to {owner}, which is older"));
                }
            } else if owners.len() >= self.max {
                ignore(
                    id,
                    format!(
                        "there are {} subgraphs already (discovery.kubernetes.max)",
                        self.max
                    ),
                );
            } else if self.names.len() >= MAX_NAMES && !self.names.contains(name) {
                ignore(
                    id,
                    format!("{MAX_NAMES} different names have been taken: restart the router"),
                );
            } else {
                self.names.insert(name.to_owned());
                let discovered = Discovered {
                    name: name.to_owned(),
                    url,
                    service: id.to_string(),
                };
                owners.insert(name, (id, discovered));
            }
        }
        let subgraphs = owners.into_values().map(|(_, found)| found).collect();
        ignored.sort_by(|a, b| a.service.cmp(&b.service));
        Found {
            listed: self.scopes.values().all(|state| state.listed),
            subgraphs,
            ignored,
            problems: self
                .scopes
                .values()
                .filter_map(|state| state.problem.clone())
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests;
