//! What of a field set can be obtained from some places, in their subgraphs and through keys.

use std::sync::Arc;

use apollo_compiler::Name;
use federation::{FieldSet, FieldSetSelection, Overridden, SubgraphId, TypeKind};

use super::super::node::{Label, NodeId, TypeId};
use super::super::select::{Labels, MAX_LABELS_PER_FIELD, assume};
use super::{Place, Reach, head};

/// How many field sets may wait for each other: a key or `@requires` that needs what another one gives.
const MAX_DEPTH: usize = 500;

impl<'s> Reach<'s> {
    /// Whether all of the selections can be obtained from these places.
    pub(super) fn covers_so_far(
        &mut self,
        places: &[Place],
        selections: &'s [FieldSetSelection],
        labels: &Labels,
    ) -> bool {
        if self.depth == MAX_DEPTH {
            // Deeper than any graph is meant to be: no verdict, as though the budget had been used up.
            self.budget.exhaust();
        }
        if !self.budget.spend_each(selections.len()) {
            return false;
        }
        self.depth += 1;
        let covered = self.covers_each(places, selections, labels);
        self.depth -= 1;
        covered
    }

    fn covers_each(
        &mut self,
        places: &[Place],
        selections: &'s [FieldSetSelection],
        labels: &Labels,
    ) -> bool {
        selections.iter().all(|selection| match selection {
            FieldSetSelection::Field { name, .. } if name == "__typename" => true,
            FieldSetSelection::Field {
                name, selections, ..
            } => {
                let selections = &selections.selections;
                // Whatever the labels of progressive overrides say, it must be obtained from somewhere.
                match self.open_labels(name, labels) {
                    None => self.covers_field(places, name, selections, labels),
                    Some(open) => (0..1_u32 << open.len()).all(|case| {
                        let labels = assume(labels, &open, case);
                        self.covers_field(places, name, selections, &labels)
                    }),
                }
            }
            FieldSetSelection::InlineFragment {
                on: None,
                selections,
            } => self.covers_so_far(places, &selections.selections, labels),
            FieldSetSelection::InlineFragment {
                on: Some(on),
                selections,
            } => self.objects_of(on).into_iter().all(|object| {
                let cast = self.downcast(places, object);
                cast.is_empty() || self.covers_so_far(&cast, &selections.selections, labels)
            }),
        })
    }

    fn covers_field(
        &mut self,
        places: &[Place],
        field: &Name,
        selections: &'s [FieldSetSelection],
        labels: &Labels,
    ) -> bool {
        match self.select(places, field, labels) {
            None => false,
            Some(_) if selections.is_empty() => true,
            Some(next) => self.covers_so_far(&next, selections, labels),
        }
    }

    /// The labels on fields of that name about which nothing is assumed, if there are any.
    fn open_labels(&self, field: &Name, labels: &Labels) -> Option<Vec<Arc<str>>> {
        let known = self.labels.get(field)?;
        let is_open = |label: &&Arc<str>| !labels.iter().any(|(name, _)| name == *label);
        let open = known.iter().filter(is_open).take(MAX_LABELS_PER_FIELD);
        Some(open.cloned().collect())
    }

    /// Where a field of a field set can be obtained: `None` when nowhere, and no places for a leaf.
    fn select(&mut self, places: &[Place], field: &Name, labels: &Labels) -> Option<Vec<Place>> {
        let mut found = None;
        for &place in places {
            let direct = self.select_at(place, field, labels);
            let is_leaf = matches!(&direct, Some(below) if below.is_empty());
            add(&mut found, direct);
            if is_leaf {
                return found;
            }
        }
        for &place in places {
            let ty = self.nodes.node(place.node).ty;
            let object = (self.nodes.ty(ty).kind == TypeKind::Object).then_some(ty);
            for &node in self.jumped_so_far(place.node).iter() {
                // By way of an `@interfaceObject`, keys lead an object to its interface. Its type stays known: else it would be looked for among
                // all objects of the interface, itself included, without end.
                let node = match object {
                    Some(object) => self.nodes.downcast(node, object),
                    None => Some(node),
                };
                let Some(node) = node else {
                    continue;
                };
                let direct = self.select_at(head(node), field, labels);
                let is_leaf = matches!(&direct, Some(below) if below.is_empty());
                add(&mut found, direct);
                if is_leaf {
                    return found;
                }
            }
        }
        found
    }

