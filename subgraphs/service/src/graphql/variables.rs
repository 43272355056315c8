//! Variables, coerced once however often they are used: <https://spec.graphql.org/September2025/#sec-Coercing-Variable-Values>.
//!
//! Their JSON is read when the document is known: a variable that is declared as a list of decimals is packed, one that is not declared is
//! passed over. All others of a request are made in one [`Room`].

use std::collections::HashMap;
use std::fmt;

use async_graphql::parser::types::{BaseType, OperationDefinition, Type, VariableDefinition};
use async_graphql::{Name, ServerError, Value, Variables};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use valeurs::Liste;

pub(super) use self::room::Room;
use self::room::{Key, Unread};
use super::answer::error;
use super::code;
use super::exact::inexact_number;
use super::lists;

mod room;

/// The variables of a request as they were sent: a JSON object, read once.
#[derive(Debug)]
pub(super) enum Given<'a> {
    /// So few that looking at each is faster than a hash. The last of a name counts.
    Few(Vec<(Key<'a>, &'a RawValue)>),
    Many(HashMap<Key<'a>, &'a RawValue>),
}

/// How many are few.
const FEW: usize = 8;

impl Default for Given<'_> {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Given<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members)
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Given<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Given<'de>, A::Error> {
        let mut few = Vec::new();
        while let Some(entry) = map.next_entry()? {
            few.push(entry);
            if few.len() > FEW {
                let mut many: HashMap<_, _> = few.into_iter().collect();
                while let Some((name, value)) = map.next_entry()? {
                    many.insert(name, value);
                }
                return Ok(Given::Many(many));
            }
        }
        Ok(Given::Few(few))
    }
}

/// What an operation says about a variable.
#[derive(Debug)]
pub(super) struct Declared {
    pub(super) name: Name,
    pub(super) default: Option<Value>,
    pub(super) nullable: bool,
    /// Whether it is a list of decimals.
    packed: bool,
    /// Its type, where every schema has it: then a value may be none of it.
    built_in: Option<Type>,
}

impl Declared {
    /// Whether a value is of the type, as far as that is not for the schema to judge.
    pub(super) fn fits(&self, value: &Value) -> bool {
        let misfit = |ty| misfit(ty, value);
        self.built_in.as_ref().and_then(misfit).is_none()
    }
}

impl From<&VariableDefinition> for Declared {
    fn from(definition: &VariableDefinition) -> Self {
        let ty = &definition.var_type.node;
        Self {
            name: definition.name.node.clone(),
            default: definition
                .default_value
                .as_ref()
                .map(|value| value.node.clone()),
            nullable: ty.nullable,
            packed: lists::is_of_decimals(&ty.base),
            built_in: is_built_in(&ty.base).then(|| ty.clone()),
        }
    }
}

/// Whether every schema has a type, or that of its items.
fn is_built_in(ty: &BaseType) -> bool {
    match ty {
        BaseType::List(item) => is_built_in(&item.base),
        BaseType::Named(name) => {
            matches!(name.as_str(), "Boolean" | "Int" | "Float" | "String" | "ID")
        }
    }
}

impl<'a> Given<'a> {
    pub(super) fn read(text: &'a str) -> serde_json::Result<Self> {
        serde_json::from_str::<Option<_>>(text).map(Option::unwrap_or_default)
    }

    /// The first number that is read as another one.
    pub(super) fn inexact_number(&self) -> Option<&'a str> {
        match self {
            Self::Few(few) => few
                .iter()
                .find_map(|(_, value)| inexact_number(value.get())),
            Self::Many(many) => {
                let inexact = many
                    .values()
                    .filter_map(|value| inexact_number(value.get()));
                inexact.min_by_key(|number| number.as_ptr())
            }
        }
    }

    /// The values of the variables of `operation` that were given. Those of the types that every schema has are checked here, once: the library reads and copies a
    /// value at each of its uses, in directives too, before it finds that it is another than is declared.
    ///
    /// # Errors
    /// A value that there is no room for, that is malformed, or that its type cannot have.
    pub(super) fn coerce(
        &self,
        operation: &OperationDefinition,
        room: &Room,
    ) -> Result<Variables, ServerError> {
        let mut variables = Variables::default();
        for definition in &operation.variable_definitions {
            let name = &definition.node.name.node;
            let packed = lists::is_of_decimals(&definition.node.var_type.node.base);
            let value = self.named(name, packed, room);
            if let Some(value) = value.map_err(|unread| unread.of(name, definition.pos))? {
                let ty = &definition.node.var_type.node;
                if let Some(expected) = misfit(ty, &value) {
                    let message = format!(
                        "the variable `${name}` of type `{ty}` has another value: {expected} is expected"
                    );
                    let position = Some(definition.pos);
                    return Err(error(code::VALIDATION_FAILED, message, position));
                }
                variables.insert(name.clone(), value);
            }
        }
        Ok(variables)
    }

    /// The value of a variable, if it was given.
    ///
    /// # Errors
    /// A value that there is no room for, or that is malformed.
    pub(super) fn value(&self, variable: &Declared, room: &Room) -> Result<Option<Value>, Unread> {
        self.named(&variable.name, variable.packed, room)
    }

    fn named(
        &self,
        name: &str,
        is_of_decimals: bool,
        room: &Room,
    ) -> Result<Option<Value>, Unread> {
        let given = match self {
            Self::Few(few) => {
                let mut few = few.iter().rev();
                few.find(|(key, _)| key.0 == name).map(|(_, given)| given)
            }
            Self::Many(many) => many.get(name),
        };
        let Some(given) = given else {
            return Ok(None);
        };
        let packed = is_of_decimals.then(|| packed(given.get())).flatten();
        let value = match (packed, plain(given.get())) {
            (Some(list), _) => room.packed(list),
            (None, Some(text)) => room.text(text.into()),
            (None, None) => room.read(given.get()),
        };
        value.map(Some)
    }
}

/// What is expected where a value is none of its type, as far as the type is one of every schema:
/// <https://spec.graphql.org/September2025/#sec-Scalars.Built-in-Scalars>. A null is left to others.
fn misfit(ty: &Type, value: &Value) -> Option<&'static str> {
    let name = match (&ty.base, value) {
        (_, Value::Null) => return None,
        (BaseType::List(item), Value::List(items)) => {
            return items.iter().find_map(|one| misfit(item, one));
        }
        // One value is a list of one.
        (BaseType::List(item), value) => return misfit(item, value),
        (BaseType::Named(name), _) => name.as_str(),
    };
    let whole = |number: &serde_json::Number| number.is_i64() || number.is_u64();
    let (fits, expected) = match name {
        "Boolean" => (matches!(value, Value::Boolean(_)), "true or false"),
        "Int" => (
            matches!(value, Value::Number(number) if whole(number)),
            "a whole number",
        ),
        "Float" => (matches!(value, Value::Number(_)), "a number"),
        "String" => (matches!(value, Value::String(_)), "a text"),
        "ID" => {
            let fits = match value {
                Value::Number(number) => whole(number),
                value => matches!(value, Value::String(_)),
            };
            (fits, "a text or a whole number")
        }
        _ => return None,
    };
    (!fits).then_some(expected)
}

fn packed(text: &str) -> Option<Liste> {
    let text = text.trim();
    let (list, end) = text.starts_with('[').then(|| lists::read(text, 0))??;
    (end == text.len()).then_some(list)
}

/// A text without escapes, which is what is between its quotes.
fn plain(json: &str) -> Option<&str> {
    let text = json.strip_prefix('"')?.strip_suffix('"')?;
    (!text.as_bytes().contains(&b'\\')).then_some(text)
}
