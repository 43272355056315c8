//! Entities that take values from the objects that enclose them (`@fromContext`): those that take the same are asked for together.

mod places;
mod values;

use hashbrown::HashMap;
use planner::{EntityFetch, RepeatedFields, SelectionText};

use self::places::Place;
use self::values::{Taken, Values};
use crate::json::{Forms, ObjectId, Tree};
use crate::memory::{Grants, Output};
use crate::represent::{Base, Targets, Writer};

/// The objects of one `_entities` field that take the same values.
pub(crate) struct Group {
    /// The value of each contextual variable, as JSON.
    values: Vec<Vec<u8>>,
    targets: Writer,
    /// The representations, as a JSON list without its end.
    representations: Vec<u8>,
}

/// Finds the objects and parts them by what they take. Objects for which a value is missing that must be there are left out. Where there is no
/// memory for it, no more is granted.
pub(crate) fn groups<'a>(
    entity: &'a EntityFetch,
    (tree, forms): (&mut Tree<'a>, &mut Forms<'a>),
    base: Base<'_>,
    stamp: u32,
    grants: &mut Grants<'_>,
) -> Vec<Group> {
    let mut values = Values::of(entity);
    grants.begin_field();
    let Some(places) = find(entity, tree, base, &mut values, grants) else {
        return Vec::new();
    };
    let mut groups: Vec<Group> = Vec::new();
    let mut by_values: HashMap<Taken, usize> = HashMap::new();
    for place in places {
        if place.taken == Taken::MISSING || !tree.stamp(place.object, stamp) {
            continue;
        }
        let index = match by_values.get(&place.taken) {
            Some(index) => *index,
            None => {
                let Some(texts) = values.texts(place.taken) else {
                    continue;
                };
                let length: usize = texts.iter().map(|text| text.len()).sum();
                if !grants.owe(length + size_of::<Group>()) {
                    break;
                }
                groups.push(Group {
                    values: texts.into_iter().map(<[u8]>::to_vec).collect(),
                    targets: Writer::default(),
                    representations: vec![b'['],
                });
                by_values.insert(place.taken, groups.len() - 1);
                groups.len() - 1
            }
        };
        let Group {
            targets,
            representations,
            ..
        } = &mut groups[index];
        let mut out = Output::new(representations, grants);
        targets.add(tree, forms, entity, place.object, &mut out);
        if grants.are_exhausted() {
            break;
        }
    }
    groups.retain(|group| group.targets.targets.count > 0);
    groups
}

/// All objects with what they take, of which no object takes different values.
fn find<'a>(
    entity: &'a EntityFetch,
    tree: &mut Tree<'a>,
    base: Base<'_>,
    values: &mut Values<'_>,
    grants: &mut Grants<'_>,
) -> Option<Vec<Place>> {
    let found = find_all(entity, tree, base, values, grants)?;
    if !is_ambiguous(&found) {
        return Some(found);
    }
    for path in &entity.paths {
        places::separate(path, tree, base, values, grants)?;
    }
    find_all(entity, tree, base, values, grants)
}

fn find_all<'a>(
    entity: &'a EntityFetch,
    tree: &Tree<'a>,
    base: Base<'_>,
    values: &mut Values<'_>,
    grants: &mut Grants<'_>,
) -> Option<Vec<Place>> {
    let mut found = Vec::new();
    for path in &entity.paths {
        let more = places::find(path, tree, base, values, grants)?;
        if !grants.owe(size_of::<Place>() * more.len()) {
            return None;
        }
        found.extend(more);
    }
    Some(found)
}

/// Whether an object takes different values at several places.
fn is_ambiguous(places: &[Place]) -> bool {
    let mut known: HashMap<ObjectId, Taken> = HashMap::new();
    places
        .iter()
        .any(|place| *known.entry(place.object).or_insert(place.taken) != place.taken)
}

/// What is sent for the `_entities` fields of a fetch.
pub(crate) struct Repeated {
    /// The text of the operation, when it is not the one of the plan.
    pub(crate) operation: Option<String>,
    /// `"name":value` for each variable beside the client's.
    pub(crate) variables: Vec<(String, Vec<u8>)>,
    /// Where the answers go.
    pub(crate) targets: Vec<Targets>,
}

