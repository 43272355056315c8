//! What is sent for a fetch, once all that it depends on is there.

use planner::{EntityFetch, Fetch, FetchId, FetchTarget};

use super::{Ready, Run};
use crate::body::RequestBody;
use crate::client::Entities;
use crate::context::{self, Repeated};
use crate::json;
use crate::memory::{LONG, Output};
use crate::name;
use crate::represent::{Base, Targets, all_at};

/// The range of something in a text.
type Place = (usize, usize);

/// A body that is being written.
struct Body {
    text: Vec<u8>,
    /// Where what follows the name of its operation begins.
    unnamed_from: usize,
    /// Where its representations are, for each `_entities` field.
    lists: Vec<Vec<Place>>,
    /// What comes before the next variable.
    lead: &'static [u8],
    /// For how many bytes of it memory was asked for.
    asked: usize,
}

/// What comes before each variable but the first.
const NEXT: &[u8] = b",\"";

impl Body {
    /// Begins a variable.
    fn variable(&mut self, name: &str) {
        self.text.extend_from_slice(self.lead);
        self.lead = NEXT;
        self.text.extend_from_slice(name.as_bytes());
        self.text.extend_from_slice(b"\":");
    }

    fn end(&mut self) {
        let has_variables = self.lead == NEXT;
        self.text
            .extend_from_slice(if has_variables { b"}}" } else { b"}" });
    }
}

impl<'a> Run<'a> {
    /// Adds a fetch, or those that it makes ready by not being sent.
    pub(super) fn prepare(&mut self, id: FetchId, ready: &mut Vec<Ready>) {
        if !self.prepare_one(id, ready) {
            self.finish(id, ready);
        }
    }

    /// Adds a fetch with its body. `false` when it has nothing to request and is therefore done.
    pub(super) fn prepare_one(&mut self, id: FetchId, ready: &mut Vec<Ready>) -> bool {
        let fetch = &self.plan.fetches[id.0 as usize];
        let body = self
            .holds(fetch.condition)
            .then(|| self.body(id, fetch))
            .flatten();
        // Variables may be repeated for each of many fetches.
        let body = body.filter(|body| {
            let more = body.text.capacity().saturating_sub(body.asked);
            self.grants.take(more)
        });
        let Some(body) = body else {
            return false;
        };
        self.stats.fetches += 1;
        let mut entities = Entities::default();
        if matches!(fetch.target, FetchTarget::Entities(_)) {
            for targets in &self.targets[id.0 as usize] {
                entities.sent += targets.count;
                entities.shared += targets.shared;
            }
        }
        ready.push(Ready {
            fetch: id,
            body: RequestBody::new(body.text, body.unnamed_from, body.lists)
                .with_files(self.variables.files_of(fetch)),
            entities,
        });
        true
    }

    /// The JSON body of a fetch; nothing when there is no object to complete.
    fn body(&mut self, id: FetchId, fetch: &'a Fetch) -> Option<Body> {
        let repeated = match (&fetch.target, &fetch.repeated) {
            (FetchTarget::Entities(fields), Some(text)) => {
                let groups = fields.iter().map(|field| self.groups(field)).collect();
                Some(context::repeat(text, fields, groups, &mut self.grants)?)
            }
            _ => None,
        };
        let operation = match &repeated {
            Some(repeated) => repeated.operation(&fetch.operation),
            None => &fetch.operation,
        };
        // Most is asked for once it is written, together with the rest of the body.
        let asked = match operation.len() > LONG {
            true => operation.len(),
            false => operation.len().saturating_sub(fetch.operation.len()),
        };
        if !self.grants.owe(asked) {
            return None;
        }
        let mut body = self.operation(id, fetch, operation);
        body.asked = asked;
        let targets = match (&fetch.target, repeated) {
            (_, Some(repeated)) => self.repeated(repeated, &mut body)?,
            (FetchTarget::RootAt(paths), None) => {
                self.stamp += 1;
                let base = Base {
                    root: self.root,
                    counts: &self.counts,
                };
                let data = (&mut self.tree, &mut self.forms);
                let visit = (self.stamp, &mut self.met);
                vec![all_at(paths, data, base, visit, &mut self.grants)?]
            }
            (FetchTarget::Entities(fields), None) => self.representations(fields, &mut body)?,
            (FetchTarget::Root, None) => Vec::new(),
        };
        self.targets[id.0 as usize] = targets;
        body.end();
        Some(body)
    }

    /// The operation, and the variables of the client that it uses.
    fn operation(&self, id: FetchId, fetch: &Fetch, operation: &str) -> Body {
        let mut text = Vec::with_capacity(fetch.operation.len() + 128);
        text.push(b'{');
        let unnamed_from = match self.name {
            Some(name) => name::write(operation, (name, &fetch.subgraph_name, id), &mut text),
            None => {
                text.extend_from_slice(b"\"query\":");
                json::write_string(operation, &mut text);
                0
            }
        };
        let mut body = Body {
            text,
            unnamed_from,
            lists: Vec::new(),
            lead: b",\"variables\":{\"",
            asked: 0,
        };
        for name in &fetch.variables {
            if let Some(value) = self.variables.get(name) {
                body.variable(name);
                body.text.extend_from_slice(value.as_bytes());
            }
        }
        body
    }

    /// The variables of aliased parts, for objects that are enclosed by different ones.
    fn repeated(&self, repeated: Repeated, body: &mut Body) -> Option<Vec<Targets>> {
        if repeated.targets.is_empty() {
            return None;
        }
        repeated.write_variables(&mut body.lead, NEXT, &mut body.text);
        Some(repeated.targets)
    }

    /// The representations of each `_entities` field.
    fn representations(
        &mut self,
        fields: &'a [EntityFetch],
        body: &mut Body,
    ) -> Option<Vec<Targets>> {
        let mut sent = Vec::with_capacity(fields.len());
        for (index, field) in fields.iter().enumerate() {
            body.variable(&field.variable);
            let (mut targets, mut places) = Default::default();
            if self.holds(field.condition) {
                self.stamp += 1;
                let base = Base {
                    root: self.root,
                    counts: &self.counts,
                };
                let data = (&mut self.tree, &mut self.forms);
                let before = body.text.capacity();
                let mut out = Output::new(&mut body.text, &mut self.grants);
                let visit = (self.stamp, &mut self.met);
                (targets, places) = Targets::find(field, data, base, visit, &mut out);
                body.asked += out.asked_since(before);
            } else {
                body.text.extend_from_slice(b"[]");
            }
            targets.field = index;
            sent.push(targets);
            body.lists.push(places);
        }
        if self.grants.are_exhausted() {
            return None;
        }
        let is_empty = sent.iter().all(|targets: &Targets| targets.count == 0);
        (!is_empty).then_some(sent)
    }

    fn groups(&mut self, field: &'a EntityFetch) -> Vec<context::Group> {
        if !self.holds(field.condition) {
            return Vec::new();
        }
        self.stamp += 1;
        let base = Base {
            root: self.root,
            counts: &self.counts,
        };
        let data = (&mut self.tree, &mut self.forms);
        context::groups(field, data, base, self.stamp, &mut self.grants)
    }
}
