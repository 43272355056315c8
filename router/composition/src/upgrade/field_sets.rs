//! `fields` that Federation 1 took in other forms than a string, or that had no effect.

use apollo_compiler::ast::{Argument, Directive, Selection, Value};
use apollo_compiler::schema::{ExtendedType, Schema};
use apollo_compiler::{Name, Node, name};

use super::edit;
use crate::facts::string_argument;
use crate::field_set::{self, Selected};
use crate::subgraph::SubgraphSchema;

/// `["a", "b"]` and `a` were taken for `"a b"` and `"a"`.
pub(super) fn write_as_strings(subgraph: &mut SubgraphSchema) {
    let names = subgraph.names.clone();
    let is_odd = |directive: &Directive| {
        [&names.key, &names.requires, &names.provides].contains(&&directive.name)
            && as_string(directive).is_some()
    };
    for ty in subgraph.schema.types.values_mut() {
        if ty.directives().iter().any(|directive| is_odd(directive)) {
            for directive in &mut edit::directives(ty).0 {
                rewrite(&mut directive.node, &is_odd);
            }
        }
        edit::fields(
            ty,
            |field| field.directives.iter().any(|directive| is_odd(directive)),
            |field| {
                for directive in &mut field.directives.0 {
                    rewrite(directive, &is_odd);
                }
            },
        );
    }
}

fn rewrite(directive: &mut Node<Directive>, is_odd: &dyn Fn(&Directive) -> bool) {
    if is_odd(directive)
        && let Some(fields) = as_string(directive)
    {
        set_fields(directive.make_mut(), fields);
    }
}

fn set_fields(directive: &mut Directive, fields: String) {
    for argument in &mut directive.arguments {
        if argument.name == "fields" {
            *argument = Node::new(Argument {
                name: name!("fields"),
                value: Node::new(Value::String(fields)),
            });
            return;
        }
    }
}

/// `fields` as a string, where it is written in another form.
fn as_string(directive: &Directive) -> Option<String> {
    match &**directive.specified_argument_by_name("fields")? {
        Value::Enum(name) => Some(name.to_string()),
        Value::List(items) => {
            let names: Option<Vec<&str>> = items.iter().map(|item| item.as_str()).collect();
            Some(names?.join(" "))
        }
        _ => None,
    }
}

/// Removes from `@requires` and `@provides` the fields that the subgraph resolves anyway.
pub(super) fn remove_inactive(subgraph: &mut SubgraphSchema) {
    let mut changes: Vec<(Name, Name, Name, Option<String>)> = Vec::new();
    for ty in subgraph.schema.types.values() {
        let fields = match ty {
            ExtendedType::Object(object) => &object.fields,
            ExtendedType::Interface(interface) => &interface.fields,
            _ => continue,
        };
        for field in fields.values() {
            let target = subgraph.schema.types.get(field.ty.inner_named_type());
            let names = &subgraph.names;
            for (name, target) in [(&names.provides, target), (&names.requires, Some(ty))] {
                let (Some(directive), Some(target)) = (field.directives.get(name), target) else {
                    continue;
                };
                if let Some(active) = active_part(subgraph, target, directive) {
                    let change = (ty.name().clone(), field.name.clone(), name.clone(), active);
                    changes.push(change);
                }
            }
        }
    }
    for (ty, field, directive, active) in changes {
        let Some(ty) = subgraph.schema.types.get_mut(&ty) else {
            continue;
        };
        edit::fields(
            ty,
            |other| other.name == field,
            |field| match &active {
                None => field.directives.0.retain(|d| d.name != directive),
                Some(fields) => {
                    for applied in &mut field.directives.0 {
                        if applied.name == directive {
                            set_fields(applied.make_mut(), fields.clone());
                        }
                    }
                }
            },
        );
    }
}

/// `None` when all of the field set is external; else what remains of it, if anything.
fn active_part(
    subgraph: &SubgraphSchema,
    target: &ExtendedType,
    directive: &Directive,
) -> Option<Option<String>> {
    let selections = field_set::parse(string_argument(directive, "fields")?).ok()?;
    let schema = &subgraph.schema;
    let selected = field_set::check(schema, target, &selections, &mut |_, _| Ok(())).ok()?;
    if !selects_resolved(subgraph, &selected) {
        return None;
    }
    let active = keep_external(subgraph, schema, target, &selections);
    if active.is_empty() {
        return Some(None);
    }
    let printed: Vec<String> = active
        .iter()
        .map(|selection| selection.serialize().no_indent().to_string())
        .collect();
    Some(Some(printed.join(" ")))
}

/// Whether the field, or that of an implementation, says `@external`.
fn is_external(subgraph: &SubgraphSchema, parent: &ExtendedType, field: &str) -> bool {
    let external = &subgraph.names.external;
    let has = |ty: &str| {
        let field = subgraph.field(ty, field);
        field.is_some_and(|field| field.directives.has(external))
    };
    has(parent.name())
        || parent.is_interface()
            && subgraph
                .implementations(parent.name())
                .any(|object| has(object))
}

fn selects_resolved(subgraph: &SubgraphSchema, selected: &[Selected<'_>]) -> bool {
    selected.iter().any(|selection| match selection {
        Selected::Field(field) => {
            !is_external(subgraph, field.parent, &field.field.name)
                && (field.selections.is_empty() || selects_resolved(subgraph, &field.selections))
        }
        Selected::Fragment { selections, .. } => selects_resolved(subgraph, selections),
    })
}

fn keep_external(
    subgraph: &SubgraphSchema,
    schema: &Schema,
    parent: &ExtendedType,
    selections: &[Selection],
) -> Vec<Selection> {
    let below = |ty: Option<&ExtendedType>, selections: &[Selection]| match ty {
        Some(ty) => keep_external(subgraph, schema, ty, selections),
        None => Vec::new(),
    };
    selections
        .iter()
        .filter_map(|selection| match selection {
            Selection::Field(field) => {
                if is_external(subgraph, parent, &field.name) {
                    return Some(selection.clone());
                }
                let definition = subgraph.field(parent.name(), &field.name)?;
                let ty = schema.types.get(definition.ty.inner_named_type());
                let kept = below(ty, &field.selection_set);
                let mut field = field.clone();
                field.make_mut().selection_set = kept;
                (!field.selection_set.is_empty()).then_some(Selection::Field(field))
            }
            Selection::InlineFragment(fragment) => {
                let ty = match &fragment.type_condition {
                    Some(on) => schema.types.get(on),
                    None => Some(parent),
                };
                let kept = below(ty, &fragment.selection_set);
                let mut fragment = fragment.clone();
                fragment.make_mut().selection_set = kept;
                let keep = !fragment.selection_set.is_empty();
                keep.then_some(Selection::InlineFragment(fragment))
            }
            Selection::FragmentSpread(_) => None,
        })
        .collect()
}
