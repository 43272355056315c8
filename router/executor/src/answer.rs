//! Takes a subgraph's answer into the data: its entities into the objects that asked for them, its errors to the
//! objects that they are about.

use std::borrow::Cow;
use std::collections::HashSet;

use planner::{EntityFetch, Fetch, FetchTarget};

use crate::client::FetchError;
use crate::fault::{About, Fault, Faults, Scope, Segment, read_path};
use crate::json::{Cursor, List, ObjectId, Sizes, Tree, Value, parse_measured};
use crate::memory::Grants;
use crate::represent::Targets;

const MALFORMED: &str = "SUBREQUEST_MALFORMED_RESPONSE";

/// Where the answer of one fetch goes.
pub(crate) struct Intake<'i, 'a> {
    pub(crate) fetch: &'a Fetch,
    /// For each `_entities` field of the fetch, the objects that asked; all of them where a root below the root is asked.
    pub(crate) targets: &'i [Targets],
    pub(crate) root: ObjectId,
    pub(crate) tree: &'i mut Tree<'a>,
    pub(crate) faults: &'i mut Faults<'a>,
    pub(crate) grants: &'i mut Grants<'a>,
    /// Whether clients see what the subgraph says about its errors.
    pub(crate) reveal: bool,
    /// No more errors than this are kept of one answer.
    pub(crate) max_errors: usize,
}

/// What the answer has for the objects of one `_entities` field: for each representation the entity, if there is one.
struct Entities {
    list: Vec<Option<ObjectId>>,
}

/// The key under which an answer has the entities.
fn response_key<'k>(fields: &'k [EntityFetch], targets: &'k Targets) -> &'k str {
    let planned = || fields.get(targets.field).map(|field| &*field.response_key);
    let repeated = targets.response_key.as_deref();
    repeated.or_else(planned).unwrap_or_default()
}

