//! Merges input objects: the fields that every subgraph accepts.

use apollo_compiler::ast::InputValueDefinition;
use apollo_compiler::collections::IndexMap;
use apollo_compiler::schema::{Component, ExtendedType, InputObjectType};
use apollo_compiler::{Name, Node};
use federation::{Code, Diagnostic};

use super::Merger;
use super::default_value::Owner;
use super::sources::{Source, coordinate, list_graphs};
use super::type_reference::Position;

impl<'a> Merger<'a, '_> {
    pub(super) fn merge_input(
        &mut self,
        name: &Name,
        sources: &[Source<'a, ExtendedType>],
    ) -> ExtendedType {
        let description = self.merge_description(name, sources);
        self.check_one_of(name, sources);
        let directives = self.type_directives(name, sources);
        let mut by_name: IndexMap<&'a Name, Vec<Source<'a, Node<InputValueDefinition>>>> =
            IndexMap::default();
        for source in sources {
            let ExtendedType::InputObject(input) = source.element else {
                continue;
            };
            for (field, definition) in &input.fields {
                by_name.entry(field).or_default().push(Source {
                    graph: source.graph,
                    element: &definition.node,
                });
            }
        }
        let mut fields: IndexMap<Name, Component<InputValueDefinition>> = IndexMap::default();
        for (field, definitions) in by_name {
            let merged = self.merge_input_field(name, field, &definitions, sources);
            if let Some(merged) = merged {
                fields.insert(field.clone(), Component::new(merged));
            }
        }
        if fields.is_empty() {
            let error = Diagnostic::error(
                Code::EmptyMergedInputType,
                format!("No field of the input type \"{name}\" is in all of its subgraphs, so nothing of it would remain."),
            )
            .with_help("Clients can only give what every subgraph knows: add a common field, or rename one of the types.");
            self.report(error, sources);
        }
        let input = InputObjectType {
            description,
            name: name.clone(),
            directives,
            fields,
        };
        input.into()
    }

    /// A value that one subgraph takes must be one that the others take, so all of them ask for one field, or none does.
    fn check_one_of(&mut self, name: &Name, sources: &[Source<'a, ExtendedType>]) {
        let is_one_of = |source: &&Source<'a, ExtendedType>| is_one_of(source.element);
        let (with, without): (Vec<_>, Vec<_>) = sources.iter().partition(is_one_of);
        if with.is_empty() || without.is_empty() {
            return;
        }
        let list = |sources: &[&Source<'a, ExtendedType>]| {
            list_graphs(self.subgraphs, sources.iter().map(|source| source.graph))
        };
        let (with, without) = (list(&with), list(&without));
        let error = Diagnostic::error(
            Code::InputOneOfMismatch,
            format!("The input type \"{name}\" is @oneOf in {with}, but not in {without}."),
        )
        .with_help("Put @oneOf on it everywhere, or nowhere.");
        self.report(error, sources);
    }

    fn merge_input_field(
        &mut self,
        ty: &Name,
        field: &Name,
        sources: &[Source<'a, Node<InputValueDefinition>>],
        owners: &[Source<'a, ExtendedType>],
    ) -> Option<InputValueDefinition> {
        let coordinate = coordinate(ty, field);
        let description = self.merge_description(&coordinate, sources);
        let merged = self.merge_applied(&coordinate, sources);
        let reference = self.merge_reference(&coordinate, sources, Position::InputField);
        let lacking: Vec<usize> = owners
            .iter()
            .map(|owner| owner.graph)
            .filter(|graph| !sources.iter().any(|source| source.graph == *graph))
            .collect();
        let mut directives = Vec::new();
        if !reference.same_everywhere || !lacking.is_empty() {
            for source in sources {
                let ty = (!reference.same_everywhere).then(|| source.element.ty.to_string());
                directives.push(self.join.input_field(source.graph, ty));
            }
        }
        directives.extend(merged);
        let default_value = self.merge_default(&coordinate, sources, Owner::InputField);
        let inaccessible = self.plan.inaccessible.as_ref();
        let hidden = directives.iter().any(|d| Some(&d.name) == inaccessible);
        if !lacking.is_empty() && !hidden {
            self.report_lacking_input(&coordinate, sources, lacking);
            return None;
        }
        Some(InputValueDefinition {
            description,
            name: field.clone(),
            ty: Node::new(reference.ty),
            default_value,
            directives: apollo_compiler::ast::DirectiveList(directives),
        })
    }

    fn report_lacking_input(
        &mut self,
        coordinate: &str,
        sources: &[Source<'a, Node<InputValueDefinition>>],
        lacking: Vec<usize>,
    ) {
        let lacking = list_graphs(self.subgraphs, lacking);
        let required = sources.iter().filter(|source| source.element.is_required());
        let required: Vec<usize> = required.map(|source| source.graph).collect();
        let diagnostic = if required.is_empty() {
            let having = list_graphs(self.subgraphs, sources.iter().map(|s| s.graph));
            Diagnostic::hint(
                Code::InconsistentInputObjectField,
                format!("The input field \"{coordinate}\" is not in the supergraph: {having} has it, but not {lacking}."),
            )
            .with_help("Add the field everywhere if clients are to use it.")
        } else {
            let required = list_graphs(self.subgraphs, required);
            Diagnostic::error(
                Code::RequiredInputFieldMissingInSomeSubgraph,
                format!("The input field \"{coordinate}\" is required in {required}, but {lacking} does not have it."),
            )
            .with_help("Add the field everywhere, or make it optional where it is.")
        };
        self.report(diagnostic, sources);
    }
}

/// Whether of an input type exactly one field is given.
pub(super) fn is_one_of(ty: &ExtendedType) -> bool {
    ty.is_input_object() && ty.directives().has("oneOf")
}
