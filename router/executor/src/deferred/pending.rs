//! What is delivered later.

use planner::{DeferredId, DeferredShape, ObjectShape};

use crate::json::{ObjectId, Tree, Value};
use crate::path::{Path, Step};

/// An object of which something is delivered later.
#[derive(Debug)]
pub(crate) struct Pending<'a> {
    /// What it is announced under; 0 until it is.
    pub(super) id: u32,
    pub(super) part: DeferredId,
    pub(super) shape: &'a ObjectShape,
    pub(super) type_name: Box<str>,
    path: Vec<OwnedStep>,
}

#[derive(Debug)]
enum OwnedStep {
    Key { response: Box<str>, data: Box<str> },
    Index(usize),
}

impl OwnedStep {
    fn get(&self) -> Step<'_> {
        match self {
            Self::Key { response, .. } => Step::Key(response),
            Self::Index(index) => Step::Index(*index),
        }
    }
}

impl<'a> Pending<'a> {
    pub(crate) fn new(deferred: &'a DeferredShape, type_name: &str, path: &Path<'_>) -> Self {
        let own = |(step, data): (Step<'_>, &str)| match step {
            Step::Key(response) => OwnedStep::Key {
                response: response.into(),
                data: data.into(),
            },
            Step::Index(index) => OwnedStep::Index(index),
        };
        Self {
            id: 0,
            part: deferred.part,
            shape: &deferred.shape,
            type_name: type_name.into(),
            path: path.data_steps().into_iter().map(own).collect(),
        }
    }

    /// The path to it.
    pub(super) fn steps(&self) -> Vec<Step<'_>> {
        self.path.iter().map(OwnedStep::get).collect()
    }

    /// The object as it is now: fetches that came since may have put another one in its place.
    pub(super) fn object(&self, tree: &Tree<'_>, root: ObjectId) -> Option<ObjectId> {
        let mut at = Value::Object(root);
        for step in &self.path {
            at = match (step, at) {
                (OwnedStep::Key { data, .. }, Value::Object(object)) => tree.get(object, data)?,
                (OwnedStep::Index(index), Value::List(items)) => tree.item(items, *index)?,
                _ => return None,
            };
        }
        match at {
            Value::Object(object) => Some(object),
            _ => None,
        }
    }

    /// Calls with its path.
    pub(super) fn at(&self, call: &mut dyn FnMut(&Path<'_>)) {
        at(&self.path, &Path::ROOT, call);
    }
}

/// Calls with the path that these steps make.
fn at(steps: &[OwnedStep], above: &Path<'_>, call: &mut dyn FnMut(&Path<'_>)) {
    match steps.split_first() {
        None => call(above),
        Some((OwnedStep::Index(index), rest)) => at(rest, &above.item(*index), call),
        Some((OwnedStep::Key { response, data }, rest)) => {
            at(rest, &above.field(response, data), call);
        }
    }
}
