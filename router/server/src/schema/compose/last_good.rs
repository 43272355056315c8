//! What is composed instead when subgraphs are wrong by themselves.

use std::collections::HashSet;

use federation::Severity;

use super::{Composer, Running};
use crate::schema::making::NotComposed;
use crate::schema::sources::Watched;

impl Composer {
    /// Where subgraphs are wrong by themselves, the changes of the others are composed with the last good texts of these.
    pub(super) fn with_last_good(&self, failure: &NotComposed) -> Option<Running> {
        let errors = || {
            let found = failure.diagnostics.iter();
            found.filter(|found| found.severity == Severity::Error)
        };
        let blamed: HashSet<&str> = errors()
            .filter_map(|found| found.subgraph.as_deref())
            .collect();
        if blamed.is_empty() || errors().any(|found| found.subgraph.is_none()) {
            return None;
        }
        let is_blamed = |watched: &Watched| blamed.contains(watched.status.name.as_str());
        let changed = |watched: &&Watched| watched.sdl != watched.good;
        if !self
            .members
            .watched
            .iter()
            .filter(|watched| !is_blamed(watched))
            .any(|watched| changed(&watched))
        {
            return None;
        }
        let selected = self.select(|watched| match is_blamed(watched) {
            true => watched.good.clone(),
            false => self.members.newest(watched).cloned(),
        })?;
        let mut running = self.begin(selected);
        running.stands_in = true;
        Some(running)
    }
}
