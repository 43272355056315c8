//! Makes the graph of a supergraph.

use std::sync::Arc;

use apollo_compiler::Name;
use apollo_compiler::ast::OperationType;
use federation::{
    FieldInSubgraph, FieldSet, FieldSetSelection, JoinType, Key, Overridden, SubgraphId,
    Supergraph, TypeInSubgraph, TypeKind,
};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::graph::slow::SlowField;
use crate::graph::{Entrance, FieldAt, FieldNode, Graph, Lane, TypeId, TypeNode, TypeThere};

impl Graph {
    /// Builds the graph; of progressive overrides, those with a label in `labels` are on.
    pub(crate) fn new(
        supergraph: &Supergraph,
        labels: &FxHashSet<Arc<str>>,
        slow: &[SlowField],
    ) -> Self {
        let composite: Vec<&JoinType> = supergraph
            .types()
            .values()
            .filter(|ty| is_composite(ty.kind))
            .collect();
        let ids: FxHashMap<Name, TypeId> = composite
            .iter()
            .zip(0..)
            .map(|(ty, index)| (ty.name.clone(), TypeId(index)))
            .collect();
        let mut graph = Self {
            types: Vec::with_capacity(composite.len()),
            abstract_types: composite
                .iter()
                .zip(0..)
                .filter(|(ty, _)| ty.kind != TypeKind::Object)
                .map(|(_, index)| TypeId(index))
                .collect(),
            ids,
            provides_depth: 0,
            slow: Vec::new(),
            not_slow: Vec::new(),
        };
        let implementers = graph.implementers(supergraph);
        for ty in &composite {
            let possible = graph.possible_in_supergraph(supergraph, ty, &implementers);
            let node = graph.type_node(supergraph, &composite, ty, possible, labels);
            graph.types.push(node);
        }
        graph.fold_interface_objects(supergraph, &composite, labels);
        graph.spread_contexts(&composite);
        graph.mark_slow(supergraph, slow);
        graph.provides_depth = graph.deepest_provides();
        graph.sign();
        graph
    }

    fn deepest_provides(&self) -> usize {
        let fields = self.types.iter().flat_map(|ty| ty.fields.values());
        let sets = fields
            .flat_map(|field| &field.at)
            .filter_map(|at| at.provides.as_deref());
        sets.map(levels).max().unwrap_or(0)
    }

    fn type_node(
        &self,
        supergraph: &Supergraph,
        composite: &[&JoinType],
        ty: &JoinType,
        all: Vec<TypeId>,
        labels: &FxHashSet<Arc<str>>,
    ) -> TypeNode {
        let own = self.ids[&ty.name];
        let api = &supergraph.api_schema().types;
        let visible = |id: &TypeId| api.contains_key(&composite[id.0 as usize].name);
        let possible: Arc<[TypeId]> = all.iter().copied().filter(visible).collect();
        // An interface that is an object in some subgraph (`@interfaceObject`), and that nothing implements, stands for its objects.
        let itself = (ty.kind == TypeKind::Interface && *all == [own]).then(|| all.clone());
        let there = ty.in_subgraphs.iter().map(|there| {
            let mut possible: Vec<TypeId> = if there.is_interface_object {
                all.clone()
            } else if let Some(itself) = &itself {
                itself.clone()
            } else {
                there
                    .possible_types
                    .iter()
                    .filter_map(|name| self.id(name))
                    .collect()
            };
            possible.sort_unstable();
            TypeThere {
                subgraph: there.subgraph,
                is_interface_object: there.is_interface_object,
                possible,
            }
        });
        TypeNode {
            name: ty.name.clone(),
            kind: ty.kind,
            has_hidden: possible.len() < all.len(),
            possible,
            all: Arc::from(&*all),
            there: there.collect(),
            entrances: Vec::new(),
            contexts: Vec::new(),
            signature: 0,
            fields: ty
                .fields
                .values()
                .map(|field| {
                    let at = field
                        .in_subgraphs
                        .iter()
                        .map(|there| field_at(there, None, labels))
                        .collect();
                    let node = FieldNode {
                        name: field.name.clone(),
                        ty: field.ty.clone(),
                        target: self.id(field.ty.inner_named_type()),
                        at,
                        signature: 0,
                    };
                    (field.name.clone(), node)
                })
                .collect(),
        }
    }

