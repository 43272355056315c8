//! Result coercion of leaves (<https://spec.graphql.org/September2025/#sec-Scalars.Built-in-Scalars>).

use apollo_compiler::Name;
use planner::Leaf;

use crate::json::{Tree, Value, integer, is_finite, is_integer, search_names};
use crate::path::write_number;

/// What is expected where a number is read to its end.
pub(crate) const AN_ID: &str = "an ID";

/// Why a value is none of its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mismatch {
    /// It is of another kind than this.
    Kind(&'static str),
    /// It is a number, but not in the range of this.
    Range(&'static str),
    /// It is a string, but no value of the enum.
    EnumValue,
    /// It is a value that clients must not know of.
    Hidden,
}

/// Writes a value that is not null as the type demands it.
#[inline]
pub(crate) fn complete<'a>(
    leaf: &Leaf,
    tree: &Tree<'a>,
    value: Value<'a>,
    out: &mut Vec<u8>,
) -> Result<(), Mismatch> {
    match (leaf, value) {
        (Leaf::String | Leaf::Id, Value::String(raw)) => out.extend_from_slice(raw),
        (Leaf::Float, Value::Number(digits)) => {
            if !is_finite(digits) {
                return Err(Mismatch::Range("is no finite 64-bit number"));
            }
            out.extend_from_slice(digits);
        }
        (Leaf::Int, Value::Number(digits)) => write_integer(digits, out)?,
        (Leaf::Boolean, Value::Bool(_)) | (Leaf::Custom, _) => tree.write(value, out),
        (Leaf::Enum(values), Value::String(_)) => {
            let raw = value.raw_text().unwrap_or_default();
            let Some(index) = search_names(&values.shown, raw, Name::as_str) else {
                let hidden = search_names(&values.hidden, raw, Name::as_str);
                return Err(hidden.map_or(Mismatch::EnumValue, |_| Mismatch::Hidden));
            };
            let known = &values.shown[index];
            out.push(b'"');
            out.extend_from_slice(known.as_bytes());
            out.push(b'"');
        }
        (Leaf::Id, Value::Number(digits)) if is_integer(digits) => {
            out.push(b'"');
            out.extend_from_slice(digits);
            out.push(b'"');
        }
        (Leaf::String, _) => return Err(Mismatch::Kind("a string")),
        (Leaf::Id, _) => return Err(Mismatch::Kind(AN_ID)),
        (Leaf::Boolean, _) => return Err(Mismatch::Kind("a Boolean")),
        (Leaf::Int | Leaf::Float, _) => return Err(Mismatch::Kind("a number")),
        (Leaf::Enum(_), _) => return Err(Mismatch::Kind("a value of an enum")),
    }
    Ok(())
}

fn write_integer(digits: &[u8], out: &mut Vec<u8>) -> Result<(), Mismatch> {
    // Nine digits always fit; the text is then the number's own.
    if digits.len() <= 9 && is_integer(digits) {
        out.extend_from_slice(digits);
        return Ok(());
    }
    let number = integer(digits).ok_or(Mismatch::Range("is no 32-bit integer"))?;
    if number < 0 {
        out.push(b'-');
    }
    write_number(number.unsigned_abs() as usize, out);
    Ok(())
}
