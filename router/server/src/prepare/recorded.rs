//! What is recorded of an operation: its text without literals, and what it uses of the schema.

use apollo_compiler::ast::{Directive, Value};
use apollo_compiler::executable::{ExecutableDocument, Operation, Selection, SelectionSet};
use apollo_compiler::validation::Valid;
use apollo_compiler::{Node, Schema};
use diff::Usage;
use indexmap::IndexSet;

use super::fragments;
use crate::record::Description;

/// Describes one operation of a document; `None` when there is no such operation.
pub(super) fn describe(
    schema: &Valid<Schema>,
    document: &Valid<ExecutableDocument>,
    name: Option<&str>,
) -> Option<Description> {
    let operation = document.operations.get(name).ok()?;
    let usage = Usage::of(schema, document, operation);
    let mut coordinates: Vec<String> = usage.coordinates().map(str::to_owned).collect();
    coordinates.sort_unstable();
    Some(Description {
        name: operation.name.as_ref().map(ToString::to_string),
        operation_type: operation.operation_type.name(),
        text: bare(document, operation),
        coordinates,
    })
}

/// The text of one operation of a document that has been found valid; `None` when there is no such operation.
pub(super) fn without_literals(
    schema: &Valid<Schema>,
    text: &str,
    name: Option<&str>,
) -> Option<String> {
    let document = ExecutableDocument::parse(schema, text, "operation.graphql").ok()?;
    let operation = document.operations.get(name).ok()?;
    Some(bare(&document, operation))
}

fn bare(document: &ExecutableDocument, operation: &Node<Operation>) -> String {
    let mut bare = Node::clone(operation);
    let stripped = bare.make_mut();
    for variable in &mut stripped.variables {
        let variable = variable.make_mut();
        if let Some(default) = &mut variable.default_value {
            strip_value(default.make_mut());
        }
        strip_directives(&mut variable.directives);
    }
    strip_directives(&mut stripped.directives);
    strip(&mut stripped.selection_set);
    let mut text = bare.serialize().no_indent().to_string();
    for fragment in fragments::used(document, operation) {
        let mut fragment = Node::clone(fragment);
        let stripped = fragment.make_mut();
        strip_directives(&mut stripped.directives);
        strip(&mut stripped.selection_set);
        text.push(' ');
        text.push_str(&fragment.serialize().no_indent().to_string());
    }
    text
}

fn strip(selections: &mut SelectionSet) {
    for selection in &mut selections.selections {
        match selection {
            Selection::Field(field) => {
                let field = field.make_mut();
                for argument in &mut field.arguments {
                    strip_value(argument.make_mut().value.make_mut());
                }
                strip_directives(&mut field.directives);
                strip(&mut field.selection_set);
            }
            Selection::InlineFragment(fragment) => {
                let fragment = fragment.make_mut();
                strip_directives(&mut fragment.directives);
                strip(&mut fragment.selection_set);
            }
            Selection::FragmentSpread(spread) => {
                strip_directives(&mut spread.make_mut().directives);
            }
        }
    }
}

/// The labels of `@defer` and `@stream` stay: they are names, and each must be another one.
fn strip_directives(directives: &mut [Node<Directive>]) {
    for directive in directives {
        let directive = directive.make_mut();
        let is_labelled = ["defer", "stream"].contains(&directive.name.as_str());
        for argument in &mut directive.arguments {
            if !(is_labelled && argument.name == "label") {
                strip_value(argument.make_mut().value.make_mut());
            }
        }
    }
}

/// Numbers become 1, so that a list that is asked for by its length still has one; strings are empty; what is equal in a list then is there once.
/// Names stay: values of enums, `true`, `false`, `null`, and the fields of objects.
fn strip_value(value: &mut Value) {
    match value {
        Value::Int(_) => *value = Value::from(1),
        Value::Float(_) => *value = Value::from(1.0),
        Value::String(_) => *value = Value::String(String::new()),
        Value::List(items) => {
            let stripped = std::mem::take(items).into_iter().map(|mut item| {
                strip_value(item.make_mut());
                item
            });
            let kept: IndexSet<Node<Value>> = stripped.collect();
            *items = kept.into_iter().collect();
        }
        Value::Object(fields) => {
            for (_, field) in fields {
                strip_value(field.make_mut());
            }
        }
        Value::Null | Value::Enum(_) | Value::Variable(_) | Value::Boolean(_) => {}
    }
}

#[cfg(test)]
mod tests;
