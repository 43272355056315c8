//! What is delivered later.

use planner::{DeferredId, DeferredShape, FieldShape, ObjectShape};

use crate::json::{List, ObjectId, Tree, Value};
use crate::path::{Path, Step};

/// An object of which something is delivered later, or a list whose later items are.
#[derive(Debug)]
pub(crate) struct Pending<'a> {
    /// What it is announced under; 0 until it is.
    pub(crate) id: u32,
    pub(crate) part: DeferredId,
    pub(crate) what: What<'a>,
    /// The streamed list in whose later items it is.
    pub(crate) within: Option<DeferredId>,
    path: Vec<DataStep<'a>>,
}

/// What is delivered.
#[derive(Debug)]
pub(crate) enum What<'a> {
    /// The fields of a fragment.
    Fragment {
        shape: &'a ObjectShape,
        type_name: Box<str>,
    },
    /// The items of a list from one of them on.
    Items {
        field: &'a FieldShape,
        from: usize,
        /// What was reported of them before they are delivered.
        withheld: Vec<usize>,
    },
}

/// A step of a path, with the data key.
pub(crate) type DataStep<'a> = (Step<'a>, &'a str);

impl<'a> Pending<'a> {
    /// A fragment of the object at a path.
    pub(crate) fn fragment(
        part: DeferredId,
        deferred: &'a DeferredShape,
        type_name: &str,
        path: &Path<'_, 'a>,
    ) -> Self {
        let what = What::Fragment {
            shape: &deferred.shape,
            type_name: type_name.into(),
        };
        Self::new(part, what, path)
    }

    /// The items from that one on of the list at a path, the value of a field. `withheld` are the faults that are about them.
    pub(crate) fn items(
        part: DeferredId,
        field: &'a FieldShape,
        from: usize,
        withheld: Vec<usize>,
        path: &Path<'_, 'a>,
    ) -> Self {
        let what = What::Items {
            field,
            from,
            withheld,
        };
        Self::new(part, what, path)
    }

    fn new(part: DeferredId, what: What<'a>, path: &Path<'_, 'a>) -> Self {
        Self {
            id: 0,
            part,
            what,
            within: None,
            path: path.data_steps(),
        }
    }

    /// The same, in the later items of a list.
    pub(crate) fn within(self, within: Option<DeferredId>) -> Self {
        Self { within, ..self }
    }

    /// The faults that are about what is delivered later.
    pub(crate) fn withheld(&self) -> &[usize] {
        match &self.what {
            What::Items { withheld, .. } => withheld,
            What::Fragment { .. } => &[],
        }
    }

    /// The path to it.
    pub(crate) fn steps(&self) -> Vec<Step<'_>> {
        self.path.iter().map(|(step, _)| *step).collect()
    }

    /// The path to the first of what is delivered: to the item, of a list.
    pub(crate) fn first_steps(&self) -> Vec<Step<'_>> {
        let mut steps = self.steps();
        if let What::Items { from, .. } = self.what {
            steps.push(Step::Index(from));
        }
        steps
    }

    /// The member of a response that has what is delivered, in quotes.
    pub(crate) fn member(&self) -> &'static str {
        match self.what {
            What::Fragment { .. } => "\"data\"",
            What::Items { .. } => "\"items\"",
        }
    }

    /// The value as it is now: fetches that came since may have put another one in its place.
    fn value<'t>(&self, tree: &Tree<'t>, root: ObjectId) -> Option<Value<'t>> {
        let mut at = Value::Object(root);
        for (step, data) in &self.path {
            at = match (*step, at) {
                (Step::Key(_), Value::Object(object)) => tree.get(object, data)?,
                (Step::Index(index), Value::List(items)) => tree.item(items, index)?,
                _ => return None,
            };
        }
        Some(at)
    }

    /// Calls with its path.
    pub(crate) fn at(&self, call: &mut dyn FnMut(&Path<'_, 'a>)) {
        at(&self.path, &Path::ROOT, call);
    }

    /// The object as it is now.
    pub(crate) fn object(&self, tree: &Tree<'_>, root: ObjectId) -> Option<ObjectId> {
        match self.value(tree, root)? {
            Value::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The list as it is now.
    pub(crate) fn list<'t>(&self, tree: &Tree<'t>, root: ObjectId) -> Option<List<'t>> {
        match self.value(tree, root)? {
            Value::List(items) => Some(items),
            _ => None,
        }
    }
}

/// Calls with the path that these steps make.
fn at<'a>(steps: &[DataStep<'a>], above: &Path<'_, 'a>, call: &mut dyn FnMut(&Path<'_, 'a>)) {
    match steps.split_first() {
        None => call(above),
        Some(((Step::Index(index), _), rest)) => at(rest, &above.item(*index), call),
        Some(((Step::Key(response), data), rest)) => at(rest, &above.field(response, data), call),
    }
}
