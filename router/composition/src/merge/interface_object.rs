//! What an `@interfaceObject` gives to the implementations of its interface: its fields.

use apollo_compiler::Name;
use apollo_compiler::Node;
use apollo_compiler::ast::DirectiveList;
use apollo_compiler::schema::{Component, ExtendedType, FieldDefinition};

use super::Merger;
use super::field::{AbstractedField, FieldSources};
use super::overrides::Overrides;
use super::sources::Source;

/// What a field costs that is added to a type: it is merged, printed, loaded and walked.
const UNITS_OF_FIELD: u64 = 1_000;

impl<'a> Merger<'a, '_> {
    /// Adds to each field of an object the fields that stand for it where the object is not defined.
    pub(super) fn add_abstracted_fields(
        &self,
        name: &Name,
        sources: &[Source<'a, ExtendedType>],
        fields: &mut [FieldSources<'a>],
    ) {
        let Some(interfaces) = self.implements.get(name) else {
            return;
        };
        for interface in interfaces {
            let Some(merged) = self.types.get(interface) else {
                continue;
            };
            for source in merged
                .sources
                .iter()
                .filter(|source| source.element.is_object())
            {
                if sources.iter().any(|own| own.graph == source.graph) {
                    continue;
                }
                let ExtendedType::Object(object) = source.element else {
                    continue;
                };
                if !self.budget.spend_each(fields.len()) {
                    return;
                }
                for field in fields.iter_mut() {
                    if let Some(abstracted) = object.fields.get(field.name) {
                        field.abstracted.push(AbstractedField {
                            graph: source.graph,
                            interface: &object.name,
                            field: &abstracted.node,
                        });
                    }
                }
            }
        }
    }

    /// Whether some `@interfaceObject` of this name resolves the field.
    pub(super) fn is_provided_by_interface_object(&self, interface: &str, field: &str) -> bool {
        self.types.get(interface).is_some_and(|merged| {
            merged.sources.iter().any(|source| match source.element {
                ExtendedType::Object(object) => {
                    object.fields.contains_key(field)
                        && !self.graph(source.graph).facts.is_external(interface, field)
                }
                _ => false,
            })
        })
    }

    /// Adds to each implementation the fields that only an `@interfaceObject` has.
    pub(super) fn add_interface_object_fields(&mut self) {
        let objects: Vec<Name> = self.implements.keys().cloned().collect();
        for object in objects {
            let interfaces = self.implements[&object].clone();
            for interface in &interfaces {
                self.add_fields_of(&object, interface);
            }
        }
    }

    fn add_fields_of(&mut self, object: &Name, interface: &Name) {
        let has_interface_object = self.types.get(interface).is_some_and(|merged| {
            merged
                .sources
                .iter()
                .any(|source| source.element.is_object())
        });
        if !has_interface_object {
            return;
        }
        let Some(ExtendedType::Interface(definition)) = self.schema.types.get(interface).cloned()
        else {
            return;
        };
        for (name, field) in &definition.fields {
            // Each of them is written out in the supergraph.
            if !self.budget.spend(UNITS_OF_FIELD) {
                return;
            }
            if !self.is_provided_by_interface_object(interface, name) {
                continue;
            }
            let Some(ExtendedType::Object(existing)) = self.schema.types.get(object) else {
                return;
            };
            match existing.fields.get(name) {
                Some(existing) => {
                    let joins: Vec<_> = existing.directives.get_all("join__field").collect();
                    let is_external = |directive: &&Node<apollo_compiler::ast::Directive>| {
                        let external = directive.specified_argument_by_name("external");
                        external.and_then(|value| value.to_bool()) == Some(true)
                    };
                    if !joins.is_empty() && joins.iter().all(is_external) {
                        let copied = self.copied_directives(object, name, &field.directives);
                        self.with_field(object, name, |field| field.directives.0.extend(copied));
                    }
                }
                None => self.add_field(object, interface, field),
            }
        }
    }

    fn add_field(&mut self, object: &Name, interface: &Name, field: &Component<FieldDefinition>) {
        let mut directives = vec![self.join.nowhere()];
        directives.extend(self.copied_directives(object, &field.name, &field.directives));
        let added = FieldDefinition {
            directives: DirectiveList(directives),
            ..FieldDefinition::clone(field)
        };
        if let Some(ExtendedType::Object(ty)) = self.schema.types.get_mut(object) {
            let name = added.name.clone();
            ty.make_mut().fields.insert(name, Component::new(added));
        }
        let Some(merged) = self.types.get(object) else {
            return;
        };
        let sources = merged.sources.clone();
        let Some(ty) = sources.first().map(|source| source.element.name()) else {
            return;
        };
        let Some(name) = self.field_name(interface, &field.name) else {
            return;
        };
        let mut added = [FieldSources {
            ty,
            name,
            present: Vec::new(),
            lacking: true,
            abstracted: Vec::new(),
        }];
        self.add_abstracted_fields(object, &sources, &mut added);
        self.check_sharing(&added[0], &Overrides::default());
    }

    /// The name as some subgraph has it, in the `@interfaceObject` that provides it.
    fn field_name(&self, interface: &Name, name: &Name) -> Option<&'a Name> {
        let sources = &self.types.get(interface)?.sources;
        sources.iter().find_map(|source| match source.element {
            ExtendedType::Object(object) => Some(&object.fields.get(name)?.name),
            _ => None,
        })
    }

    /// The directives of an interface field that its copy has too; access rules follow their own way.
    fn copied_directives(
        &mut self,
        object: &Name,
        field: &Name,
        directives: &DirectiveList,
    ) -> Vec<Node<apollo_compiler::ast::Directive>> {
        let inherited = self.access.of_field(object, field).to_vec();
        let no_sources: &[Source<'_, Node<FieldDefinition>>] = &[];
        let coordinate = super::sources::coordinate(object, field);
        let mut copied = self.merge_applied_with(&coordinate, no_sources, &inherited);
        let access = self.access_directives();
        copied.extend(
            directives
                .iter()
                .filter(|d| !d.name.starts_with("join__") && !access.contains(&d.name))
                .cloned(),
        );
        copied
    }

    fn with_field(
        &mut self,
        object: &Name,
        field: &Name,
        change: impl FnOnce(&mut FieldDefinition),
    ) {
        if let Some(ExtendedType::Object(ty)) = self.schema.types.get_mut(object)
            && let Some(field) = ty.make_mut().fields.get_mut(field)
        {
            change(field.make_mut());
        }
    }
}
