//! Which objects an abstract type can be, by subgraph.

use std::sync::Arc;

use apollo_compiler::Name;
use apollo_compiler::collections::{HashSet, IndexMap};
use apollo_compiler::schema::{ComponentName, ExtendedType};

use super::loader::Loader;
use crate::supergraph::model::{JoinType, SubgraphId, TypeKind};

impl Loader<'_> {
    /// Reads `@join__implements` and `@join__unionMember`. Where there is none (v0.1, v0.2), the subgraphs of both types count.
    pub(super) fn possible_types(&mut self, types: &mut IndexMap<Name, JoinType>) {
        let mut pairs: HashSet<(Name, SubgraphId, Name)> = HashSet::default();
        let mut order: Vec<(Name, SubgraphId, Name)> = Vec::new();
        let mut add = |abstract_type: &Name, subgraph, object: &Name| {
            let pair = (abstract_type.clone(), subgraph, object.clone());
            if pairs.insert(pair.clone()) {
                order.push(pair);
            }
        };
        let schema = self.schema;
        let names = Arc::clone(&self.names);
        for (name, ty) in &schema.types {
            let Some(join_type) = types.get(name) else {
                continue;
            };
            let subgraphs = || join_type.in_subgraphs.iter().map(|there| there.subgraph);
            match ty {
                ExtendedType::Object(object) => {
                    add_self(&mut add, join_type);
                    let any = object.directives.has(&names.implements);
                    let stated =
                        self.graphs_by(name, &object.directives, &names.implements, "interface");
                    for ComponentName {
                        name: interface, ..
                    } in &object.implements_interfaces
                    {
                        let named = stated.get(interface.as_str());
                        for subgraph in subgraphs()
                            .filter(|id| !any || named.is_some_and(|named| named.contains(id)))
                        {
                            add(interface, subgraph, name);
                        }
                    }
                }
                ExtendedType::Interface(_) => add_self(&mut add, join_type),
                ExtendedType::Union(union) => {
                    let any = union.directives.has(&names.union_member);
                    let stated =
                        self.graphs_by(name, &union.directives, &names.union_member, "member");
                    for ComponentName { name: member, .. } in &union.members {
                        let named = stated.get(member.as_str());
                        for subgraph in subgraphs()
                            .filter(|id| !any || named.is_some_and(|named| named.contains(id)))
                        {
                            add(name, subgraph, member);
                        }
                    }
                }
                _ => {}
            }
        }
        for (abstract_type, subgraph, object) in order {
            let known = types
                .get(&object)
                .is_some_and(|object| object.in_subgraph(subgraph).is_some());
            let there = types.get_mut(&abstract_type).and_then(|ty| {
                ty.in_subgraphs
                    .iter_mut()
                    .find(|there| there.subgraph == subgraph)
            });
            if let Some(there) = there.filter(|_| known) {
                there.possible_types.push(object);
            }
        }
    }
}

fn add_self(add: &mut impl FnMut(&Name, SubgraphId, &Name), ty: &JoinType) {
    for there in &ty.in_subgraphs {
        if ty.kind == TypeKind::Object || there.is_interface_object {
            add(&ty.name, there.subgraph, &ty.name);
        }
    }
}
