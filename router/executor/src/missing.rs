//! Where faults are reported that are about all objects of a fetch: once each, however many objects these are.

use rustc_hash::FxHashMap;

use crate::fault::Scope;
use crate::path::{Path, Step};

/// The fields that are missing because of faults, as far as they were met.
#[derive(Debug, Default)]
pub(crate) struct Missing {
    /// By the first of the faults that have these places in common.
    places: FxHashMap<usize, Places>,
}

#[derive(Debug)]
struct Places {
    scope: Scope,
    list: Vec<Place>,
}

/// The nearest place that some missing fields have in common.
#[derive(Debug)]
struct Place {
    /// The response keys of the fields, without positions in lists.
    keys: Vec<Box<str>>,
    common: Vec<OwnedStep>,
}

#[derive(Debug, PartialEq)]
enum OwnedStep {
    Key(Box<str>),
    Index(usize),
}

impl OwnedStep {
    fn get(&self) -> Step<'_> {
        match self {
            Self::Key(key) => Step::Key(key),
            Self::Index(index) => Step::Index(*index),
        }
    }
}

impl Missing {
    /// Notes a field that is missing because of a fault and those in its scope.
    pub(crate) fn note(&mut self, fault: usize, scope: Scope, path: &Path<'_>) {
        let places = self.places.entry(fault).or_insert_with(|| Places {
            scope,
            list: Vec::new(),
        });
        let steps = path.steps();
        let known = places.list.iter_mut().find(|place| match scope {
            Scope::Reported { .. } => true,
            Scope::Failed => place.is_of(&steps),
        });
        match known {
            Some(place) => place.widen(&steps),
            None => places.list.push(Place::new(&steps)),
        }
    }

    /// Calls with each fault and each of its places, in the order of the faults.
    pub(crate) fn each(self, mut call: impl FnMut(usize, &[Step<'_>])) {
        let mut found: Vec<(usize, Places)> = self.places.into_iter().collect();
        found.sort_unstable_by_key(|(fault, _)| *fault);
        for (first, places) in found {
            let more = match places.scope {
                Scope::Reported { more } => more,
                Scope::Failed => 0,
            };
            for fault in first..=first + more {
                for (index, place) in places.list.iter().enumerate() {
                    let mut before = places.list[..index].iter();
                    if !before.any(|other| other.common == place.common) {
                        let steps: Vec<Step<'_>> = place.common.iter().map(|s| s.get()).collect();
                        call(fault, &steps);
                    }
                }
            }
        }
    }
}

impl Place {
    fn new(steps: &[Step<'_>]) -> Self {
        let own = |step: &Step<'_>| match *step {
            Step::Key(key) => OwnedStep::Key(key.into()),
            Step::Index(index) => OwnedStep::Index(index),
        };
        Self {
            keys: keys(steps).map(Box::from).collect(),
            common: steps.iter().map(own).collect(),
        }
    }

    fn is_of(&self, steps: &[Step<'_>]) -> bool {
        self.keys.iter().map(|key| &**key).eq(keys(steps))
    }

    fn widen(&mut self, steps: &[Step<'_>]) {
        let both = self.common.iter().zip(steps);
        let same = both.take_while(|(own, step)| own.get() == **step).count();
        self.common.truncate(same);
    }
}

fn keys<'s>(steps: &'s [Step<'_>]) -> impl Iterator<Item = &'s str> {
    steps.iter().filter_map(|step| match step {
        Step::Key(key) => Some(*key),
        Step::Index(_) => None,
    })
}
