//! Default values that bring each other in without end
//! (<https://spec.graphql.org/September2025/#InputObjectDefaultValueHasCycle()>).

use apollo_compiler::Name;
use apollo_compiler::ast::{InputValueDefinition, Type, Value};
use apollo_compiler::collections::HashMap;
use apollo_compiler::schema::{ExtendedType, InputObjectType, Schema};
use federation::{Code, Diagnostics};

use crate::subgraph::SubgraphSchema;

/// An input field.
type Field<'a> = (&'a Name, &'a Name);

/// Whether what follows from a field is being looked at, or was.
#[derive(Clone, Copy, PartialEq)]
enum State {
    Open,
    Done,
}

/// Reports each input field whose default value leads to itself.
pub(crate) fn check(subgraph: &SubgraphSchema, diagnostics: &mut Diagnostics) {
    let schema = &subgraph.schema;
    let mut states: HashMap<Field<'_>, State> = HashMap::default();
    for (ty, input) in input_objects(schema) {
        for field in input.fields.keys() {
            follow(schema, (ty, field), &mut states, &mut |path| {
                let [(ty, field), ..] = path else { return };
                let names: Vec<String> =
                    path.iter().map(|(ty, f)| format!("\"{ty}.{f}\"")).collect();
                let through = match names.as_slice() {
                    [_] => String::new(),
                    _ => format!(", by way of {}", names[1..].join(", ")),
                };
                let definition = definition(schema, (*ty, *field));
                diagnostics.push(
                    subgraph
                        .error(
                            Code::InvalidGraphql,
                            format!(
                                "The default value of \"{ty}.{field}\" contains itself{through}."
                            ),
                        )
                        .at(subgraph.locate(definition.and_then(|known| known.name.location())))
                        .with_help(
                            "Give the field in one of the default values, or remove one of them.",
                        ),
                );
            });
        }
    }
}

fn input_objects(schema: &Schema) -> impl Iterator<Item = (&Name, &InputObjectType)> {
    schema.types.iter().filter_map(|(name, ty)| match ty {
        ExtendedType::InputObject(input) => Some((name, &**input)),
        _ => None,
    })
}

fn definition<'a>(schema: &'a Schema, (ty, field): Field<'a>) -> Option<&'a InputValueDefinition> {
    match schema.types.get(ty)? {
        ExtendedType::InputObject(input) => Some(input.fields.get(field)?),
        _ => None,
    }
}

/// Goes depth first along the defaults that follow from a field; calls with each way that comes back to itself.
fn follow<'a>(
    schema: &'a Schema,
    start: Field<'a>,
    states: &mut HashMap<Field<'a>, State>,
    report: &mut dyn FnMut(&[Field<'a>]),
) {
    if states.contains_key(&start) {
        return;
    }
    states.insert(start, State::Open);
    // A stack of its own: the chain can be as long as the schema.
    let mut path = vec![start];
    let mut pending = vec![next(schema, start)];
    while let Some(fields) = pending.last_mut() {
        let Some(field) = fields.pop() else {
            pending.pop();
            if let Some(done) = path.pop() {
                states.insert(done, State::Done);
            }
            continue;
        };
        match states.get(&field) {
            Some(State::Done) => {}
            Some(State::Open) => {
                let from = path.iter().position(|known| *known == field);
                report(&path[from.unwrap_or(0)..]);
            }
            None => {
                states.insert(field, State::Open);
                path.push(field);
                pending.push(next(schema, field));
            }
        }
    }
}

/// The fields whose defaults the default of a field brings in.
fn next<'a>(schema: &'a Schema, field: Field<'a>) -> Vec<Field<'a>> {
    let mut found = Vec::new();
    if let Some(definition) = definition(schema, field)
        && let Some(default) = &definition.default_value
    {
        brought(schema, &definition.ty, default, &mut found);
    }
    found.reverse();
    found
}

/// Recursion is bounded by that of the parser.
fn brought<'a>(schema: &'a Schema, ty: &'a Type, value: &'a Value, found: &mut Vec<Field<'a>>) {
    match value {
        Value::List(items) => {
            let ty = match ty {
                Type::List(item) | Type::NonNullList(item) => item,
                _ => return,
            };
            for item in items {
                brought(schema, ty, item, found);
            }
        }
        Value::Object(given) => {
            let ty = ty.inner_named_type();
            let Some(ExtendedType::InputObject(input)) = schema.types.get(ty) else {
                return;
            };
            let given: HashMap<&Name, &Value> =
                given.iter().map(|(key, value)| (key, &**value)).collect();
            for (name, field) in &input.fields {
                match given.get(name) {
                    Some(value) => brought(schema, &field.ty, value, found),
                    None if field.default_value.is_some() => found.push((ty, name)),
                    None => {}
                }
            }
        }
        _ => {}
    }
}
