//! Where faults are reported that are about all objects of a fetch: once each, however many objects these are.

use std::collections::HashSet;
use std::hash::{BuildHasher, Hasher};

use hashbrown::{DefaultHashBuilder, HashTable};
use rustc_hash::FxHashMap;

use crate::fault::Scope;
use crate::path::{Path, Step};

/// The fields that are missing because of faults, as far as they were met.
#[derive(Debug, Default)]
pub(crate) struct Missing<'a> {
    /// By the first of the faults that have these places in common.
    places: FxHashMap<usize, Places<'a>>,
    /// Seeded: clients choose the keys.
    hasher: DefaultHashBuilder,
}

#[derive(Debug)]
struct Places<'a> {
    scope: Scope,
    list: Vec<Place<'a>>,
    /// The positions in `list`, by the keys.
    by_keys: HashTable<usize>,
}

/// The nearest place that some missing fields have in common.
#[derive(Debug)]
struct Place<'a> {
    /// The path to the first of them. All have its response keys; positions in lists differ.
    first: Box<[Step<'a>]>,
    /// How many of the steps all have in common.
    common: usize,
}

impl<'a> Missing<'a> {
    /// Notes a field that is missing because of a fault and those in its scope. Returns how many bytes that takes.
    pub(crate) fn note(&mut self, fault: usize, scope: Scope, path: &Path<'_, 'a>) -> usize {
        let Self { places, hasher } = self;
        let places = places.entry(fault).or_insert_with(|| Places {
            scope,
            list: Vec::new(),
            by_keys: HashTable::new(),
        });
        let steps = path.steps();
        let known = match scope {
            Scope::Reported { .. } => (!places.list.is_empty()).then_some(0),
            Scope::Failed => places.find(hasher, &steps),
        };
        if let Some(place) = known.and_then(|known| places.list.get_mut(known)) {
            place.widen(&steps);
            return 0;
        }
        places.add(hasher, &steps);
        size_of::<Place<'_>>() + size_of_val(&*steps)
    }

    /// Calls with each fault and each of its places, in the order of the faults.
    pub(crate) fn each(self, mut call: impl FnMut(usize, &[Step<'_>])) {
        let mut found: Vec<(usize, Places<'_>)> = self.places.into_iter().collect();
        found.sort_unstable_by_key(|(fault, _)| *fault);
        for (first, places) in found {
            let more = match places.scope {
                Scope::Reported { more } => more,
                Scope::Failed => 0,
            };
            let mut seen = HashSet::new();
            let mut distinct: Vec<&[Step<'_>]> = places.list.iter().map(Place::steps).collect();
            distinct.retain(|steps| seen.insert(*steps));
            for fault in first..=first + more {
                distinct.iter().for_each(|steps| call(fault, steps));
            }
        }
    }
}

impl<'a> Places<'a> {
    fn find(&self, hasher: &DefaultHashBuilder, steps: &[Step<'a>]) -> Option<usize> {
        let is_it = |known: &usize| {
            let known = self.list.get(*known);
            known.is_some_and(|known| keys(&known.first).eq(keys(steps)))
        };
        self.by_keys.find(hash(hasher, steps), is_it).copied()
    }

    fn add(&mut self, hasher: &DefaultHashBuilder, steps: &[Step<'a>]) {
        let (index, list) = (self.list.len(), &mut self.list);
        list.push(Place {
            first: steps.into(),
            common: steps.len(),
        });
        let hash_of = |known: &usize| list.get(*known).map_or(0, |one| hash(hasher, &one.first));
        self.by_keys
            .insert_unique(hash(hasher, steps), index, hash_of);
    }
}

impl<'a> Place<'a> {
    fn steps(&self) -> &[Step<'a>] {
        self.first.get(..self.common).unwrap_or_default()
    }

    fn widen(&mut self, steps: &[Step<'_>]) {
        let both = self.steps().iter().zip(steps);
        self.common = both.take_while(|(own, step)| own == step).count();
    }
}

/// The hash of the keys, without the positions in lists.
fn hash(hasher: &DefaultHashBuilder, steps: &[Step<'_>]) -> u64 {
    let mut hasher = hasher.build_hasher();
    for key in keys(steps) {
        hasher.write(key.as_bytes());
        hasher.write_u8(0xff);
    }
    hasher.finish()
}

fn keys<'s>(steps: &'s [Step<'_>]) -> impl Iterator<Item = &'s str> {
    steps.iter().filter_map(|step| match step {
        Step::Key(key) => Some(*key),
        Step::Index(_) => None,
    })
}
