//! Definitions of directives.

use apollo_compiler::ast::DirectiveDefinition;
use apollo_compiler::{Node, Schema};
use federation::is_executable;

use crate::arguments;
use crate::change::{Changes, Class, Judgement};
use crate::coordinate;
use crate::descriptions::{self, DescriptionKinds};
use crate::kind::Kind;
use crate::pairs::{Pair, pairs};

const ONLY_IN_SCHEMAS: &str =
    "Operations cannot use the directive, but tools that read the schema can.";

pub(crate) fn compare(old: &Schema, new: &Schema, changes: &mut Changes) {
    let own = |schema: &'_ Schema| {
        let own = schema.directive_definitions.values();
        own.filter(|definition| !is_built_in(definition))
            .cloned()
            .collect::<Vec<_>>()
    };
    let (old, new) = (own(old), own(new));
    for pair in pairs(&old, &new, |definition| &definition.name) {
        match pair {
            Pair::Added(definition) => changes.added(
                Kind::DirectiveAdded,
                coordinate::directive(&definition.name),
                None,
                (Class::Safe, "No operation could use the directive before."),
            ),
            Pair::Removed(definition) => {
                changes.removed(
                    Kind::DirectiveRemoved,
                    coordinate::directive(&definition.name),
                    None,
                    judge(
                        definition.locations.iter().any(is_executable),
                        "Operations that use the directive are refused.",
                    ),
                );
            }
            Pair::Kept(old, new) => compare_definition(old, new, changes),
        }
    }
}

fn compare_definition(old: &DirectiveDefinition, new: &DirectiveDefinition, changes: &mut Changes) {
    let in_operations = old.locations.iter().any(is_executable);
    let coordinate = || coordinate::directive(&new.name);
    for pair in pairs(&old.locations, &new.locations, |location| location.name()) {
        match pair {
            Pair::Added(location) => changes.added(
                Kind::DirectiveLocationAdded,
                coordinate(),
                Some(location.to_string()),
                (
                    Class::Safe,
                    "No operation could use the directive there before.",
                ),
            ),
            Pair::Removed(location) => changes.removed(
                Kind::DirectiveLocationRemoved,
                coordinate(),
                Some(location.to_string()),
                judge(
                    is_executable(location),
                    "Operations that use the directive there are refused.",
                ),
            ),
            Pair::Kept(..) => {}
        }
    }
    match (old.repeatable, new.repeatable) {
        (false, true) => changes.added(
            Kind::DirectiveRepeatableAdded,
            coordinate(),
            None,
            (
                Class::Safe,
                "No operation could use the directive twice in one place before.",
            ),
        ),
        (true, false) => changes.removed(
            Kind::DirectiveRepeatableRemoved,
            coordinate(),
            None,
            judge(
                in_operations,
                "Operations that use the directive twice in one place are refused.",
            ),
        ),
        _ => {}
    }
    let mut of_arguments = Changes::default();
    arguments::compare(
        &arguments::DIRECTIVE,
        &|argument| coordinate::directive_argument(&new.name, argument),
        [&old.arguments, &new.arguments],
        &mut of_arguments,
    );
    changes.append(match in_operations {
        true => of_arguments,
        false => of_arguments.at_most_dangerous(ONLY_IN_SCHEMAS),
    });
    descriptions::compare(
        DescriptionKinds::only(Kind::DirectiveDescriptionChanged),
        coordinate,
        old.description.as_deref(),
        new.description.as_deref(),
        changes,
    );
}

/// Breaking where operations can use the directive; tools that read schemas may depend on the others.
fn judge(in_operations: bool, reason: &'static str) -> Judgement {
    match in_operations {
        true => (Class::Breaking, reason),
        false => (Class::Dangerous, ONLY_IN_SCHEMAS),
    }
}

/// Whether every schema has the directive, written or not. The parser does not know `@oneOf`.
fn is_built_in(definition: &Node<DirectiveDefinition>) -> bool {
    definition.is_built_in()
        || matches!(
            definition.name.as_str(),
            "skip" | "include" | "deprecated" | "specifiedBy" | "oneOf"
        )
}
