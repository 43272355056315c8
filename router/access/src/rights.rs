//! Which rules somebody meets: a set of bits, or the number of a set where there are more rules than bits.

use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashMap;

/// Somebody who asks.
pub trait Holder {
    /// Whether a token was verified.
    fn is_authenticated(&self) -> bool;
    /// Whether the token grants a scope.
    fn has_scope(&self, scope: &str) -> bool;
    /// Whether a policy holds.
    fn has_policy(&self, policy: &str) -> bool;
}

/// Somebody without a token.
#[derive(Clone, Copy, Debug)]
pub struct Nobody;

impl Holder for Nobody {
    fn is_authenticated(&self) -> bool {
        false
    }

    fn has_scope(&self, _: &str) -> bool {
        false
    }

    fn has_policy(&self, _: &str) -> bool {
        false
    }
}

/// The rules of one schema that hold; equal where the same rules do. It means nothing for another schema.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Rights(u128);

/// A set of rules, by their numbers.
pub(crate) type Set = Arc<[u64]>;

const BITS: usize = u128::BITS as usize;

/// Sets that are remembered in one generation.
const MAX_SETS: usize = 16_384;

/// The sets of a schema with more rules than [`Rights`] has bits. One full generation more is kept, so that what has just been numbered is
/// known for long enough to be used.
#[derive(Debug, Default)]
pub(crate) struct Sets {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    next: u128,
    numbers: FxHashMap<Set, u128>,
    sets: FxHashMap<u128, Set>,
    before: FxHashMap<u128, Set>,
}

impl Sets {
    /// Numbers begin at `first`, so that those of one schema are none of another's.
    pub(crate) fn beginning_at(first: u128) -> Self {
        Self {
            inner: Mutex::new(Inner {
                next: first,
                ..Inner::default()
            }),
        }
    }

    /// Rights for a set of `rules` rules.
    pub(crate) fn rights(&self, rules: usize, set: &[u64]) -> Rights {
        if rules <= BITS {
            let words = set.iter().rev().take(2);
            return Rights(words.fold(0, |all, word| (all << 64) | u128::from(*word)));
        }
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(number) = inner.numbers.get(set) {
            return Rights(*number);
        }
        if inner.sets.len() >= MAX_SETS {
            inner.before = std::mem::take(&mut inner.sets);
            inner.numbers.clear();
        }
        let (set, number): (Set, u128) = (set.into(), inner.next);
        inner.next += 1;
        inner.numbers.insert(Arc::clone(&set), number);
        inner.sets.insert(number, set);
        Rights(number)
    }

    /// Whether the set behind rights is not about to be forgotten.
    pub(crate) fn remembers(&self, rules: usize, rights: Rights) -> bool {
        if rules <= BITS {
            return true;
        }
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.sets.contains_key(&rights.0)
    }

    /// The set behind rights; an empty one where it has been forgotten, which opens nothing.
    pub(crate) fn set(&self, rules: usize, rights: Rights) -> Set {
        if rules <= BITS {
            let word = |shift: u32| (rights.0 >> shift) as u64;
            return [word(0), word(64)].into();
        }
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let found = inner.sets.get(&rights.0);
        let found = found.or_else(|| inner.before.get(&rights.0));
        found.cloned().unwrap_or_else(|| Arc::from([]))
    }
}

pub(crate) fn has(set: &[u64], rule: usize) -> bool {
    set.get(rule / 64)
        .is_some_and(|word| word >> (rule % 64) & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_had_back_whatever_their_size() {
        for rules in [1_usize, 64, 128, 129, 1_000] {
            let (sets, words) = (Sets::default(), rules.div_ceil(64));
            let all: Vec<u64> = (0..words as u64).map(|word| word * 3 + 1).collect();
            let rights = sets.rights(rules, &all);
            assert_eq!(rights, sets.rights(rules, &all));
            assert_ne!(rights, sets.rights(rules, &vec![9; words]));
            let set = sets.set(rules, rights);
            assert_eq!(&set[..words], &all[..], "{rules} rules");
        }
    }

    #[test]
    fn a_set_outlives_as_many_others_as_are_remembered() {
        let (sets, words) = (Sets::default(), 3);
        let rights = sets.rights(150, &[1, 2, 3]);
        assert!(sets.remembers(150, rights));
        for number in 0..MAX_SETS as u64 - 1 {
            sets.rights(150, &[7, 7, number]);
        }
        sets.rights(150, &[8, 8, 8]);
        assert_eq!(&sets.set(150, rights)[..words], [1, 2, 3]);
        // They are worked out again in time.
        assert!(!sets.remembers(150, rights));
        for number in 0..2 * MAX_SETS as u64 {
            sets.rights(150, &[9, 9, number]);
        }
        assert!(sets.set(150, rights).is_empty());
    }
}
