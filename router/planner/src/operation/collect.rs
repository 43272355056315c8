//! What is selected of objects of one type, with fragments followed.

use std::borrow::Cow;

use apollo_compiler::ast::DirectiveList;
use apollo_compiler::executable::{ExecutableDocument, Field, Selection, SelectionSet};
use apollo_compiler::{Name, Schema};
use indexmap::IndexMap;
use rustc_hash::{FxBuildHasher, FxHashSet};
use smallvec::{SmallVec, smallvec};

use crate::error::PlanError;
use crate::graph::TypeId;
use crate::operation::condition::{Cond, Conditions};
use crate::operation::defer::{DeferredFragment, Deferring};
use crate::operation::tree::Tree;

/// The directive by which a field says that the client may not see it: nobody is asked for it, and it is null with an error. No client can write it, since
/// no schema defines a name that begins so.
pub const DENIED: Name = Name::new_static_unchecked("__denied");

/// How deep an operation may nest: deeper ones are refused before recursion could hurt.
pub(crate) const MAX_DEPTH: usize = 200;

/// The units of a field that is selected of a type, for the memory of it: here, in the groups and in the shape of the answer. A unit is some
/// three bytes, as it is for what is written of a field.
const KEPT: usize = 80;

/// A selection set and when it counts.
pub(crate) type Source<'d> = (&'d SelectionSet, Cond);

/// Field nodes, and when each counts: one as a rule.
pub(crate) type FieldNodes<'d> = SmallVec<[(&'d Field, Cond); 1]>;

/// All field nodes of one response key.
#[derive(Clone)]
pub(crate) struct Collected<'d> {
    pub(crate) fields: FieldNodes<'d>,
    pub(crate) cond: Cond,
    /// When one of the nodes is denied, and so the field.
    pub(crate) denied: Option<Cond>,
    /// Where in the response the key is: its place among all, and when it is this one. The first place that is included counts.
    pub(crate) places: SmallVec<[(usize, Cond); 1]>,
}

/// By response key, in the order of the response.
pub(crate) type CollectedFields<'d> = IndexMap<&'d Name, Collected<'d>, FxBuildHasher>;

/// All that is selected of objects of one type.
#[derive(Clone, Default)]
pub(crate) struct Selected<'d> {
    pub(crate) fields: CollectedFields<'d>,
    /// What comes later.
    pub(crate) deferred: Vec<DeferredFragment<'d>>,
}

/// Builds a tree from selection sets of one document.
pub(crate) struct Normaliser<'d, 't, 'g> {
    pub(crate) document: &'d ExecutableDocument,
    pub(crate) tree: &'t mut Tree<'g>,
    /// What the document was validated against.
    pub(crate) schema: &'t Schema,
    pub(crate) deferring: Deferring<'t>,
    /// The response keys that lead to the present position.
    pub(crate) path: Vec<Name>,
    /// How many fields were visited.
    pub(crate) visits: usize,
}

impl<'d, 't, 'g> Normaliser<'d, 't, 'g> {
    pub(crate) fn new(
        document: &'d ExecutableDocument,
        tree: &'t mut Tree<'g>,
        schema: &'t Schema,
        deferring: Deferring<'t>,
    ) -> Self {
        Self {
            document,
            tree,
            schema,
            deferring,
            path: Vec::new(),
            visits: 0,
        }
    }

    /// [CollectFields](https://spec.graphql.org/September2025/#CollectFields()).
    ///
    /// # Errors
    ///
    /// When conditions have too many terms.
    pub(crate) fn collect(
        &mut self,
        ty: TypeId,
        sources: &[Source<'d>],
    ) -> Result<Selected<'d>, PlanError> {
        let mut found = Selected::default();
        let mut visited = FxHashSet::default();
        let largest = sources.iter().map(|(set, _)| set.selections.len()).max();
        found.fields.reserve(largest.unwrap_or(0));
        for &(set, cond) in sources {
            self.collect_set(ty, set, cond, &mut visited, &mut found, 0)?;
        }
        Ok(found)
    }

