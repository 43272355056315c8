//! The keys by which objects are fetched, and where they lead.

use std::rc::Rc;

use apollo_compiler::schema::ExtendedType;
use federation::{FieldSet, SubgraphId};
use indexmap::IndexMap;
use rustc_hash::FxHashSet;

use super::{Reach, head};
use crate::satisfiability::node::{NodeId, TypeId};
use crate::satisfiability::select::Labels;

/// The subgraphs in which an object of a type can be fetched by one key; any root type can be asked of any subgraph that has it.
pub(in crate::satisfiability) struct Jump<'s> {
    /// What must be obtained; `None` for root types.
    pub(in crate::satisfiability) key: Option<&'s FieldSet>,
    pub(in crate::satisfiability) targets: Vec<(TypeId, SubgraphId)>,
}

impl<'s> Reach<'s> {
    pub(super) fn follow_keys(&mut self, from: NodeId) -> Vec<NodeId> {
        let origin = self.nodes.node(from).subgraph;
        let mut found: Vec<NodeId> = Vec::new();
        let mut seen: FxHashSet<NodeId> = FxHashSet::default();
        let mut taken: FxHashSet<(TypeId, usize)> = FxHashSet::default();
        let mut next = 0;
        let mut at = Some(from);
        while let Some(node) = at {
            let ty = self.nodes.node(node).ty;
            let jumps = self.jumps(ty);
            for (index, jump) in jumps.iter().enumerate() {
                if taken.contains(&(ty, index)) || !self.budget.spend(1) {
                    continue;
                }
                let open = match jump.key {
                    None => true,
                    // Keys must hold whatever the labels of progressive overrides say.
                    Some(key) => {
                        self.covers_so_far(&[head(node)], &key.selections, &Labels::default())
                    }
                };
                if !open {
                    continue;
                }
                taken.insert((ty, index));
                self.budget.spend_each(jump.targets.len());
                for &(ty, subgraph) in &jump.targets {
                    if subgraph != origin {
                        let target = self.nodes.plain(ty, subgraph);
                        if seen.insert(target) {
                            found.push(target);
                        }
                    }
                }
            }
            at = found.get(next).copied();
            next += 1;
        }
        found.sort_unstable();
        found
    }

    /// The keys by which an object of a type can be fetched, each with the subgraphs that answer it.
    pub(in crate::satisfiability) fn jumps(&mut self, ty: TypeId) -> Rc<[Jump<'s>]> {
        if let Some(known) = self.jumps.get(&ty) {
            return known.clone();
        }
        let mut by_key: IndexMap<&'s FieldSet, Vec<(TypeId, SubgraphId)>> = IndexMap::default();
        let mut jumps = Vec::new();
        if self.roots.contains(&ty) {
            let there = self.nodes.ty(ty).in_subgraphs.iter();
            jumps.push(Jump {
                key: None,
                targets: there.map(|there| (ty, there.subgraph)).collect(),
            });
        }
        let own = self
            .nodes
            .ty(ty)
            .in_subgraphs
            .iter()
            .map(|there| (ty, there));
        // What a subgraph adds to an object by an `@interfaceObject`.
        let interfaces = self.interfaces(ty);
        let objects = interfaces.iter().flat_map(|&interface| {
            let there = self.nodes.ty(interface).in_subgraphs.iter();
            there
                .filter(|there| there.is_interface_object)
                .map(move |there| (interface, there))
        });
        for (ty, there) in own.chain(objects) {
            for key in there.keys.iter().filter(|key| key.resolvable) {
                by_key
                    .entry(&key.fields)
                    .or_default()
                    .push((ty, there.subgraph));
            }
        }
        jumps.extend(by_key.into_iter().map(|(key, targets)| Jump {
            key: Some(key),
            targets,
        }));
        let jumps: Rc<[Jump<'s>]> = jumps.into();
        self.jumps.insert(ty, jumps.clone());
        jumps
    }

    fn interfaces(&self, ty: TypeId) -> Vec<TypeId> {
        let schema = self.nodes.supergraph.schema();
        let implemented = match schema.types.get(&self.nodes.ty(ty).name) {
            Some(ExtendedType::Object(object)) => &object.implements_interfaces,
            Some(ExtendedType::Interface(interface)) => &interface.implements_interfaces,
            _ => return Vec::new(),
        };
        let ids = implemented.iter();
        ids.filter_map(|name| self.nodes.type_id(name)).collect()
    }
}
