//! Merges enums. What clients receive may come from any subgraph, what they send must be known to all.

use apollo_compiler::ast::EnumValueDefinition;
use apollo_compiler::collections::IndexMap;
use apollo_compiler::schema::{Component, EnumType, ExtendedType};
use apollo_compiler::{Name, Node};
use federation::{Code, Diagnostic};

use super::Merger;
use super::sources::{Source, coordinate, list_graphs};
use super::type_reference::Position;
use super::types::Kind;

/// Where an enum is used, with an example of each.
#[derive(Debug, Default)]
pub(super) struct EnumUsage {
    input: Option<String>,
    output: Option<String>,
}

impl<'a> Merger<'a, '_> {
    /// Notes that `coordinate` has this type, if it is an enum.
    pub(super) fn use_enum(&mut self, coordinate: &str, ty: &Name, position: Position) {
        if self
            .types
            .get(ty)
            .is_none_or(|merged| merged.kind != Kind::Enum)
        {
            return;
        }
        if !self.enum_usages.contains_key(ty) {
            self.enum_usages.insert(ty.clone(), EnumUsage::default());
        }
        if let Some(usage) = self.enum_usages.get_mut(ty) {
            let slot = match position {
                Position::Output => &mut usage.output,
                Position::Argument | Position::InputField => &mut usage.input,
            };
            slot.get_or_insert_with(|| coordinate.to_owned());
        }
    }

    pub(super) fn merge_enum(
        &mut self,
        name: &Name,
        sources: &[Source<'a, ExtendedType>],
    ) -> ExtendedType {
        let description = self.merge_description(name, sources);
        let directives = self.type_directives(name, sources);
        let usage = self.enum_usages.remove(name);
        if usage.is_none() {
            let hint = Diagnostic::hint(
                Code::UnusedEnumType,
                format!("Nothing uses the enum \"{name}\". The supergraph has all of its values."),
            );
            self.report(hint, sources);
        }
        let usage = usage.unwrap_or_default();
        let mut by_name: IndexMap<&'a Name, Vec<Source<'a, Node<EnumValueDefinition>>>> =
            IndexMap::default();
        for source in sources {
            let ExtendedType::Enum(enum_) = source.element else {
                continue;
            };
            for (value, definition) in &enum_.values {
                by_name.entry(value).or_default().push(Source {
                    graph: source.graph,
                    element: &definition.node,
                });
            }
        }
        let mut values: IndexMap<Name, Component<EnumValueDefinition>> = IndexMap::default();
        for (value, definitions) in by_name {
            let merged = self.merge_value(name, value, &definitions, sources, &usage);
            if let Some(merged) = merged {
                values.insert(value.clone(), Component::new(merged));
            }
        }
        if values.is_empty() {
            let error = Diagnostic::error(
                Code::EmptyMergedEnumType,
                format!("No value of the enum \"{name}\" is in all of its subgraphs, so nothing of it would remain."),
            )
            .with_help("Clients can only send what every subgraph knows: add a common value, or rename one of the enums.");
            self.report(error, sources);
        }
        let merged = EnumType {
            description,
            name: name.clone(),
            directives,
            values,
        };
        merged.into()
    }

    fn merge_value(
        &mut self,
        ty: &Name,
        value: &Name,
        sources: &[Source<'a, Node<EnumValueDefinition>>],
        owners: &[Source<'a, ExtendedType>],
        usage: &EnumUsage,
    ) -> Option<EnumValueDefinition> {
        let coordinate = coordinate(ty, value);
        let description = self.merge_description(&coordinate, sources);
        let merged = self.merge_applied(&coordinate, sources);
        let mut directives: Vec<_> = sources
            .iter()
            .map(|source| self.join.enum_value(source.graph))
            .collect();
        directives.extend(merged);
        if sources.len() < owners.len() {
            let inaccessible = self.plan.inaccessible.as_ref();
            let hidden = directives.iter().any(|d| Some(&d.name) == inaccessible);
            let kept = self.report_lacking_value(&coordinate, sources, owners, usage, hidden);
            if !kept {
                return None;
            }
        }
        Some(EnumValueDefinition {
            description,
            value: value.clone(),
            directives: apollo_compiler::ast::DirectiveList(directives),
        })
    }

    /// Whether a value that some subgraphs lack stays in the supergraph.
    fn report_lacking_value(
        &mut self,
        coordinate: &str,
        sources: &[Source<'a, Node<EnumValueDefinition>>],
        owners: &[Source<'a, ExtendedType>],
        usage: &EnumUsage,
        hidden: bool,
    ) -> bool {
        let lacking: Vec<usize> = owners
            .iter()
            .map(|owner| owner.graph)
            .filter(|graph| !sources.iter().any(|source| source.graph == *graph))
            .collect();
        let having = list_graphs(self.subgraphs, sources.iter().map(|source| source.graph));
        let lacking = list_graphs(self.subgraphs, lacking);
        let (diagnostic, kept) = match (&usage.input, &usage.output) {
            (None, _) => (
                Diagnostic::hint(
                    Code::InconsistentEnumValueForOutputEnum,
                    format!("The enum value \"{coordinate}\" is in {having}, but not in {lacking}."),
                ),
                true,
            ),
            _ if hidden => return true,
            (Some(_), None) => (
                Diagnostic::hint(
                    Code::InconsistentEnumValueForInputEnum,
                    format!("The enum value \"{coordinate}\" is not in the supergraph: {having} has it, but not {lacking}."),
                )
                .with_help("Clients can only send what every subgraph knows: add the value everywhere."),
                false,
            ),
            (Some(input), Some(output)) => (
                Diagnostic::error(
                    Code::EnumValueMismatch,
                    format!("The enum value \"{coordinate}\" is in {having}, but not in {lacking}, and clients both send the enum (\"{input}\") and receive it (\"{output}\")."),
                )
                .with_help("Add the value everywhere, or mark it @inaccessible while it is being added."),
                true,
            ),
        };
        self.report(diagnostic, sources);
        kept
    }
}
