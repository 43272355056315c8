//! Where the objects of an entity fetch are in the merged data, and what is sent of them.

use std::hash::{Hash, Hasher};

use apollo_compiler::Name;
use planner::{EntityFetch, PathElement, Representation, RepresentationField};
use rustc_hash::{FxHashMap, FxHasher};
use smallvec::SmallVec;

use crate::json::{Object, Text, Value};

/// The objects that one entity fetch completes, each with the representation that stands for it.
#[derive(Debug, Default)]
pub(crate) struct Places {
    /// The representations, as the members of a JSON list.
    json: Vec<u8>,
    /// How many representations there are.
    pub(crate) count: usize,
    pub(crate) list: Vec<Place>,
}

/// One object.
#[derive(Debug)]
pub(crate) struct Place {
    /// Which of the fetch's paths leads to it.
    pub(crate) path: usize,
    /// The positions in the lists along that path.
    pub(crate) indices: SmallVec<[usize; 4]>,
    /// Which representation stands for it.
    pub(crate) representation: usize,
}

impl Places {
    /// Finds the objects in the data. Equal representations are sent once; incomplete ones are not sent.
    pub(crate) fn find(entity: &EntityFetch, data: &Value<'_>) -> Self {
        let mut places = Places::default();
        let mut sent = Sent::default();
        for (path_index, path) in entity.paths.iter().enumerate() {
            let mut indices = SmallVec::new();
            visit(data, path, &mut indices, &mut |object, indices| {
                let start = places.json.len();
                if start > 0 {
                    places.json.push(b',');
                }
                let written = places.json.len();
                if write_representation(entity, object, &mut places.json).is_err() {
                    places.json.truncate(start);
                    return;
                }
                let representation = match sent.find(&places.json, written) {
                    Some(known) => {
                        places.json.truncate(start);
                        known
                    }
                    None => {
                        sent.add(&places.json, written);
                        places.count += 1;
                        places.count - 1
                    }
                };
                places.list.push(Place {
                    path: path_index,
                    indices: indices.clone(),
                    representation,
                });
            });
        }
        places
    }

    /// Writes the representations as a JSON list.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.push(b'[');
        out.extend_from_slice(&self.json);
        out.push(b']');
    }
}

/// The representations written so far, by hash.
#[derive(Default)]
struct Sent {
    by_hash: FxHashMap<u64, SmallVec<[usize; 1]>>,
    /// Start and end in the buffer.
    ranges: Vec<(usize, usize)>,
}

impl Sent {
    fn find(&self, json: &[u8], start: usize) -> Option<usize> {
        let candidate = &json[start..];
        let known = self.by_hash.get(&hash(candidate))?;
        known.iter().copied().find(|&index| {
            let (from, to) = self.ranges[index];
            json[from..to] == *candidate
        })
    }

    fn add(&mut self, json: &[u8], start: usize) {
        let index = self.ranges.len();
        self.ranges.push((start, json.len()));
        self.by_hash
            .entry(hash(&json[start..]))
            .or_default()
            .push(index);
    }
}

fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    bytes.hash(&mut hasher);
    hasher.finish()
}

/// Calls `found` with each object at the path, in order. Recursion is bounded by the depth of the data.
fn visit(
    value: &Value<'_>,
    path: &[PathElement],
    indices: &mut SmallVec<[usize; 4]>,
    found: &mut impl FnMut(&Object<'_>, &SmallVec<[usize; 4]>),
) {
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                indices.push(index);
                visit(item, path, indices, found);
                indices.pop();
            }
        }
        Value::Object(object) => match path.split_first() {
            None => found(object, indices),
            Some((PathElement::Key(key), rest)) => {
                if let Some(value) = object.get(key) {
                    visit(value, rest, indices, found);
                }
            }
            Some((PathElement::TypeCondition(types), rest)) => {
                if type_name(object).is_some_and(|name| fits(types, name)) {
                    visit(value, rest, indices, found);
                }
            }
        },
        _ => {}
    }
}

/// The object at a place, for merging into.
pub(crate) fn object_at<'d, 'a>(
    data: &'d mut Value<'a>,
    path: &[PathElement],
    indices: &[usize],
) -> Option<&'d mut Object<'a>> {
    let mut indices = indices.iter();
    let mut value = data;
    let mut path = path.iter();
    loop {
        value = match value {
            Value::Array(items) => items.get_mut(*indices.next()?)?,
            Value::Object(object) => {
                let key = path.by_ref().find_map(|element| match element {
                    PathElement::Key(key) => Some(key),
                    PathElement::TypeCondition(_) => None,
                });
                match key {
                    None => return Some(object),
                    Some(key) => object.get_mut(key)?,
                }
            }
            _ => return None,
        };
    }
}

pub(crate) fn type_name<'a>(object: &Object<'a>) -> Option<Text<'a>> {
    object.get("__typename").and_then(Value::as_text)
}

fn fits(types: &[Name], name: Text<'_>) -> bool {
    types.iter().any(|ty| name == **ty)
}

/// A field of the representation is null or absent: the subgraph could not answer.
struct Incomplete;

fn write_representation(
    entity: &EntityFetch,
    object: &Object<'_>,
    out: &mut Vec<u8>,
) -> Result<(), Incomplete> {
    let own = type_name(object);
    let representation = entity
        .representations
        .iter()
        .find(|r| r.on.is_empty() || own.is_some_and(|name| fits(&r.on, name)))
        .ok_or(Incomplete)?;
    out.extend_from_slice(b"{\"__typename\":");
    write_type_name(representation, own, out)?;
    for field in &representation.fields {
        write_field(field, object, true, out)?;
    }
    out.push(b'}');
    Ok(())
}

fn write_type_name(
    representation: &Representation,
    own: Option<Text<'_>>,
    out: &mut Vec<u8>,
) -> Result<(), Incomplete> {
    match (&representation.typename, own) {
        (Some(name), _) => Text::plain(name).write(out),
        (None, Some(own)) => own.write(out),
        (None, None) => return Err(Incomplete),
    }
    Ok(())
}

/// Writes `"name":value`, after a comma where `separate` or something was written before it.
fn write_field(
    field: &RepresentationField,
    object: &Object<'_>,
    separate: bool,
    out: &mut Vec<u8>,
) -> Result<(), Incomplete> {
    if let Some(on) = &field.on {
        let applies = type_name(object).is_some_and(|name| fits(on, name));
        if !applies {
            return Ok(());
        }
    }
    let value = object.get(&field.data_key).ok_or(Incomplete)?;
    if separate {
        out.push(b',');
    }
    Text::plain(&field.name).write(out);
    out.push(b':');
    write_value(field, value, out)
}

fn write_value(
    field: &RepresentationField,
    value: &Value<'_>,
    out: &mut Vec<u8>,
) -> Result<(), Incomplete> {
    match value {
        Value::Null if field.required => return Err(Incomplete),
        Value::Array(items) if !field.fields.is_empty() => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write_value(field, item, out)?;
            }
            out.push(b']');
        }
        Value::Object(object) if !field.fields.is_empty() => {
            out.push(b'{');
            let start = out.len();
            for field in &field.fields {
                let separate = out.len() > start;
                write_field(field, object, separate, out)?;
            }
            out.push(b'}');
        }
        _ => value.write(out),
    }
    Ok(())
}
