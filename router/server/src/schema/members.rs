//! Which sources there are now, and what may be composed of them.
//!
//! Those of the configuration stay; Services join and leave. A subgraph that has given no SDL holds a composition up, because a graph without it is another
//! one: its fields are missing, and so are its `@inaccessible` and `@authenticated`. Two things make up for it: the text that a sibling has of it, and, where the
//! configuration says so, doing without it. One that has just been discovered is not waited for while a whole graph is served that does not have it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::SystemTime;

use discovery::{Discovered, Found};
use federation::Subgraph;
use tokio::sync::{mpsc, watch as channel};

use super::making::Ingredients;
use super::offer::OfferedSubgraph;
use super::serving::Serving;
use super::sources::{NamedSource, Watched, configured_sources, discovered_source};
use super::status::{Origin, SourceState};
use super::terms::Terms;
use super::watch::{Observation, watch};
use crate::telemetry::Metrics;

/// The texts of a composition, by the number of their source.
pub(super) type Texts = HashMap<u64, Arc<str>>;

/// What to compose.
pub(super) struct Selection {
    pub(super) ingredients: Ingredients,
    pub(super) texts: Texts,
    /// Where what comes of it comes from.
    pub(super) origin: Origin,
}

/// All sources.
pub(super) struct Members {
    terms: Terms,
    metrics: Arc<Metrics>,
    /// Those of the configuration, then those that were discovered.
    pub(super) watched: Vec<Watched>,
    next_id: u64,
    /// What was discovered last; `None` where nothing is discovered.
    pub(super) found: Option<Arc<Found>>,
    /// What a sibling has of those that have not been seen here.
    seeded: HashMap<String, OfferedSubgraph>,
    watching: Option<Watching>,
}

/// How sources are watched, once that has begun.
struct Watching {
    refreshes: channel::Receiver<u64>,
    observations: mpsc::Sender<Observation>,
}

impl Members {
    pub(super) fn new(terms: &Terms, metrics: &Arc<Metrics>) -> Self {
        let mut members = Self {
            terms: terms.clone(),
            metrics: Arc::clone(metrics),
            watched: Vec::new(),
            next_id: 0,
            found: terms.config.discovers().then(Arc::default),
            seeded: HashMap::new(),
            watching: None,
        };
        for named in members.configured() {
            members.add(named, None);
        }
        members
    }

    fn configured(&self) -> Vec<NamedSource> {
        configured_sources(&self.terms.config, &self.terms.transport, &self.metrics)
    }

    /// Goes over to the sources of another configuration. Those that it names as before go on; the text of one that it names otherwise is kept until it has been seen.
    pub(super) fn take_over(&mut self, terms: &Terms) {
        let before = std::mem::replace(&mut self.terms, terms.clone());
        let look_alike = terms.look_alike(&before);
        let stays = |known: &Watched| look_alike && terms.keep(&before, &known.status.name);
        let mut last = std::mem::take(&mut self.watched);
        let mut known = |name: &str, service: Option<&str>| {
            let is_it = |known: &Watched| {
                known.status.name == name && known.status.service.as_deref() == service
            };
            last.iter().position(is_it).map(|index| last.remove(index))
        };
        for named in self.configured() {
            match known(&named.name, None) {
                Some(known) if stays(&known) && known.is_at(&named) => self.watched.push(known),
                known => self.add_after(named, None, known.as_ref()),
            }
        }
        self.found = match terms.config.discovers() {
            true => Some(self.found.take().unwrap_or_default()),
            false => None,
        };
        for one in self.found.clone().iter().flat_map(|found| &found.subgraphs) {
            if terms.config.placed().any(|(name, _)| *name == one.name) {
                continue;
            }
            let service = Some(one.service.clone());
            match known(&one.name, Some(&one.service)) {
                Some(known) if stays(&known) => self.watched.push(known),
                known => self.add_after(self.discovered(one), service, known.as_ref()),
            }
        }
        for gone in &last {
            tracing::info!(
                subgraph = gone.status.name,
                "the subgraph has left the configuration"
            );
        }
    }

