//! The types of a supergraph, by subgraph.

use std::sync::Arc;

use apollo_compiler::Name;
use apollo_compiler::collections::IndexMap;
use apollo_compiler::schema::{DirectiveList, ExtendedType};

use super::loader::{Loader, text_argument};
use super::spend;
use crate::budget::Budget;
use crate::diagnostic::Diagnostics;
use crate::field_set::FieldSet;
use crate::supergraph::fields::{self, RawField};
use crate::supergraph::model::{JoinGraph, JoinType, Key, SubgraphId, TypeInSubgraph, TypeKind};

impl Loader<'_> {
    pub(super) fn types(
        &mut self,
        graphs: &[JoinGraph],
        budget: &Budget,
    ) -> Result<IndexMap<Name, JoinType>, Diagnostics> {
        let mut types = IndexMap::default();
        for (name, ty) in &self.schema.types {
            if ty.is_built_in() || self.features.owns_type(name) {
                continue;
            }
            let mut in_subgraphs = self.type_in_subgraphs(name, ty, graphs.len());
            in_subgraphs.sort_by_key(|there| there.subgraph);
            let join_type = JoinType {
                name: name.clone(),
                kind: kind(ty),
                in_subgraphs,
                contexts: self.contexts(ty.directives()),
                fields: IndexMap::default(),
            };
            types.insert(name.clone(), join_type);
        }
        self.possible_types(&mut types);
        for (name, ty) in &self.schema.types {
            let Some(join_type) = types.get(name) else {
                continue;
            };
            spend(budget, 1 + join_type.in_subgraphs.len())?;
            let owner = self.owner(ty.directives());
            let fields = match ty {
                ExtendedType::Object(object) => {
                    let raw = object.fields.values().map(|field| RawField::of(field));
                    fields::of_type(self, graphs, join_type, owner, raw)
                }
                ExtendedType::Interface(interface) => {
                    let raw = interface.fields.values().map(|field| RawField::of(field));
                    fields::of_type(self, graphs, join_type, owner, raw)
                }
                ExtendedType::InputObject(input) => {
                    let raw = input.fields.values().map(|field| RawField::of_input(field));
                    fields::of_type(self, graphs, join_type, owner, raw)
                }
                _ => continue,
            };
            if let Some(join_type) = types.get_mut(name) {
                join_type.fields = fields;
            }
        }
        fields::add_implied_fields(&mut types);
        Ok(types)
    }

    fn contexts(&self, directives: &DirectiveList) -> Vec<Arc<str>> {
        let Some(context) = &self.names.context else {
            return Vec::new();
        };
        let named = directives.get_all(context);
        named
            .filter_map(|directive| text_argument(directive, "name"))
            .map(Arc::from)
            .collect()
    }

    /// Reads `@join__type`, once per subgraph and key. A type without one is in every subgraph (v0.1: a value type).
    fn type_in_subgraphs(
        &mut self,
        name: &Name,
        ty: &ExtendedType,
        graphs: usize,
    ) -> Vec<TypeInSubgraph> {
        let mut there: Vec<TypeInSubgraph> = Vec::new();
        let schema = self.schema;
        let names = Arc::clone(&self.names);
        for directive in ty.directives().get_all(&names.ty) {
            let Some(subgraph) = self.graph_argument(directive, name) else {
                continue;
            };
            let index = there.iter().position(|known| known.subgraph == subgraph);
            let index = index.unwrap_or_else(|| {
                there.push(plain(subgraph));
                there.len() - 1
            });
            let flag = |name| directive.specified_argument_by_name(name)?.to_bool();
            there[index].is_interface_object |= flag("isInterfaceObject").unwrap_or(false);
            if let Some(text) = text_argument(directive, "key") {
                match FieldSet::parse(schema, name, text) {
                    Ok(fields) => there[index].keys.push(Key {
                        fields,
                        resolvable: flag("resolvable").unwrap_or(true),
                    }),
                    Err(why) => {
                        self.report(directive, format!("the key \"{text}\" of `{name}` is no selection of its fields: {why}"));
                    }
                }
            }
        }
        if there.is_empty() {
            there = (0..graphs)
                .filter_map(|index| u16::try_from(index).ok())
                .map(|index| plain(SubgraphId(index)))
                .collect();
        }
        if let ExtendedType::Enum(definition) = ty {
            for (value, definition) in &definition.values {
                let named = self.graphs_of(definition.directives.get_all(&names.enum_value), value);
                for type_there in &mut there {
                    if named.is_empty() || named.contains(&type_there.subgraph) {
                        type_there.enum_values.push(value.clone());
                    }
                }
            }
        }
        there
    }
}

fn plain(subgraph: SubgraphId) -> TypeInSubgraph {
    TypeInSubgraph {
        subgraph,
        keys: Vec::new(),
        is_interface_object: false,
        possible_types: Vec::new(),
        enum_values: Vec::new(),
    }
}

fn kind(ty: &ExtendedType) -> TypeKind {
    match ty {
        ExtendedType::Scalar(_) => TypeKind::Scalar,
        ExtendedType::Object(_) => TypeKind::Object,
        ExtendedType::Interface(_) => TypeKind::Interface,
        ExtendedType::Union(_) => TypeKind::Union,
        ExtendedType::Enum(_) => TypeKind::Enum,
        ExtendedType::InputObject(_) => TypeKind::InputObject,
    }
}
