//! How large an operation is: its fields, its levels, what its arguments bring and what they may cost. Every fragment is measured once.

use std::collections::HashMap;

use async_graphql::parser::types::{
    ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet,
};
use async_graphql::{Name, Pos, Positioned, ServerError, Variables};
use valeurs::Erreur;

use super::weight::Weight;
use crate::Limits;
use crate::graphql::answer::{error, from_erreur};
use crate::graphql::code;

/// Lists inside each other in an introspection query, as in the rule `MaxIntrospectionDepth` of graphql-js: more are never
/// needed, and each multiplies the answer.
const MAX_INTROSPECTION_LISTS: u32 = 2;
const INTROSPECTION_LISTS: [&str; 4] = ["fields", "interfaces", "possibleTypes", "inputFields"];

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
    /// Units of work.
    pub(super) cost: u64,
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

    /// Measures an operation, and refuses what is too large.
    pub(super) fn operation(
        &mut self,
        operation: &'a Positioned<OperationDefinition>,
    ) -> Result<Measure, ServerError> {
        let whole = self.selection_set(&operation.node.selection_set, 1)?;
        if whole.fields > self.limits.complexity {
            let message = format!(
                "the operation has more than the {} fields that are allowed",
                self.limits.complexity
            );
            let position = Some(operation.pos);
            return Err(error(code::QUERY_TOO_COMPLEX, message, position));
        }
        if whole.values > self.limits.work {
            let number = |n| usize::try_from(n).unwrap_or(usize::MAX);
            let what = "values in the arguments of all fields, each at each use";
            let erreur = Erreur::limit(what, number(self.limits.work), number(whole.values));
            return Err(from_erreur(erreur, Some(operation.pos)));
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
            let part = match &selection.node {
                Selection::Field(field) => self.field(field, level)?,
                Selection::InlineFragment(inline) => {
                    self.selection_set(&inline.node.selection_set, level + 1)?
                }
                Selection::FragmentSpread(spread) => {
                    self.fragment(&spread.node.fragment_name, level + 1)?
                }
            };
            whole.fields = whole.fields.saturating_add(part.fields);
            whole.levels = whole.levels.max(part.levels + 1);
            whole.lists = whole.lists.max(part.lists);
            whole.values = whole.values.saturating_add(part.values);
            whole.cost = whole.cost.saturating_add(part.cost);
        }
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
        whole.fields = whole.fields.saturating_add(1);
        whole.lists += u32::from(INTROSPECTION_LISTS.contains(&field.node.name.node.as_str()));
        whole.cost = whole.cost.saturating_add(FIELD);
        for (_, value) in &field.node.arguments {
            let weight = Weight::of(&value.node, &self.variables);
            whole.values = whole.values.saturating_add(weight.values);
            whole.cost = whole.cost.saturating_add(weight.cost);
        }
        Ok(whole)
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
                    ..Measure::default()
                }),
                Some((key, fragment)) => {
                    self.fragments.insert(key, None);
                    let measure = self.selection_set(&fragment.node.selection_set, level)?;
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
