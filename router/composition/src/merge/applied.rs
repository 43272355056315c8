//! Merges the directives that are on an element: each comes into the supergraph once.

use apollo_compiler::ast::{Directive, Value};
use apollo_compiler::collections::IndexMap;
use apollo_compiler::schema::DirectiveDefinition;
use apollo_compiler::{Name, Node, name};
use federation::{Code, Diagnostic};

use super::argument_merge;
use super::same_value::meaning;
use super::sources::{Element, Source, across, distribution};
use super::{Merger, join};

/// The values of a directive's arguments, in the order of its definition.
type Values<'a> = Vec<Option<&'a Value>>;

/// The applications of one directive on one element, by subgraph.
type Applications<'a> = Vec<(usize, &'a Node<Directive>)>;

impl Merger<'_, '_> {
    /// The directives of an element in the supergraph, apart from those of the join specification.
    pub(super) fn merge_applied<T: Element>(
        &mut self,
        coordinate: &str,
        sources: &[Source<'_, T>],
    ) -> Vec<Node<Directive>> {
        self.merge_applied_with(coordinate, sources, &[])
    }

    /// The same, with directives that the element has from elsewhere.
    pub(super) fn merge_applied_with<T: Element>(
        &mut self,
        coordinate: &str,
        sources: &[Source<'_, T>],
        inherited: &[(usize, Node<Directive>)],
    ) -> Vec<Node<Directive>> {
        let mut by_name: IndexMap<&Name, Applications<'_>> = IndexMap::default();
        for source in sources {
            for directive in source.element.directives() {
                if self.plan.is_merged(source.graph, &directive.name) {
                    let applications = by_name.entry(&directive.name).or_default();
                    applications.push((source.graph, directive));
                }
            }
        }
        for (graph, directive) in inherited {
            let applications = by_name.entry(&directive.name).or_default();
            applications.push((*graph, directive));
        }
        let mut merged = Vec::with_capacity(by_name.len());
        for (name, applications) in by_name {
            self.merge_directive(coordinate, name, &applications, sources, &mut merged);
        }
        merged
    }

    fn merge_directive<T: Element>(
        &mut self,
        coordinate: &str,
        name: &Name,
        applications: &Applications<'_>,
        sources: &[Source<'_, T>],
        merged: &mut Vec<Node<Directive>>,
    ) {
        let Some(definition) = self.schema.directive_definitions.get(name).cloned() else {
            return;
        };
        let spec = self.plan.directives.get(name).map(|planned| planned.spec);
        let spec = spec.filter(|spec| spec.arguments.iter().any(|a| a.merge.is_some()));
        // What each subgraph says once is merged, repeatable or not.
        if definition.repeatable && (spec.is_none() || is_repeated(applications)) {
            let is_context = self
                .plan
                .name_of(federation::spec::catalog::CONTEXT, "context");
            if is_context == Some(name) {
                merged.extend(self.contexts(name, applications));
            } else {
                merged.extend(
                    distinct(&definition, applications)
                        .into_iter()
                        .map(|(d, _)| d),
                );
            }
            return;
        }
        let distinct = distinct(&definition, applications);
        if let [(only, _)] = distinct.as_slice() {
            merged.push(only.clone());
            return;
        }
        let subgraphs = self.subgraphs;
        if let Some(spec) = spec {
            let directives: Vec<&Node<Directive>> = distinct.iter().map(|(d, _)| d).collect();
            let arguments = argument_merge::merge(spec, &definition, &directives, &self.budget);
            merged.push(Node::new(Directive {
                name: name.clone(),
                arguments,
            }));
            let hint = Diagnostic::hint(
                Code::MergedNonRepeatableDirectiveArguments,
                format!(
                    "@{name} is used on \"{coordinate}\" with different arguments, which were combined."
                ),
            );
            self.diagnostics.push(across(subgraphs, hint, sources));
            return;
        }
        // The one that most subgraphs have; of several, the first.
        let most = distinct.iter().map(|(_, count)| *count).max().unwrap_or(0);
        let chosen = distinct.iter().find(|(_, count)| *count == most);
        let Some((chosen, _)) = chosen else { return };
        merged.push(chosen.clone());
        let with_it: Vec<Source<'_, T>> = sources
            .iter()
            .filter(|source| source.element.directives().any(|d| d.name == *name))
            .copied()
            .collect();
        let who = distribution(subgraphs, &with_it, |element| {
            let applied = element
                .directives()
                .find(|directive| directive.name == *name);
            applied.map_or_else(String::new, |d| d.serialize().no_indent().to_string())
        });
        let hint = Diagnostic::hint(
            Code::InconsistentNonRepeatableDirectiveArguments,
            format!(
                "@{name} is used on \"{coordinate}\" with different arguments: {who}. The supergraph has {}.",
                chosen.serialize().no_indent()
            ),
        )
        .with_help("Write the same arguments everywhere.");
        self.diagnostics.push(across(subgraphs, hint, &with_it));
    }

    /// A context belongs to the subgraph that sets it; its name says so.
    fn contexts(&self, name: &Name, applications: &Applications<'_>) -> Vec<Node<Directive>> {
        applications
            .iter()
            .filter_map(|(graph, directive)| {
                let context = crate::facts::string_argument(directive, "name")?;
                let qualified = format!("{}__{context}", self.subgraphs[*graph].name);
                Some(join::directive(
                    name.clone(),
                    [(name!("name"), Value::String(qualified))],
                ))
            })
            .collect()
    }
}

/// Whether a subgraph has the directive several times there. Applications are in the order of the subgraphs.
fn is_repeated(applications: &Applications<'_>) -> bool {
    applications.windows(2).any(|pair| pair[0].0 == pair[1].0)
}

/// The applications that differ, each with the number of times it occurs.
fn distinct(
    definition: &DirectiveDefinition,
    applications: &Applications<'_>,
) -> Vec<(Node<Directive>, usize)> {
    let mut distinct: IndexMap<Vec<Option<String>>, (Node<Directive>, usize)> = IndexMap::default();
    for (_, directive) in applications {
        let values = values(definition, directive).into_iter();
        let meant = values.map(|value| value.map(meaning)).collect();
        let known = distinct.entry(meant);
        known.or_insert_with(|| ((*directive).clone(), 0)).1 += 1;
    }
    distinct.into_values().collect()
}

/// The value of each argument, or its default, in the order of the definition.
pub(super) fn values<'a>(
    definition: &'a DirectiveDefinition,
    directive: &'a Directive,
) -> Values<'a> {
    definition
        .arguments
        .iter()
        .map(|argument| {
            let given = directive.specified_argument_by_name(&argument.name);
            let default = argument.default_value.as_ref();
            given.or(default).map(|value| &**value)
        })
        .collect()
}
