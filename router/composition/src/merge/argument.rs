//! Merges the arguments of a field or directive: those that every subgraph has.

use apollo_compiler::ast::InputValueDefinition;
use apollo_compiler::collections::IndexMap;
use apollo_compiler::{Name, Node};
use federation::{Code, Diagnostic};

use super::Merger;
use super::default_value::Owner;
use super::sources::{Source, list_graphs};
use super::type_reference::Position;

/// The arguments of one field or directive in one subgraph.
pub(super) type Arguments<'a> = Source<'a, [Node<InputValueDefinition>]>;

type ArgumentSources<'a> = Vec<Source<'a, Node<InputValueDefinition>>>;

impl Merger<'_, '_> {
    /// Merges the arguments of `owner`, a field's coordinate or `@directive`.
    pub(super) fn merge_arguments(
        &mut self,
        owner: &str,
        sources: &[Arguments<'_>],
    ) -> Vec<Node<InputValueDefinition>> {
        let mut by_name: IndexMap<&Name, ArgumentSources<'_>> = IndexMap::default();
        for source in sources {
            for argument in source.element {
                by_name.entry(&argument.name).or_default().push(Source {
                    graph: source.graph,
                    element: argument,
                });
            }
        }
        let mut merged = Vec::with_capacity(by_name.len());
        for (name, arguments) in by_name {
            let coordinate = format!("{owner}({name}:)");
            if self.is_contextual(&coordinate, &arguments) {
                continue;
            }
            if arguments.len() < sources.len() {
                let lacking: Vec<usize> = sources
                    .iter()
                    .map(|source| source.graph)
                    .filter(|graph| !arguments.iter().any(|argument| argument.graph == *graph))
                    .collect();
                self.report_missing(&coordinate, &arguments, lacking);
                continue;
            }
            merged.push(self.merge_argument(name, &coordinate, &arguments));
        }
        merged
    }

    fn merge_argument(
        &mut self,
        name: &Name,
        coordinate: &str,
        sources: &[Source<'_, Node<InputValueDefinition>>],
    ) -> Node<InputValueDefinition> {
        let description = self.merge_description(coordinate, sources);
        let directives = self.merge_applied(coordinate, sources);
        let reference = self.merge_reference(coordinate, sources, Position::Argument);
        let default_value = self.merge_default(coordinate, sources, Owner::Argument);
        Node::new(InputValueDefinition {
            description,
            name: name.clone(),
            ty: Node::new(reference.ty),
            default_value,
            directives: apollo_compiler::ast::DirectiveList(directives),
        })
    }

    fn report_missing(
        &mut self,
        coordinate: &str,
        sources: &[Source<'_, Node<InputValueDefinition>>],
        lacking: Vec<usize>,
    ) {
        let lacking = list_graphs(self.subgraphs, lacking);
        let required = sources.iter().filter(|source| source.element.is_required());
        let required: Vec<usize> = required.map(|source| source.graph).collect();
        let diagnostic = if required.is_empty() {
            let having = list_graphs(self.subgraphs, sources.iter().map(|source| source.graph));
            Diagnostic::hint(
                Code::InconsistentArgumentPresence,
                format!("The argument \"{coordinate}\" is not in the supergraph: {having} has it, but not {lacking}."),
            )
            .with_help("Add the argument everywhere if clients are to use it.")
        } else {
            let required = list_graphs(self.subgraphs, required);
            Diagnostic::error(
                Code::RequiredArgumentMissingInSomeSubgraph,
                format!("The argument \"{coordinate}\" is required in {required}, but {lacking} does not have it."),
            )
            .with_help("Add the argument everywhere, or make it optional where it is.")
        };
        self.report(diagnostic, sources);
    }

    /// Whether some subgraph takes the argument from a context: then clients do not give it.
    fn is_contextual(
        &mut self,
        coordinate: &str,
        sources: &[Source<'_, Node<InputValueDefinition>>],
    ) -> bool {
        let takes_from_context = |source: &Source<'_, Node<InputValueDefinition>>| {
            let from_context = &self.subgraphs[source.graph].names.from_context;
            source.element.directives.has(from_context)
        };
        let (contextual, plain): (ArgumentSources<'_>, ArgumentSources<'_>) =
            sources.iter().copied().partition(takes_from_context);
        if contextual.is_empty() {
            return false;
        }
        let context_graphs = list_graphs(self.subgraphs, contextual.iter().map(|s| s.graph));
        for source in plain {
            let here = list_graphs(self.subgraphs, [source.graph]);
            let code = Code::ContextualArgumentNotContextualInAllSubgraphs;
            let diagnostic = if source.element.is_required() {
                Diagnostic::error(
                    code,
                    format!("The argument \"{coordinate}\" comes from a context in {context_graphs}, but {here} requires clients to give it."),
                )
                .with_help("Use @fromContext there too, or make the argument optional.")
            } else {
                Diagnostic::hint(
                    code,
                    format!(
                        "The argument \"{coordinate}\" is not in the supergraph, because it comes from a context in {context_graphs}; {here} will not be given it."
                    ),
                )
            };
            self.report(diagnostic, &[source]);
        }
        true
    }
}
