//! How large an operation is: its fields, its levels, what its arguments bring and what they may cost. Every fragment is measured once.
//!
//! The schema validates all operations of a document, whichever is executed, and some of its rules look at fragments again for each of them: so what is expanded
//! is bounded for all of them together.

use std::collections::HashMap;

use async_graphql::parser::types::{
    Directive, ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet,
};
use async_graphql::{Name, Pos, Positioned, ServerError, Variables};
use async_graphql_value::Value;
use valeurs::Erreur;

use super::weight::Weight;
use crate::Limits;
use crate::graphql::answer::{error, from_erreur};
use crate::graphql::code;

/// Lists inside each other in an introspection query, as in the rule `MaxIntrospectionDepth` of graphql-js: more are never
/// needed, and each multiplies the answer.
const MAX_INTROSPECTION_LISTS: u32 = 2;
const INTROSPECTION_LISTS: [&str; 4] = ["fields", "interfaces", "possibleTypes", "inputFields"];

/// Arguments of a field or a directive: a field has a few, and a rule of the validation compares those of two fields each with each.
const MAX_ARGUMENTS: usize = 64;

/// The longest name of a field that is compared with those of the schema in no time.
const SHORT_NAME: usize = 32;

/// Units of work that each further byte of it costs, as it is compared with all fields of a type for a suggestion.
const SUGGESTION: u64 = 4;

/// The size of a selection set, fragments expanded.
#[derive(Clone, Copy, Default)]
pub(super) struct Measure {
    fields: usize,
    /// Selection sets below each other.
    levels: usize,
    /// Lists of the introspection schema below each other.
    lists: u32,
    /// What its arguments bring, each at each of its uses.
    values: u64,
    /// The same in bytes of memory.
    pub(super) bytes: u64,
    /// Uses of variables.
    uses: u64,
    /// Fields with the same parent as its own, those of fragments in it: their names may be in conflict.
    siblings: usize,
    /// The same of all sets in it, each of which is compared with its siblings.
    comparisons: usize,
    /// Units of work.
    pub(super) cost: u64,
}

impl Measure {
    /// With what is beside it.
    fn add(&mut self, other: Self) {
        self.fields = self.fields.saturating_add(other.fields);
        self.levels = self.levels.max(other.levels);
        self.lists = self.lists.max(other.lists);
        self.values = self.values.saturating_add(other.values);
        self.bytes = self.bytes.saturating_add(other.bytes);
        self.uses = self.uses.saturating_add(other.uses);
        self.siblings = self.siblings.saturating_add(other.siblings);
        self.comparisons = self.comparisons.saturating_add(other.comparisons);
        self.cost = self.cost.saturating_add(other.cost);
    }
}

/// What a field may cost that has nothing but numbers as arguments: a power with all its digits.
pub(in crate::graphql) const FIELD: u64 = 1_000;

/// Measures each fragment once, however often it is spread.
pub(super) struct Measuring<'a> {
    document: &'a ExecutableDocument,
    limits: &'a Limits,
    /// What each variable of the operation brings.
    variables: HashMap<&'a Name, Weight>,
    /// `None` while a fragment is being measured.
    fragments: HashMap<&'a Name, Option<Measure>>,
}

impl<'a> Measuring<'a> {
    pub(super) fn new(
        document: &'a ExecutableDocument,
        operation: &'a OperationDefinition,
        variables: &Variables,
        limits: &'a Limits,
    ) -> Self {
        let weights = operation.variable_definitions.iter().map(|definition| {
            let (name, default) = (&definition.node.name.node, &definition.node.default_value);
            let default = default.as_ref().map(|default| &default.node);
            (name, Weight::of_variable(variables.get(name).or(default)))
        });
        Self {
            document,
            limits,
            variables: weights.collect(),
            fragments: HashMap::new(),
        }
    }

