//! What can be said of a position before any search: which types are alike, where its objects can be, what resolves all of it.
//!
//! This keeps the search small: types that are alike are searched once, and a field that can be had with everything below it
//! wherever it can be had at all is searched as a leaf.

use std::sync::Arc;

use federation::SubgraphId;
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

use crate::graph::{FieldAt, TypeId};
use crate::tree::{PositionId, Tree, UseId, VisibleField, VisibleSource};

impl Tree<'_> {
    /// Types of one class are entered by the same keys, and are known to the same subgraphs that lead here.
    pub(crate) fn classes(&self, parent: Option<UseId>, types: &[TypeId]) -> Vec<Arc<[TypeId]>> {
        let graph = self.graph;
        let mut classes: IndexMap<(u32, Vec<bool>), Vec<TypeId>, FxBuildHasher> =
            IndexMap::default();
        for &ty in types {
            let known = parent.map_or_else(Vec::new, |parent| {
                let at = self.field(parent).at.iter();
                at.map(|at| {
                    let there = graph
                        .id(at.ty.inner_named_type())
                        .and_then(|named| graph.there(named, at.lane.subgraph));
                    there.is_some_and(|there| there.possible.binary_search(&ty).is_ok())
                })
                .collect()
            });
            let class = (graph.ty(ty).signature, known);
            classes.entry(class).or_default().push(ty);
        }
        classes.into_values().map(Arc::from).collect()
    }

    /// Where the objects of a position can be at hand: where the parent is and has the field, and where their keys lead.
    pub(crate) fn subgraphs(
        &self,
        parent: Option<UseId>,
        ty: TypeId,
        types: &[TypeId],
    ) -> Vec<SubgraphId> {
        let graph = self.graph;
        let Some(parent) = parent else {
            return graph
                .ty(ty)
                .there
                .iter()
                .map(|there| there.subgraph)
                .collect();
        };
        let above = &self.position(self.get(parent).position).subgraphs;
        let inline = self.field(parent).at.iter().map(|at| at.lane.subgraph);
        let mut found: Vec<SubgraphId> = inline.filter(|s| above.contains(s)).collect();
        for &ty in types {
            let entrances = &graph.ty(ty).entrances;
            found.extend(entrances.iter().map(|entrance| entrance.lane.subgraph));
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Says what kind of position it is, now that all its uses are there.
    pub(crate) fn finish_position(&mut self, id: PositionId) {
        let graph = self.graph;
        let position = self.position(id);
        let node = graph.ty(position.ty);
        let first = position.shapes.first().map(|shape| &shape.fields);
        let typename = position.shapes.iter().any(|shape| {
            shape
                .fields
                .iter()
                .any(|field| matches!(field.source, VisibleSource::Typename))
        });
        let uniform = node.is_object()
            || (!node.has_hidden
                && !typename
                && position.shadows.is_empty()
                && position
                    .shapes
                    .iter()
                    .all(|shape| first.is_none_or(|first| self.alike(first, &shape.fields))));
        let wants_typename = (!uniform || position.uses.is_empty())
            && position.parent.is_some()
            && position.shadow.is_none();
        let partial = self.is_partial(id);
        let mut closed_in = Vec::new();
        // What is asked for of such types depends on how the objects can be had.
        let subgraphs = position.subgraphs.iter().filter(|_| !partial);
        for &subgraph in subgraphs {
            let Some(there) = graph.there(position.ty, subgraph) else {
                continue;
            };
            let lane = graph.lane_of(position.ty, subgraph);
            let resolved = |&used: &UseId| {
                let selected = self.get(used);
                let present = |ty: &TypeId| there.possible.binary_search(ty).is_ok();
                if !selected.on.iter().any(present) {
                    return true;
                }
                let at = self.field(used).at(lane);
                let here = at.is_some_and(FieldAt::is_plain);
                let below = selected
                    .sub
                    .is_none_or(|sub| self.position(sub).closed_in.contains(&subgraph));
                here && below
            };
            if position.uses.iter().all(resolved)
                && !(wants_typename && lane.via.is_some())
                && position.shadows.is_empty()
            {
                closed_in.push(subgraph);
            }
        }
        let position = self.position_mut(id);
        position.uniform = uniform;
        position.wants_typename = wants_typename;
        position.closed_in = closed_in;
        position.partial = partial;
    }

    /// Whether objects of two types are read in the same way.
    fn alike(&self, left: &[VisibleField], right: &[VisibleField]) -> bool {
        let same_source = |a: VisibleSource, b: VisibleSource| match (a, b) {
            (VisibleSource::Use(a), VisibleSource::Use(b)) if a != b => {
                let (one, other) = (self.get(a), self.get(b));
                one.sub.is_none()
                    && other.sub.is_none()
                    && one.data_key == other.data_key
                    && self.field(a).ty == self.field(b).ty
            }
            _ => a == b,
        };
        left.len() == right.len()
            && left.iter().zip(right).all(|(a, b)| {
                a.response_key == b.response_key
                    && a.name == b.name
                    && a.cond == b.cond
                    && same_source(a.source, b.source)
            })
    }

    /// Whether every subgraph that has the field resolves it with all that is selected below.
    pub(crate) fn is_closed(&self, id: UseId) -> bool {
        let Some(sub) = self.get(id).sub else {
            return true;
        };
        let closed_in = &self.position(sub).closed_in;
        let here = &self.position(self.get(id).position).subgraphs;
        self.field(id).at.iter().all(|at| {
            !here.contains(&at.lane.subgraph)
                || at.is_plain() && closed_in.contains(&at.lane.subgraph)
        })
    }
}