impl<'a> Intake<'_, 'a> {
    /// Takes an answer in. A GraphQL response counts whatever its status is. False where it should be one by its status, and is none.
    pub(crate) fn receive(mut self, status: u16, body: &'a [u8], sizes: Sizes) -> bool {
        let is_success = (200..300).contains(&status);
        let answer = match parse_measured(body, sizes, self.tree) {
            Ok(Value::Object(answer)) => answer,
            _ if !is_success => return self.refused(status),
            Ok(other) => {
                let message = format!("answered {} instead of a GraphQL response", other.kind());
                return self.malformed(&message);
            }
            Err(error) => return self.malformed(&format!("answered no JSON: {error}")),
        };
        let errors = match self.tree.get(answer, "errors") {
            Some(Value::List(errors)) => most_telling(self.tree, errors, self.max_errors),
            _ => Vec::new(),
        };
        let data = match self.tree.get(answer, "data") {
            Some(Value::Object(data)) => Some(data),
            Some(Value::Null) | None if !errors.is_empty() => None,
            None if !is_success => return self.refused(status),
            _ => return self.malformed("answered without data and without errors"),
        };
        let fetch = self.fetch;
        match &fetch.target {
            FetchTarget::Root | FetchTarget::RootAt(_) => self.take_root(data, &errors),
            FetchTarget::Entities(fields) => self.take_entities(fields, data, &errors),
        }
        true
    }

    /// Records that the fetch brought nothing.
    pub(crate) fn fail(mut self, error: &FetchError) {
        self.miss(&error.to_string(), error.code());
    }

    /// What the status says is no more than that.
    fn refused(self, status: u16) -> bool {
        self.fail(&FetchError::NotGraphql { status });
        true
    }

    fn malformed(mut self, message: &str) -> bool {
        self.miss(message, MALFORMED);
        false
    }

    fn miss(&mut self, message: &str, code: &'static str) {
        let fault = self.failure(message, code);
        let about = self.tree.new_object();
        self.faults
            .anchor(about, fault, About::Missing(Scope::Failed));
        match &self.fetch.target {
            FetchTarget::Root => self.tree.push_part(self.root, about),
            FetchTarget::RootAt(_) | FetchTarget::Entities(_) => {
                for targets in self.targets {
                    self.add_to_all(targets, about);
                }
            }
        }
    }

    fn failure(&mut self, message: &str, code: &'static str) -> usize {
        let service: &'a str = &self.fetch.subgraph_name;
        self.faults.push(Fault {
            message: format!("the subgraph \"{service}\" {message}").into(),
            code: Cow::Borrowed(code),
            service,
            extensions: None,
            operation: &self.fetch.operation,
        })
    }

    fn add_to_all(&mut self, targets: &Targets, about: ObjectId) {
        let before = self.tree.held();
        for &(target, _) in &targets.objects {
            self.tree.push_part(target, about);
        }
        self.grants.owe(self.tree.held() - before);
    }

    fn take_root(&mut self, data: Option<ObjectId>, errors: &[Value<'a>]) {
        let object = data.unwrap_or_else(|| self.tree.new_object());
        let mut nowhere = Vec::new();
        for &error in errors {
            match read_path(self.tree, error) {
                Some(path) if !path.is_empty() => {
                    let fault = self.read(error);
                    self.anchor_below(object, fault, path);
                    if data.is_none() {
                        self.faults.anchor(object, fault, About::Nulls);
                    }
                }
                _ => nowhere.push(error),
            }
        }
        if let Some((fault, scope)) = self.read_all(&nowhere) {
            self.faults.anchor(object, fault, About::Missing(scope));
        }
        if let FetchTarget::Root = self.fetch.target {
            self.tree.merge(self.root, object, self.grants);
        }
        for targets in self.targets {
            self.merge_all(targets, |_| Some(object));
        }
    }

    fn take_entities(
        &mut self,
        fields: &[EntityFetch],
        data: Option<ObjectId>,
        errors: &[Value<'a>],
    ) {
        let mut entities: Vec<Entities> = Vec::with_capacity(self.targets.len());
        // A field that takes values from what encloses it has as many keys as there are different ones.
        let mut cursor = Cursor::default();
        for targets in self.targets {
            let key = response_key(fields, targets);
            let found = data.and_then(|data| self.tree.get_next(data, key, &mut cursor));
            entities.push(self.read_entities(found, targets, !errors.is_empty()));
        }
        let mut nowhere = Vec::new();
        let mut somewhere = None;
        for &error in errors {
            let path = read_path(self.tree, error).unwrap_or_default();
            match self.entity_of(fields, &mut entities, &path) {
                Some(entity) => {
                    let fault = self.read(error);
                    self.anchor_below(entity, fault, path.into_iter().skip(2).collect());
                    somewhere = Some(fault);
                }
                None => nowhere.push(error),
            }
        }
        if let Some((fault, scope)) = self.read_all(&nowhere) {
            self.anchor_to_targets(fault, About::Missing(scope));
        }
        if let (Some(fault), None) = (somewhere, data) {
            self.anchor_to_targets(fault, About::Nulls);
        }
        for (targets, entities) in self.targets.iter().zip(&entities) {
            self.merge_all(targets, |representation| {
                entities.list.get(representation as usize).copied()?
            });
        }
    }

    /// Merges what there is for each representation into the objects that asked for it, as long as there is memory for it.
    fn merge_all(&mut self, targets: &Targets, found: impl Fn(u32) -> Option<ObjectId>) {
        if targets.objects.len() > targets.count {
            let mut sources = (0..).take(targets.count).filter_map(&found);
            if !sources.all(|source| self.tree.share(source, self.grants)) {
                return;
            }
        }
        for &(target, representation) in &targets.objects {
            if let Some(source) = found(representation)
                && !self.tree.merge(target, source, self.grants)
            {
                return;
            }
        }
    }

    /// The entities of one field. A list of another length than was asked for is not used: which of the entities it
    /// has would be a guess.
    fn read_entities(
        &mut self,
        found: Option<Value<'a>>,
        targets: &Targets,
        has_errors: bool,
    ) -> Entities {
        let none = Entities {
            list: vec![None; targets.count],
        };
        if targets.count == 0 {
            return none;
        }
        let problem = match found {
            Some(Value::List(items)) if self.tree.len(items) == targets.count => {
                let items = self.tree.items(items);
                let wrong = items
                    .clone()
                    .find(|item| !matches!(item, Value::Null | Value::Object(_)));
                let wrong =
                    wrong.map(|wrong| format!("answered {} instead of an entity", wrong.kind()));
                let list = items.map(|item| match item {
                    Value::Object(entity) => Some(entity),
                    _ => None,
                });
                let entities = Entities {
                    list: list.collect(),
                };
                if let Some(problem) = wrong {
                    self.miss_at(targets, &problem);
                }
                return entities;
            }
            Some(Value::Null) | None if has_errors => return none,
            Some(Value::Null) | None => "answered no entities".to_owned(),
            Some(Value::List(items)) => {
                let found = self.tree.len(items);
                format!("answered {found} entities of {}", targets.count)
            }
            Some(other) => format!("answered {} instead of a list of entities", other.kind()),
        };
        self.miss_at(targets, &problem);
        none
    }

    fn miss_at(&mut self, targets: &Targets, problem: &str) {
        let fault = self.failure(problem, MALFORMED);
        let about = self.tree.new_object();
        self.faults
            .anchor(about, fault, About::Missing(Scope::Failed));
        self.add_to_all(targets, about);
    }

    fn read(&mut self, error: Value<'a>) -> usize {
        let fetch: &'a Fetch = self.fetch;
        let (service, operation) = (&fetch.subgraph_name, &fetch.operation);
        let fault = Fault::read(self.tree, error, service, operation, self.reveal);
        self.grants.take(fault.owned());
        self.faults.push(fault)
    }

    /// Reads errors that name no object: the first of them, and how many follow it.
    fn read_all(&mut self, errors: &[Value<'a>]) -> Option<(usize, Scope)> {
        let mut faults = errors.iter().map(|&error| self.read(error));
        let first = faults.next()?;
        let more = faults.count();
        Some((first, Scope::Reported { more }))
    }

    /// The entity that a path begins with: its field and its position.
    fn entity_of(
        &mut self,
        fields: &[EntityFetch],
        entities: &mut [Entities],
        path: &[Segment<'a>],
    ) -> Option<ObjectId> {
        let [Segment::Key(key), Segment::Index(index), ..] = path else {
            return None;
        };
        let mut targets = self.targets.iter();
        let field = targets.position(|targets| response_key(fields, targets) == key.as_ref())?;
        let entity = entities.get_mut(field)?.list.get_mut(*index)?;
        Some(*entity.get_or_insert_with(|| self.tree.new_object()))
    }

    /// Keeps an error that is about all objects of the fetch.
    fn anchor_to_targets(&mut self, fault: usize, about: About<'a>) {
        let object = self.tree.new_object();
        self.faults.anchor(object, fault, about);
        for targets in self.targets {
            self.add_to_all(targets, object);
        }
    }

    /// Keeps an error at the deepest object that its path leads to.
    fn anchor_below(&mut self, object: ObjectId, fault: usize, path: Vec<Segment<'a>>) {
        let mut at = object;
        let mut from = 0;
        // Each round goes to the object below a key, if there is one and the path goes on in it.
        while let Some(Segment::Key(key)) = path.get(from) {
            let mut value = self.tree.get(at, key);
            let mut next = from + 1;
            while let (Some(Value::List(items)), Some(Segment::Index(index))) =
                (value, path.get(next))
            {
                value = self.tree.item(items, *index);
                next += 1;
            }
            match (value, path.get(next)) {
                (Some(Value::Object(below)), Some(Segment::Key(_))) => {
                    at = below;
                    from = next;
                }
                _ => break,
            }
        }
        let mut rest = path.into_iter().skip(from);
        let about = match rest.next() {
            Some(Segment::Key(key)) => About::Field(key, rest.collect()),
            _ => About::Object,
        };
        self.faults.anchor(at, fault, about);
    }
}

/// The errors of an answer, in their order; where there are more than may be kept, those that differ from others before those that repeat them.
fn most_telling<'a>(tree: &Tree<'a>, errors: List<'a>, max: usize) -> Vec<Value<'a>> {
    if tree.len(errors) <= max {
        return tree.items(errors).collect();
    }
    let text = |object: ObjectId, key| tree.get(object, key).and_then(Value::raw_text);
    let mut seen = HashSet::new();
    let mut kept = Vec::new();
    let mut repeated = Vec::new();
    for (index, error) in tree.items(errors).enumerate() {
        if kept.len() == max {
            break;
        }
        let told = match error {
            Value::Object(error) => {
                let code = match tree.get(error, "extensions") {
                    Some(Value::Object(extensions)) => text(extensions, "code"),
                    _ => None,
                };
                (text(error, "message"), code)
            }
            _ => (None, None),
        };
        if seen.insert(told) {
            kept.push((index, error));
        } else if repeated.len() < max {
            repeated.push((index, error));
        }
    }
    repeated.truncate(max - kept.len());
    kept.extend(repeated);
    kept.sort_unstable_by_key(|(index, _)| *index);
    kept.into_iter().map(|(_, error)| error).collect()
}
