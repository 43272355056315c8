//! Lists that are delivered in two parts.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use planner::{DeferredId, FieldShape, FieldSource, Shape};

use super::value::At;
use super::{Completion, MARGIN, Nulled};
use crate::fault::About;
use crate::json::{Cursor, List, ObjectId, Value, search_names};
use crate::path::Path;
use crate::pending::Pending;
use crate::represent::type_name;

impl<'a> Completion<'_, 'a> {
    /// The first items of a list; the others are pending.
    pub(super) fn first_items(
        &mut self,
        items: List<'a>,
        part: DeferredId,
        shape: &'a Shape,
        at: At<'a, '_>,
    ) -> Result<(), Nulled> {
        let count = self.counts.get(part);
        self.items(items, 0..count, shape, at)?;
        let is_longer = self.tree.items(items).nth(count).is_some();
        if is_longer && !self.muted {
            let mut within = Within::default();
            if !self.faults.list.is_empty() {
                for item in self.tree.items(items).skip(count) {
                    self.faults_in(item, shape, &mut within)?;
                }
            }
            let withheld = within.faults.into_iter().collect();
            self.announce(Pending::items(part, at.field, count, withheld, at.path))?;
        }
        Ok(())
    }

    /// Writes the items of a list from one of them on, as a list, which ends before one that may not be what it is; or null where that is the first.
    pub(crate) fn later_items(
        &mut self,
        items: List<'a>,
        field: &'a FieldShape,
        from: usize,
        path: &Path<'_, 'a>,
    ) {
        let start = self.mark();
        let at = At {
            field,
            path,
            explained: false,
            streamed: None,
        };
        let done = match without_null(&field.value) {
            Shape::List(shape) => self.items_until_null(items, from, shape, at),
            // The first items were written, so it is a list.
            _ => Err(Nulled),
        };
        if done.is_err() {
            _ = self.null_from(start);
        }
        self.end_part();
    }

    /// A null in place of an item that may not be null ends the list; what comes after it is only walked for what subgraphs reported of it.
    fn items_until_null(
        &mut self,
        items: List<'a>,
        from: usize,
        shape: &'a Shape,
        at: At<'a, '_>,
    ) -> Result<(), Nulled> {
        let tree = self.tree;
        let mut end = None;
        self.out.push(b'[');
        for (index, item) in tree.items(items).enumerate().skip(from) {
            let start = self.mark();
            if end.is_none() {
                self.errors.split();
            }
            if index > from {
                self.out.push(b',');
            }
            if self.out.len() + MARGIN > self.granted && !self.grow() {
                return Err(Nulled);
            }
            let path = at.path.item(index);
            if self.value(item, shape, At { path: &path, ..at }).is_err() && end.is_none() {
                end = Some((index, start));
                if !self.goes_on_muted() {
                    break;
                }
            }
        }
        self.muted = false;
        if let Some((index, end)) = end {
            if index == from {
                return Err(Nulled);
            }
            self.cut(end)?;
            self.lost = Some(index);
        }
        self.out.push(b']');
        Ok(())
    }

    /// The part that a fragment belongs to where it stands: in the items of a list that come later it has another one.
    pub(super) fn part_within(&self, part: DeferredId) -> DeferredId {
        let Some(within) = self.within else {
            return part;
        };
        let known = self.plan.deferred.get(usize::from(part.0));
        let mut later = known.into_iter().flat_map(|part| &part.in_later_items);
        let later = later.find(|(list, _)| *list == within);
        later.map_or(part, |(_, part)| *part)
    }

    /// What was reported of items that come later is due with them.
    pub(super) fn withhold(&mut self) {
        for fault in self.pending.iter().flat_map(Pending::withheld) {
            if let Some(due) = self.due.get_mut(*fault)
                && self.reported.get(*fault) == Some(&false)
            {
                *due = false;
            }
        }
    }

    /// The faults that are about a value or what is selected below it. Recursion is bounded by the selection and by the depth of lists.
    fn faults_in(
        &mut self,
        value: Value<'a>,
        shape: &'a Shape,
        within: &mut Within,
    ) -> Result<(), Nulled> {
        let (tree, shape) = (self.tree, without_null(shape));
        let (object, shape) = match (value, shape) {
            (Value::List(items), Shape::List(shape)) => {
                self.spend(LOOK)?;
                for item in tree.items(items) {
                    self.faults_in(item, shape, within)?;
                }
                return Ok(());
            }
            (Value::Object(object), Shape::Object { shape, .. }) => (object, shape),
            (Value::Object(object), Shape::Abstract { possible, .. }) => {
                let name = type_name(tree, self.forms, object).unwrap_or_default();
                let found = search_names(possible, name, |(known, _)| known);
                match possible.get(found.unwrap_or_default()) {
                    Some((_, shape)) => (object, shape),
                    None => return Ok(()),
                }
            }
            _ => return Ok(()),
        };
        // An object may be at many places, with the same below each.
        if !within.seen.insert((object, Arc::as_ptr(shape).addr())) {
            return self.spend(LOOK);
        }
        if within.seen.len() > within.granted {
            within.granted += LOOKED_AT;
            if !self.grants.take(LOOKED_AT * SEEN) {
                return Err(Nulled);
            }
        }
        let anchors = self.faults.about(tree, object);
        self.spend(LOOK * shape.fields.len() + anchors.len())?;
        let about = anchors
            .iter()
            .filter(|anchor| matches!(anchor.about, About::Object | About::Field(..)));
        within.faults.extend(about.map(|anchor| anchor.fault));
        let mut cursor = Cursor::default();
        for field in &shape.fields {
            if let FieldSource::Data(key) = &field.source
                && let Some(value) = tree.get_next(object, key, &mut cursor)
            {
                self.faults_in(value, &field.value, within)?;
            }
        }
        Ok(())
    }
}

/// What was found in items that come later.
#[derive(Default)]
struct Within {
    faults: BTreeSet<usize>,
    /// The objects that were looked at, each with the address of the selection.
    seen: HashSet<(ObjectId, usize)>,
    /// How many of them memory was granted for.
    granted: usize,
}

/// The work of looking at a value.
const LOOK: usize = 16;

/// Memory is asked for before this many more are looked at, in bytes for each.
const LOOKED_AT: usize = 64;
const SEEN: usize = 40;

fn without_null(shape: &Shape) -> &Shape {
    match shape {
        Shape::NonNull(shape) => shape,
        shape => shape,
    }
}
