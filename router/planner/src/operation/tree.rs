//! The operation as a tree of positions (where objects are) and uses (fields selected of them).
//!
//! Visible uses are what the client selected; hidden ones are added for keys and `@requires`.

use std::fmt::Write as _;

use apollo_compiler::Name;
use federation::MAX_NAME;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use crate::error::PlanError;
use crate::graph::{FieldNode, Graph};
use crate::operation::arguments::ArgumentTexts;
use crate::operation::condition::Conditions;
use crate::operation::defer::MAX_DEFERRED;
use crate::operation::ids::{IntrospectionId, PositionId, ScopeId, UseId};
use crate::operation::position::{Introspected, Position, Use};
use crate::operation::stream::Stream;
use crate::work::Work;

/// The tree, and what is shared by all its parts.
pub(crate) struct Tree<'g> {
    pub(crate) graph: &'g Graph,
    pub(crate) work: &'g Work,
    pub(crate) conditions: Conditions<'g>,
    pub(crate) positions: Vec<Position>,
    pub(crate) uses: Vec<Use>,
    /// By use: the field that it selects.
    fields: Vec<&'g FieldNode>,
    pub(crate) argument_texts: ArgumentTexts,
    scopes: Vec<Scope>,
    /// Deferred fragments so far.
    parts: u16,
    /// Streamed lists so far.
    streams: u16,
    /// Each `__schema` and `__type`, wherever it is selected.
    introspections: Vec<Introspected>,
    /// The fields of introspection, those below them included.
    introspected: usize,
    /// The bound on positions, uses and fields of introspection together.
    max_nodes: usize,
}

/// The data keys of the objects at one path.
#[derive(Default)]
struct Scope {
    keys: FxHashMap<Name, DataKey>,
}

/// The data keys under which requests ask for the types of objects: no field may have them.
const TYPENAMES: [&str; 2] = ["__typename", "_typename"];

/// Bytes of a data key that is tried for a unit.
const WRITTEN_PER_UNIT: usize = 16;

/// Who has a data key.
#[derive(Default)]
struct DataKey {
    uses: SmallVec<[UseId; 2]>,
    /// It is a response key, which only its own fields may take.
    reserved: bool,
}

/// More deferred parts than a plan may have.
pub(crate) fn too_many_parts() -> PlanError {
    PlanError::Limit {
        what: "deferred parts",
        bound: usize::from(MAX_DEFERRED),
    }
}

/// How long the tree was, to cut it back.
#[derive(Clone, Copy)]
pub(crate) struct Mark {
    positions: usize,
    uses: usize,
    scopes: usize,
    parts: u16,
    streams: u16,
}

impl<'g> Tree<'g> {
    pub(crate) fn new(graph: &'g Graph, work: &'g Work, max_nodes: usize) -> Self {
        Self {
            graph,
            work,
            conditions: Conditions::new(work),
            // What most operations have at least.
            positions: Vec::with_capacity(16),
            uses: Vec::with_capacity(64),
            fields: Vec::with_capacity(64),
            argument_texts: ArgumentTexts::default(),
            scopes: Vec::with_capacity(16),
            parts: 0,
            streams: 0,
            introspections: Vec::new(),
            introspected: 0,
            max_nodes,
        }
    }

    pub(crate) fn position(&self, id: PositionId) -> &Position {
        &self.positions[id.0 as usize]
    }

    pub(crate) fn position_mut(&mut self, id: PositionId) -> &mut Position {
        &mut self.positions[id.0 as usize]
    }

    pub(crate) fn get(&self, id: UseId) -> &Use {
        &self.uses[id.0 as usize]
    }

    pub(crate) fn use_mut(&mut self, id: UseId) -> &mut Use {
        &mut self.uses[id.0 as usize]
    }

