//! Once merged, a type must have the fields of its interfaces, which may have come from other subgraphs.

use apollo_compiler::Name;
use apollo_compiler::schema::ExtendedType;
use federation::{Code, Diagnostic, Severity};

use super::Merger;
use super::object::interfaces;
use super::sources::{Source, coordinate, list_graphs};

/// Missing fields that are reported one by one: there can be as many as types times fields.
const MAX_REPORTED: usize = 500;

impl<'a> Merger<'a, '_> {
    pub(super) fn check_implementations(&mut self) {
        let mut missing: Vec<(Name, Name, Name)> = Vec::new();
        for (name, ty) in &self.schema.types {
            let fields = match ty {
                ExtendedType::Object(object) => &object.fields,
                ExtendedType::Interface(interface) => &interface.fields,
                _ => continue,
            };
            for interface in interfaces(ty) {
                let Some(ExtendedType::Interface(definition)) = self.schema.types.get(interface)
                else {
                    continue;
                };
                if !self.budget.spend_each(definition.fields.len()) {
                    return;
                }
                for field in definition.fields.keys() {
                    if fields.contains_key(field) {
                        continue;
                    }
                    match missing.len() < MAX_REPORTED {
                        true => missing.push((name.clone(), interface.clone(), field.clone())),
                        false => self.diagnostics.omit(Severity::Error, 1),
                    }
                }
            }
        }
        for (ty, interface, field) in missing {
            self.report_missing_implementation(&ty, &interface, &field);
        }
    }

    fn report_missing_implementation(&mut self, ty: &Name, interface: &Name, field: &Name) {
        let sources = |name: &Name| {
            self.types
                .get(name)
                .map_or(&[][..], |ty| ty.sources.as_slice())
        };
        let declaring: Vec<Source<'a, ExtendedType>> = sources(interface)
            .iter()
            .filter(|source| match source.element {
                ExtendedType::Interface(interface) => interface.fields.contains_key(field),
                // An `@interfaceObject`, which gives the interface its fields too.
                ExtendedType::Object(object) => object.fields.contains_key(field),
                _ => false,
            })
            .copied()
            .collect();
        let implementing: Vec<Source<'a, ExtendedType>> = sources(ty)
            .iter()
            .filter(|source| interfaces(source.element).any(|name| name == interface))
            .copied()
            .collect();
        let declared_in = list_graphs(self.subgraphs, declaring.iter().map(|s| s.graph));
        let implemented_in = list_graphs(self.subgraphs, implementing.iter().map(|s| s.graph));
        let field = coordinate(interface, field);
        let error = Diagnostic::error(
            Code::InterfaceFieldNoImplem,
            format!("The interface field \"{field}\" of {declared_in} is missing in \"{ty}\", which implements \"{interface}\" in {implemented_in}."),
        )
        .with_help(format!("Add the field to \"{ty}\", or remove it from the interface."));
        let places: Vec<_> = declaring.into_iter().chain(implementing).collect();
        self.report(error, &places);
    }
}
