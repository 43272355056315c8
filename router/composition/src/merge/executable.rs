//! Merges the definitions of executable directives, such as `@live` on a field of a query: those that all subgraphs know; and the
//! arguments of those that `@composeDirective` asks for.

use apollo_compiler::collections::IndexMap;
use apollo_compiler::schema::{DirectiveDefinition, DirectiveLocation};
use apollo_compiler::{Name, Node};
use federation::{Code, Diagnostic, is_executable};

use super::Merger;
use super::compose_directive::ComposedDefinition;
use super::plan::BUILT_IN;
use super::sources::{Source, distribution, list_graphs};

type Definitions<'a> = Vec<Source<'a, Node<DirectiveDefinition>>>;

impl<'a> Merger<'a, '_> {
    /// Merges every executable directive; those of known specifications and composed ones are already there.
    pub(super) fn merge_directive_definitions(&mut self) {
        let mut by_name: IndexMap<&'a Name, Definitions<'a>> = IndexMap::default();
        for (graph, subgraph) in self.subgraphs.iter().enumerate() {
            for (name, definition) in &subgraph.schema.directive_definitions {
                by_name.entry(name).or_default().push(Source {
                    graph,
                    element: definition,
                });
            }
        }
        for (name, definitions) in by_name {
            let built_in =
                BUILT_IN.contains(&name.as_str()) || ["defer", "stream"].contains(&name.as_str());
            let known = self.schema.directive_definitions.contains_key(name);
            let for_operations = |source: &Source<'_, Node<DirectiveDefinition>>| {
                source.element.locations.iter().any(is_executable)
            };
            if built_in || known || !definitions.iter().any(for_operations) {
                continue;
            }
            if let Some(merged) = self.merge_executable(name, &definitions) {
                let directives = &mut self.schema.directive_definitions;
                directives.insert(name.clone(), Node::new(merged));
            }
        }
    }

    /// Merges the arguments of composed directives, as they are in the one subgraph that each definition comes from: their types are
    /// used, and what is on them comes into the supergraph if it does elsewhere.
    pub(super) fn merge_composed_definitions(&mut self) {
        let definitions = self.plan.composed.definitions.clone();
        for (name, ComposedDefinition { graph, definition }) in definitions {
            let known = self.schema.directive_definitions.get(&name);
            if known.is_none_or(|known| !known.ptr_eq(&definition)) {
                continue;
            }
            let source = Source {
                graph,
                element: definition.arguments.as_slice(),
            };
            let merged = DirectiveDefinition {
                arguments: self.merge_arguments(&format!("@{name}"), &[source]),
                ..DirectiveDefinition::clone(&definition)
            };
            let directives = &mut self.schema.directive_definitions;
            directives.insert(name, Node::new(merged));
        }
    }

    fn merge_executable(
        &mut self,
        name: &Name,
        sources: &[Source<'a, Node<DirectiveDefinition>>],
    ) -> Option<DirectiveDefinition> {
        if sources.len() < self.subgraphs.len() {
            let has = |graph: usize| sources.iter().any(|source| source.graph == graph);
            let lacking = (0..self.subgraphs.len()).filter(|graph| !has(*graph));
            let lacking = list_graphs(self.subgraphs, lacking);
            let having = list_graphs(self.subgraphs, sources.iter().map(|s| s.graph));
            let hint = Diagnostic::hint(
                Code::InconsistentExecutableDirectivePresence,
                format!("The directive @{name} is not in the supergraph: {having} has it, but not {lacking}."),
            )
            .with_help("Define it everywhere if clients are to use it.");
            self.report(hint, sources);
            return None;
        }
        let shown = |definition: &Node<DirectiveDefinition>| {
            let names: Vec<&str> = executable_locations(definition)
                .iter()
                .map(|l| l.name())
                .collect();
            names.join(" | ")
        };
        let mut locations = executable_locations(sources[0].element);
        let mut differ = false;
        for source in &sources[1..] {
            let other = executable_locations(source.element);
            differ |= other != locations;
            locations.retain(|location| other.contains(location));
        }
        if locations.is_empty() {
            let who = distribution(self.subgraphs, sources, shown);
            let hint = Diagnostic::hint(
                Code::NoExecutableDirectiveIntersection,
                format!(
                    "The directive @{name} is not in the supergraph, because it has no location in common: {who}."
                ),
            );
            self.report(hint, sources);
            return None;
        }
        let repeatable = sources.iter().all(|source| source.element.repeatable);
        if !repeatable && sources.iter().any(|source| source.element.repeatable) {
            let hint = Diagnostic::hint(
                Code::InconsistentExecutableDirectiveRepeatable,
                format!(
                    "The directive @{name} is not repeatable in the supergraph, because it is not in all subgraphs."
                ),
            );
            self.report(hint, sources);
        }
        if differ {
            let who = distribution(self.subgraphs, sources, shown);
            let hint = Diagnostic::hint(
                Code::InconsistentExecutableDirectiveLocations,
                format!(
                    "The directive @{name} has different locations: {who}. The supergraph has those in common."
                ),
            );
            self.report(hint, sources);
        }
        let coordinate = format!("@{name}");
        let description = self.merge_description(&coordinate, sources);
        let arguments: Vec<_> = sources
            .iter()
            .map(|source| Source {
                graph: source.graph,
                element: source.element.arguments.as_slice(),
            })
            .collect();
        Some(DirectiveDefinition {
            description,
            name: name.clone(),
            arguments: self.merge_arguments(&coordinate, &arguments),
            repeatable,
            locations,
        })
    }
}

/// Where it may appear in a query, in alphabetical order.
fn executable_locations(definition: &DirectiveDefinition) -> Vec<DirectiveLocation> {
    let locations = definition.locations.iter().copied();
    let mut locations: Vec<DirectiveLocation> = locations.filter(is_executable).collect();
    locations.sort_by_key(|location| location.name());
    locations
}
