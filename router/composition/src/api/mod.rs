//! What the supergraph shows to clients: a valid schema, and whole without what is `@inaccessible`.

mod default_values;
mod inaccessible;

use apollo_compiler::schema::Schema;
use federation::{Code, Diagnostic, Diagnostics};

use crate::merge::Merged;
use crate::subgraph::SubgraphSchema;
use crate::values;

/// Checks the merged schema as a whole.
pub(crate) fn check(
    subgraphs: &[SubgraphSchema],
    merged: &mut Merged,
    diagnostics: &mut Diagnostics,
) {
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
    if let Some(name) = &merged.inaccessible {
        inaccessible::check(subgraphs, merged, name, diagnostics);
    }
}
