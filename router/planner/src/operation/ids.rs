//! The indices of what an operation is made of.

/// The index of a [`Position`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct PositionId(pub(crate) u32);

/// The index of a [`Use`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct UseId(pub(crate) u32);

/// The index of a set of data keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ScopeId(pub(crate) u32);

/// The index of a `__schema` or `__type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct IntrospectionId(pub(crate) u32);
