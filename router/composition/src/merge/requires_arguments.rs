//! The arguments that `@requires` gives to fields must be those that the fields have in the supergraph.

use apollo_compiler::schema::ExtendedType;
use federation::Code;

use super::Merger;
use super::sources::coordinate;
use crate::facts::fields_argument;
use crate::field_set;

impl Merger<'_, '_> {
    pub(super) fn check_requires_arguments(&mut self) {
        let mut findings = Vec::new();
        for subgraph in self.subgraphs {
            for ty in subgraph.schema.types.values() {
                let ExtendedType::Object(object) = ty else {
                    continue;
                };
                for field in object.fields.values() {
                    let Some(requires) = field.directives.get(&subgraph.names.requires) else {
                        continue;
                    };
                    let Some(merged) = self.schema.types.get(&object.name) else {
                        continue;
                    };
                    let Some(selections) = fields_argument(requires) else {
                        continue;
                    };
                    // The fields exist here; what else may be wrong is arguments that other subgraphs lack or require.
                    let checked =
                        field_set::check(&self.schema, merged, &selections, &mut |_, _| Ok(()));
                    if let Err(error) = checked {
                        findings.push(
                            subgraph
                                .error(
                                    Code::RequiresInvalidFields,
                                    format!(
                                        "On \"{}\", in `{}`: in the supergraph, {}.",
                                        coordinate(&object.name, &field.name),
                                        requires.serialize().no_indent(),
                                        error.message
                                    ),
                                )
                                .at(subgraph.locate(requires.location()))
                                .with_help("Use arguments that every subgraph with the field has, and give those that any of them requires."),
                        );
                    }
                }
            }
        }
        for finding in findings {
            self.diagnostics.push(finding);
        }
    }
}
