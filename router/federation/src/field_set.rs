//! Selections written in directives: the `fields` of `@key`, `@requires` and `@provides`.

use std::fmt;

use apollo_compiler::ast::{self, Value};
use apollo_compiler::executable::{FieldSet as ParsedFieldSet, Selection, SelectionSet};
use apollo_compiler::validation::Valid;
use apollo_compiler::{Name, Node, Schema};

/// A parsed selection of fields (`@key`, `@requires`, `@provides`), validated against a schema.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct FieldSet {
    /// Its parts, in the order written.
    pub selections: Vec<FieldSetSelection>,
}

/// One part of a [`FieldSet`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum FieldSetSelection {
    /// A field, with its arguments (`@requires` allows them) and what is selected below.
    Field {
        /// The field's name.
        name: Name,
        /// Name and value of each argument.
        arguments: Vec<(Name, Node<Value>)>,
        /// Empty for leaves.
        selections: FieldSet,
    },
    /// `... on Type { … }`.
    InlineFragment {
        /// The type condition, if any.
        on: Option<Name>,
        /// What is selected under it.
        selections: FieldSet,
    },
}

impl FieldSet {
    /// Bounds the nesting of a field set, so that walks over it need no bound of their own.
    pub const MAX_DEPTH: usize = 32;

    /// Parses `text` (with or without outer braces) as a selection on `parent`, and validates it.
    ///
    /// # Errors
    ///
    /// Says, in one line, why `text` is no selection on `parent`.
    pub fn parse(schema: &Valid<Schema>, parent: &Name, text: &str) -> Result<Self, String> {
        let parsed = ParsedFieldSet::parse_and_validate(schema, parent.clone(), text, "")
            .map_err(|found| first_message(&found.errors))?;
        Self::from_selections(&parsed.selection_set, 0)
    }

    /// Parses `text` (with or without outer braces) as a selection on whichever types have its fields: nothing is validated.
    ///
    /// # Errors
    ///
    /// Says, in one line, why `text` is no selection set.
    pub fn parse_unvalidated(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let text = match text.starts_with('{') {
            true => text.to_owned(),
            false => format!("{{{text}}}"),
        };
        let mut parser = ast::Document::parser().recursion_limit(4 * Self::MAX_DEPTH);
        let parsed = parser
            .parse_ast(text, "")
            .map_err(|found| first_message(&found.errors))?;
        match parsed.definitions.as_slice() {
            [ast::Definition::OperationDefinition(operation)] => {
                Self::from_ast(&operation.selection_set, 0)
            }
            _ => Err("is not a selection".to_owned()),
        }
    }

    fn from_ast(set: &[ast::Selection], depth: usize) -> Result<Self, String> {
        if depth > Self::MAX_DEPTH && !set.is_empty() {
            return Err(format!("is nested deeper than {} levels", Self::MAX_DEPTH));
        }
        let selections = set.iter().map(|selection| match selection {
            ast::Selection::Field(field) => Ok(FieldSetSelection::Field {
                name: field.name.clone(),
                arguments: field
                    .arguments
                    .iter()
                    .map(|argument| (argument.name.clone(), argument.value.clone()))
                    .collect(),
                selections: Self::from_ast(&field.selection_set, depth + 1)?,
            }),
            ast::Selection::InlineFragment(fragment) => Ok(FieldSetSelection::InlineFragment {
                on: fragment.type_condition.clone(),
                selections: Self::from_ast(&fragment.selection_set, depth + 1)?,
            }),
            ast::Selection::FragmentSpread(spread) => {
                Err(format!("spreads the fragment `{}`", spread.fragment_name))
            }
        });
        Ok(Self {
            selections: selections.collect::<Result<_, _>>()?,
        })
    }

    fn from_selections(set: &SelectionSet, depth: usize) -> Result<Self, String> {
        if depth > Self::MAX_DEPTH && !set.selections.is_empty() {
            return Err(format!("is nested deeper than {} levels", Self::MAX_DEPTH));
        }
        let mut selections = Vec::with_capacity(set.selections.len());
        for selection in &set.selections {
            selections.push(match selection {
                Selection::Field(field) => FieldSetSelection::Field {
                    name: field.name.clone(),
                    arguments: field
                        .arguments
                        .iter()
                        .map(|argument| (argument.name.clone(), argument.value.clone()))
                        .collect(),
                    selections: Self::from_selections(&field.selection_set, depth + 1)?,
                },
                Selection::InlineFragment(fragment) => FieldSetSelection::InlineFragment {
                    on: fragment.type_condition.clone(),
                    selections: Self::from_selections(&fragment.selection_set, depth + 1)?,
                },
                Selection::FragmentSpread(spread) => {
                    return Err(format!("spreads the fragment `{}`", spread.fragment_name));
                }
            });
        }
        Ok(Self { selections })
    }

    /// Whether nothing is selected.
    pub fn is_empty(&self) -> bool {
        self.selections.is_empty()
    }
}

/// As it is written in a directive: `id organization { id }`.
impl fmt::Display for FieldSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, selection) in self.selections.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            let below = match selection {
                FieldSetSelection::Field {
                    name,
                    arguments,
                    selections,
                } => {
                    write!(f, "{name}")?;
                    for (index, (name, value)) in arguments.iter().enumerate() {
                        let lead = if index == 0 { "(" } else { ", " };
                        write!(f, "{lead}{name}: {}", value.serialize().no_indent())?;
                    }
                    if !arguments.is_empty() {
                        f.write_str(")")?;
                    }
                    selections
                }
                FieldSetSelection::InlineFragment { on, selections } => {
                    f.write_str("...")?;
                    if let Some(on) = on {
                        write!(f, " on {on}")?;
                    }
                    selections
                }
            };
            if !below.is_empty() {
                write!(f, " {{ {below} }}")?;
            }
        }
        Ok(())
    }
}

fn first_message(errors: &apollo_compiler::validation::DiagnosticList) -> String {
    errors
        .iter()
        .next()
        .map_or_else(|| "is not a selection".to_owned(), |d| d.error.to_string())
}