    /// Measures all operations, and refuses what is too large: what the document takes, where this one is executed.
    pub(super) fn all(
        &mut self,
        executed: &'a Positioned<OperationDefinition>,
    ) -> Result<Measure, ServerError> {
        let mut whole = self.operation(executed)?;
        for (_, other) in self.document.operations.iter() {
            if !std::ptr::eq(other, executed) {
                whole.add(self.operation(other)?);
            }
        }
        let number = |n| usize::try_from(n).unwrap_or(usize::MAX);
        if whole.values > self.limits.work {
            let what = "values in the arguments of all fields, each at each use";
            let erreur = Erreur::limit(what, number(self.limits.work), number(whole.values));
            return Err(from_erreur(erreur, Some(executed.pos)));
        }
        let expanded = whole.comparisons.saturating_add(number(whole.uses));
        if expanded > self.limits.tokens {
            let message = format!(
                "with their fragments expanded, the operations of the document have more than the {} fields and variables that are allowed",
                self.limits.tokens
            );
            let position = Some(executed.pos);
            return Err(error(code::QUERY_TOO_COMPLEX, message, position));
        }
        Ok(whole)
    }

    /// Whether an operation that was measured spreads the fragment.
    pub(super) fn has_met(&self, fragment: &Name) -> bool {
        self.fragments.contains_key(fragment)
    }

    fn operation(
        &mut self,
        operation: &'a Positioned<OperationDefinition>,
    ) -> Result<Measure, ServerError> {
        let mut whole = self.selection_set(&operation.node.selection_set, 1)?;
        if whole.fields > self.limits.complexity {
            let message = format!(
                "the operation has more than the {} fields that are allowed",
                self.limits.complexity
            );
            let position = Some(operation.pos);
            return Err(error(code::QUERY_TOO_COMPLEX, message, position));
        }
        self.directives(&operation.node.directives, &mut whole)?;
        for definition in &operation.node.variable_definitions {
            self.check_directives(definition.node.directives.len(), definition.pos)?;
        }
        Ok(whole)
    }

    /// `level` is how many selection sets there are from the operation to this one; it bounds the recursion.
    fn selection_set(
        &mut self,
        set: &'a Positioned<SelectionSet>,
        level: usize,
    ) -> Result<Measure, ServerError> {
        self.check_level(level, set.pos)?;
        let mut whole = Measure {
            levels: 1,
            ..Measure::default()
        };
        for selection in &set.node.items {
            let mut part = match &selection.node {
                Selection::Field(field) => self.field(field, level)?,
                Selection::InlineFragment(inline) => {
                    self.selection_set(&inline.node.selection_set, level + 1)?
                }
                Selection::FragmentSpread(spread) => {
                    self.fragment(&spread.node.fragment_name, level + 1)?
                }
            };
            self.directives(selection.node.directives(), &mut part)?;
            part.levels += 1;
            whole.add(part);
        }
        whole.comparisons = whole.comparisons.saturating_add(whole.siblings);
        Ok(whole)
    }

    fn field(
        &mut self,
        field: &'a Positioned<Field>,
        level: usize,
    ) -> Result<Measure, ServerError> {
        let set = &field.node.selection_set;
        let mut whole = match set.node.items.is_empty() {
            true => Measure::default(),
            false => self.selection_set(set, level + 1)?,
        };
        let name = field.node.name.node.as_str();
        whole.siblings = 1;
        whole.fields = whole.fields.saturating_add(1);
        whole.lists += u32::from(INTROSPECTION_LISTS.contains(&name));
        let compared = name.len().saturating_sub(SHORT_NAME) as u64 * SUGGESTION;
        whole.cost = whole.cost.saturating_add(FIELD + compared);
        self.arguments(&field.node.arguments, field.pos, &mut whole)?;
        Ok(whole)
    }