    /// The field that a use selects, as the first of its types has it.
    pub(crate) fn field(&self, id: UseId) -> &'g FieldNode {
        self.fields[id.0 as usize]
    }

    /// Whether the search treats the use as one thing.
    pub(crate) fn is_leaf(&self, id: UseId) -> bool {
        let selected = self.get(id);
        selected.sub.is_none() || selected.closed
    }

    pub(crate) fn mark(&self) -> Mark {
        Mark {
            positions: self.positions.len(),
            uses: self.uses.len(),
            scopes: self.scopes.len(),
            parts: self.parts,
            streams: self.streams,
        }
    }

    /// Forgets everything added since: uses of `position` and what is below them.
    pub(crate) fn cut(&mut self, mark: Mark, position: PositionId) {
        self.positions.truncate(mark.positions);
        self.uses.truncate(mark.uses);
        self.fields.truncate(mark.uses);
        self.scopes.truncate(mark.scopes);
        self.parts = mark.parts;
        self.streams = mark.streams;
        let position = self.position_mut(position);
        position.uses.retain(|used| (used.0 as usize) < mark.uses);
        let scope = position.scope;
        self.scopes[scope.0 as usize].keys.retain(|_, key| {
            key.uses.retain(|known| (known.0 as usize) < mark.uses);
            key.reserved || !key.uses.is_empty()
        });
    }

    /// Deferred parts of the response; they are numbered from 1.
    pub(crate) fn deferred_parts(&self) -> u16 {
        self.parts
    }

    /// # Errors
    ///
    /// When there are too many.
    pub(crate) fn new_part(&mut self) -> Result<u16, PlanError> {
        self.check_parts()?;
        self.parts += 1;
        Ok(self.parts)
    }

    /// Streamed lists of the response.
    pub(crate) fn streams(&self) -> u16 {
        self.streams
    }

    /// Makes a use a streamed list.
    ///
    /// # Errors
    ///
    /// When there are too many deferred parts.
    pub(crate) fn add_stream(&mut self, id: UseId, stream: Stream) -> Result<(), PlanError> {
        self.check_parts()?;
        self.streams += 1;
        self.use_mut(id).stream = Some(Box::new(stream));
        Ok(())
    }

    fn check_parts(&self) -> Result<(), PlanError> {
        match self.parts + self.streams < MAX_DEFERRED {
            true => Ok(()),
            false => Err(too_many_parts()),
        }
    }

    /// How many fields lead to a position.
    pub(crate) fn path_len(&self, mut id: PositionId) -> usize {
        let mut length = 0;
        while let Some(parent) = self.position(id).parent {
            length += 1;
            id = self.get(parent).position;
        }
        length
    }

    /// The part that objects below a field are for.
    pub(crate) fn part_below(&self, parent: Option<UseId>) -> u16 {
        parent.map_or(0, |parent| self.position(self.get(parent).position).part)
    }

    /// The position where keys and required fields of the objects are had: another one for a shadow.
    pub(crate) fn origin(&self, id: PositionId) -> PositionId {
        let shadow = self.position(id).shadow.as_ref();
        shadow.map_or(id, |shadow| shadow.origin)
    }

    pub(crate) fn new_scope(&mut self) -> ScopeId {
        self.scopes.push(Scope::default());
        ScopeId(u32::try_from(self.scopes.len() - 1).unwrap_or(u32::MAX))
    }

    /// Keeps response keys for their own fields.
    pub(crate) fn reserve<'n>(
        &mut self,
        scope: ScopeId,
        keys: impl ExactSizeIterator<Item = &'n Name>,
    ) {
        let known = &mut self.scopes[scope.0 as usize].keys;
        known.reserve(keys.len());
        for key in keys {
            known.entry(key.clone()).or_default().reserved = true;
        }
    }

    /// # Errors
    ///
    /// When the tree grows over its bound.
    pub(crate) fn add_position(&mut self, position: Position) -> Result<PositionId, PlanError> {
        self.check()?;
        self.positions.push(position);
        Ok(PositionId(
            u32::try_from(self.positions.len() - 1).unwrap_or(u32::MAX),
        ))
    }

    /// Adds a use and gives it a data key: `wanted` where that is free or means the same.
    ///
    /// # Errors
    ///
    /// When the tree grows over its bound.
    pub(crate) fn add_use(&mut self, mut added: Use, wanted: &Name) -> Result<UseId, PlanError> {
        self.check()?;
        self.work.spend(added.units)?;
        if wanted.len() > MAX_NAME {
            return Err(PlanError::Limit {
                what: "bytes of a name",
                bound: MAX_NAME,
            });
        }
        let id = UseId(u32::try_from(self.uses.len()).unwrap_or(u32::MAX));
        let position = added.position;
        added.data_key = wanted.clone();
        let owner = self.graph.ty(added.on[0]);
        self.fields.push(&owner.fields[&added.name]);
        self.uses.push(added);
        let scope = self.position(position).scope;
        let key = self.data_key(scope, id, wanted);
        self.uses[id.0 as usize].data_key = key.clone();
        self.scopes[scope.0 as usize]
            .keys
            .entry(key)
            .or_default()
            .uses
            .push(id);
        self.position_mut(position).uses.push(id);
        Ok(id)
    }

    /// Counts a field of introspection.
    ///
    /// # Errors
    ///
    /// When the tree grows over its bound.
    pub(crate) fn count_introspected(&mut self) -> Result<(), PlanError> {
        self.check()?;
        self.introspected += 1;
        Ok(())
    }

    pub(crate) fn add_introspection(&mut self, field: Introspected) -> IntrospectionId {
        self.introspections.push(field);
        IntrospectionId(u32::try_from(self.introspections.len() - 1).unwrap_or(u32::MAX))
    }

    pub(crate) fn introspection(&self, id: IntrospectionId) -> &Introspected {
        &self.introspections[id.0 as usize]
    }

    /// Whether `__schema` or `__type` is selected anywhere.
    pub(crate) fn has_introspection(&self) -> bool {
        !self.introspections.is_empty()
    }

    fn check(&self) -> Result<(), PlanError> {
        self.work.spend(4)?;
        let nodes = self.positions.len() + self.uses.len() + self.introspected;
        self.work.selected(nodes, self.max_nodes)?;
        if nodes >= self.max_nodes {
            return Err(PlanError::Limit {
                what: "selected fields, after fragments are expanded",
                bound: self.max_nodes,
            });
        }
        Ok(())
    }

    fn data_key(&self, scope: ScopeId, id: UseId, wanted: &Name) -> Name {
        let scope = &self.scopes[scope.0 as usize];
        let selected = self.get(id);
        let fits = |key: &Name, own: bool| match scope.keys.get(key) {
            _ if TYPENAMES.contains(&key.as_str()) => false,
            None => true,
            Some(key) if key.uses.is_empty() => own || !key.reserved,
            Some(key) => key.uses.iter().all(|&other| {
                self.work.take(4);
                self.compatible(id, other)
            }),
        };
        if fits(wanted, !selected.hidden) {
            return wanted.clone();
        }
        let mut text = String::new();
        let mut number = 1u32;
        loop {
            text.clear();
            let _ = write!(text, "{wanted}_{number}");
            self.work.take(text.len() / WRITTEN_PER_UNIT);
            // A name followed by `_` and digits is a name.
            let key = Name::new_unchecked(&text);
            if fits(&key, false) || number == u32::MAX {
                return key;
            }
            number += 1;
        }
    }

    /// Whether two uses may share a data key: the same field, with the same type in every subgraph that has both.
    ///
    /// Composite ones only where a hidden one joins one of the same objects: their data is then one tree, while
    /// the objects of different types behind one key would be fetched for each other.
    fn compatible(&self, a: UseId, b: UseId) -> bool {
        let (left, right) = (self.get(a), self.get(b));
        if left.name != right.name || left.arguments_text != right.arguments_text {
            return false;
        }
        let (one, other) = (self.field(a), self.field(b));
        if one.target.is_some() || other.target.is_some() {
            return left.position == right.position
                && one.signature == other.signature
                && (left.hidden || right.hidden)
                && (left.on.iter().all(|ty| right.on.contains(ty)));
        }
        let same = one.at.iter().all(|at| {
            let there = other
                .at
                .iter()
                .find(|there| there.lane.subgraph == at.lane.subgraph);
            there.is_none_or(|there| there.ty == at.ty)
        });
        same && one.ty.inner_named_type() == other.ty.inner_named_type()
    }

    /// The scope below a composite use: that of the visible use whose data key it shares, else a new one.
    pub(crate) fn scope_below(&mut self, id: UseId) -> ScopeId {
        let selected = self.get(id);
        let scope = &self.scopes[self.position(selected.position).scope.0 as usize];
        let twin = scope.keys.get(&selected.data_key).and_then(|key| {
            key.uses
                .iter()
                .filter(|&&other| other != id)
                .find_map(|&other| self.get(other).sub)
        });
        match twin {
            Some(position) => self.position(position).scope,
            None => self.new_scope(),
        }
    }
}
