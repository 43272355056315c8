//! `@key` on an interface: each implementation must be identified in the same way.

use apollo_compiler::Name;
use apollo_compiler::ast::Directive;
use federation::{Code, Diagnostics};

use crate::facts::{fields_argument, is_resolvable};
use crate::subgraph::SubgraphSchema;

pub(super) fn check(subgraph: &SubgraphSchema, diagnostics: &mut Diagnostics) {
    let is_key = |directive: &Directive| directive.name == subgraph.names.key;
    for ty in subgraph
        .schema
        .types
        .values()
        .filter(|ty| ty.is_interface())
    {
        for key in ty.directives().iter().filter(|d| is_key(d)) {
            let Some(expected) = canonical(key) else {
                continue;
            };
            let (mut missing, mut unresolvable) = (Vec::<&Name>::new(), Vec::<&Name>::new());
            for object in subgraph.implementations(ty.name()) {
                let keys = subgraph.schema.types[object].directives();
                let same = keys
                    .iter()
                    .filter(|d| is_key(d))
                    .find(|key| canonical(key).as_deref() == Some(&expected));
                match same {
                    None => missing.push(object),
                    Some(same) if is_resolvable(key) && !is_resolvable(same) => {
                        unresolvable.push(object);
                    }
                    Some(_) => {}
                }
            }
            let written = key.serialize().no_indent().to_string();
            let (objects, what, help) = if !missing.is_empty() {
                (
                    missing,
                    "is missing on",
                    format!("Add {written} to each of them."),
                )
            } else if !unresolvable.is_empty() {
                let help =
                    "Remove `resolvable: false` there, or add it on the interface.".to_owned();
                (unresolvable, "is resolvable, but not on", help)
            } else {
                continue;
            };
            let list: Vec<String> = objects.iter().map(|name| format!("\"{name}\"")).collect();
            let mut diagnostic = subgraph
                .error(
                    Code::InterfaceKeyNotOnImplementation,
                    format!(
                        "The key {written} of the interface \"{}\" {what} implementations of it: {}.",
                        ty.name(),
                        list.join(", ")
                    ),
                )
                .with_help(help);
            for object in objects {
                diagnostic =
                    diagnostic.at(subgraph.locate_name(subgraph.schema.types[object].name()));
            }
            diagnostics.push(diagnostic);
        }
    }
}

/// A form of the field set in which two that select the same are equal.
fn canonical(key: &Directive) -> Option<String> {
    fn write(selections: &[apollo_compiler::ast::Selection]) -> String {
        use apollo_compiler::ast::Selection;
        let mut parts: Vec<String> = selections
            .iter()
            .map(|selection| match selection {
                Selection::Field(field) if field.selection_set.is_empty() => field.name.to_string(),
                Selection::Field(field) => format!("{}{}", field.name, write(&field.selection_set)),
                Selection::InlineFragment(fragment) => {
                    let on = fragment.type_condition.as_deref().unwrap_or("");
                    format!("...{on}{}", write(&fragment.selection_set))
                }
                Selection::FragmentSpread(spread) => format!("...{}", spread.fragment_name),
            })
            .collect();
        parts.sort_unstable();
        parts.dedup();
        format!("{{{}}}", parts.join(" "))
    }
    Some(write(&fields_argument(key)?))
}
