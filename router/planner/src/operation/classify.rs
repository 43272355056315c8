//! What can be said about a position before any search: which types are alike, where its objects can be, what resolves all of it.
//!
//! This keeps the search small: types that are alike are searched once, and a field that can be obtained with everything below it
//! wherever it can be obtained at all is searched as a leaf.

use std::sync::Arc;

use federation::{FieldSet, SubgraphId};
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

use crate::graph::TypeId;
use crate::operation::condition::Cond;
use crate::operation::ids::{PositionId, UseId};
use crate::operation::position::{VisibleField, VisibleSource};
use crate::operation::provides::of_type;
use crate::operation::tree::Tree;

impl Tree<'_> {
    /// Types of one class are entered by the same keys, and are known to the same subgraphs that lead here, which provide the same of
    /// them.
    pub(crate) fn classes(&self, parent: Option<UseId>, types: &[TypeId]) -> Vec<Arc<[TypeId]>> {
        let graph = self.graph;
        type Kind = (u32, Vec<bool>, Vec<FieldSet>);
        let mut classes: IndexMap<Kind, Vec<TypeId>, FxBuildHasher> = IndexMap::default();
        let provided = parent.map_or_else(Vec::new, |parent| self.provided_below(parent));
        let ways = parent.map_or(0, |parent| self.field(parent).at.len());
        self.work.take(types.len() * (1 + ways + provided.len()));
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
            let provided = provided.iter().map(|set| of_type(graph, set, ty)).collect();
            let class = (graph.ty(ty).signature, known, provided);
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
            self.work.take(entrances.len());
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
        let fields = position.shapes.iter().map(|shape| shape.fields.len());
        self.work.take(fields.sum());
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
        self.work
            .take(position.uses.len() * position.subgraphs.len());
        // What is asked for of such types depends on how the objects can be obtained.
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
                // What may have to be asked apart is searched for.
                let here = at.is_some_and(|at| at.is_plain() && at.slow.is_none());
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
        let typename_cond = match wants_typename && !uniform {
            true => self.typename_cond(id),
            false => Cond::TRUE,
        };
        let position = self.position_mut(id);
        position.uniform = uniform;
        position.wants_typename = wants_typename;
        position.typename_cond = typename_cond;
        position.closed_in = closed_in;
        position.partial = partial;
    }

    /// When the type of an object matters to the client: always, unless only fields with conditions tell the shapes of the types apart.
    fn typename_cond(&mut self, id: PositionId) -> Cond {
        let position = self.position(id);
        let all: Vec<&[VisibleField]> = position.shapes.iter().map(|s| &*s.fields).collect();
        let is_conditional = |field: &&VisibleField| field.cond != Cond::TRUE;
        if self.graph.ty(position.ty).has_hidden
            || !position.shadows.is_empty()
            || !all.iter().copied().flatten().any(|f| is_conditional(&f))
        {
            return Cond::TRUE;
        }
        let conditional = all.iter().copied().flatten().filter(is_conditional);
        let all_fields: usize = all.iter().map(|fields| fields.len()).sum();
        self.work.take(conditional.count() * all_fields);
        if self.work.left() == 0 {
            // The operation is refused.
            return Cond::TRUE;
        }
        let tells = |field: &VisibleField| {
            let shared = |other: &&[VisibleField]| {
                let mut others = other.iter();
                others.any(|known| {
                    self.alike(std::slice::from_ref(known), std::slice::from_ref(field))
                })
            };
            matches!(field.source, VisibleSource::Typename) || !all.iter().all(shared)
        };
        let mut first: Option<Vec<VisibleField>> = None;
        let mut telling: Vec<Cond> = Vec::new();
        for fields in &all {
            let mut rest = Vec::with_capacity(fields.len());
            for field in *fields {
                match field.cond != Cond::TRUE && tells(field) {
                    true => telling.push(field.cond),
                    false => rest.push(field.clone()),
                }
            }
            let typename = rest
                .iter()
                .any(|field| matches!(field.source, VisibleSource::Typename));
            let known = first.get_or_insert_with(|| rest.clone());
            if typename || !self.alike(known, &rest) {
                return Cond::TRUE;
            }
        }
        telling.sort_unstable();
        telling.dedup();
        let mut telling = telling.into_iter();
        let Some(mut cond) = telling.next() else {
            return Cond::TRUE;
        };
        for other in telling {
            // One that grows over its bound is left out: the type is then always asked for.
            match self.conditions.or(cond, other) {
                Ok(either) => cond = either,
                Err(_) => return Cond::TRUE,
            }
        }
        cond
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
