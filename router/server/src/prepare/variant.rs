//! What a plan depends on beside the operation.

use access::Rights;
use apollo_compiler::Name;

use super::overrides::Labels;

/// Everything beside text and operation name that a plan depends on. It is one member of the keys of both caches, so that a new dimension
/// is one field here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Variant {
    /// Of progressive overrides.
    pub(crate) labels: Labels,
    /// Which access rules hold.
    pub(crate) rights: Rights,
    /// What comes in parts.
    pub(crate) deferring: Deferring,
}

/// What of an operation is deferred.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Deferring {
    /// Nothing: the response is whole.
    Nothing,
    /// All but what depends on these of the deciding variables, which are false: a bit for each.
    Unless(u16),
    /// It depends on variables that are not known yet, if on any.
    Undecided,
}

impl Deferring {
    /// The names of the variables that are false, out of all that decide.
    pub(crate) fn switched_off(self, deciding: &[Name]) -> Option<impl Iterator<Item = &Name>> {
        let Self::Unless(off) = self else {
            return None;
        };
        let each = deciding.iter().zip(0..);
        Some(each.filter_map(move |(name, bit)| (off >> bit & 1 == 1).then_some(name)))
    }
}
