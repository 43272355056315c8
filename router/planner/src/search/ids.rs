//! Steps, the indices of what the search knows, and the values that it has to bring.

use crate::operation::ids::{PositionId, UseId};

/// More steps than any plan can need.
pub(crate) const MAX_STEPS: u8 = 62;

/// The step of what never comes.
pub(crate) const NEVER: u8 = u8::MAX;

/// The index of an [`Entry`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct EntryId(pub(crate) u32);

/// What shares a request, if it is asked at the same step: a subgraph, and a part of the response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct BatchId(pub(crate) u32);

/// The index of a [`Need`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct NeedId(pub(crate) u32);

/// The index of a [`Context`] in [`Contexts`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ContextId(pub(crate) u32);

/// A value the search has to bring.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Leaf {
    /// A field of the objects of one class.
    Field(UseId, u16),
    /// The `__typename` of the objects of one class.
    Typename(PositionId, u16),
    /// That there are objects of one class: nothing of them is used, but that one is there.
    Presence(PositionId, u16),
}