    fn collect_set(
        &mut self,
        ty: TypeId,
        set: &'d SelectionSet,
        cond: Cond,
        visited: &mut FxHashSet<(&'d Name, Cond)>,
        found: &mut Selected<'d>,
        depth: usize,
    ) -> Result<(), PlanError> {
        too_deep(depth)?;
        let document = self.document;
        self.tree.work.spend(1 + set.selections.len())?;
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => {
                    if let Some(cond) = self.tree.conditions.narrow(cond, &field.directives)? {
                        self.add(field, cond, &mut found.fields)?;
                    }
                }
                Selection::InlineFragment(fragment) => {
                    let narrowed = self.tree.conditions.narrow(cond, &fragment.directives)?;
                    let Some(cond) = narrowed else { continue };
                    if self.applies(ty, fragment.type_condition.as_ref()) {
                        let set = &fragment.selection_set;
                        if self.defers(&fragment.directives, set, cond, found) {
                            continue;
                        }
                        self.collect_set(ty, set, cond, visited, found, depth + 1)?;
                    }
                }
                Selection::FragmentSpread(spread) => {
                    let narrowed = self.tree.conditions.narrow(cond, &spread.directives)?;
                    let Some(cond) = narrowed else { continue };
                    let Some(fragment) = document.fragments.get(&spread.fragment_name) else {
                        continue;
                    };
                    let set = &fragment.selection_set;
                    if self.applies(ty, Some(fragment.type_condition()))
                        && !self.defers(&spread.directives, set, cond, found)
                        && visited.insert((&spread.fragment_name, cond))
                    {
                        self.collect_set(ty, set, cond, visited, found, depth + 1)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Puts a fragment aside if it is deferred.
    fn defers(
        &self,
        directives: &'d DirectiveList,
        set: &'d SelectionSet,
        cond: Cond,
        found: &mut Selected<'d>,
    ) -> bool {
        let fragment = self.deferring.fragment(directives, set, cond, &self.path);
        let Some(fragment) = fragment else {
            return false;
        };
        self.tree.work.take(found.deferred.len());
        let same = |known: &DeferredFragment<'_>| known.id == fragment.id && known.cond == cond;
        if !found.deferred.iter().any(same) {
            found.deferred.push(fragment);
        }
        true
    }

    pub(crate) fn add(
        &mut self,
        field: &'d Field,
        cond: Cond,
        found: &mut CollectedFields<'d>,
    ) -> Result<(), PlanError> {
        self.visits += 1;
        let place = self.visits;
        let denied = is_denied(field).then_some(cond);
        match found.get_mut(field.response_key()) {
            None => {
                self.tree.work.take(KEPT);
                let collected = Collected {
                    fields: smallvec![(field, cond)],
                    cond,
                    denied,
                    places: smallvec![(place, cond)],
                };
                found.insert(field.response_key(), collected);
            }
            Some(known) => {
                known.denied = match (known.denied, denied) {
                    (Some(before), Some(also)) => Some(self.tree.conditions.or(before, also)?),
                    (before, also) => before.or(also),
                };
                self.tree.work.take(known.fields.len());
                let same = |(other, c): &(&Field, Cond)| std::ptr::eq(*other, field) && *c == cond;
                if !known.fields.iter().any(same) {
                    known.fields.push((field, cond));
                    if let Some(only_here) = self.tree.conditions.without(cond, known.cond)? {
                        known.places.push((place, only_here));
                    }
                    known.cond = self.tree.conditions.or(known.cond, cond)?;
                }
            }
        }
        Ok(())
    }

    fn applies(&self, ty: TypeId, condition: Option<&Name>) -> bool {
        let graph = self.tree.graph;
        condition.is_none_or(|name| {
            graph
                .id(name)
                .is_some_and(|on| on == ty || graph.ty(on).possible.binary_search(&ty).is_ok())
        })
    }
}

/// What of a field is for the client, and where it is denied instead: never both at once.
pub(crate) struct Open<'a, 'd> {
    /// The nodes that are not denied, where none of the others counts; empty where the field is always denied.
    pub(crate) fields: Cow<'a, [(&'d Field, Cond)]>,
    pub(crate) cond: Cond,
    pub(crate) places: Cow<'a, [(usize, Cond)]>,
    /// The places where it is denied.
    pub(crate) denied: Vec<(usize, Cond)>,
}

impl<'d> Collected<'d> {
    /// Splits the field by whether one of its denied nodes counts.
    ///
    /// # Errors
    ///
    /// When conditions have too many terms.
    pub(crate) fn open(&self, conditions: &mut Conditions<'_>) -> Result<Open<'_, 'd>, PlanError> {
        let mut open = Open {
            fields: Cow::Borrowed(&self.fields),
            cond: self.cond,
            places: Cow::Borrowed(&self.places),
            denied: Vec::new(),
        };
        let Some(denied) = self.denied else {
            return Ok(open);
        };
        let mut places = Vec::new();
        for &(place, cond) in &self.places {
            if let Some(cond) = conditions.both(cond, denied)? {
                open.denied.push((place, cond));
            }
            if let Some(cond) = conditions.without(cond, denied)? {
                places.push((place, cond));
            }
        }
        let mut fields = Vec::new();
        for &(field, cond) in self.fields.iter().filter(|(field, _)| !is_denied(field)) {
            if let Some(cond) = conditions.without(cond, denied)? {
                fields.push((field, cond));
            }
        }
        if let Some(cond) = conditions.without(self.cond, denied)? {
            open.cond = cond;
        }
        open.places = Cow::Owned(places);
        open.fields = Cow::Owned(fields);
        Ok(open)
    }
}

fn is_denied(field: &Field) -> bool {
    field.directives.has(&DENIED)
}

pub(crate) fn too_deep(depth: usize) -> Result<(), PlanError> {
    if depth > MAX_DEPTH {
        return Err(PlanError::Limit {
            what: "levels of nesting",
            bound: MAX_DEPTH,
        });
    }
    Ok(())
}
