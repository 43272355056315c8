//! What the place of a value asks of it, as far as the library does not: of variables, whose types it compares nowhere; of long lists of numbers, which are
//! packed and no values that it knows; and of the directives of `__typename`, which it passes over.

use async_graphql::parser::types::{
    BaseType, Directive, ExecutableDocument, OperationDefinition, OperationType, Selection,
    SelectionSet, Type, VariableDefinition,
};
use async_graphql::{Name, Pos, Positioned, Value as ConstValue};
use async_graphql_value::Value;
use rustc_hash::{FxHashMap, FxHashSet};

use super::Found;
use crate::graphql::document::types::Types;
use crate::graphql::lists;

/// The directives that any query may have.
const DIRECTIVES: [&str; 2] = ["skip", "include"];

/// The places of an operation, and of its fragments.
pub(super) struct Positions<'a> {
    types: &'a Types,
    document: &'a ExecutableDocument,
    variables: FxHashMap<&'a Name, &'a Positioned<VariableDefinition>>,
    /// The fragments that were seen.
    visited: FxHashSet<&'a Name>,
}

impl<'a> Positions<'a> {
    /// Checks an operation.
    pub(super) fn check(
        types: &'a Types,
        operation: &'a OperationDefinition,
        found: &mut Found<'a>,
    ) {
        let definitions = operation.variable_definitions.iter();
        let mut positions = Self {
            types,
            document: found.document,
            variables: definitions.map(|one| (&one.node.name.node, one)).collect(),
            visited: FxHashSet::default(),
        };
        for definition in &operation.variable_definitions {
            if let Some(default) = &definition.node.default_value {
                let expected = &definition.node.var_type.node;
                let value = default.node.clone().into_value();
                positions.value(expected, false, &value, default.pos, found);
            }
        }
        positions.directives(&operation.directives, found);
        let root = match operation.ty {
            OperationType::Query => &types.query,
            OperationType::Mutation => &types.mutation,
            OperationType::Subscription => &types.subscription,
        };
        positions.set(Some(root), &operation.selection_set.node, found);
    }

    /// A selection set of a type, if that is known.
    fn set(&mut self, parent: Option<&'a str>, set: &'a SelectionSet, found: &mut Found<'a>) {
        for selection in &set.items {
            if found.is_enough() {
                return;
            }
            self.directives(selection.node.directives(), found);
            match &selection.node {
                Selection::Field(field) => {
                    let field = &field.node;
                    let name = &*field.name.node;
                    if name == "__typename" {
                        of_type_name(&field.directives, found);
                    }
                    let known = parent.and_then(|parent| self.types.field(parent, name));
                    for (name, value) in &field.arguments {
                        let argument = known.and_then(|known| known.arguments.get(&*name.node));
                        if let Some(argument) = argument {
                            let has_default = argument.has_default;
                            self.value(&argument.ty, has_default, &value.node, name.pos, found);
                        }
                    }
                    let ty = known.map(|known| &*known.ty);
                    self.set(ty, &field.selection_set.node, found);
                }
                Selection::InlineFragment(inline) => {
                    let condition = inline.node.type_condition.as_ref();
                    let on = condition.map(|condition| &*condition.node.on.node);
                    self.set(on.or(parent), &inline.node.selection_set.node, found);
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    let Some(fragment) = self.document.fragments.get(name) else {
                        continue;
                    };
                    if self.visited.insert(name) {
                        self.directives(&fragment.node.directives, found);
                        let on = &*fragment.node.type_condition.node.on.node;
                        self.set(Some(on), &fragment.node.selection_set.node, found);
                    }
                }
            }
        }
    }

    fn directives(&self, directives: &[Positioned<Directive>], found: &mut Found<'a>) {
        for directive in directives {
            if !DIRECTIVES.contains(&&*directive.node.name.node) {
                continue;
            }
            let condition = Type {
                base: BaseType::Named(Name::new("Boolean")),
                nullable: false,
            };
            for (name, value) in &directive.node.arguments {
                self.value(&condition, false, &value.node, name.pos, found);
            }
        }
    }

    /// The parser has bounded how deep values are.
    fn value(
        &self,
        expected: &Type,
        has_default: bool,
        value: &Value,
        position: Pos,
        found: &mut Found<'a>,
    ) {
        match (value, &expected.base) {
            _ if found.is_enough() => {}
            (Value::Variable(name), _) => {
                let Some(definition) = self.variables.get(name) else {
                    return;
                };
                if !is_allowed(&definition.node, expected, has_default) {
                    let ty = &definition.node.var_type.node;
                    let message = format!(
                        "Variable \"${name}\" of type \"{ty}\" used in position expecting type \"{expected}\""
                    );
                    found.report(message, vec![definition.pos, position]);
                }
            }
            (Value::Binary(_), base) if !lists::is_of_decimals(base) => {
                let message =
                    format!("List of numbers used in position expecting type \"{expected}\"");
                found.report(message, vec![position]);
            }
            (Value::List(items), BaseType::List(item)) => {
                let items = items.iter();
                items.for_each(|one| self.value(item, false, one, position, found));
            }
            (Value::List(items), BaseType::Named(_)) => {
                let items = items.iter();
                items.for_each(|one| self.value(expected, false, one, position, found));
            }
            // One object is a list of one.
            (Value::Object(_), BaseType::List(item)) => {
                self.value(item, false, value, position, found);
            }
            (Value::Object(members), BaseType::Named(ty)) => match self.types.input(ty) {
                Some(inputs) => {
                    for (name, member) in members {
                        if let Some(input) = inputs.get(&**name) {
                            self.value(&input.ty, input.has_default, member, position, found);
                        }
                    }
                }
                None => {
                    let lists = members.values().filter(|member| holds_packed(member));
                    lists.take(1).for_each(|list| {
                        self.value(expected, false, list, position, found);
                    });
                }
            },
            _ => {}
        }
    }
}

/// Whether there is a packed list in a value.
fn holds_packed(value: &Value) -> bool {
    match value {
        Value::Binary(_) => true,
        Value::List(items) => items.iter().any(holds_packed),
        Value::Object(members) => members.values().any(holds_packed),
        _ => false,
    }
}

fn of_type_name(directives: &[Positioned<Directive>], found: &mut Found<'_>) {
    for directive in directives {
        let name = &directive.node.name.node;
        if !DIRECTIVES.contains(&&**name) {
            found.report(format!("Unknown directive \"{name}\""), vec![directive.pos]);
        }
    }
}

/// <https://spec.graphql.org/September2025/#IsVariableUsageAllowed()>
fn is_allowed(variable: &VariableDefinition, location: &Type, has_default: bool) -> bool {
    let (ty, default) = (&variable.var_type.node, &variable.default_value);
    let has_value = default
        .as_ref()
        .is_some_and(|default| default.node != ConstValue::Null);
    match !location.nullable && ty.nullable {
        true => (has_value || has_default) && is_same(&ty.base, &location.base),
        false => is_compatible(ty, location),
    }
}

/// <https://spec.graphql.org/September2025/#AreTypesCompatible()>
fn is_compatible(variable: &Type, location: &Type) -> bool {
    (location.nullable || !variable.nullable) && is_same(&variable.base, &location.base)
}

fn is_same(variable: &BaseType, location: &BaseType) -> bool {
    match (variable, location) {
        (BaseType::List(variable), BaseType::List(location)) => is_compatible(variable, location),
        (BaseType::Named(variable), BaseType::Named(location)) => variable == location,
        _ => false,
    }
}

#[cfg(test)]
mod tests;
