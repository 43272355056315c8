//! Entities that take values from the objects that enclose them (`@fromContext`): those that take the same are asked for together.

use std::collections::HashMap;

use planner::{
    ContextVariable, EntityFetch, PathElement, RepeatedFields, RepresentationField, SelectionText,
};

use crate::counts::InitialCounts;
use crate::json::{Forms, List, ObjectId, Tree, Value};
use crate::represent::{Base, Targets, Writer, fits, is_in_range};

/// The objects of one `_entities` field that take the same values.
pub(crate) struct Group {
    /// The value of each contextual variable, as JSON.
    values: Vec<Vec<u8>>,
    targets: Writer,
    /// The representations, as a JSON list without its end.
    representations: Vec<u8>,
}

/// An object that is asked for, and the objects on the way to it, from the root down.
struct Place {
    object: ObjectId,
    above: Vec<ObjectId>,
}

impl Place {
    /// The object where the first elements of the path lead; the one that is asked for at its end.
    fn enclosing(&self, depth: usize) -> Option<ObjectId> {
        match depth == self.above.len() {
            true => Some(self.object),
            false => self.above.get(depth).copied(),
        }
    }
}

/// Finds the objects and parts them by what they take. Objects for which a value is missing that must be there are left out.
pub(crate) fn groups<'a>(
    entity: &'a EntityFetch,
    (tree, forms): (&mut Tree<'a>, &mut Forms<'a>),
    base: Base<'_>,
    stamp: u32,
) -> Vec<Group> {
    let first = entity.contexts.iter().map(|context| context.depth).min();
    let mut places = find(entity, tree, base);
    if is_ambiguous(entity, tree, &places) {
        for path in &entity.paths {
            let root = Value::Object(base.root);
            separate(tree, root, path, first.unwrap_or(0));
        }
        places = find(entity, tree, base);
    }
    let mut groups: Vec<Group> = Vec::new();
    let mut by_values: HashMap<Vec<Vec<u8>>, usize> = HashMap::new();
    for place in places {
        if !tree.stamp(place.object, stamp) {
            continue;
        }
        let Some(values) = values(entity, tree, &place) else {
            continue;
        };
        let index = *by_values.entry(values).or_insert_with_key(|values| {
            groups.push(Group {
                values: values.clone(),
                targets: Writer::default(),
                representations: vec![b'['],
            });
            groups.len() - 1
        });
        let group = &mut groups[index];
        group.targets.add(
            tree,
            forms,
            entity,
            place.object,
            &mut group.representations,
        );
    }
    groups.retain(|group| group.targets.targets.count > 0);
    groups
}

fn find(entity: &EntityFetch, tree: &Tree<'_>, base: Base<'_>) -> Vec<Place> {
    let mut places = Vec::new();
    for path in &entity.paths {
        let root = Value::Object(base.root);
        visit(tree, base.counts, root, path, &mut Vec::new(), &mut places);
    }
    places
}

/// Recursion is bounded by the path and by the depth of lists in the data.
fn visit<'a>(
    tree: &Tree<'a>,
    counts: &InitialCounts,
    value: Value<'a>,
    path: &[PathElement],
    above: &mut Vec<ObjectId>,
    places: &mut Vec<Place>,
) {
    match value {
        Value::List(items) => {
            for item in tree.items(items) {
                visit(tree, counts, item, path, above, places);
            }
        }
        Value::Object(object) => match path.split_first() {
            None => places.push(Place {
                object,
                above: above.clone(),
            }),
            Some((PathElement::Key(key), below)) => {
                if let Some(value) = tree.get(object, key) {
                    above.push(object);
                    visit(tree, counts, value, below, above, places);
                    above.pop();
                }
            }
            Some((PathElement::TypeCondition(types), below)) => {
                if sent_type(tree, object).is_some_and(|name| fits(types, name)) {
                    above.push(object);
                    visit(tree, counts, value, below, above, places);
                    above.pop();
                }
            }
            Some((PathElement::Streamed { key, part, items }, below)) => {
                if let Some(Value::List(list)) = tree.get(object, key) {
                    above.push(object);
                    for item in counts.of_side(tree, list, *part, *items) {
                        visit(tree, counts, item, below, above, places);
                    }
                    above.pop();
                }
            }
        },
        _ => {}
    }
}

