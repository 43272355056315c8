//! From the directives of a subgraph to the facts about its fields.

use apollo_compiler::Name;
use apollo_compiler::ast::Directive;
use apollo_compiler::collections::{HashMap, HashSet};
use apollo_compiler::schema::ExtendedType;

use super::{Facts, fields_argument, from_contexts, split_context, string_argument};
use crate::field_set;
use crate::subgraph::SubgraphSchema;

impl Facts {
    /// The facts that follow from a subgraph's directives.
    pub(crate) fn of(subgraph: &SubgraphSchema) -> Self {
        let mut facts = Self::default();
        facts.collect_keys(subgraph);
        facts.collect_fields(subgraph);
        facts.collect_contexts(subgraph);
        let fake: Vec<(Name, Name)> = facts
            .fake_external
            .0
            .iter()
            .flat_map(|(ty, fields)| fields.iter().map(|field| (ty.clone(), field.clone())))
            .collect();
        for (ty, field) in fake {
            facts.external.remove(&ty, &field);
        }
        facts.collect_provided(subgraph);
        facts
    }

    fn collect_keys(&mut self, subgraph: &SubgraphSchema) {
        let names = &subgraph.names;
        for ty in subgraph.schema.types.values() {
            let directives = ty.directives();
            // Looked for once: a type may have thousands of keys.
            let extends = directives.has(&names.extends);
            for key in directives.iter().filter(|d| d.name == names.key) {
                let Some(selections) = fields_argument(key) else {
                    continue;
                };
                let of_extension = extends || key.origin.extension_id().is_some();
                field_set::walk(&subgraph.schema, ty, &selections, &mut |parent, field| {
                    self.use_field(subgraph, parent, &field.name, Use::Key);
                    if of_extension && field.directives.has(&names.external) {
                        self.fake_external.insert(parent.name(), &field.name);
                    }
                });
            }
        }
    }

    fn collect_fields(&mut self, subgraph: &SubgraphSchema) {
        let names = &subgraph.names;
        for ty in subgraph.schema.types.values() {
            let (fields, is_object) = match ty {
                ExtendedType::Object(object) => (&object.fields, true),
                ExtendedType::Interface(interface) => (&interface.fields, false),
                _ => continue,
            };
            let directives = ty.directives();
            let all_external =
                is_object && subgraph.federation.is_some() && directives.has(&names.external);
            let shared: HashSet<_> = directives
                .iter()
                .filter(|d| d.name == names.shareable)
                .map(|d| d.origin.extension_id())
                .collect();
            for field in fields.values() {
                if all_external || field.directives.has(&names.external) {
                    self.external.insert(ty.name(), &field.name);
                }
                let shareable = is_object
                    && (field.directives.has(&names.shareable)
                        || shared.contains(&field.origin.extension_id()));
                if shareable {
                    self.shareable.insert(ty.name(), &field.name);
                }
                if let Some(requires) = field.directives.get(&names.requires) {
                    self.collect(subgraph, ty, requires, Use::Requires);
                }
                if let Some(provides) = field.directives.get(&names.provides) {
                    let target = subgraph.schema.types.get(field.ty.inner_named_type());
                    if let Some(target) = target {
                        self.collect(subgraph, target, provides, Use::Provides);
                    }
                }
            }
        }
    }

    fn collect(
        &mut self,
        subgraph: &SubgraphSchema,
        target: &ExtendedType,
        directive: &Directive,
        purpose: Use,
    ) {
        if let Some(selections) = fields_argument(directive) {
            field_set::walk(
                &subgraph.schema,
                target,
                &selections,
                &mut |parent, field| {
                    self.use_field(subgraph, parent, &field.name, purpose);
                },
            );
        }
    }

    fn use_field(&mut self, subgraph: &SubgraphSchema, ty: &ExtendedType, field: &Name, why: Use) {
        let mut insert = |ty: &Name| {
            self.used.insert(ty, field);
            match why {
                Use::Key => self.shareable.insert(ty, field),
                Use::Provides => self.provided.insert(ty, field),
                Use::Requires | Use::Context => {}
            }
        };
        insert(ty.name());
        if ty.is_interface() {
            for implementation in subgraph.implementations(ty.name()) {
                if !subgraph.budget.spend(1) {
                    return;
                }
                if subgraph.field(implementation, field).is_some() {
                    insert(implementation);
                }
            }
        }
    }

    /// A provided external field is resolved here on some paths, so others may resolve it too.
    fn collect_provided(&mut self, subgraph: &SubgraphSchema) {
        for (ty, fields) in &self.provided.0 {
            for field in fields {
                if self.external.contains(ty, field) && subgraph.schema.types.get(ty).is_some() {
                    self.shareable.insert(ty, field);
                }
            }
        }
    }

    fn collect_contexts(&mut self, subgraph: &SubgraphSchema) {
        let names = &subgraph.names;
        let mut by_context: HashMap<&str, Vec<&ExtendedType>> = HashMap::default();
        for ty in subgraph.schema.types.values() {
            for context in ty.directives().iter().filter(|d| d.name == names.context) {
                if let Some(name) = string_argument(context, "name") {
                    by_context.entry(name).or_default().push(ty);
                }
            }
        }
        if by_context.is_empty() {
            return;
        }
        for ty in subgraph.schema.types.values() {
            let ExtendedType::Object(object) = ty else {
                continue;
            };
            for selection in object
                .fields
                .values()
                .flat_map(|f| from_contexts(f, &names.from_context))
            {
                let Some((context, selection)) = split_context(selection) else {
                    continue;
                };
                let Ok(selections) = field_set::parse(selection) else {
                    continue;
                };
                for &target in by_context.get(context).into_iter().flatten() {
                    if !subgraph.budget.spend_each(50 * selections.len()) {
                        return;
                    }
                    field_set::walk(&subgraph.schema, target, &selections, &mut |ty, field| {
                        self.use_field(subgraph, ty, &field.name, Use::Context);
                    });
                }
            }
        }
    }
}

#[derive(Clone, Copy)]
enum Use {
    Key,
    Requires,
    Provides,
    Context,
}

impl SubgraphSchema {
    /// Computes again what follows from the schema, after the schema has changed.
    pub(crate) fn refresh(&mut self) {
        self.implementers = self.schema.implementers_map();
        self.facts = Facts::default();
        self.facts = Facts::of(self);
    }

    /// Whether a directive or an interface needs the field here.
    pub(crate) fn is_field_used(&self, ty: &ExtendedType, field: &str) -> bool {
        if self.facts.used.contains(ty.name(), field) {
            return true;
        }
        let ExtendedType::Object(object) = ty else {
            return false;
        };
        object
            .implements_interfaces
            .iter()
            .any(|interface| self.field(interface, field).is_some())
    }
}
