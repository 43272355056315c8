//! What the supergraph shows to clients: a valid schema, and whole without what is `@inaccessible`.

mod default_values;
mod inaccessible;

use apollo_compiler::Name;
use apollo_compiler::schema::Schema;
use federation::{Code, Diagnostic, Diagnostics, check_hazards, default_cycles};

use crate::merge::Merged;
use crate::subgraph::SubgraphSchema;
use crate::values;

/// Checks the merged schema as a whole.
pub(crate) fn check(
    subgraphs: &[SubgraphSchema],
    merged: &mut Merged,
    diagnostics: &mut Diagnostics,
) {
    if let Err(hazard) = check_hazards(&merged.schema) {
        diagnostics.push(Diagnostic::error(
            Code::CompositionLimitExceeded,
            format!("Merged, the schema cannot be checked: {}.", hazard.what),
        ));
        return;
    }
    let schema = std::mem::replace(&mut merged.schema, Schema::new());
    let validated = schema.validate();
    match validated {
        Ok(valid) => merged.schema = valid.into_inner(),
        Err(broken) => {
            for error in broken.errors.iter() {
                diagnostics.push(
                    Diagnostic::error(
                        Code::InvalidGraphql,
                        format!("Merged, the subgraphs are not a valid schema: {}.", error.error),
                    )
                    .with_help("Each subgraph is valid by itself, so two of them differ here: compare their definitions."),
                );
            }
            merged.schema = broken.partial;
            return;
        }
    }
    values::check_inputs(&merged.schema, &mut |coordinate, _, what| {
        diagnostics.push(
            Diagnostic::error(
                Code::InvalidGraphql,
                format!("Merged, the subgraphs are not a valid schema: \"{coordinate}\" {what}."),
            )
            .with_help("The type is not the same in all subgraphs; the supergraph has what they have in common."),
        );
    });
    check_default_cycles(subgraphs, &merged.schema, diagnostics);
    if let Some(name) = &merged.inaccessible {
        inaccessible::check(subgraphs, &merged.schema, &merged.linked, name, diagnostics);
    }
}

/// The same for a supergraph alone, of which more is `@inaccessible` than was composed: without places.
pub(crate) fn check_inaccessible(schema: &Schema, name: &Name, diagnostics: &mut Diagnostics) {
    inaccessible::check(&[], schema, &[], name, diagnostics);
}

/// Default values that contain themselves, by fields that may come from several subgraphs.
fn check_default_cycles(
    subgraphs: &[SubgraphSchema],
    schema: &Schema,
    diagnostics: &mut Diagnostics,
) {
    for cycle in default_cycles(schema) {
        let mut error = Diagnostic::error(
            Code::InvalidGraphql,
            format!(
                "Merged, the subgraphs are not a valid schema: {}.",
                cycle.sentence()
            ),
        )
        .with_help(
            "Take the default value of one of these fields away in each subgraph that has it.",
        );
        for (ty, field) in &cycle.fields {
            for subgraph in subgraphs {
                error = error.at(inaccessible::place(
                    subgraph,
                    &[ty.as_str(), field.name.as_str()],
                ));
            }
        }
        diagnostics.push(error);
    }
}
