//! What the value of an argument brings.

use std::collections::HashMap;

use async_graphql::{Name, Value as ConstValue};
use async_graphql_value::Value;
use valeurs::Liste;

use crate::graphql::size;

/// Bytes of a text that are copied and read in the time of a value.
const TEXT: usize = 8;

/// Bytes of a name that are repeated in the time, and the space, of a short one.
const NAME: usize = 64;

/// Units of work that a character costs, as one of a number or of the identifier of a series. What makes more of a text has a name that is
/// [slow](crate::graphql::slow), whatever the text is.
const CHARACTER: u64 = 2;

/// How much there is, and what may come of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::graphql) struct Weight {
    /// Values to read.
    pub(in crate::graphql) values: u64,
    /// Units of work, as far as they are known.
    pub(in crate::graphql) cost: u64,
    /// Bytes of memory.
    pub(in crate::graphql) bytes: u64,
    /// Uses of variables, each of which a rule of the validation may report with its name.
    pub(in crate::graphql) uses: u64,
}

impl Weight {
    fn plus(self, other: Self) -> Self {
        Self {
            values: self.values.saturating_add(other.values),
            cost: self.cost.saturating_add(other.cost),
            bytes: self.bytes.saturating_add(other.bytes),
            uses: self.uses.saturating_add(other.uses),
        }
    }

    /// The weight of an argument. The parser has bounded how deep values are.
    pub(in crate::graphql) fn of(value: &Value, variables: &HashMap<&Name, Self>) -> Self {
        match value {
            Value::Variable(name) => Self {
                uses: 1 + (name.len() / NAME) as u64,
                ..variables.get(name).copied().unwrap_or_default()
            },
            Value::List(items) => items
                .iter()
                .fold(LIST, |sum, item| sum.plus(Self::of(item, variables))),
            Value::Object(members) => members.iter().fold(OBJECT, |sum, (name, member)| {
                sum.plus(Self::of_name(name))
                    .plus(Self::of(member, variables))
            }),
            Value::String(text) => Self::of_text(text),
            Value::Binary(packed) => Self::of_list(packed),
            Value::Number(number) if number.is_f64() => FLOAT,
            Value::Null | Value::Number(_) | Value::Boolean(_) | Value::Enum(_) => ONE,
        }
    }

    /// The weight of a variable: of nothing, when it has no value. JSON was read to a bounded depth.
    pub(in crate::graphql) fn of_variable(value: Option<&ConstValue>) -> Self {
        match value {
            None => Self::default(),
            Some(ConstValue::List(items)) => items
                .iter()
                .fold(LIST, |sum, item| sum.plus(Self::of_variable(Some(item)))),
            Some(ConstValue::Object(members)) => {
                members.iter().fold(OBJECT, |sum, (name, member)| {
                    sum.plus(Self::of_name(name))
                        .plus(Self::of_variable(Some(member)))
                })
            }
            Some(ConstValue::String(text)) => Self::of_text(text),
            Some(ConstValue::Binary(packed)) => Self::of_list(packed),
            Some(ConstValue::Number(number)) if number.is_f64() => FLOAT,
            Some(_) => ONE,
        }
    }

    /// The weight of a member's name, which costs nothing beside its value.
    fn of_name(name: &Name) -> Self {
        Self {
            bytes: (size::MEMBER + name.len()) as u64,
            ..Self::default()
        }
    }

    fn of_text(text: &str) -> Self {
        Self {
            values: (1 + text.len() / TEXT) as u64,
            cost: text.len() as u64 * CHARACTER,
            bytes: (size::VALUE + size::text(text)) as u64,
            uses: 0,
        }
    }

    fn of_list(packed: &axum::body::Bytes) -> Self {
        let values = Liste::packed_len(packed) as u64;
        Self {
            values,
            cost: values * 2,
            bytes: (size::VALUE + packed.len()) as u64,
            uses: 0,
        }
    }
}

const ONE: Weight = Weight {
    values: 1,
    cost: 1,
    bytes: size::VALUE as u64,
    uses: 0,
};

const FLOAT: Weight = Weight {
    bytes: size::FLOAT as u64,
    ..ONE
};

const LIST: Weight = Weight {
    bytes: (size::VALUE + size::LIST) as u64,
    ..ONE
};

/// A table of members, which is allocated and filled anew at each use.
const OBJECT: Weight = Weight {
    values: 4,
    cost: 4,
    bytes: (size::VALUE + size::OBJECT) as u64,
    uses: 0,
};
