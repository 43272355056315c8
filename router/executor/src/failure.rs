//! Fetches that brought no data, and the fields that are missing because of them.

use std::borrow::Cow;
use std::cell::Cell;

use planner::{Fetch, FetchTarget, PathElement};

use crate::complete::Step;
use crate::json::Object;

/// Why a fetch brought no data.
pub(crate) struct Failure<'p, 'a> {
    pub(crate) fetch: &'p Fetch,
    pub(crate) message: Cow<'a, str>,
    pub(crate) code: Cow<'a, str>,
    pub(crate) service: &'a str,
    pub(crate) extensions: Option<Object<'a>>,
    /// Whether some field's error says so already.
    reported: Cell<bool>,
}

impl<'p, 'a> Failure<'p, 'a> {
    pub(crate) fn new(
        fetch: &'p Fetch,
        message: Cow<'a, str>,
        code: Cow<'a, str>,
        service: &'a str,
        extensions: Option<Object<'a>>,
    ) -> Self {
        Self {
            fetch,
            message,
            code,
            service,
            extensions,
            reported: Cell::new(false),
        }
    }

    /// Whether the fetch was to bring the field at the end of the path.
    fn concerns(&self, path: &[Step<'_>]) -> bool {
        let Some((
            Step::Field {
                data_key: Some(field),
                ..
            },
            above,
        )) = path.split_last()
        else {
            return false;
        };
        let object: Vec<&str> = above
            .iter()
            .filter_map(|step| match step {
                Step::Field { data_key, .. } => *data_key,
                Step::Index(_) => None,
            })
            .collect();
        let at = match &self.fetch.target {
            FetchTarget::Root => object.is_empty(),
            FetchTarget::Entities(entities) => entities
                .iter()
                .flat_map(|entity| &entity.paths)
                .any(|path| {
                    let keys = path.iter().filter_map(|element| match element {
                        PathElement::Key(key) => Some(key.as_str()),
                        PathElement::TypeCondition(_) => None,
                    });
                    keys.eq(object.iter().copied())
                }),
        };
        at && mentions(&self.fetch.operation, field)
    }
}

/// Whether a name stands in the text of an operation.
fn mentions(operation: &str, name: &str) -> bool {
    operation
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .any(|word| word == name)
}

/// All failures of one execution.
#[derive(Default)]
pub(crate) struct Failures<'p, 'a> {
    list: Vec<Failure<'p, 'a>>,
}

impl<'p, 'a> Failures<'p, 'a> {
    pub(crate) fn push(&mut self, failure: Failure<'p, 'a>) {
        self.list.push(failure);
    }

    /// The failure because of which the field at the path is missing.
    pub(crate) fn of(&self, path: &[Step<'_>]) -> Option<&Failure<'p, 'a>> {
        let failure = self.list.iter().find(|failure| failure.concerns(path))?;
        failure.reported.set(true);
        Some(failure)
    }

    /// The failures that no field's error tells of, because nothing that is asked for is missing.
    pub(crate) fn unreported(&self) -> impl Iterator<Item = &Failure<'p, 'a>> {
        self.list.iter().filter(|failure| !failure.reported.get())
    }
}
