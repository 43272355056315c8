//! A type as one subgraph has it, at one place of a query: what is resolved there without leaving the subgraph.

use std::sync::Arc;

use apollo_compiler::Name;
use federation::{
    FieldInSubgraph, FieldSet, FieldSetSelection, JoinType, Overridden, SubgraphId, Supergraph,
    TypeInSubgraph, TypeKind,
};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::contexts::Unset;

/// The contexts that are set at a place of a query, of those that are not set everywhere: a bit for each field that needs one.
pub(super) type Contexts = u64;

/// The index of a [`Node`] in [`Nodes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct NodeId(u32);

/// The index of a type in [`Supergraph::types`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct TypeId(pub(super) u32);

/// A type in a subgraph, with what a `@provides` above adds to what the subgraph resolves.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Node<'s> {
    pub(super) ty: TypeId,
    pub(super) subgraph: SubgraphId,
    provided: Vec<&'s FieldSetSelection>,
}

/// When a field can be asked of a subgraph, by the label of a progressive `@override`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Label {
    pub(super) name: Arc<str>,
    /// The value it must have.
    pub(super) on: bool,
}

/// How a node resolves a field.
#[derive(Clone, Debug)]
pub(super) struct Resolution<'s> {
    /// The node of the field's value; `None` for leaves.
    pub(super) child: Option<NodeId>,
    pub(super) requires: Option<&'s FieldSet>,
    /// Whether something else must be obtained first, so that the subgraph is asked twice: for `@requires` or `@fromContext`.
    pub(super) needs_return: bool,
    pub(super) labels: Vec<Label>,
}

/// Every node met so far, and the questions one can ask of them.
pub(super) struct Nodes<'s> {
    pub(super) supergraph: &'s Supergraph,
    nodes: Vec<Node<'s>>,
    /// Those with nothing provided, which are most.
    plain: FxHashMap<(TypeId, SubgraphId), NodeId>,
    /// The others.
    providing: FxHashMap<Node<'s>, NodeId>,
    /// What a subgraph declares and cannot resolve everywhere, for lack of a context: the bit that says that it is set.
    unset: FxHashMap<(TypeId, SubgraphId, Name), Contexts>,
    /// The bits that each type sets for what is below it.
    setting: FxHashMap<TypeId, Contexts>,
    /// The possible types of large interfaces and unions, for look-ups.
    possible: FxHashMap<(TypeId, SubgraphId), FxHashSet<&'s Name>>,
}

impl<'s> Nodes<'s> {
    pub(super) fn new(supergraph: &'s Supergraph) -> Self {
        Self {
            supergraph,
            nodes: Vec::new(),
            plain: FxHashMap::default(),
            providing: FxHashMap::default(),
            unset: FxHashMap::default(),
            setting: FxHashMap::default(),
            possible: FxHashMap::default(),
        }
    }

    /// Has these fields count as not resolved in their subgraphs where their context is not set.
    pub(super) fn leave_out(&mut self, unset: &[Unset]) {
        for (index, field) in (0..).zip(unset) {
            let mut subgraphs = (0..).map(SubgraphId).zip(self.supergraph.subgraphs());
            let subgraph = subgraphs.find(|(_, known)| *known.name == *field.subgraph);
            let (Some(ty), Some((subgraph, _))) = (self.type_id(&field.ty), subgraph) else {
                continue;
            };
            // Of more than the bits there are, the context counts as never set.
            let bit = 1_u64.checked_shl(index).unwrap_or(0);
            self.unset.insert((ty, subgraph, field.field.clone()), bit);
            let setting = field.setting.iter();
            let setting: Vec<TypeId> = setting.filter_map(|name| self.type_id(name)).collect();
            for ty in setting {
                *self.setting.entry(ty).or_default() |= bit;
            }
        }
    }

    /// Whether a subgraph does not resolve a field for lack of its context, given those that are set above.
    pub(super) fn is_unset(
        &self,
        ty: TypeId,
        subgraph: SubgraphId,
        field: &Name,
        contexts: Contexts,
    ) -> bool {
        if self.unset.is_empty() {
            return false;
        }
        let bit = self.unset.get(&(ty, subgraph, field.clone()));
        bit.is_some_and(|bit| contexts & bit == 0)
    }

    /// The contexts that are set below an object of a type.
    pub(super) fn contexts_below(&self, ty: TypeId, above: Contexts) -> Contexts {
        above | self.setting.get(&ty).copied().unwrap_or(0)
    }

    pub(super) fn type_id(&self, name: &str) -> Option<TypeId> {
        self.supergraph
            .types()
            .get_index_of(name)
            .and_then(|index| u32::try_from(index).ok())
            .map(TypeId)
    }

