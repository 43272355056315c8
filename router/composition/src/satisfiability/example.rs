//! A query that shows what cannot be resolved, with sample values for required arguments.

use std::fmt::Write as _;

use apollo_compiler::Name;
use apollo_compiler::ast::Type;
use apollo_compiler::schema::{ExtendedType, FieldDefinition};
use federation::Supergraph;

use super::path::{Path, Step};

/// The steps that are shown of a longer path, at its beginning and at its end.
const MAX_STEPS: usize = 20;
/// Characters of a sample value: input types may ask for each other many times over.
const MAX_SAMPLE: usize = 200;

/// The query along a path that ends with the field.
pub(super) fn query(supergraph: &Supergraph, path: &Path, ty: &Name, field: &Name) -> String {
    let below = match definition(supergraph, ty, field) {
        Some(field) if is_composite(supergraph, &field.ty) => " { __typename }",
        _ => "",
    };
    let last = format!("{}{below}", selection(supergraph, ty, field));
    query_ending(supergraph, path, &last)
}

/// The query along a path that ends with the selection.
pub(super) fn query_ending(supergraph: &Supergraph, path: &Path, last: &str) -> String {
    let mut steps = Vec::new();
    let mut at = Some(path);
    while let Some(path) = at {
        steps.push(&path.step);
        at = path.before.as_deref();
    }
    let mut text = String::new();
    let mut depth = 0_usize;
    let left_out = match steps.len() > 2 * MAX_STEPS + 1 {
        true => MAX_STEPS..steps.len() - MAX_STEPS,
        false => 0..0,
    };
    for (index, step) in steps.into_iter().rev().enumerate() {
        if left_out.contains(&index) {
            if index == left_out.start {
                let _ = writeln!(
                    text,
                    "{:1$}… {2} more levels …",
                    "",
                    depth * 2,
                    left_out.len()
                );
            }
            continue;
        }
        let line = match step {
            Step::Root("query") => String::new(),
            Step::Root(keyword) => format!("{keyword} "),
            Step::Field(ty, field) => format!("{} ", selection(supergraph, ty, field)),
            Step::On(ty) => format!("... on {ty} "),
        };
        let _ = writeln!(text, "{:1$}{line}{{", "", depth * 2);
        depth += 1;
    }
    let _ = writeln!(text, "{:1$}{last}", "", depth * 2);
    for depth in (0..depth).rev() {
        let _ = writeln!(text, "{:1$}}}", "", depth * 2);
    }
    text
}

fn definition<'s>(
    supergraph: &'s Supergraph,
    ty: &str,
    field: &str,
) -> Option<&'s FieldDefinition> {
    supergraph
        .api_schema()
        .type_field(ty, field)
        .ok()
        .map(|field| &***field)
}

fn is_composite(supergraph: &Supergraph, ty: &Type) -> bool {
    matches!(
        supergraph.api_schema().types.get(ty.inner_named_type()),
        Some(ExtendedType::Object(_) | ExtendedType::Interface(_) | ExtendedType::Union(_))
    )
}

fn selection(supergraph: &Supergraph, ty: &str, field: &str) -> String {
    let required: Vec<String> = definition(supergraph, ty, field)
        .into_iter()
        .flat_map(|field| &field.arguments)
        .filter(|argument| argument.is_required())
        .map(|argument| {
            let mut left = MAX_SAMPLE;
            let sample = sample(supergraph, &argument.ty, 0, &mut left);
            format!("{}: {sample}", argument.name)
        })
        .take(MAX_SAMPLE)
        .collect();
    if required.is_empty() {
        field.to_owned()
    } else {
        format!("{field}({})", required.join(", "))
    }
}

/// A literal of an input type; required input fields only.
fn sample(supergraph: &Supergraph, ty: &Type, depth: usize, left: &mut usize) -> String {
    if ty.is_list() {
        return "[]".to_owned();
    }
    match supergraph.api_schema().types.get(ty.inner_named_type()) {
        Some(ExtendedType::Enum(definition)) => definition
            .values
            .keys()
            .next()
            .map_or_else(String::new, ToString::to_string),
        Some(ExtendedType::InputObject(input)) if depth < 8 => {
            let fields: Vec<String> = input
                .fields
                .values()
                .filter(|field| field.is_required())
                .map_while(|field| {
                    *left = left.checked_sub(field.name.len() + 2)?;
                    let sample = sample(supergraph, &field.ty, depth + 1, left);
                    Some(format!("{}: {sample}", field.name))
                })
                .collect();
            format!("{{{}}}", fields.join(", "))
        }
        _ => match ty.inner_named_type().as_str() {
            "Int" => "1".to_owned(),
            "Float" => "1.5".to_owned(),
            "Boolean" => "true".to_owned(),
            "ID" => "\"an id\"".to_owned(),
            _ => "\"a value\"".to_owned(),
        },
    }
}