    /// The same without leaving the subgraph, except for objects behind an interface that need a look each.
    fn select_at(&mut self, place: Place, field: &Name, labels: &Labels) -> Option<Vec<Place>> {
        let node = self.nodes.node(place.node);
        if self.nodes.is_unset(node.ty, node.subgraph, field, 0) {
            return None;
        }
        if let Some(step) = self.nodes.resolution(place.node, field) {
            let assumed = |label: &Label| {
                let mut labels = labels.iter();
                labels.any(|(name, on)| *name == label.name && *on == label.on)
            };
            if step.labels.iter().all(assumed) && self.may_take(place, field, &step, labels) {
                return Some(
                    step.child
                        .map(|node| self.place(node))
                        .into_iter()
                        .collect(),
                );
            }
            return None;
        }
        let ty = self.nodes.node(place.node).ty;
        if self.nodes.ty(ty).kind != TypeKind::Interface
            || self.nodes.is_interface_object(place.node)
        {
            return None;
        }
        let mut found = None;
        for name in self.nodes.possible_types(place.node) {
            if !self.budget.spend(1) {
                return None;
            }
            let object = self.nodes.type_id(name)?;
            let cast = self.downcast(&[place], object);
            let below = self.select(&cast, field, labels)?;
            add(&mut found, Some(below));
        }
        found
    }

    /// Whether a subgraph gives all fields of some key itself. Whether the key is `resolvable` does not matter: that says who may
    /// refer to the entity, and here its own subgraph does.
    pub(super) fn has_local_key(&mut self, node: NodeId) -> bool {
        if let Some(&known) = self.resumable.get(&node) {
            return known;
        }
        let (ty, subgraph) = (self.nodes.node(node).ty, self.nodes.node(node).subgraph);
        let there = self.nodes.in_subgraph(ty, subgraph);
        let known = there.is_some_and(|there| {
            let mut keys = there.keys.iter();
            keys.any(|key| self.is_local(ty, subgraph, &key.fields))
        });
        self.resumable.insert(node, known);
        known
    }

    /// Whether no field of the set is external in a subgraph.
    fn is_local(&self, ty: TypeId, subgraph: SubgraphId, set: &FieldSet) -> bool {
        set.selections.iter().all(|selection| match selection {
            FieldSetSelection::Field { name, .. } if name == "__typename" => true,
            FieldSetSelection::Field {
                name, selections, ..
            } => {
                let declared = self.nodes.declared(ty, subgraph, name);
                declared.is_some_and(|declared| {
                    let below = self.nodes.type_id(declared.ty.inner_named_type());
                    !declared.external
                        && declared.overridden != Some(Overridden::Always)
                        && (selections.is_empty()
                            || below.is_some_and(|ty| self.is_local(ty, subgraph, selections)))
                })
            }
            FieldSetSelection::InlineFragment { on, selections } => {
                let on = on.as_ref().map_or(Some(ty), |on| self.nodes.type_id(on));
                on.is_some_and(|ty| self.is_local(ty, subgraph, selections))
            }
        })
    }

    /// The object types that a value of the named type can have.
    fn objects_of(&self, name: &str) -> Vec<TypeId> {
        let Some(ty) = self.nodes.type_id(name) else {
            return Vec::new();
        };
        if self.nodes.ty(ty).kind == TypeKind::Object {
            return vec![ty];
        }
        let there = self.nodes.ty(ty).in_subgraphs.iter();
        let mut objects: Vec<TypeId> = there
            .flat_map(|there| &there.possible_types)
            .filter_map(|name| self.nodes.type_id(name))
            .collect();
        objects.sort_unstable();
        objects.dedup();
        objects
    }
}

fn add(found: &mut Option<Vec<Place>>, more: Option<Vec<Place>>) {
    match (found, more) {
        (Some(found), Some(more)) => found.extend(more),
        (found @ None, more) => *found = more,
        (Some(_), None) => {}
    }
}