/// Writes the fields, each once for each of its groups. With one group each, which give shared variables the same values, the operation is
/// the one of the plan. Nothing when there is no memory for it.
pub(crate) fn repeat(
    text: &RepeatedFields,
    entities: &[EntityFetch],
    groups: Vec<Vec<Group>>,
    grants: &mut Grants<'_>,
) -> Option<Repeated> {
    let shared = shared_values(entities, &groups);
    let as_planned = shared.is_some();
    let length = match as_planned {
        true => 0,
        false => repeated_len(text, entities, &groups),
    };
    // Selections, and the operation that is made of them.
    if !grants.take(2 * length) {
        return None;
    }
    let mut repeated = Repeated {
        operation: None,
        variables: Vec::new(),
        targets: Vec::new(),
    };
    let mut declared: Vec<String> = Vec::new();
    let mut of_client: Vec<&str> = Vec::new();
    let mut selected = String::with_capacity(length);
    for (index, (entity, groups)) in entities.iter().zip(groups).enumerate() {
        for (number, group) in groups.into_iter().enumerate() {
            let suffix = if as_planned {
                String::new()
            } else {
                format!("_{index}_{number}")
            };
            let named = |name: &str| format!("{name}{suffix}");
            let mut representations = group.representations;
            representations.push(b']');
            let (key, variable) = (named(&entity.response_key), named(&entity.variable));
            let contexts: Vec<String> =
                entity.contexts.iter().map(|c| named(&c.variable)).collect();
            if !as_planned {
                declared.push(format!("${variable}:[_Any!]!"));
                for (name, context) in contexts.iter().zip(&entity.contexts) {
                    declared.push(format!("${name}:{}", context.ty));
                }
                selected.push_str(&format!(" {key}:_entities(representations:${variable})"));
                let selection = text.selections.get(index);
                for variable in selection.iter().flat_map(|selection| &selection.variables) {
                    if !of_client.contains(&&**variable) {
                        of_client.push(variable);
                    }
                }
                for piece in selection.iter().flat_map(|selection| &selection.text) {
                    match piece {
                        SelectionText::Text(text) => selected.push_str(text),
                        SelectionText::Context(context) => {
                            selected.push('$');
                            selected.push_str(contexts.get(*context).map_or("", |name| name));
                        }
                    }
                }
            }
            repeated.variables.push((variable, representations));
            if !as_planned {
                let values = contexts.into_iter().zip(group.values);
                repeated.variables.extend(values);
            }
            let mut targets = group.targets.targets;
            targets.field = index;
            targets.response_key = (!as_planned).then(|| key.into());
            repeated.targets.push(targets);
        }
    }
    repeated.variables.extend(shared.into_iter().flatten());
    if !as_planned {
        declared.extend(of_client.into_iter().map(str::to_owned));
        repeated.operation = Some(format!(
            "query({}){{{}}}",
            declared.join(","),
            selected.trim_start()
        ));
    }
    Some(repeated)
}

/// How long an operation is at least that has each field once for each of its groups.
fn repeated_len(text: &RepeatedFields, entities: &[EntityFetch], groups: &[Vec<Group>]) -> usize {
    // The number of a group, its representations, and what is around them.
    const AROUND: usize = 128;
    let lengths = entities.iter().zip(groups).zip(0..);
    let lengths = lengths.map(|((entity, groups), index): (_, usize)| {
        let selection = text.selections.get(index);
        let pieces = selection.iter().flat_map(|selection| &selection.text);
        let selected: usize = pieces
            .map(|piece| match piece {
                SelectionText::Text(text) => text.len(),
                SelectionText::Context(_) => AROUND,
            })
            .sum();
        let names = AROUND * (1 + entity.contexts.len());
        groups.len() * (selected + names)
    });
    lengths.sum()
}

/// The contextual variables of an operation in which each field occurs once; `None` when a field must occur more often or not at all, or when
/// two fields name one variable and need different values for it.
fn shared_values(
    entities: &[EntityFetch],
    groups: &[Vec<Group>],
) -> Option<Vec<(String, Vec<u8>)>> {
    let mut shared: Vec<(String, Vec<u8>)> = Vec::new();
    for (entity, groups) in entities.iter().zip(groups) {
        let [group] = &groups[..] else {
            return None;
        };
        for (context, value) in entity.contexts.iter().zip(&group.values) {
            match shared.iter().find(|(name, _)| *name == *context.variable) {
                Some((_, known)) if known == value => {}
                Some(_) => return None,
                None => shared.push((context.variable.to_string(), value.clone())),
            }
        }
    }
    Some(shared)
}

impl Repeated {
    /// Writes the variables into a body, the first one after `lead`.
    pub(crate) fn write_variables<'l>(
        &self,
        lead: &mut &'l [u8],
        next: &'l [u8],
        out: &mut Vec<u8>,
    ) {
        for (name, value) in &self.variables {
            out.extend_from_slice(lead);
            *lead = next;
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(b"\":");
            out.extend_from_slice(value);
        }
    }

    /// The text of the operation.
    pub(crate) fn operation<'o>(&'o self, planned: &'o str) -> &'o str {
        self.operation.as_deref().unwrap_or(planned)
    }
}