    /// By interface, the object types that implement it, `@inaccessible` ones included.
    fn implementers<'s>(&self, supergraph: &'s Supergraph) -> FxHashMap<&'s Name, Vec<TypeId>> {
        let mut found: FxHashMap<&Name, Vec<TypeId>> = FxHashMap::default();
        let types = supergraph.schema().types.values();
        for object in types.filter_map(|ty| ty.as_object()) {
            let Some(id) = self.id(&object.name) else {
                continue;
            };
            for interface in &object.implements_interfaces {
                found.entry(&interface.name).or_default().push(id);
            }
        }
        found
    }

    /// The object types, `@inaccessible` ones included, sorted by id.
    fn possible_in_supergraph(
        &self,
        supergraph: &Supergraph,
        ty: &JoinType,
        implementers: &FxHashMap<&Name, Vec<TypeId>>,
    ) -> Vec<TypeId> {
        let schema = supergraph.schema();
        let mut possible: Vec<TypeId> = match ty.kind {
            TypeKind::Object => self.id(&ty.name).into_iter().collect(),
            TypeKind::Union => schema
                .get_union(&ty.name)
                .into_iter()
                .flat_map(|union| &union.members)
                .filter_map(|member| self.id(member))
                .collect(),
            _ => implementers.get(&ty.name).cloned().unwrap_or_default(),
        };
        let is_object = |there: &TypeInSubgraph| there.is_interface_object;
        if possible.is_empty() && ty.in_subgraphs.iter().any(is_object) {
            possible.extend(self.id(&ty.name));
        }
        possible.sort_unstable();
        possible
    }

    /// Gives every implementing type the keys of its interfaces, and the fields of those that are objects in some subgraph.
    fn fold_interface_objects(
        &mut self,
        supergraph: &Supergraph,
        composite: &[&JoinType],
        labels: &FxHashSet<Arc<str>>,
    ) {
        for ty in composite {
            let Some(id) = self.id(&ty.name) else {
                continue;
            };
            if ty.kind == TypeKind::Interface && *self.ty(id).all == [id] {
                self.fold_into_itself(id, ty, labels);
            }
            if ty.kind != TypeKind::Object {
                continue;
            }
            let mut entrances = own_entrances(supergraph, ty);
            let interfaces = supergraph
                .schema()
                .get_object(&ty.name)
                .into_iter()
                .flat_map(|object| &object.implements_interfaces);
            let mut folded: Vec<(Name, FieldAt)> = Vec::new();
            for interface in interfaces {
                let (Some(interface_id), Some(interface)) =
                    (self.id(interface), supergraph.types().get(&interface.name))
                else {
                    continue;
                };
                for there in &interface.in_subgraphs {
                    let via = there.is_interface_object.then_some(interface_id);
                    let here = self.possible_at(interface_id, there.subgraph);
                    if via.is_none() && !here.is_some_and(|types| types.contains(&id)) {
                        continue;
                    }
                    let lane = Lane {
                        subgraph: there.subgraph,
                        via,
                    };
                    for key in there.keys.iter().filter(|key| key.resolvable) {
                        entrances.push(Entrance {
                            lane,
                            key: Arc::new(key.fields.clone()),
                            as_interface: Some(interface_id),
                            root: None,
                        });
                    }
                    if via.is_some() {
                        for field in interface.fields.values() {
                            if let Some(at) = field.in_subgraph(there.subgraph) {
                                folded.push((field.name.clone(), field_at(at, via, labels)));
                            }
                        }
                    }
                }
            }
            let node = &mut self.types[id.0 as usize];
            node.entrances = entrances;
            for (name, at) in folded {
                if let Some(field) = node.fields.get_mut(&name) {
                    field.at.push(at);
                }
            }
        }
    }

    /// The same for an interface that nothing implements.
    fn fold_into_itself(&mut self, id: TypeId, ty: &JoinType, labels: &FxHashSet<Arc<str>>) {
        let node = &mut self.types[id.0 as usize];
        for there in ty.in_subgraphs.iter().filter(|t| t.is_interface_object) {
            let lane = Lane {
                subgraph: there.subgraph,
                via: Some(id),
            };
            for key in there.keys.iter().filter(|key| key.resolvable) {
                node.entrances.push(Entrance {
                    lane,
                    key: Arc::new(key.fields.clone()),
                    as_interface: Some(id),
                    root: None,
                });
            }
            for field in ty.fields.values() {
                let at = field.in_subgraph(there.subgraph);
                if let (Some(at), Some(field)) = (at, node.fields.get_mut(&field.name)) {
                    field.at.push(field_at(at, Some(id), labels));
                }
            }
        }
    }

    /// Gives every object type the contexts of the abstract types that its objects are.
    fn spread_contexts(&mut self, composite: &[&JoinType]) {
        for (ty, index) in composite.iter().zip(0..) {
            if ty.contexts.is_empty() {
                continue;
            }
            let possible = Arc::clone(&self.types[index as usize].possible);
            let itself = [TypeId(index)];
            for id in possible.iter().chain(&itself) {
                let known = &mut self.types[id.0 as usize].contexts;
                known.extend(ty.contexts.iter().cloned());
                known.sort();
                known.dedup();
            }
        }
    }

    fn possible_at(&self, ty: TypeId, subgraph: SubgraphId) -> Option<&[TypeId]> {
        self.there(ty, subgraph).map(|there| &*there.possible)
    }
}

