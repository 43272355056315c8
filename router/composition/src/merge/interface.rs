//! Merges interfaces, and the `@interfaceObject` types that stand for them.

use apollo_compiler::Name;
use apollo_compiler::collections::{HashSet, IndexMap};
use apollo_compiler::schema::{Component, ExtendedType, FieldDefinition, InterfaceType};
use federation::{Code, Diagnostic};

use crate::facts::is_resolvable;

use super::Merger;
use super::sources::Source;
use super::types::Kind;

impl<'a> Merger<'a, '_> {
    pub(super) fn merge_interface(
        &mut self,
        name: &Name,
        sources: &[Source<'a, ExtendedType>],
    ) -> ExtendedType {
        let has_key = self.check_interface_keys(name, sources);
        self.check_interface_objects(name, sources);
        let description = self.merge_description(name, sources);
        let directives = self.type_directives(name, sources);
        let mut fields: IndexMap<Name, Component<FieldDefinition>> = IndexMap::default();
        for field in &self.collect_fields(sources[0].element.name(), sources) {
            if !has_key {
                self.hint_lacking_field(field, sources, Kind::Interface);
            }
            let overrides = self.merge_overrides(field);
            if let Some(merged) = self.merge_field(field, &overrides) {
                fields.insert(field.name.clone(), Component::new(merged));
            }
        }
        let interface = InterfaceType {
            description,
            name: name.clone(),
            implements_interfaces: self.implemented(name),
            directives,
            fields,
        };
        interface.into()
    }

    /// Who answers for an interface by key must know all of its implementations. Says whether there is a key.
    fn check_interface_keys(&mut self, name: &Name, sources: &[Source<'a, ExtendedType>]) -> bool {
        let mut has_key = false;
        for source in sources
            .iter()
            .filter(|source| source.element.is_interface())
        {
            let subgraph = self.graph(source.graph);
            let keys = source
                .element
                .directives()
                .iter()
                .filter(|d| d.name == subgraph.names.key);
            let mut resolvable = None;
            for key in keys {
                has_key = true;
                if resolvable.is_none() && is_resolvable(key) {
                    resolvable = Some(key);
                }
            }
            let Some(key) = resolvable else { continue };
            let known: HashSet<&Name> = subgraph.implementations(name).collect();
            let missing: Vec<String> = self
                .implementers
                .get(name)
                .into_iter()
                .flatten()
                .filter(|object| !known.contains(object))
                .map(|object| format!("\"{object}\""))
                .collect();
            if missing.is_empty() {
                continue;
            }
            let error = subgraph
                .error(
                    Code::InterfaceKeyMissingImplementationType,
                    format!(
                        "The interface \"{name}\" has a resolvable key here, but lacks implementations that other subgraphs have: {}.",
                        missing.join(", ")
                    ),
                )
                .at(subgraph.locate(key.location()))
                .with_help(format!("Define them here with the key, implementing \"{name}\", or mark the key `resolvable: false`."));
            self.diagnostics.push(error);
        }
        has_key
    }

    /// Who stands for all implementations must define none of them.
    fn check_interface_objects(&mut self, name: &Name, sources: &[Source<'a, ExtendedType>]) {
        for source in sources {
            let subgraph = self.graph(source.graph);
            if !subgraph.is_interface_object(source.element) {
                continue;
            }
            let implementers = self.implementers.get(name);
            let defined: Vec<&Name> = implementers
                .into_iter()
                .flatten()
                .filter_map(|object| Some(subgraph.schema.types.get(object)?.name()))
                .collect();
            if defined.is_empty() {
                continue;
            }
            let list: Vec<String> = defined.iter().map(|name| format!("\"{name}\"")).collect();
            let mut error = Diagnostic::error(
                Code::InterfaceObjectUsageError,
                format!("\"{name}\" is an @interfaceObject here, but this subgraph also defines implementations of it: {}.", list.join(", ")),
            )
            .in_subgraph(&subgraph.name)
            .at(subgraph.locate_name(source.element.name()))
            .with_help("Remove them, or define the interface itself instead of the @interfaceObject.");
            for object in defined {
                error = error.at(subgraph.locate_name(object));
            }
            self.diagnostics.push(error);
        }
    }
}
