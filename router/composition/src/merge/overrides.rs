//! `@override`: a subgraph takes a field over from another, at once or step by step.
//!
//! <https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/entities/migrate-fields>

use apollo_compiler::Node;
use apollo_compiler::ast::Directive;
use apollo_compiler::schema::ExtendedType;
use federation::{Code, Diagnostic};

use super::Merger;
use super::field::{FieldSource, FieldSources};
use super::sources::list_graphs;
use crate::facts::string_argument;

/// What becomes of a field in the subgraphs that it is taken over from.
#[derive(Debug, Default)]
pub(super) struct Overrides {
    /// Still used there by a directive or an interface.
    used: Vec<usize>,
    /// Not used there any more.
    unused: Vec<usize>,
    /// Overrides from a subgraph that does not exist.
    unknown_source: Vec<usize>,
    /// On both sides of a progressive override.
    labels: Vec<(usize, String)>,
}

impl Overrides {
    pub(super) fn is_used(&self, graph: usize) -> bool {
        self.used.contains(&graph)
    }

    pub(super) fn is_unused(&self, graph: usize) -> bool {
        self.unused.contains(&graph)
    }

    /// Whether the subgraph's own definition no longer counts as resolving.
    pub(super) fn is_overridden(&self, graph: usize) -> bool {
        self.is_used(graph) || self.is_unused(graph)
    }

    pub(super) fn has_unknown_source(&self, graph: usize) -> bool {
        self.unknown_source.contains(&graph)
    }

    pub(super) fn label(&self, graph: usize) -> Option<&str> {
        let label = self.labels.iter().find(|(labelled, _)| *labelled == graph);
        label.map(|(_, label)| label.as_str())
    }

    pub(super) fn any_used_or_labelled(&self) -> bool {
        !self.used.is_empty() || !self.labels.is_empty()
    }
}

/// One application of `@override`.
struct Application<'a> {
    source: FieldSource<'a>,
    directive: &'a Node<Directive>,
    from: &'a str,
}

