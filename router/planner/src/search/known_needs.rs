//! What keys and demanding fields are known to need.

use std::sync::Arc;

use federation::{ContextArgument, FieldSet};
use rustc_hash::FxHashMap;

use crate::graph::TypeId;
use crate::operation::ids::PositionId;
use crate::search::ids::NeedId;

/// The needs there are; `None` for those that lie too deep.
#[derive(Default)]
pub(crate) struct KnownNeeds {
    pub(crate) sets: FxHashMap<Asked, Option<NeedId>>,
    pub(crate) demands: FxHashMap<Demand, Option<NeedId>>,
}

/// A field set: where, of which types, and whether it is a key.
pub(crate) type Asked = (PositionId, Arc<[TypeId]>, Arc<FieldSet>, bool);

/// What a field asks for beside the key of its object: where, of which types, and what.
pub(crate) type Demand = (
    PositionId,
    Arc<[TypeId]>,
    Option<Arc<FieldSet>>,
    Arc<[ContextArgument]>,
);
