//! The field nodes of a position, grouped by what one field of a subgraph can bring.

use apollo_compiler::Name;
use apollo_compiler::executable::Field;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use crate::error::PlanError;
use crate::graph::TypeId;
use crate::operation::collect::{FieldNodes, Normaliser, Selected};
use crate::operation::condition::Cond;
use crate::operation::position::{VisibleField, VisibleSource};
use crate::work::Work;

/// One field of one position, for the types that select it from the same field nodes.
pub(super) struct Group<'d> {
    pub(super) key: &'d Name,
    pub(super) collected: FieldNodes<'d>,
    pub(super) cond: Cond,
    pub(super) on: Types,
    /// All types of which one of the field nodes is selected.
    pub(super) wide: Types,
}

/// One as a rule.
type Types = SmallVec<[TypeId; 4]>;

/// A field of the response, before it is known which use brings it.
pub(super) struct Shown {
    /// Where it is.
    pub(super) place: usize,
    pub(super) field: VisibleField,
    pub(super) group: Option<usize>,
}

impl<'d> Normaliser<'d, '_, '_> {
    /// One group for each response key, list of field nodes, and way the field is in the subgraphs.
    #[allow(clippy::type_complexity)]
    pub(super) fn group(
        &mut self,
        by_type: &[(TypeId, &Selected<'d>)],
        depth: usize,
    ) -> Result<(Vec<Group<'d>>, Vec<(TypeId, Vec<Shown>)>), PlanError> {
        let graph = self.tree.graph;
        let widest = by_type.iter().map(|(_, selected)| selected.fields.len());
        let mut groups: Vec<Group<'d>> = Vec::with_capacity(widest.max().unwrap_or(0));
        let mut index: FxHashMap<(&Name, Vec<(*const Field, Cond)>, u32), usize> =
            FxHashMap::default();
        let mut shapes = Vec::with_capacity(by_type.len());
        for (ty, selected) in by_type {
            let mut visible = Vec::with_capacity(selected.fields.len());
            for (&key, collected) in &selected.fields {
                self.tree.work.take(4 + collected.fields.len());
                let (first, _) = collected.fields[0];
                let mut field = VisibleField {
                    response_key: key.clone(),
                    name: first.name.clone(),
                    cond: collected.cond,
                    source: VisibleSource::Typename,
                };
                let mut show = |field: &VisibleField, group, places: &[(usize, Cond)]| {
                    for &(place, cond) in places {
                        let mut field = field.clone();
                        field.cond = cond;
                        visible.push(Shown {
                            place,
                            field,
                            group,
                        });
                    }
                };
                let Some(node) = graph.field(*ty, &first.name) else {
                    if first.name != "__typename" {
                        let id = self.add_introspection(collected, depth)?;
                        field.source = VisibleSource::Introspection(id);
                    }
                    show(&field, None, &collected.places);
                    continue;
                };
                let open = collected.open(&mut self.tree.conditions)?;
                if !open.denied.is_empty() {
                    let non_null = node.ty.is_non_null();
                    let mut field = field.clone();
                    field.source = VisibleSource::Denied { non_null };
                    show(&field, None, &open.denied);
                }
                if open.fields.is_empty() {
                    continue;
                }
                let next = groups.len();
                let group = match by_type.len() {
                    // Of one type, each key is one.
                    1 => next,
                    _ => {
                        let nodes = open.fields.iter();
                        let nodes = nodes.map(|&(f, c)| (std::ptr::from_ref(f), c)).collect();
                        *index.entry((key, nodes, node.signature)).or_insert(next)
                    }
                };
                if group == next {
                    groups.push(Group {
                        key,
                        collected: open.fields.as_ref().into(),
                        cond: open.cond,
                        on: Types::new(),
                        wide: Types::new(),
                    });
                }
                groups[group].on.push(*ty);
                show(&field, Some(group), &open.places);
            }
            visible.sort_by_key(|shown: &Shown| shown.place);
            shapes.push((*ty, visible));
        }
        match by_type.len() {
            1 => groups
                .iter_mut()
                .for_each(|group| group.wide.clone_from(&group.on)),
            _ => widen(&mut groups, self.tree.work),
        }
        Ok((groups, shapes))
    }
}

/// Says of which types the field nodes of each group are selected.
fn widen(groups: &mut [Group<'_>], work: &Work) {
    let mut by_node: FxHashMap<*const Field, Vec<TypeId>> = FxHashMap::default();
    for group in &*groups {
        work.take(group.collected.len() * (1 + group.on.len() / 8));
        for &(field, _) in &group.collected {
            by_node
                .entry(std::ptr::from_ref(field))
                .or_default()
                .extend(&group.on);
        }
    }
    for group in groups {
        for &(field, _) in &group.collected {
            let types = by_node.get(&std::ptr::from_ref(field));
            group.wide.extend(types.into_iter().flatten().copied());
        }
        work.take(group.wide.len() / 2);
        group.wide.sort_unstable();
        group.wide.dedup();
    }
}
