//! How a walk came to a state, as a query would.

use std::rc::Rc;

use apollo_compiler::Name;

/// How a state was come to: the last step and those before it.
pub(super) struct Path {
    pub(super) before: Option<Rc<Path>>,
    pub(super) step: Step,
}

/// One step of a query.
pub(super) enum Step {
    /// The root type, by its operation keyword.
    Root(&'static str),
    /// A field of a type.
    Field(Name, Name),
    /// A type condition.
    On(Name),
}

/// Long ways are taken apart one by one: nested drops would take as much stack as they are long.
impl Drop for Path {
    fn drop(&mut self) {
        let mut before = self.before.take();
        while let Some(path) = before {
            before = Rc::into_inner(path).and_then(|mut path| path.before.take());
        }
    }
}

impl Path {
    pub(super) fn then(self: &Rc<Self>, step: Step) -> Rc<Self> {
        Rc::new(Self {
            before: Some(self.clone()),
            step,
        })
    }
}
