//! YAML as a tree in which every node knows its line and column.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;

use crate::finding::{Finding, Place};

/// The largest configuration file that is read, in bytes.
pub(crate) const MAX_FILE: usize = 1024 * 1024;

/// A value and where it is.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) place: Place,
    pub(crate) value: Value,
}

/// What is there.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Null,
    /// A scalar, as text; numbers and Booleans in their canonical spelling.
    Scalar(String),
    /// A number with a fraction or an exponent: its spelling is lost, so it is no text.
    Float(f64),
    Sequence(Vec<Node>),
    /// Keys are unique.
    Mapping(Vec<(String, Place, Node)>),
}

impl Value {
    /// What a person would call it.
    pub(crate) fn noun(&self) -> &'static str {
        match self {
            Value::Null => "nothing",
            Value::Scalar(_) | Value::Float(_) => "a single value",
            Value::Sequence(_) => "a list",
            Value::Mapping(_) => "a mapping",
        }
    }
}

/// Reads one document.
///
/// # Errors
/// One finding: what is not YAML has no second mistake worth telling.
pub(crate) fn parse(text: &str) -> Result<Node, Finding> {
    if text.len() > MAX_FILE {
        return Err(Finding::at(
            Place::START,
            format!(
                "the file has {} bytes; at most {MAX_FILE} are read",
                text.len()
            ),
        ));
    }
    let options = serde_saphyr::options! {
        duplicate_keys: serde_saphyr::DuplicateKeyPolicy::Error,
        strict_booleans: true,
        with_snippet: false,
        budget: serde_saphyr::budget! {
            max_depth: 32,
            max_documents: 1,
            max_events: 100_000,
        },
    };
    serde_saphyr::from_str_with_options::<Node>(text, options).map_err(|error| {
        let place = error.location().map_or(Place::START, Place::from);
        let message = error.to_string();
        // The place is kept apart from the message.
        let message = message.split(" at line ").next().unwrap_or(&message);
        // What its options could allow is nothing that a reader of the file can change.
        let message = message
            .split(", set DuplicateKeyPolicy")
            .next()
            .unwrap_or(message);
        Finding::at(
            place,
            format!("this is not YAML as expected here: {message}"),
        )
    })
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<Value>::deserialize(deserializer)?;
        Ok(Node {
            place: spanned.referenced.into(),
            value: spanned.value,
        })
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Scalar(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Scalar(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Scalar(value.to_string()))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Value, E> {
        Ok(Value::Scalar(value.to_string()))
    }

    fn visit_u128<E>(self, value: u128) -> Result<Value, E> {
        Ok(Value::Scalar(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Float(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Scalar(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut nodes = Vec::new();
        while let Some(node) = access.next_element::<Node>()? {
            nodes.push(node);
        }
        Ok(Value::Sequence(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut entries: Vec<(String, Place, Node)> = Vec::new();
        while let Some(key) = access.next_key::<Spanned<String>>()? {
            let place = Place::from(key.referenced);
            if entries.iter().any(|(name, ..)| *name == key.value) {
                return Err(A::Error::custom(format!("duplicate key \"{}\"", key.value)));
            }
            entries.push((key.value, place, access.next_value()?));
        }
        Ok(Value::Mapping(entries))
    }
}
