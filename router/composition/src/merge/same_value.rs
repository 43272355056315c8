//! Whether two literals mean the same: the fields of an object have no order, and `1.0` is `1`.

use std::fmt::Write as _;

use apollo_compiler::Node;
use apollo_compiler::ast::{Argument, Value};

/// Longer objects are compared by what they mean as text: each field would be looked for in the whole of the other object.
const LONG: usize = 16;

pub(super) fn same_arguments(a: &[Node<Argument>], b: &[Node<Argument>]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    if a.len() > LONG {
        let meant = |arguments: &[Node<Argument>]| {
            let named = arguments.iter();
            let mut meant: Vec<_> = named
                .map(|argument| (argument.name.clone(), meaning(&argument.value)))
                .collect();
            meant.sort_unstable();
            meant
        };
        return meant(a) == meant(b);
    }
    a.iter().all(|a| {
        b.iter()
            .any(|b| a.name == b.name && same_value(&a.value, &b.value))
    })
}

/// Whether two literals mean the same.
pub(super) fn same_value(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) if a.len() <= LONG => {
            a.len() == b.len()
                && a.iter()
                    .all(|(name, a)| b.iter().any(|(other, b)| name == other && same_value(a, b)))
        }
        (Value::Object(_), Value::Object(_)) => meaning(a) == meaning(b),
        (Value::List(a), Value::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_value(a, b))
        }
        (Value::Int(_) | Value::Float(_), Value::Int(_) | Value::Float(_)) => {
            a == b || (a.to_f64().is_some() && a.to_f64() == b.to_f64())
        }
        _ => a == b,
    }
}

/// What a literal means, as text: the same for two of them when [`same_value`] says so.
pub(super) fn meaning(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    text
}

fn write(value: &Value, text: &mut String) {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by(|(a, _), (b, _)| a.cmp(b));
            text.push('{');
            for (name, value) in fields {
                let _ = write!(text, "{name}:");
                write(value, text);
                text.push(',');
            }
            text.push('}');
        }
        Value::List(items) => {
            text.push('[');
            for item in items {
                write(item, text);
                text.push(',');
            }
            text.push(']');
        }
        Value::Int(_) | Value::Float(_) => {
            let _ = match value.to_f64() {
                // Zero has two signs and one meaning.
                Some(0.0) => write!(text, "0"),
                Some(number) => write!(text, "{number:e}"),
                None => write!(text, "{value}"),
            };
        }
        other => {
            let _ = write!(text, "{other}");
        }
    }
}
