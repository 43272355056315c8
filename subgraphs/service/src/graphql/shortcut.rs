//! The fast path: root fields with scalar results, computed without validating and executing anew.
//!
//! A document that was executed once is known to be valid. When it asks for nothing but root fields that the program can compute from their
//! arguments ([`RootField`]), what is left to do for other variables is to coerce them and to compute. This is done here, for what succeeds: where
//! a variable is missing or of another type, a value is refused or an operation fails, nothing is answered, and the schema executes the
//! request from the beginning and reports the errors.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use async_graphql::Value;
use async_graphql::parser::types::{Field, OperationDefinition, OperationType, Selection};
use async_graphql_value::Value as Given;

use super::document::measure::FIELD;
use super::document::weight::Weight;
use super::variables::{self, Declared, Room};
use super::write;
use crate::RootField;

/// Root fields by name.
pub(super) type RootFields = HashMap<String, Arc<RootField>>;

/// What a document asks for.
#[derive(Debug)]
pub(super) struct Shortcut {
    variables: Vec<Declared>,
    /// How often each variable is used.
    uses: Vec<u64>,
    fields: Vec<Asked>,
    /// Units of work that it takes, beside what variables bring.
    cost: u64,
}

/// A field of the answer.
#[derive(Debug)]
struct Asked {
    /// As it is written: `"key":`.
    key: String,
    result: Outcome,
}

#[derive(Debug)]
enum Outcome {
    TypeName,
    Computed(Arc<RootField>, Vec<Argument>),
}

#[derive(Debug)]
enum Argument {
    Absent,
    Constant(Value),
    /// The index of a variable.
    Variable(usize),
}

impl Shortcut {
    /// The fast path of a valid operation; `None` when it asks for anything else.
    pub(super) fn of(operation: &OperationDefinition, known: &RootFields) -> Option<Self> {
        if operation.ty != OperationType::Query || !operation.directives.is_empty() {
            return None;
        }
        let definitions = &operation.variable_definitions;
        if definitions
            .iter()
            .any(|one| !one.node.directives.is_empty())
        {
            return None;
        }
        let variables: Vec<Declared> = definitions
            .iter()
            .map(|one| Declared::from(&one.node))
            .collect();
        let mut shortcut = Self {
            uses: vec![0; variables.len()],
            variables,
            fields: Vec::new(),
            cost: 0,
        };
        for selection in &operation.selection_set.node.items {
            let Selection::Field(field) = &selection.node else {
                return None;
            };
            let key = format!("\"{}\":", field.node.response_key().node);
            // Fields with one key are merged, which is not for here.
            if shortcut.fields.iter().any(|other| other.key == key) {
                return None;
            }
            let result = shortcut.outcome(&field.node, known)?;
            shortcut.fields.push(Asked { key, result });
        }
        Some(shortcut)
    }

    fn outcome(&mut self, field: &Field, known: &RootFields) -> Option<Outcome> {
        if !field.directives.is_empty() || !field.selection_set.node.items.is_empty() {
            return None;
        }
        self.cost = self.cost.saturating_add(FIELD);
        if field.name.node == "__typename" {
            return Some(Outcome::TypeName);
        }
        let root = known.get(field.name.node.as_str())?;
        let mut arguments = Vec::with_capacity(root.arguments().len());
        for name in root.arguments() {
            arguments.push(match field.get_argument(name) {
                None => Argument::Absent,
                Some(value) => self.argument(&value.node)?,
            });
        }
        Some(Outcome::Computed(Arc::clone(root), arguments))
    }

    fn argument(&mut self, value: &Given) -> Option<Argument> {
        if let Given::Variable(name) = value {
            let index = self.variables.iter().position(|one| one.name == *name)?;
            self.uses[index] += 1;
            return Some(Argument::Variable(index));
        }
        // A list with variables in it has no constant.
        let constant = value.clone().into_const()?;
        let weight = Weight::of_variable(Some(&constant));
        self.cost = self.cost.saturating_add(weight.cost);
        Some(Argument::Constant(constant))
    }

    /// The text of the answer; `None` when there is an error to report, or when it would take more than `most` units of work.
    pub(super) fn answer(
        &self,
        given: &variables::Given<'_>,
        room: &Room,
        type_name: &str,
        most: u64,
    ) -> Option<Vec<u8>> {
        let mut values = Vec::with_capacity(self.variables.len());
        for declared in &self.variables {
            let value = given.value(declared, room).ok()?;
            if !value.as_ref().is_none_or(|value| declared.fits(value)) {
                return None;
            }
            let value = value.or_else(|| declared.default.clone())?;
            if value == Value::Null && !declared.nullable {
                return None;
            }
            values.push(value);
        }
        if self.cost(&values) > most {
            return None;
        }
        let computing = AssertUnwindSafe(|| self.write(values, type_name));
        // A panic is reported by the longer path, where it happens again.
        catch_unwind(computing).ok()?
    }

    fn cost(&self, values: &[Value]) -> u64 {
        let weights = values
            .iter()
            .zip(&self.uses)
            .map(|(value, uses)| Weight::of_variable(Some(value)).cost.saturating_mul(*uses));
        weights.fold(self.cost, u64::saturating_add)
    }

    fn write(&self, mut values: Vec<Value>, type_name: &str) -> Option<Vec<u8>> {
        let mut text = Vec::with_capacity(32 + 64 * self.fields.len());
        text.extend_from_slice(b"{\"data\":{");
        for (index, field) in self.fields.iter().enumerate() {
            if index > 0 {
                text.push(b',');
            }
            text.extend_from_slice(field.key.as_bytes());
            let value = match &field.result {
                Outcome::TypeName => Value::String(type_name.to_owned()),
                Outcome::Computed(root, arguments) => {
                    let arguments = arguments.iter().map(|argument| match argument {
                        Argument::Absent => None,
                        Argument::Constant(value) => Some(value.clone()),
                        // Most are used once.
                        Argument::Variable(index) if self.uses[*index] == 1 => {
                            Some(std::mem::take(&mut values[*index]))
                        }
                        Argument::Variable(index) => Some(values[*index].clone()),
                    });
                    root.compute(arguments.collect())?
                }
            };
            write::scalar(&mut text, &value)?;
        }
        text.extend_from_slice(b"}}");
        Some(text)
    }
}

#[cfg(test)]
mod tests;
