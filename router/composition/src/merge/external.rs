//! An external field must be declared as the subgraph that resolves it declares it.

use apollo_compiler::ast::FieldDefinition;
use federation::{Code, Diagnostic};

use super::Merger;
use super::field::{FieldSource, FieldSources};
use super::same_value::same_value;
use super::sources::{distribution, list_graphs};

impl<'a> Merger<'a, '_> {
    /// A directive of the supergraph belongs where the field is resolved.
    pub(super) fn check_external_directives(&mut self, coordinate: &str, source: &FieldSource<'a>) {
        let subgraph = self.graph(source.graph);
        for directive in &source.element.directives {
            let name = &directive.name;
            let merged = self.plan.is_merged(source.graph, name)
                && !self.plan.composed.is_composed(source.graph, name);
            if merged {
                let error = subgraph
                    .error(
                        Code::MergedDirectiveApplicationOnExternal,
                        format!("@{name} is used on \"{coordinate}\", which is @external here."),
                    )
                    .at(subgraph.locate(directive.location()))
                    .with_help("Move it to the subgraph that resolves the field.");
                self.diagnostics.push(error);
            }
        }
    }

    /// Compares external declarations with the merged field.
    pub(super) fn check_external_field(
        &mut self,
        field: &FieldSources<'a>,
        external: &[FieldSource<'a>],
        merged: &FieldDefinition,
        same_type: bool,
    ) {
        let coordinate = field.coordinate();
        let wrong_type = external.iter().any(|source| {
            let ty = &source.element.ty;
            *ty != merged.ty && (same_type || !self.is_strict_subtype(&merged.ty, ty))
        });
        if wrong_type {
            let who = distribution(self.subgraphs, &field.present, |field| field.ty.to_string());
            let error = Diagnostic::error(
                Code::ExternalTypeMismatch,
                format!("The field \"{coordinate}\" is @external with another type than where it is resolved: {who}."),
            )
            .with_help("Declare it @external with the type it has where it is resolved.");
            self.report(error, &field.present);
        }
        for argument in &merged.arguments {
            let name = &argument.name;
            let owner = format!("{coordinate}({name}:)");
            let mut without = Vec::new();
            let (mut wrong_type, mut wrong_default) = (false, false);
            for source in external {
                let Some(declared) = source.element.argument_by_name(name) else {
                    without.push(source.graph);
                    continue;
                };
                wrong_type |= *declared.ty != *argument.ty
                    && !self.is_strict_subtype(&declared.ty, &argument.ty);
                wrong_default |= match (&declared.default_value, &argument.default_value) {
                    (Some(a), Some(b)) => !same_value(a, b),
                    (None, None) => false,
                    _ => true,
                };
            }
            let mut errors = Vec::new();
            if !without.is_empty() {
                let graphs = list_graphs(self.subgraphs, without);
                errors.push((
                    Code::ExternalArgumentMissing,
                    format!("The argument \"{owner}\" is missing in {graphs}, where the field is @external."),
                ));
            }
            if wrong_type {
                errors.push((
                    Code::ExternalArgumentTypeMismatch,
                    format!("The argument \"{owner}\" has another type where the field is @external than where it is resolved."),
                ));
            }
            if wrong_default {
                errors.push((
                    Code::ExternalArgumentDefaultMismatch,
                    format!("The argument \"{owner}\" has another default value where the field is @external than where it is resolved."),
                ));
            }
            for (code, message) in errors {
                let error = Diagnostic::error(code, message).with_help(
                    "Declare the field @external with the arguments it has where it is resolved.",
                );
                self.report(error, &field.present);
            }
        }
    }
}
