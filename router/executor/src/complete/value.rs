//! Completes what is not just a leaf (<https://spec.graphql.org/September2025/#CompleteValue()>).

use std::ops::Range;

use planner::{DeferredId, FieldShape, Shape};

use super::{Completion, MARGIN, Nulled};
use crate::fault::{About, Anchor};
use crate::json::{List, ObjectId, Value, search_names};
use crate::leaf::{self, Mismatch};
use crate::path::Path;
use crate::represent::{fits, type_name};

/// The work of finding out whether a fetch was to bring a field.
const SEARCH: usize = 8;

/// The field that is being completed, and where.
#[derive(Clone, Copy)]
pub(super) struct At<'a, 'p> {
    pub(super) field: &'a FieldShape,
    pub(super) path: &'p Path<'p, 'a>,
    /// An error accounts for a null here.
    pub(super) explained: bool,
    /// The part of the later items of a list.
    pub(super) streamed: Option<DeferredId>,
}

impl<'a> Completion<'_, 'a> {
    /// Completes a field that is not just a leaf.
    pub(super) fn field(
        &mut self,
        value: Option<Value<'a>>,
        field: &'a FieldShape,
        key: &'a str,
        anchors: &[&Anchor<'a>],
        above: &Path<'_, 'a>,
    ) -> Result<(), Nulled> {
        if anchors.len() > 1 {
            self.spend(anchors.len())?;
        }
        let path = above.field(&field.response_key, key);
        let at = At {
            field,
            path: &path,
            explained: anchors.iter().any(|anchor| anchor.explains(key)),
            // In items that are delivered later, lists are whole.
            streamed: field.streamed.filter(|_| self.within.is_none()),
        };
        match value {
            Some(value) => self.value(value, &field.value, at),
            None => self.absent(key, anchors, at),
        }
    }

    /// A field that no subgraph answered: because a fetch failed, or because nothing could be asked for.
    fn absent(
        &mut self,
        key: &str,
        anchors: &[&Anchor<'a>],
        mut at: At<'a, '_>,
    ) -> Result<(), Nulled> {
        at.explained = at.explained || self.failed_to_bring(key, anchors, at.path)?;
        self.value(Value::Null, &at.field.value, at)
    }

    /// Whether a fetch that failed was to bring what is missing of an object. Then its error is reported, there or nearby.
    fn failed_to_bring(
        &mut self,
        key: &str,
        anchors: &[&Anchor<'a>],
        path: &Path<'_, 'a>,
    ) -> Result<bool, Nulled> {
        let (faults, mut tried) = (self.faults, 0);
        let failed = anchors.iter().find(|anchor| {
            tried += SEARCH;
            matches!(anchor.about, About::Missing(_))
                && self.is_due(anchor.fault)
                && faults.was_to_bring(anchor.fault, key)
        });
        if tried > SEARCH {
            self.spend(tried)?;
        }
        let Some(&&Anchor {
            fault,
            about: About::Missing(scope),
        }) = failed
        else {
            return Ok(false);
        };
        let bytes = self.missing.note(fault, scope, path);
        if bytes > 0 && !self.grants.take(bytes) {
            return Err(Nulled);
        }
        Ok(true)
    }

    /// An object of which it is not known what it is: a fault of the subgraph that it came from, unless another one that knows was asked and failed, as for what
    /// comes through an `@interfaceObject`.
    #[cold]
    fn unknown_object(&mut self, object: ObjectId, ty: &str, at: At<'a, '_>) -> Result<(), Nulled> {
        let anchors = self.faults.about(self.tree, object);
        let is_explained = anchors.iter().any(|anchor| anchor.explains("__typename"));
        if is_explained || self.failed_to_bring("__typename", &anchors, at.path)? {
            for anchor in &anchors {
                self.report_unshaped(anchor, at.path);
            }
            return Err(Nulled);
        }
        let name = &at.field.name;
        let message = format!("\"{name}\" of type \"{ty}\" came without a __typename");
        self.invalid(&message, at)
    }

    /// Completes a value in a position that may be nullable
    /// (<https://spec.graphql.org/September2025/#CompleteValue()>).
    pub(super) fn value(
        &mut self,
        value: Value<'a>,
        shape: &'a Shape,
        at: At<'a, '_>,
    ) -> Result<(), Nulled> {
        if let Shape::NonNull(shape) = shape {
            if value == Value::Null {
                return self.null_in_non_null(at);
            }
            return self.present(value, shape, at);
        }
        if value == Value::Null {
            self.out.extend_from_slice(b"null");
            return Ok(());
        }
        let start = self.mark();
        match self.present(value, shape, at) {
            Ok(()) => Ok(()),
            Err(Nulled) => self.null_from(start),
        }
    }

    /// Completes a value that is not null, for the shape under any `NonNull`.
    fn present(
        &mut self,
        value: Value<'a>,
        shape: &'a Shape,
        at: At<'a, '_>,
    ) -> Result<(), Nulled> {
        match (shape, value) {
            (Shape::Leaf(leaf), value) => {
                match leaf::complete(leaf, self.tree, value, &mut self.out) {
                    Ok(()) => Ok(()),
                    Err(mismatch) => self.mismatch(value, mismatch, at),
                }
            }
            (Shape::Object { type_name, shape }, Value::Object(object)) => {
                self.object(object, shape, type_name, at.path)
            }
            (Shape::List(shape), Value::List(items)) => self.list(items, shape, at),
            (Shape::Abstract { .. }, Value::Object(object)) => {
                self.abstract_object(object, shape, at)
            }
            (Shape::NonNull(shape), value) => self.present(value, shape, at),
            (Shape::Introspection, value) => {
                self.tree.write(value, &mut self.out);
                Ok(())
            }
            (Shape::Object { .. } | Shape::Abstract { .. }, _) => {
                self.mismatch(value, Mismatch::Kind("an object"), at)
            }
            (Shape::List(_), _) => self.mismatch(value, Mismatch::Kind("a list"), at),
        }
    }

    fn list(
        &mut self,
        items: List<'a>,
        shape: &'a Shape,
        mut at: At<'a, '_>,
    ) -> Result<(), Nulled> {
        match at.streamed.take() {
            None => self.items(items, 0..usize::MAX, shape, at),
            Some(part) => self.first_items(items, part, shape, at),
        }
    }

    /// Some of the items of a list, as a list.
    pub(super) fn items(
        &mut self,
        items: List<'a>,
        which: Range<usize>,
        shape: &'a Shape,
        at: At<'a, '_>,
    ) -> Result<(), Nulled> {
        let muted = self.muted;
        let tree = self.tree;
        let mut done = Ok(());
        self.out.push(b'[');
        let all = tree.items(items).enumerate().skip(which.start);
        for (index, item) in all.take(which.len()) {
            if index > which.start {
                self.out.push(b',');
            }
            if self.out.len() + MARGIN > self.granted && !self.grow() {
                return Err(Nulled);
            }
            let path = at.path.item(index);
            if self.value(item, shape, At { path: &path, ..at }).is_err() {
                done = Err(Nulled);
                if !self.goes_on_muted() {
                    break;
                }
            }
        }
        self.muted = muted;
        self.out.push(b']');
        done
    }

    /// An interface or a union (<https://spec.graphql.org/September2025/#ResolveAbstractType()>).
    fn abstract_object(
        &mut self,
        object: ObjectId,
        shape: &'a Shape,
        at: At<'a, '_>,
    ) -> Result<(), Nulled> {
        let Shape::Abstract {
            type_name: ty,
            condition,
            possible,
            hidden,
        } = shape
        else {
            return Ok(());
        };
        if !self.holds(*condition)
            && let Some((known, shape)) = possible.first()
        {
            return self.object(object, shape, known, at.path);
        }
        let Some(name) = type_name(self.tree, self.forms, object) else {
            return self.unknown_object(object, ty, at);
        };
        let found = search_names(possible, name, |(known, _)| known);
        if let Some((known, shape)) = found.and_then(|index| possible.get(index)) {
            return self.object(object, shape, known, at.path);
        }
        self.spend(hidden.len())?;
        if fits(hidden, name) {
            return self.mismatch(Value::Object(object), Mismatch::Hidden, at);
        }
        // Nothing that clients do not know is named.
        let name = &at.field.name;
        let message = format!("\"{name}\" came as an object of no possible type of \"{ty}\"");
        self.invalid(&message, at)
    }
}
