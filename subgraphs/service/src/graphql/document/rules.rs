//! The rules of validation of which the library reports a product: fields in conflict, one error for each argument of the first; variables that are not defined, one
//! for each operation that comes to them; fragments that no operation spreads, which nothing has measured. A document of a few KiB has a hundred thousand such errors.
//!
//! They are checked here as the library does, but only up to the first few errors. What passes here has none of them there. [`positions`] has rules that the library
//! leaves out.

use std::collections::hash_map::Entry;

use async_graphql::parser::types::{
    Directive, ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet,
};
use async_graphql::{Name, Pos, Positioned, ServerError};
use async_graphql_value::Value;
use rustc_hash::{FxHashMap, FxHashSet};

use self::positions::Positions;
use super::Errors;
use super::measure::Measuring;
use super::types::Types;
use crate::graphql::answer::error;
use crate::graphql::code;

mod positions;

/// The errors that are looked for: enough to see what is wrong.
const ENOUGH: usize = 16;

/// Checks what is measured, so that each walk ends.
pub(super) fn check(
    document: &ExecutableDocument,
    measured: &Measuring<'_>,
    types: &Types,
) -> Result<(), Errors> {
    let mut found = Found {
        document,
        errors: Vec::new(),
    };
    // The order of the tables is another each time.
    let mut operations: Vec<_> = document.operations.iter().collect();
    operations.sort_unstable_by_key(|(_, operation)| operation.pos);
    let mut fragments: Vec<_> = document.fragments.iter().collect();
    fragments.sort_unstable_by_key(|(_, fragment)| fragment.pos);
    for (name, fragment) in &fragments {
        if !measured.has_met(name) {
            let message = format!("Fragment \"{name}\" is never used");
            found.report(message, vec![fragment.pos]);
        }
    }
    for (name, operation) in &operations {
        found.undefined(*name, operation);
    }
    for (_, operation) in &operations {
        Positions::check(types, &operation.node, &mut found);
    }
    for (_, operation) in &operations {
        found.conflicts(&operation.node.selection_set.node);
    }
    // One that no operation spreads may be of any size.
    for (name, fragment) in fragments {
        if measured.has_met(name) {
            found.conflicts(&fragment.node.selection_set.node);
        }
    }
    match found.errors.is_empty() {
        true => Ok(()),
        false => Err(Errors(found.errors)),
    }
}

/// What is wrong with a document.
struct Found<'a> {
    document: &'a ExecutableDocument,
    errors: Vec<ServerError>,
}

/// Fields of a selection set by the type that a fragment around them has, and by their keys in the answer.
type Outputs<'a> = FxHashMap<(Option<&'a Name>, &'a Name), &'a Positioned<Field>>;

impl<'a> Found<'a> {
    fn report(&mut self, message: String, places: Vec<Pos>) {
        if !self.is_enough() {
            let mut error = error(code::VALIDATION_FAILED, message, None);
            error.locations = places;
            self.errors.push(error);
        }
    }

    fn is_enough(&self) -> bool {
        self.errors.len() >= ENOUGH
    }

    /// <https://spec.graphql.org/September2025/#sec-All-Variable-Uses-Defined>
    fn undefined(
        &mut self,
        name: Option<&'a Name>,
        operation: &'a Positioned<OperationDefinition>,
    ) {
        let definitions = operation.node.variable_definitions.iter();
        let mut uses = Uses {
            operation: name,
            position: operation.pos,
            defined: definitions.map(|one| &one.node.name.node).collect(),
            visited: FxHashSet::default(),
        };
        uses.of_directives(&operation.node.directives, self);
        uses.of_set(&operation.node.selection_set.node, self);
    }