impl<'a> Merger<'a, '_> {
    /// Reads the overrides of one field.
    pub(super) fn merge_overrides(&mut self, field: &FieldSources<'a>) -> Overrides {
        let mut overrides = Overrides::default();
        let applications: Vec<Application<'a>> = field
            .present
            .iter()
            .filter_map(|source| {
                let name = &self.graph(source.graph).names.overrides;
                let directive = source.element.directives.get(name)?;
                let from = string_argument(directive, "from")?;
                Some(Application {
                    source: *source,
                    directive,
                    from,
                })
            })
            .collect();
        for application in &applications {
            if let Err(error) = self.check_place(field, application) {
                self.diagnostics.push(*error);
                continue;
            }
            let from = self
                .subgraphs
                .iter()
                .position(|subgraph| subgraph.name == application.from);
            let Some(from) = from else {
                overrides.unknown_source.push(application.source.graph);
                self.hint_unknown_source(field, application);
                continue;
            };
            if self.refuses(field, application, from, &applications) {
                continue;
            }
            let source = field.present.iter().find(|source| source.graph == from);
            match source {
                Some(source) => self.take_over(field, application, *source, &mut overrides),
                None => self.hint_removable(field, application, "does not have the field any more"),
            }
        }
        overrides
    }

    fn error(
        &self,
        code: Code,
        application: &Application<'a>,
        message: String,
        help: &str,
    ) -> Diagnostic {
        let subgraph = self.graph(application.source.graph);
        subgraph
            .error(code, message)
            .at(subgraph.locate(application.directive.location()))
            .with_help(help)
    }

    fn check_place(
        &self,
        field: &FieldSources<'a>,
        application: &Application<'a>,
    ) -> Result<(), Box<Diagnostic>> {
        let coordinate = field.coordinate();
        let refuse = |code, message: String, help| {
            Err(Box::new(self.error(code, application, message, help)))
        };
        match self.type_in(application.source.graph, field.ty) {
            Some(ExtendedType::Interface(_)) => refuse(
                Code::OverrideOnInterface,
                format!(
                    "The interface field \"{coordinate}\" has an @override, but no subgraph resolves the fields of an interface."
                ),
                "Move the @override to the field in the types that implement the interface.",
            ),
            Some(ty) if self.graph(application.source.graph).is_interface_object(ty) => refuse(
                Code::OverrideCollisionWithAnotherDirective,
                format!(
                    "The field \"{coordinate}\" of an @interfaceObject has an @override, which is not supported."
                ),
                "Remove the @override.",
            ),
            _ => Ok(()),
        }
    }

    /// Reports an override that cannot be from that subgraph.
    fn refuses(
        &mut self,
        field: &FieldSources<'a>,
        application: &Application<'a>,
        from: usize,
        all: &[Application<'a>],
    ) -> bool {
        let coordinate = field.coordinate();
        let graph = application.source.graph;
        let error = if from == graph {
            self.error(
                Code::OverrideFromSelfError,
                application,
                format!(
                    "The field \"{coordinate}\" is overridden from its own subgraph \"{}\".",
                    application.from
                ),
                "Name the subgraph that the field is taken over from.",
            )
        } else if all.iter().any(|other| other.source.graph == from) {
            self.error(
                Code::OverrideSourceHasOverride,
                application,
                format!(
                    "The field \"{coordinate}\" is overridden from \"{}\", which overrides it too.",
                    application.from
                ),
                "Keep the @override of one subgraph only.",
            )
        } else if let Some(abstracted) = field.abstracted.iter().find(|other| other.graph == from) {
            self.error(
                Code::OverrideCollisionWithAnotherDirective,
                application,
                format!(
                    "The field \"{coordinate}\" is overridden from \"{}\", which has it only through the @interfaceObject \"{}\".",
                    application.from, abstracted.interface
                ),
                "Remove the @override.",
            )
        } else {
            let source = field.present.iter().find(|source| source.graph == from);
            match source.and_then(|source| self.conflict(field, application, source)) {
                Some(error) => error,
                None => return false,
            }
        };
        self.diagnostics.push(error);
        true
    }

    /// A directive on either side that `@override` cannot be combined with.
    fn conflict(
        &self,
        field: &FieldSources<'a>,
        application: &Application<'a>,
        from: &FieldSource<'a>,
    ) -> Option<Diagnostic> {
        let names = &self.graph(from.graph).names;
        let has = |name: &str| from.element.directives.has(name);
        let (directive, graph) = if has(&names.requires) {
            ("requires", from.graph)
        } else if has(&names.provides) {
            ("provides", from.graph)
        } else if self.is_external(field, application.source.graph) {
            ("external", application.source.graph)
        } else {
            return None;
        };
        let place = list_graphs(self.subgraphs, [graph]);
        Some(self.error(
            Code::OverrideCollisionWithAnotherDirective,
            application,
            format!(
                "The field \"{}\" cannot be overridden: it has @{directive} in {place}.",
                field.coordinate()
            ),
            "Remove the other directive first.",
        ))
    }

    fn take_over(
        &mut self,
        field: &FieldSources<'a>,
        application: &Application<'a>,
        from: FieldSource<'a>,
        overrides: &mut Overrides,
    ) {
        let subgraph = self.graph(from.graph);
        let ty = subgraph.schema.types.get(field.ty);
        let used = ty.is_some_and(|ty| subgraph.is_field_used(ty, field.name));
        let label = string_argument(application.directive, "label").filter(|l| !l.is_empty());
        if self.is_external(field, from.graph) {
            self.hint_removable(field, application, "does not resolve the field any more");
        } else {
            match used {
                true => overrides.used.push(from.graph),
                false => overrides.unused.push(from.graph),
            }
            if label.is_none() {
                self.hint_source(
                    field,
                    application,
                    from,
                    Code::OverriddenFieldCanBeRemoved,
                    used,
                );
            }
        }
        let Some(label) = label else { return };
        if is_label(label) {
            for graph in [application.source.graph, from.graph] {
                overrides.labels.push((graph, label.to_owned()));
            }
        } else {
            let error = self.error(
                Code::OverrideLabelInvalid,
                application,
                format!("\"{label}\", the label of the @override of \"{}\", is malformed.", field.coordinate()),
                "Begin with a letter, then use letters, digits and _ - : . /, or write percent(x) with x from 0 to 100.",
            );
            self.diagnostics.push(error);
        }
        self.hint_source(
            field,
            application,
            from,
            Code::OverrideMigrationInProgress,
            used,
        );
    }

    fn hint_unknown_source(&mut self, field: &FieldSources<'a>, application: &Application<'a>) {
        let hint = self.hint(
            Code::FromSubgraphDoesNotExist,
            application,
            format!(
                "The field \"{}\" is overridden from \"{}\", but there is no such subgraph.",
                field.coordinate(),
                application.from
            ),
        );
        let names = self.subgraphs.iter().map(|subgraph| subgraph.name.as_str());
        let help = match federation::nearest(application.from, names) {
            Some(meant) => format!("Did you mean \"{meant}\"? If not, remove the @override."),
            None => "Correct the name, or remove the @override.".to_owned(),
        };
        self.diagnostics.push(hint.with_help(help));
    }

    fn hint_removable(
        &mut self,
        field: &FieldSources<'a>,
        application: &Application<'a>,
        why: &str,
    ) {
        let hint = self.hint(
            Code::OverrideDirectiveCanBeRemoved,
            application,
            format!(
                "The field \"{}\" is overridden from \"{}\", which {why}.",
                field.coordinate(),
                application.from
            ),
        );
        self.diagnostics
            .push(hint.with_help("Remove the @override."));
    }

    fn hint(&self, code: Code, application: &Application<'a>, message: String) -> Diagnostic {
        let subgraph = self.graph(application.source.graph);
        Diagnostic::hint(code, message)
            .in_subgraph(&subgraph.name)
            .at(subgraph.locate(application.directive.location()))
    }

    /// A hint about the field in the subgraph it is taken over from.
    fn hint_source(
        &mut self,
        field: &FieldSources<'a>,
        application: &Application<'a>,
        from: FieldSource<'a>,
        code: Code,
        used: bool,
    ) {
        let by = &self.graph(application.source.graph).name;
        let (verb, then) = match code {
            Code::OverrideMigrationInProgress => ("is being taken over", "Once this is done, "),
            _ => ("is taken over", ""),
        };
        let help = match used {
            true => {
                format!("{then}mark it @external here: a directive or an interface still uses it.")
            }
            false => format!("{then}remove it here."),
        };
        let subgraph = self.graph(from.graph);
        let hint = Diagnostic::hint(
            code,
            format!("The field \"{}\" {verb} by \"{by}\".", field.coordinate()),
        )
        .in_subgraph(&subgraph.name)
        .at(subgraph.locate(from.element.location()))
        .with_help(help);
        self.diagnostics.push(hint);
    }
}

/// `name/of.a:flag`, or `percent(12.5)`.
fn is_label(label: &str) -> bool {
    let is_flag = label.starts_with(|c: char| c.is_ascii_alphabetic())
        && label
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_-:./".contains(&byte));
    is_flag || is_percent(label)
}

fn is_percent(label: &str) -> bool {
    let number = label
        .strip_prefix("percent(")
        .and_then(|rest| rest.strip_suffix(')'));
    let Some(number) = number else { return false };
    if number == "100" {
        return true;
    }
    let digits = |text: &str, most: usize| {
        (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    match number.split_once('.') {
        Some((whole, fraction)) => digits(whole, 2) && digits(fraction, 8),
        None => digits(number, 2),
    }
}
