//! What two lists of named things have in common, and what only one of them has.

use std::hash::Hash;

use rustc_hash::FxHashMap;

/// A thing on both sides or on one.
pub(crate) enum Pair<T> {
    Added(T),
    Kept(T, T),
    Removed(T),
}

/// Pairs by key: what `new` has, in its order, then what only `old` has, in its order. A key that is there twice counts once.
pub(crate) fn pairs<T: Copy, K: Eq + Hash>(
    old: impl IntoIterator<Item = T>,
    new: impl IntoIterator<Item = T>,
    key: impl Fn(T) -> K,
) -> Vec<Pair<T>> {
    let old: Vec<T> = old.into_iter().collect();
    let mut before: FxHashMap<K, T> = FxHashMap::default();
    for &thing in &old {
        before.entry(key(thing)).or_insert(thing);
    }
    let mut seen = rustc_hash::FxHashSet::default();
    let mut pairs = Vec::new();
    for thing in new {
        if !seen.insert(key(thing)) {
            continue;
        }
        pairs.push(match before.get(&key(thing)) {
            Some(&was) => Pair::Kept(was, thing),
            None => Pair::Added(thing),
        });
    }
    for thing in old {
        if seen.insert(key(thing)) {
            pairs.push(Pair::Removed(thing));
        }
    }
    pairs
}
