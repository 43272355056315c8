//! The default value of an argument or input field: the same in all subgraphs, or none.

use apollo_compiler::Node;
use apollo_compiler::ast::{InputValueDefinition, Value};
use federation::{Code, Diagnostic};

use super::Merger;
use super::same_value::same_value;
use super::sources::{Source, distribution};
use crate::values::canonical;

/// What has the default value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    Argument,
    InputField,
}

impl Merger<'_, '_> {
    /// The default value in the supergraph.
    pub(super) fn merge_default(
        &mut self,
        coordinate: &str,
        sources: &[Source<'_, Node<InputValueDefinition>>],
        owner: Owner,
    ) -> Option<Node<Value>> {
        let subgraphs = self.subgraphs;
        let default = |source: &Source<'_, Node<InputValueDefinition>>| {
            let value = source.element.default_value.as_ref()?;
            let schema = &subgraphs[source.graph].schema;
            Some(canonical(schema, &source.element.ty, value))
        };
        let first = sources.iter().find_map(default)?;
        let differs = |source: &Source<'_, Node<InputValueDefinition>>| {
            default(source).is_some_and(|value| !same_value(&value, &first))
        };
        let missing = sources
            .iter()
            .any(|source| source.element.default_value.is_none());
        let conflict = sources.iter().any(differs);
        if !conflict && !missing {
            return Some(first);
        }
        let who = distribution(self.subgraphs, sources, |value| {
            match &value.default_value {
                Some(default) => format!("{default}"),
                None => "no default".to_owned(),
            }
        });
        let what = match owner {
            Owner::Argument => "argument",
            Owner::InputField => "input field",
        };
        if conflict {
            let code = match owner {
                Owner::Argument => Code::FieldArgumentDefaultMismatch,
                Owner::InputField => Code::InputFieldDefaultMismatch,
            };
            let error = Diagnostic::error(
                code,
                format!("The {what} \"{coordinate}\" has different default values: {who}."),
            )
            .with_help("Give it the same default value everywhere, or none.");
            self.report(error, sources);
            return Some(first);
        }
        let hint = Diagnostic::hint(
            Code::InconsistentDefaultValuePresence,
            format!("The {what} \"{coordinate}\" has no default value in the supergraph, because not all subgraphs have one: {who}."),
        )
        .with_help("Give it the same default value everywhere.");
        self.report(hint, sources);
        None
    }
}