    pub(super) fn ty(&self, id: TypeId) -> &'s JoinType {
        &self.supergraph.types()[id.0 as usize]
    }

    pub(super) fn node(&self, id: NodeId) -> &Node<'s> {
        &self.nodes[id.0 as usize]
    }

    pub(super) fn in_subgraph(
        &self,
        ty: TypeId,
        subgraph: SubgraphId,
    ) -> Option<&'s TypeInSubgraph> {
        let all = &self.ty(ty).in_subgraphs;
        let index = all.binary_search_by_key(&subgraph, |t| t.subgraph).ok()?;
        all.get(index)
    }

    /// The node of a type in a subgraph with nothing provided.
    pub(super) fn plain(&mut self, ty: TypeId, subgraph: SubgraphId) -> NodeId {
        self.intern(Node {
            ty,
            subgraph,
            provided: Vec::new(),
        })
    }

    fn intern(&mut self, node: Node<'s>) -> NodeId {
        let place = (node.ty, node.subgraph);
        let known = match node.provided.is_empty() {
            true => self.plain.get(&place),
            false => self.providing.get(&node),
        };
        if let Some(&id) = known {
            return id;
        }
        let id = NodeId(
            u32::try_from(self.nodes.len()).expect("the walk's bound is far below 2^32 nodes"),
        );
        if node.provided.is_empty() {
            self.plain.insert(place, id);
        } else {
            self.providing.insert(node.clone(), id);
        }
        self.nodes.push(node);
        id
    }

    /// Object types that the object can have at run time if it is at this node; empty for `@interfaceObject`, which does not know.
    pub(super) fn possible_types(&self, id: NodeId) -> &'s [Name] {
        let node = self.node(id);
        match self.in_subgraph(node.ty, node.subgraph) {
            Some(t) if !t.is_interface_object => &t.possible_types,
            _ => &[],
        }
    }

    pub(super) fn is_interface_object(&self, id: NodeId) -> bool {
        let node = self.node(id);
        self.in_subgraph(node.ty, node.subgraph)
            .is_some_and(|t| t.is_interface_object)
    }

    /// The same place once the object is known to be of an object type; `None` when it cannot be there.
    pub(super) fn downcast(&mut self, id: NodeId, object: TypeId) -> Option<NodeId> {
        let node = self.node(id).clone();
        if node.ty == object || self.is_interface_object(id) {
            return Some(id);
        }
        let name = &self.ty(object).name;
        let all = self.possible_types(id);
        let is_possible = match all.len() {
            0..16 => all.contains(name),
            _ => {
                let place = (node.ty, node.subgraph);
                let known = self.possible.entry(place);
                known.or_insert_with(|| all.iter().collect()).contains(name)
            }
        };
        if !is_possible {
            return None;
        }
        Some(self.intern(Node { ty: object, ..node }))
    }

    /// How the field is resolved at this node, if it is. Interface fields count when every possible type there resolves them.
    pub(super) fn resolution(&mut self, id: NodeId, field: &str) -> Option<Resolution<'s>> {
        let node = self.node(id).clone();
        let here = self.in_subgraph(node.ty, node.subgraph)?;
        let resolution = self.declared_resolution(&node, field)?;
        if self.ty(node.ty).kind == TypeKind::Interface && !here.is_interface_object {
            for name in &here.possible_types {
                let object = self.type_id(name)?;
                let at_object = Node {
                    ty: object,
                    ..node.clone()
                };
                let there = self.declared_resolution(&at_object, field)?;
                if there.needs_return || !there.labels.is_empty() {
                    return None;
                }
            }
        }
        Some(resolution)
    }

    fn declared_resolution(&mut self, node: &Node<'s>, field: &str) -> Option<Resolution<'s>> {
        let declared = self.declaration(node, field)?;
        let mut provided = Vec::new();
        let is_provided = self.provided_below(node, field, &mut provided);
        if declared.external && !is_provided {
            return None;
        }
        let mut labels = Vec::new();
        match &declared.overridden {
            Some(Overridden::Always) => return None,
            Some(Overridden::WhileLabel(name)) => labels.push(Label {
                name: name.clone(),
                on: false,
            }),
            None => {}
        }
        if let Some(name) = &declared.override_label {
            labels.push(Label {
                name: name.clone(),
                on: true,
            });
        }
        if let Some(set) = &declared.provides {
            provided.extend(&set.selections);
        }
        let child = self
            .type_id(declared.ty.inner_named_type())
            .filter(|&ty| is_composite(self.ty(ty).kind))
            .map(|ty| {
                self.intern(Node {
                    ty,
                    subgraph: node.subgraph,
                    provided,
                })
            });
        Some(Resolution {
            child,
            requires: declared.requires.as_ref(),
            needs_return: declared.requires.is_some() || !declared.context_arguments.is_empty(),
            labels,
        })
    }

    /// The field as the node's subgraph declares it, resolved there or not.
    pub(super) fn declaration(&self, node: &Node<'s>, field: &str) -> Option<&'s FieldInSubgraph> {
        self.declared(node.ty, node.subgraph, field)
    }

    /// The field as a subgraph declares it, resolved there or not.
    pub(super) fn declared(
        &self,
        ty: TypeId,
        subgraph: SubgraphId,
        field: &str,
    ) -> Option<&'s FieldInSubgraph> {
        let all = &self.ty(ty).fields.get(field)?.in_subgraphs;
        let index = all.binary_search_by_key(&subgraph, |f| f.subgraph).ok()?;
        all.get(index)
    }

    /// Whether a `@provides` above covers the field here; what it covers below goes to `below`.
    fn provided_below(
        &self,
        node: &Node<'s>,
        field: &str,
        below: &mut Vec<&'s FieldSetSelection>,
    ) -> bool {
        let mut found = false;
        let mut pending: Vec<&'s FieldSetSelection> = node.provided.clone();
        while let Some(selection) = pending.pop() {
            match selection {
                FieldSetSelection::Field {
                    name, selections, ..
                } if name == field => {
                    found = true;
                    below.extend(&selections.selections);
                }
                FieldSetSelection::Field { .. } => {}
                FieldSetSelection::InlineFragment { on, selections } => {
                    if on.as_ref().is_none_or(|on| self.is_subtype(node.ty, on)) {
                        pending.extend(&selections.selections);
                    }
                }
            }
        }
        found
    }

    /// Whether an object of the type is one of the named type.
    fn is_subtype(&self, ty: TypeId, of: &str) -> bool {
        let name = &self.ty(ty).name;
        name == of || self.supergraph.schema().is_subtype(of, name)
    }
}

pub(super) fn is_composite(kind: TypeKind) -> bool {
    matches!(
        kind,
        TypeKind::Object | TypeKind::Interface | TypeKind::Union
    )
}