    fn discovered(&self, one: &Discovered) -> NamedSource {
        discovered_source(
            one,
            &self.terms.config,
            &self.terms.transport,
            &self.metrics,
        )
    }

    /// Adds one that is the same subgraph as another source was: its text is not forgotten.
    fn add_after(&mut self, named: NamedSource, service: Option<String>, last: Option<&Watched>) {
        self.add(named, service);
        if let (Some(last), Some(now)) = (last, self.watched.last_mut()) {
            now.sdl.clone_from(&last.sdl);
            now.good.clone_from(&last.good);
            now.status.last_change = last.status.last_change;
            now.status.last_seen = last.status.last_seen;
        }
    }

    /// Begins to look at all of them, and at those that join later.
    pub(super) fn watch(
        &mut self,
        refreshes: channel::Receiver<u64>,
        observations: mpsc::Sender<Observation>,
    ) {
        self.watching = Some(Watching {
            refreshes,
            observations,
        });
        for index in 0..self.watched.len() {
            self.start(index);
        }
    }

    fn add(&mut self, named: NamedSource, service: Option<String>) {
        let watched = Watched::new(self.next_id, named, service, &self.metrics);
        self.next_id += 1;
        self.watched.push(watched);
        self.start(self.watched.len() - 1);
    }

    fn start(&mut self, index: usize) {
        let (Some(watching), Some(watched)) = (&self.watching, self.watched.get_mut(index)) else {
            return;
        };
        let task = watch(
            watched.id,
            Arc::clone(&watched.source),
            self.terms.config.polling.interval,
            watching.refreshes.clone(),
            watching.observations.clone(),
        );
        watched.watcher = Some(tokio::spawn(task).abort_handle());
    }

    /// Notes an observation; says whether another graph may come of it.
    pub(super) fn hear(&mut self, Observation { id, sdl }: Observation) -> bool {
        let Some(watched) = self.watched.iter_mut().find(|watched| watched.id == id) else {
            return false;
        };
        let first = watched.status.state == SourceState::Waiting;
        match sdl {
            Ok(sdl) => watched.seen(sdl, SystemTime::now()),
            Err(error) => {
                watched.missed(&error);
                // Now it is known that it has none.
                first
            }
        }
    }

    /// Takes over what was discovered; says whether another graph may come of it.
    pub(super) fn take(&mut self, found: Arc<Found>) -> bool {
        let service_of = |watched: &Watched| watched.status.service.clone();
        let mut changed = self
            .found
            .as_ref()
            .is_none_or(|before| before.listed != found.listed);
        self.watched.retain(|watched| {
            let stays = service_of(watched).is_none()
                || found
                    .subgraphs
                    .iter()
                    .any(|one| one.name == watched.status.name);
            if !stays {
                tracing::info!(subgraph = watched.status.name, "the subgraph has left");
                changed = true;
            }
            stays
        });
        for one in &found.subgraphs {
            let known = self
                .watched
                .iter()
                .position(|watched| watched.status.name == one.name);
            let before = known.and_then(|index| self.watched.get(index));
            let same = |watched: &Watched| {
                watched.status.url.as_deref() == Some(&*one.url.to_string())
                    && service_of(watched).as_ref() == Some(&one.service)
            };
            if before.is_some_and(same) {
                continue;
            }
            changed = true;
            tracing::info!(subgraph = one.name, url = %one.url, service = one.service, "a subgraph is discovered");
            let named = self.discovered(one);
            let last = known.map(|index| self.watched.swap_remove(index));
            self.add_after(named, Some(one.service.clone()), last.as_ref());
        }
        // The discovered ones in the order of their names, whenever they joined.
        self.watched.sort_by(|a, b| {
            let key = |watched: &Watched| {
                let discovered = watched.status.service.is_some();
                (discovered, discovered.then(|| watched.status.name.clone()))
            };
            key(a).cmp(&key(b))
        });
        self.metrics.discovered.set(found.subgraphs.len() as f64);
        let failing = if found.problems.is_empty() { 0.0 } else { 1.0 };
        self.metrics.discovery_failing.set(failing);
        self.found = Some(found);
        changed
    }