    /// Adds what arguments bring.
    fn arguments(
        &self,
        arguments: &[(Positioned<Name>, Positioned<Value>)],
        position: Pos,
        whole: &mut Measure,
    ) -> Result<(), ServerError> {
        if arguments.len() > MAX_ARGUMENTS {
            let message = format!(
                "there are more arguments than the {MAX_ARGUMENTS} that are allowed in one place"
            );
            return Err(error(code::QUERY_TOO_COMPLEX, message, Some(position)));
        }
        for (_, value) in arguments {
            let weight = Weight::of(&value.node, &self.variables);
            self.check_bytes(weight.bytes, value.pos)?;
            whole.values = whole.values.saturating_add(weight.values);
            whole.bytes = whole.bytes.saturating_add(weight.bytes);
            whole.uses = whole.uses.saturating_add(weight.uses);
            whole.cost = whole.cost.saturating_add(weight.cost);
        }
        Ok(())
    }

    /// Refuses a value that the library would make by copying variables again and again: all copies are in memory at once.
    fn check_bytes(&self, bytes: u64, position: Pos) -> Result<(), ServerError> {
        let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
        let most = self.limits.values_bytes();
        if bytes <= most {
            return Ok(());
        }
        let what = "bytes of memory for an argument, with the values of its variables";
        let erreur = Erreur::limit(what, most, bytes);
        Err(from_erreur(erreur, Some(position)))
    }

    /// Adds what the arguments of directives bring, wherever these are.
    fn directives(
        &self,
        directives: &[Positioned<Directive>],
        whole: &mut Measure,
    ) -> Result<(), ServerError> {
        if let Some(first) = directives.first() {
            self.check_directives(directives.len(), first.pos)?;
        }
        for directive in directives {
            self.arguments(&directive.node.arguments, directive.pos, whole)?;
        }
        Ok(())
    }

    fn check_directives(&self, count: usize, position: Pos) -> Result<(), ServerError> {
        let most = self.limits.directives;
        if count <= most {
            return Ok(());
        }
        let message =
            format!("{count} directives in one place are more than the {most} that are allowed");
        Err(error(code::VALIDATION_FAILED, message, Some(position)))
    }

    fn fragment(
        &mut self,
        name: &'a Positioned<Name>,
        level: usize,
    ) -> Result<Measure, ServerError> {
        match self.fragments.get(&name.node) {
            Some(Some(known)) => {
                self.check_level(
                    level.saturating_add(known.levels).saturating_sub(1),
                    name.pos,
                )?;
                Ok(*known)
            }
            Some(None) => Err(error(
                code::VALIDATION_FAILED,
                format!("the fragment `{}` spreads itself", name.node),
                Some(name.pos),
            )),
            // An unknown fragment is left to the validation.
            None => match self.document.fragments.get_key_value(&name.node) {
                None => Ok(Measure {
                    fields: 1,
                    siblings: 1,
                    ..Measure::default()
                }),
                Some((key, fragment)) => {
                    self.fragments.insert(key, None);
                    let set = &fragment.node.selection_set;
                    let mut measure = self.selection_set(set, level)?;
                    self.directives(&fragment.node.directives, &mut measure)?;
                    self.fragments.insert(key, Some(measure));
                    Ok(measure)
                }
            },
        }
    }

    fn check_level(&self, level: usize, position: Pos) -> Result<(), ServerError> {
        if level <= self.limits.recursion {
            return Ok(());
        }
        let most = self.limits.recursion;
        let message =
            format!("selection sets are nested deeper than the {most} levels that are allowed");
        Err(error(code::QUERY_TOO_DEEP, message, Some(position)))
    }

    /// Bounds what `__schema` and `__type` may ask.
    pub(super) fn introspection(
        &mut self,
        root: &'a Positioned<Field>,
        allowed: bool,
    ) -> Result<(), ServerError> {
        let name = root.node.name.node.as_str();
        if !matches!(name, "__schema" | "__type") {
            return Ok(());
        }
        if !allowed {
            let message = format!("introspection is disabled: `{name}` is not answered");
            return Err(error(code::INTROSPECTION_DISABLED, message, Some(root.pos)));
        }
        if self.field(root, 1)?.lists > MAX_INTROSPECTION_LISTS {
            let message = "the introspection asks for lists within lists within lists";
            return Err(error(code::QUERY_TOO_DEEP, message, Some(root.pos)));
        }
        Ok(())
    }
}
