//! Merges object types: the fields of all subgraphs.

use apollo_compiler::Name;
use apollo_compiler::collections::{IndexMap, IndexSet};
use apollo_compiler::schema::{Component, ExtendedType, FieldDefinition, ObjectType};
use federation::{Code, Diagnostic};

use super::Merger;
use super::field::FieldSources;
use super::sources::{Source, list_graphs};
use super::types::Kind;

impl<'a> Merger<'a, '_> {
    /// Collects which type implements which interface, on which the compatibility of types depends.
    pub(super) fn collect_implements(&mut self) {
        for (name, ty) in &self.types {
            if !matches!(ty.kind, Kind::Object | Kind::Interface) {
                continue;
            }
            let mut all: IndexSet<Name> = IndexSet::default();
            for source in &ty.sources {
                all.extend(interfaces(source.element).cloned());
            }
            if ty.kind == Kind::Object {
                for interface in &all {
                    let implementers = self.implementers.entry(interface.clone()).or_default();
                    implementers.insert(name.clone());
                }
            }
            if !all.is_empty() {
                self.implements.insert(name.clone(), all);
            }
        }
    }

    /// `None` when nothing of the type comes into the supergraph.
    pub(super) fn merge_object(
        &mut self,
        name: &Name,
        sources: &[Source<'a, ExtendedType>],
    ) -> Option<ExtendedType> {
        let is_root = ["Query", "Mutation", "Subscription"].contains(&name.as_str())
            && sources
                .iter()
                .any(|s| self.graph(s.graph).is_root_type(name));
        let is_entity = self.hint_inconsistent_entity(name, sources);
        let is_subscription = sources
            .iter()
            .any(|source| self.graph(source.graph).is_subscription_root(name));
        let own_name = sources.first()?.element.name();
        let mut all = self.collect_fields(own_name, sources);
        if all.is_empty() {
            return None;
        }
        self.add_abstracted_fields(name, sources, &mut all);
        let description = self.merge_description(name, sources);
        let directives = self.type_directives(name, sources);
        let mut fields: IndexMap<Name, Component<FieldDefinition>> = IndexMap::default();
        for field in &all {
            if !is_entity && !is_root {
                self.hint_lacking_field(field, sources, Kind::Object);
            }
            let overrides = self.merge_overrides(field);
            if is_subscription {
                self.check_subscription_field(field);
            }
            if let Some(merged) = self.merge_field(field, &overrides) {
                fields.insert(field.name.clone(), Component::new(merged));
            }
            self.check_sharing(field, &overrides);
        }
        let object = ObjectType {
            description,
            name: name.clone(),
            implements_interfaces: self.implemented(name),
            directives,
            fields,
        };
        Some(object.into())
    }

    /// The interfaces of a type in the supergraph.
    pub(super) fn implemented(
        &self,
        name: &Name,
    ) -> IndexSet<apollo_compiler::schema::ComponentName> {
        let interfaces = self.implements.get(name);
        interfaces
            .into_iter()
            .flatten()
            .map(|interface| interface.clone().into())
            .collect()
    }

    fn hint_inconsistent_entity(
        &mut self,
        name: &Name,
        sources: &[Source<'a, ExtendedType>],
    ) -> bool {
        let (with, without): (Vec<_>, Vec<_>) = sources.iter().copied().partition(|source| {
            source
                .element
                .directives()
                .has(&self.graph(source.graph).names.key)
        });
        if !with.is_empty() && !without.is_empty() {
            let having = list_graphs(self.subgraphs, with.iter().map(|s| s.graph));
            let lacking = list_graphs(self.subgraphs, without.iter().map(|s| s.graph));
            let hint = Diagnostic::hint(
                Code::InconsistentEntity,
                format!("The type \"{name}\" has a @key in {having}, but none in {lacking}."),
            );
            self.report(hint, sources);
        }
        !with.is_empty()
    }

    /// Without a key, a type's fields must all be had in one place, so a missing one is worth a hint.
    pub(super) fn hint_lacking_field(
        &mut self,
        field: &FieldSources<'a>,
        types: &[Source<'a, ExtendedType>],
        kind: Kind,
    ) {
        if !field.lacking {
            return;
        }
        let is_interface = kind == Kind::Interface;
        if is_interface && self.is_provided_by_interface_object(field.ty, field.name) {
            return;
        }
        let has = |source: &Source<'_, ExtendedType>| {
            field
                .present
                .iter()
                .any(|present| present.graph == source.graph)
        };
        let counts = |source: &Source<'_, ExtendedType>| {
            !self.graph(source.graph).is_interface_object(source.element)
                && !self.all_fields_external(source)
        };
        if !types.iter().any(|source| !has(source) && counts(source)) {
            return;
        }
        let (having, lacking): (Vec<_>, Vec<_>) = types.iter().copied().partition(has);
        let having = list_graphs(self.subgraphs, having.iter().map(|s| s.graph));
        let lacking = list_graphs(self.subgraphs, lacking.iter().map(|s| s.graph));
        let (code, what) = match is_interface {
            true => (Code::InconsistentInterfaceValueTypeField, "an interface"),
            false => (
                Code::InconsistentObjectValueTypeField,
                "a type without a key",
            ),
        };
        let hint = Diagnostic::hint(
            code,
            format!(
                "The field \"{}\" of {what} is in {having}, but not in {lacking}.",
                field.coordinate()
            ),
        );
        self.report(hint, types);
    }

    fn all_fields_external(&self, source: &Source<'_, ExtendedType>) -> bool {
        let fields = match source.element {
            ExtendedType::Object(object) => &object.fields,
            ExtendedType::Interface(interface) => &interface.fields,
            _ => return false,
        };
        let facts = &self.graph(source.graph).facts;
        let ty = source.element.name();
        let mut fields = fields.keys();
        fields.all(|field| self.budget.spend(1) && facts.is_external(ty, field))
    }

    fn check_subscription_field(&mut self, field: &FieldSources<'a>) {
        let shareable: Vec<_> = field
            .present
            .iter()
            .filter(|source| {
                let name = &self.graph(source.graph).names.shareable;
                source.element.directives.has(name)
            })
            .copied()
            .collect();
        if !shareable.is_empty() {
            let error = Diagnostic::error(
                Code::InvalidFieldSharing,
                format!("The subscription \"{}\" is @shareable, but only one subgraph can send its events.", field.coordinate()),
            )
            .with_help("Remove @shareable.");
            self.report(error, &shareable);
        }
    }
}

/// The interfaces that an object or interface type implements.
pub(super) fn interfaces(ty: &ExtendedType) -> impl Iterator<Item = &Name> {
    let interfaces = match ty {
        ExtendedType::Object(object) => Some(&object.implements_interfaces),
        ExtendedType::Interface(interface) => Some(&interface.implements_interfaces),
        _ => None,
    };
    interfaces.into_iter().flatten().map(|name| &name.name)
}
