//! What is delivered later.

use std::sync::Arc;

use planner::{DeferredId, DeferredShape, FieldShape, ObjectShape};

use crate::json::{ObjectId, Tree, Value};
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
    path: Arc<[DataStep<'a>]>,
    /// It is the first to have the path.
    has_path: bool,
}

/// What is delivered.
#[derive(Debug)]
pub(crate) enum What<'a> {
    /// The fields of a fragment.
    Fragment {
        shape: &'a ObjectShape,
        type_name: &'a str,
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
    /// A fragment of the object at a path, which several of them have in common.
    pub(crate) fn fragment(
        part: DeferredId,
        deferred: &'a DeferredShape,
        type_name: &'a str,
        path: &Arc<[DataStep<'a>]>,
    ) -> Self {
        let what = What::Fragment {
            shape: &deferred.shape,
            type_name,
        };
        Self {
            has_path: Arc::strong_count(path) == 1,
            ..Self::new(part, what, Arc::clone(path))
        }
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
        Self::new(part, what, path.data_steps().into())
    }

    fn new(part: DeferredId, what: What<'a>, path: Arc<[DataStep<'a>]>) -> Self {
        Self {
            id: 0,
            part,
            what,
            within: None,
            path,
            has_path: true,
        }
    }

    /// How many bytes of memory it takes.
    pub(crate) fn bytes(&self) -> usize {
        let path = match self.has_path {
            true => size_of_val(&*self.path) + 2 * size_of::<usize>(),
            false => 0,
        };
        size_of::<Self>() + path + size_of_val(self.withheld())
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
    pub(crate) fn steps(&self) -> Vec<Step<'a>> {
        self.path.iter().map(|(step, _)| *step).collect()
    }

    /// The path to the first of what is delivered: to the item, of a list.
    pub(crate) fn first_steps(&self) -> Vec<Step<'a>> {
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

    /// Calls with its path.
    pub(crate) fn at(&self, call: &mut dyn FnMut(&Path<'_, 'a>)) {
        at(&self.path, &Path::ROOT, call);
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

/// Finds values in the data, one after the other, while it does not change: what a path has in common with the one before is not walked
/// again.
pub(crate) struct Finder<'a> {
    path: Arc<[DataStep<'a>]>,
    /// The root, then the value after each step that leads to one.
    values: Vec<Value<'a>>,
}

impl<'a> Finder<'a> {
    pub(crate) fn new(root: ObjectId) -> Self {
        Self {
            path: Arc::from([]),
            values: vec![Value::Object(root)],
        }
    }

    /// The value as it is now: fetches that came since it was announced may have put another one in its place.
    pub(crate) fn find(&mut self, tree: &Tree<'a>, pending: &Pending<'a>) -> Option<Value<'a>> {
        let both = self.path.iter().zip(&*pending.path);
        let common = both.take_while(|(before, step)| before == step).count();
        self.values.truncate(common + 1);
        self.path = Arc::clone(&pending.path);
        let mut at = *self.values.last()?;
        for (step, data) in self.path.iter().skip(self.values.len() - 1) {
            at = match (*step, at) {
                (Step::Key(_), Value::Object(object)) => tree.get(object, data)?,
                (Step::Index(index), Value::List(items)) => tree.item(items, index)?,
                _ => return None,
            };
            self.values.push(at);
        }
        Some(at)
    }
}