    /// Takes the texts that a sibling has.
    pub(super) fn seed(&mut self, subgraphs: Vec<OfferedSubgraph>) {
        self.seeded = subgraphs
            .into_iter()
            .map(|subgraph| (subgraph.name.clone(), subgraph))
            .collect();
    }

    /// The newest text of a source, or the one that a sibling has.
    pub(super) fn newest<'m>(&'m self, watched: &'m Watched) -> Option<&'m Arc<str>> {
        let seeded = || {
            let seeded = self.seeded.get(&watched.status.name)?;
            (seeded.url == watched.status.url).then_some(&seeded.sdl)
        };
        watched.sdl.as_ref().or_else(seeded)
    }

    /// The texts of the last composition, with those of a sibling where there are no others.
    pub(super) fn offered(&self) -> Vec<OfferedSubgraph> {
        let offered = |watched: &Watched| {
            let sdl = watched
                .good
                .clone()
                .or_else(|| self.newest(watched).cloned())?;
            Some(OfferedSubgraph {
                name: watched.status.name.clone(),
                url: watched.status.url.clone(),
                sdl,
            })
        };
        self.watched.iter().filter_map(offered).collect()
    }

    /// Whether each has been looked at.
    pub(super) fn all_looked_at(&self) -> bool {
        let looked = |watched: &Watched| watched.status.state != SourceState::Waiting;
        self.watched.iter().all(looked)
    }

    /// Whether nothing whole can be composed before a subgraph that cannot be reached is there again.
    pub(super) fn is_stuck(&self) -> bool {
        let lacks = |watched: &Watched| {
            watched.status.state == SourceState::Unreachable && self.newest(watched).is_none()
        };
        let blind = self
            .found
            .as_ref()
            .is_some_and(|found| !found.listed && !found.problems.is_empty());
        blind || self.watched.iter().any(lacks)
    }

    /// What may be composed of these texts. `whole` is the whole graph that is served; `partial` says whether one that is not is better than none.
    pub(super) fn select(
        &self,
        text: impl Fn(&Watched) -> Option<Arc<str>>,
        whole: Option<&Serving>,
        partial: bool,
    ) -> Option<Selection> {
        if self.terms.config.supergraph.is_some() {
            let only = self.watched.first()?;
            let sdl = text(only)?;
            return Some(Selection {
                ingredients: Ingredients::Supergraph(Arc::clone(&sdl)),
                texts: HashMap::from([(only.id, sdl)]),
                origin: Origin::File,
            });
        }
        let mut missing = self.found.as_ref().is_some_and(|found| !found.listed);
        let (mut subgraphs, mut texts) = (Vec::new(), HashMap::new());
        let mut origin = Origin::Composed;
        for watched in &self.watched {
            let Some(sdl) = text(watched) else {
                missing |= is_required(watched, whole);
                continue;
            };
            if watched.sdl.is_none() {
                origin = Origin::Seed;
            }
            subgraphs.push(Subgraph {
                name: watched.status.name.clone(),
                url: watched.status.url.clone(),
                sdl: sdl.to_string(),
                file: watched.source.file().map(|path| path.display().to_string()),
            });
            texts.insert(watched.id, sdl);
        }
        if subgraphs.is_empty() || (missing && !partial) {
            return None;
        }
        if missing {
            origin = Origin::Partial;
        }
        Some(Selection {
            ingredients: Ingredients::Subgraphs(subgraphs),
            texts,
            origin,
        })
    }
}

/// Whether a graph without it is not whole.
fn is_required(watched: &Watched, whole: Option<&Serving>) -> bool {
    let in_graph = |serving: &Serving| {
        let known = serving.supergraph.subgraphs();
        known
            .iter()
            .any(|known| *known.name == *watched.status.name)
    };
    watched.status.service.is_none() || whole.is_none_or(in_graph)
}
