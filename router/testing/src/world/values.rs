//! The values of single fields.

use apollo_compiler::Name;
use federation::{FieldInSubgraph, FieldSet, FieldSetSelection, SubgraphId};
use serde_json_bytes::{Value as Json, json};

use super::{Members, Object};

/// The one value that was selected by a field set; of a list, the list of values.
pub(super) fn one(selected: &Json, set: &FieldSet) -> Json {
    match selected {
        Json::Array(items) => items.iter().map(|item| one(item, set)).collect(),
        Json::Object(members) if !set.is_empty() => {
            let Some((name, value)) = members.iter().next() else {
                return Json::Null;
            };
            let below = set.selections.iter().find_map(|selection| match selection {
                FieldSetSelection::Field {
                    name: field,
                    selections,
                    ..
                } if field == name.as_str() => Some(selections),
                _ => None,
            });
            below.map_or_else(|| value.clone(), |below| one(value, below))
        }
        leaf => leaf.clone(),
    }
}

/// Arguments as text, in the order of their names.
pub(super) fn given(arguments: &Members) -> String {
    let mut given: Vec<String> = arguments
        .iter()
        .map(|(name, value)| format!("{}={}", name.as_str(), coerced(value)))
        .collect();
    given.sort();
    given.join(",")
}

/// A value as text, in which it does not matter how a number or an `ID` was written.
fn coerced(value: &Json) -> String {
    match value {
        Json::Number(number) => number
            .as_f64()
            .map_or_else(|| number.to_string(), |number| number.to_string()),
        Json::String(text) => text.as_str().to_owned(),
        Json::Array(items) => {
            let items: Vec<String> = items.iter().map(coerced).collect();
            format!("[{}]", items.join(","))
        }
        Json::Object(members) => format!("{{{}}}", given(members)),
        Json::Null | Json::Bool(_) => value.to_string(),
    }
}

/// Whether there is one entity of a type, which is known by that.
pub(crate) fn is_single(ty: &Name) -> bool {
    ty.starts_with("Single")
}

/// A field of an object.
pub(super) struct Place<'p> {
    pub(super) object: &'p Object,
    pub(super) field: &'p str,
    pub(super) providers: &'p [(SubgraphId, &'p FieldInSubgraph)],
}

impl Place<'_> {
    /// The one subgraph that has an object without a key here.
    pub(super) fn only(&self) -> Option<SubgraphId> {
        let alone = match self.providers {
            [(subgraph, _)] => Some(*subgraph),
            _ => None,
        };
        self.object.only.or(alone)
    }
}

/// One of several, by a number.
pub(super) fn pick(of: &[Name], number: u64) -> Option<&Name> {
    let count = u64::try_from(of.len()).ok().filter(|count| *count > 0)?;
    of.get(usize::try_from(number % count).ok()?)
}

/// The value of a scalar.
pub(super) fn scalar(place: &Place<'_>, named: &Name, number: u64) -> Json {
    let small = i64::try_from(number / 256 % 1000).unwrap_or(0);
    match named.as_str() {
        "Int" => Json::from(small),
        "Float" => Json::from(small as f64 / 4.0),
        "Boolean" => Json::from(small % 2 == 0),
        // Keys are of this type: the object can be read back.
        "ID" => Json::from(format!("{}:{}", place.field, place.object.id)),
        "String" => Json::from(format!("{}\"\u{e9}{small}", place.field)),
        _ => json!({ "of": place.field, "n": [small] }),
    }
}

/// The entity that a key field with this value belongs to.
pub(crate) fn entity_of(field: &str, value: &str) -> Option<Object> {
    let id = value.strip_prefix(field)?.strip_prefix(':')?;
    let id = id.split('/').next()?;
    let (ty, _) = id.split_once(':')?;
    Some(Object {
        ty: Name::new(ty).ok()?,
        id: id.to_owned(),
        only: None,
    })
}