    /// Conflicts in a selection set, and in those below it.
    fn conflicts(&mut self, set: &'a SelectionSet) {
        if self.is_enough() {
            return;
        }
        let alone = |items: &[Positioned<Selection>]| match items {
            [] => true,
            [one] => matches!(one.node, Selection::Field(_)),
            _ => false,
        };
        if !alone(&set.items) {
            let (mut outputs, mut visited) = (Outputs::default(), FxHashSet::default());
            self.siblings(None, set, &mut outputs, &mut visited);
        }
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => self.conflicts(&field.node.selection_set.node),
                Selection::InlineFragment(inline) => {
                    self.conflicts(&inline.node.selection_set.node);
                }
                Selection::FragmentSpread(_) => {}
            }
        }
    }

    /// <https://spec.graphql.org/September2025/#sec-Field-Selection-Merging>, as far as the library goes: fields of one key within fragments on one type.
    fn siblings(
        &mut self,
        on: Option<&'a Name>,
        set: &'a SelectionSet,
        outputs: &mut Outputs<'a>,
        visited: &mut FxHashSet<&'a Name>,
    ) {
        for selection in &set.items {
            if self.is_enough() {
                return;
            }
            match &selection.node {
                Selection::Field(field) => {
                    let key = &field.node.response_key().node;
                    match outputs.entry((on, key)) {
                        Entry::Vacant(first) => {
                            first.insert(field);
                        }
                        Entry::Occupied(first) => self.compare(key, first.get(), field),
                    }
                }
                Selection::InlineFragment(inline) => {
                    let condition = inline.node.type_condition.as_ref();
                    let on = condition.map(|condition| &condition.node.on.node);
                    self.siblings(on, &inline.node.selection_set.node, outputs, visited);
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    let Some(fragment) = self.document.fragments.get(name) else {
                        continue;
                    };
                    if visited.insert(name) {
                        let on = Some(&fragment.node.type_condition.node.on.node);
                        self.siblings(on, &fragment.node.selection_set.node, outputs, visited);
                    }
                }
            }
        }
    }

    fn compare(&mut self, key: &Name, first: &Positioned<Field>, second: &Positioned<Field>) {
        const ADVICE: &str =
            "Use different aliases on the fields to fetch both if this was intentional.";
        let (one, other) = (&first.node, &second.node);
        let message = if one.name.node != other.name.node {
            let (one, other) = (&one.name.node, &other.name.node);
            format!(
                "Fields \"{key}\" conflict because \"{one}\" and \"{other}\" are different fields. {ADVICE}"
            )
        } else if !has_same_arguments(one, other) {
            format!("Fields \"{key}\" conflict because they have differing arguments. {ADVICE}")
        } else {
            return;
        };
        self.report(message, vec![first.pos, second.pos]);
    }
}

fn has_same_arguments(one: &Field, other: &Field) -> bool {
    one.arguments.len() == other.arguments.len()
        && one
            .arguments
            .iter()
            .all(|(name, value)| other.get_argument(&name.node) == Some(value))
}

/// The variables that an operation uses, by itself and in its fragments.
struct Uses<'a> {
    operation: Option<&'a Name>,
    position: Pos,
    /// Those that are defined, and those that were reported.
    defined: FxHashSet<&'a Name>,
    /// The fragments that were seen.
    visited: FxHashSet<&'a Name>,
}

impl<'a> Uses<'a> {
    fn of_set(&mut self, set: &'a SelectionSet, found: &mut Found<'a>) {
        for selection in &set.items {
            if found.is_enough() {
                return;
            }
            self.of_directives(selection.node.directives(), found);
            match &selection.node {
                Selection::Field(field) => {
                    self.of_arguments(&field.node.arguments, found);
                    self.of_set(&field.node.selection_set.node, found);
                }
                Selection::InlineFragment(inline) => {
                    self.of_set(&inline.node.selection_set.node, found);
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    let fragment = found.document.fragments.get(name);
                    if let Some(fragment) = fragment
                        && self.visited.insert(name)
                    {
                        self.of_directives(&fragment.node.directives, found);
                        self.of_set(&fragment.node.selection_set.node, found);
                    }
                }
            }
        }
    }

    fn of_directives(&mut self, directives: &'a [Positioned<Directive>], found: &mut Found<'a>) {
        for directive in directives {
            self.of_arguments(&directive.node.arguments, found);
        }
    }

    fn of_arguments(
        &mut self,
        arguments: &'a [(Positioned<Name>, Positioned<Value>)],
        found: &mut Found<'a>,
    ) {
        for (name, value) in arguments {
            self.of_value(&value.node, name.pos, found);
        }
    }

    /// The parser has bounded how deep values are.
    fn of_value(&mut self, value: &'a Value, position: Pos, found: &mut Found<'a>) {
        match value {
            Value::Variable(name) => self.of_variable(name, position, found),
            Value::List(items) => {
                let items = items.iter();
                items.for_each(|item| self.of_value(item, position, found));
            }
            Value::Object(members) => {
                let members = members.values();
                members.for_each(|member| self.of_value(member, position, found));
            }
            _ => {}
        }
    }

    fn of_variable(&mut self, name: &'a Name, position: Pos, found: &mut Found<'a>) {
        if found.is_enough() || !self.defined.insert(name) {
            return;
        }
        match self.operation {
            None => {
                let message = format!("Variable \"${name}\" is not defined");
                found.report(message, vec![position]);
            }
            Some(operation) => {
                let message =
                    format!("Variable \"${name}\" is not defined by operation \"{operation}\"");
                found.report(message, vec![self.position, position]);
            }
        }
    }
}

#[cfg(test)]
mod tests;