/// Whether an object occurs at several places where it takes different values.
fn is_ambiguous(entity: &EntityFetch, tree: &Tree<'_>, places: &[Place]) -> bool {
    let mut known: HashMap<ObjectId, &Place> = HashMap::new();
    places.iter().any(|place| {
        let first = *known.entry(place.object).or_insert(place);
        let same_above = entity
            .contexts
            .iter()
            .all(|context| first.enclosing(context.depth) == place.enclosing(context.depth));
        !same_above && values(entity, tree, first) != values(entity, tree, place)
    })
}

/// Gives every place below the first `depth` elements of the path objects of its own.
fn separate<'a>(tree: &mut Tree<'a>, value: Value<'a>, path: &[PathElement], depth: usize) {
    match value {
        Value::List(items) => {
            // Leaves are nobody's parts.
            if let List::Leaves(_) = items {
                return;
            }
            for index in 0..tree.len(items) {
                if let Some(item) = tree.item(items, index) {
                    separate(tree, item, path, depth);
                }
            }
        }
        Value::Object(object) => match path.split_first() {
            None => {}
            Some((PathElement::Key(key) | PathElement::Streamed { key, .. }, below)) => {
                let value = match depth {
                    0 => tree.own_value(object, key),
                    _ => tree.get(object, key),
                };
                if let Some(value) = value {
                    separate(tree, value, below, depth.saturating_sub(1));
                }
            }
            Some((PathElement::TypeCondition(_), below)) => {
                separate(tree, value, below, depth.saturating_sub(1));
            }
        },
        _ => {}
    }
}

/// What an object takes; nothing when a value is null that must not be.
fn values(entity: &EntityFetch, tree: &Tree<'_>, place: &Place) -> Option<Vec<Vec<u8>>> {
    let values = entity.contexts.iter().map(|context| {
        let enclosing = place.enclosing(context.depth)?;
        value(tree, context, enclosing)
    });
    values.collect()
}

fn value(tree: &Tree<'_>, context: &ContextVariable, enclosing: ObjectId) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    write(tree, &context.fields, Value::Object(enclosing), &mut out);
    (out != b"null" || !context.ty.is_non_null()).then_some(out)
}

/// Writes the one value that is selected of an object; of a list, the list of values. Recursion is bounded by the selection and by
/// the depth of lists in the data.
fn write<'a>(tree: &Tree<'a>, fields: &[RepresentationField], value: Value<'a>, out: &mut Vec<u8>) {
    match value {
        Value::List(items) if !fields.is_empty() => {
            out.push(b'[');
            for (index, item) in tree.items(items).enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write(tree, fields, item, out);
            }
            out.push(b']');
        }
        Value::Object(object) if !fields.is_empty() => {
            let fitting = |field: &&RepresentationField| {
                field
                    .on
                    .as_ref()
                    .is_none_or(|on| sent_type(tree, object).is_some_and(|name| fits(on, name)))
            };
            // A type name is selected to tell types apart, unless it is all that is selected.
            let named = |field: &&RepresentationField| field.name != "__typename";
            let mut selected = fields.iter().filter(fitting);
            let field = selected.clone().find(named).or_else(|| selected.next());
            if let Some(constant) = field.and_then(|field| field.constant.as_ref()) {
                out.push(b'"');
                out.extend_from_slice(constant.as_bytes());
                out.push(b'"');
                return;
            }
            let found = field
                .and_then(|field| Some((field, tree.get(object, &field.data_key)?)))
                .filter(|(field, value)| !field.float || is_in_range(tree, *value));
            match found {
                Some((field, value)) => write(tree, &field.fields, value, out),
                None => out.extend_from_slice(b"null"),
            }
        }
        leaf => tree.write(leaf, out),
    }
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
/// the one of the plan.
pub(crate) fn repeat(
    text: &RepeatedFields,
    entities: &[EntityFetch],
    groups: Vec<Vec<Group>>,
) -> Repeated {
    let shared = shared_values(entities, &groups);
    let as_planned = shared.is_some();
    let mut repeated = Repeated {
        operation: None,
        variables: Vec::new(),
        targets: Vec::new(),
    };
    let mut declared: Vec<String> = Vec::new();
    let mut of_client: Vec<&str> = Vec::new();
    let mut selected = String::new();
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
    repeated
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

/// The `__typename` of an object, as it was sent without its quotes.
fn sent_type<'a>(tree: &Tree<'a>, object: ObjectId) -> Option<&'a [u8]> {
    tree.get(object, "__typename")?.raw_text()
}