/// How deep a field set nests.
fn levels(set: &FieldSet) -> usize {
    let below = set.selections.iter().map(|selection| match selection {
        FieldSetSelection::Field { selections, .. } => 1 + levels(selections),
        FieldSetSelection::InlineFragment { selections, .. } => levels(selections),
    });
    below.max().unwrap_or(0)
}

fn is_composite(kind: TypeKind) -> bool {
    matches!(
        kind,
        TypeKind::Object | TypeKind::Interface | TypeKind::Union
    )
}

/// The ways into an object type by its own keys, or as a root type.
fn own_entrances(supergraph: &Supergraph, ty: &JoinType) -> Vec<Entrance> {
    let mut entrances = Vec::new();
    let root = root_of(supergraph, &ty.name);
    for there in &ty.in_subgraphs {
        let lane = Lane {
            subgraph: there.subgraph,
            via: None,
        };
        if root.is_some() {
            entrances.push(Entrance {
                lane,
                key: Arc::default(),
                as_interface: None,
                root,
            });
        }
        for key in entrance_keys(ty, there) {
            entrances.push(Entrance {
                lane,
                key: Arc::new(key.fields.clone()),
                as_interface: None,
                root: None,
            });
        }
    }
    entrances
}

/// The operations that begin at a type. A subscription begins nowhere but at its root.
fn root_of(supergraph: &Supergraph, name: &Name) -> Option<OperationType> {
    let schema = supergraph.schema();
    [OperationType::Query, OperationType::Mutation]
        .into_iter()
        .find(|&operation| schema.root_operation(operation) == Some(name))
}

/// The keys with which a subgraph can be asked for an object: those that are resolvable. Where none is, a subgraph that gives
/// an object whose `@requires` must be met elsewhere is still asked again with the key that it gave: composition counts on it.
fn entrance_keys<'s>(ty: &'s JoinType, there: &'s TypeInSubgraph) -> impl Iterator<Item = &'s Key> {
    let returned_to = || {
        let fields = ty.fields.values();
        let mut fields = fields.filter_map(|field| field.in_subgraph(there.subgraph));
        fields.any(|at| at.requires.is_some() || !at.context_arguments.is_empty())
    };
    let any = there.keys.iter().any(|key| key.resolvable) || !returned_to();
    let keys = there.keys.iter();
    keys.filter(move |key| key.resolvable || !any)
}

fn field_at(there: &FieldInSubgraph, via: Option<TypeId>, labels: &FxHashSet<Arc<str>>) -> FieldAt {
    let on = |label: &Option<Arc<str>>| label.as_ref().is_none_or(|label| labels.contains(label));
    let overridden = match &there.overridden {
        None => false,
        Some(Overridden::Always) => true,
        Some(Overridden::WhileLabel(label)) => labels.contains(label),
    };
    FieldAt {
        lane: Lane {
            subgraph: there.subgraph,
            via,
        },
        ty: there.ty.clone(),
        resolvable: !there.external && !overridden && on(&there.override_label),
        contextual: Arc::from(&*there.context_arguments),
        requires: there.requires.clone().map(Arc::new),
        provides: there.provides.clone().map(Arc::new),
        slow: None,
    }
}
