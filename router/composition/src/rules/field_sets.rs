//! What `@key`, `@requires` and `@provides` have in common: their `fields` must select what the subgraph has.

use apollo_compiler::ast::{Directive, Value};
use apollo_compiler::schema::{Component, ExtendedType, FieldDefinition};
use apollo_compiler::{Name, Node, name};
use federation::{Code, Diagnostic, Diagnostics, Severity};

use crate::field_set::{self, FieldSetError, Selected, SelectedField};
use crate::subgraph::SubgraphSchema;

/// What one of the three directives allows, and the codes of what it does not.
pub(super) struct Kind {
    /// The directive's name in the specification.
    pub(super) name: &'static str,
    /// Leaves may be fields that the subgraph resolves.
    pub(super) allows_resolved: bool,
    /// Fields may take arguments.
    pub(super) allows_arguments: bool,
    /// `fields` is no string.
    pub(super) invalid_type: Code,
    /// `fields` selects what there is not.
    pub(super) invalid_fields: Code,
    /// A directive is in it.
    pub(super) has_directive: Code,
    /// A field with arguments is in it.
    pub(super) has_arguments: Option<Code>,
    /// A field that is not external is in it.
    pub(super) not_external: Option<Code>,
}

/// An application of the directive.
pub(super) struct Application<'a> {
    /// The application.
    pub(super) directive: &'a Node<Directive>,
    /// The type or field it is on.
    pub(super) coordinate: String,
    /// The type that its fields are selected on.
    pub(super) target: &'a ExtendedType,
}

/// Called for each field that the field set selects.
pub(super) type OnField<'f> =
    dyn FnMut(&ExtendedType, &Component<FieldDefinition>) -> Result<(), FieldSetError> + 'f;

/// Checks one application.
pub(super) fn check(
    subgraph: &SubgraphSchema,
    kind: &Kind,
    application: &Application<'_>,
    on_field: &mut OnField<'_>,
    diagnostics: &mut Diagnostics,
) {
    let directive = application.directive;
    let fields = directive.specified_argument_by_name("fields");
    let error = |code: Code, what: &str, name: Option<&Name>| -> Diagnostic {
        let place = name
            .and_then(|name| subgraph.locate_in(fields?, name))
            .or_else(|| subgraph.locate(fields?.location()))
            .or_else(|| subgraph.locate(directive.location()));
        let written = directive.serialize().no_indent();
        subgraph
            .error(
                code,
                format!("On \"{}\", in `{written}`: {what}.", application.coordinate),
            )
            .at(place)
    };
    let text = match fields.map(|value| &**value) {
        Some(Value::String(text)) => text,
        _ => {
            diagnostics.push(
                error(kind.invalid_type, "`fields` is not a string", None).with_help(format!(
                    "Write the fields in quotes: `@{}(fields: \"a b {{ c }}\")`.",
                    directive.name
                )),
            );
            return;
        }
    };
    let checked = field_set::parse(text).and_then(|selections| {
        let selected = field_set::check(
            &subgraph.schema,
            application.target,
            &selections,
            &mut |ty, field| on_field(ty, field),
        )?;
        let mut walk = Walk {
            subgraph,
            kind,
            findings: Vec::new(),
        };
        walk.selections(&selected, false);
        Ok(walk.findings)
    });
    let full = |diagnostics: &Diagnostics| {
        diagnostics.is_full(Severity::Error, Some(subgraph.name.as_str()))
    };
    match checked {
        Ok(findings) => {
            for found in findings {
                if full(diagnostics) {
                    diagnostics.omit(Severity::Error, 1);
                    continue;
                }
                let finding = error(found.code, &found.message, Some(&found.name));
                diagnostics.push(finding.with_help(found.help));
            }
        }
        Err(_) if full(diagnostics) => diagnostics.omit(Severity::Error, 1),
        Err(broken) => {
            let code = broken.code.unwrap_or(kind.invalid_fields);
            let mut diagnostic = error(code, &broken.message, broken.name.as_ref());
            diagnostic.help = broken.advice(&subgraph.schema);
            diagnostics.push(diagnostic);
        }
    }
}

struct Walk<'a> {
    subgraph: &'a SubgraphSchema,
    kind: &'a Kind,
    findings: Vec<Finding>,
}

struct Finding {
    code: Code,
    message: String,
    help: String,
    /// The name in the field set that it is about.
    name: Name,
}

impl Walk<'_> {
    fn selections(&mut self, selections: &[Selected<'_>], below_external: bool) {
        for selection in selections {
            match selection {
                Selected::Field(field) => self.field(field, below_external),
                Selected::Fragment {
                    on,
                    has_directives,
                    selections,
                } => {
                    if *has_directives {
                        let what =
                            on.map_or("a fragment".to_owned(), |on| format!("`... on {on}`"));
                        self.has_directive(&what, on.unwrap_or(&name!("on")));
                    }
                    self.selections(selections, below_external);
                }
            }
        }
    }

    fn has_directive(&mut self, what: &str, name: &Name) {
        self.findings.push(Finding {
            code: self.kind.has_directive,
            message: format!("a directive is used on {what}"),
            help: "Remove the directive: a field set is always selected whole.".to_owned(),
            name: name.clone(),
        });
    }

    fn field(&mut self, selected: &SelectedField<'_>, below_external: bool) {
        let ty = selected.parent.name();
        let name = &selected.field.name;
        let facts = &self.subgraph.facts;
        if !selected.field.directives.is_empty() {
            self.has_directive(&format!("\"{ty}.{name}\""), name);
        }
        let has_arguments = selected.definition.is_some_and(|f| !f.arguments.is_empty());
        if has_arguments
            && !self.kind.allows_arguments
            && let Some(code) = self.kind.has_arguments
        {
            self.findings.push(Finding {
                code,
                message: format!("the field \"{ty}.{name}\" takes arguments"),
                help: format!("Use only fields without arguments in @{}.", self.kind.name),
                name: name.clone(),
            });
        }
        let is_external = facts.is_external(ty, name);
        let is_leaf = selected.selections.is_empty();
        if is_leaf
            && !is_external
            && !self.kind.allows_resolved
            && !below_external
            && let Some(code) = self.kind.not_external
        {
            let reason = match facts.is_fake_external(ty, name) {
                true => "the @external on a key field of an extended type has no effect",
                false => "it is not marked @external",
            };
            self.findings.push(Finding {
                code,
                message: format!("this subgraph resolves \"{ty}.{name}\" itself ({reason})"),
                help: format!(
                    "Remove \"{name}\" from the field set, or mark \"{ty}.{name}\" @external if another subgraph resolves it."
                ),
                name: name.clone(),
            });
        }
        let below = below_external || is_external || self.is_external_in_implementation(selected);
        self.selections(&selected.selections, below);
    }

    /// An interface has no external fields of its own, but its implementations may.
    fn is_external_in_implementation(&self, selected: &SelectedField<'_>) -> bool {
        let ty = selected.parent;
        ty.is_interface()
            && self.subgraph.implementations(ty.name()).any(|object| {
                self.subgraph.budget.spend(1);
                self.subgraph
                    .facts
                    .is_external(object, &selected.field.name)
            })
    }
}

/// Each application of a directive to a field of an object or interface.
pub(super) fn fields_with<'a>(
    subgraph: &'a SubgraphSchema,
    directive: &'a str,
) -> impl Iterator<
    Item = (
        &'a ExtendedType,
        &'a Component<FieldDefinition>,
        &'a Node<Directive>,
    ),
> {
    fields(subgraph).flat_map(move |(ty, field)| {
        let applied = field.directives.get_all(directive);
        applied.map(move |directive| (ty, field, directive))
    })
}

/// Every field of every object and interface type.
fn fields(
    subgraph: &SubgraphSchema,
) -> impl Iterator<Item = (&ExtendedType, &Component<FieldDefinition>)> {
    subgraph
        .schema
        .types
        .values()
        .filter_map(|ty| match ty {
            ExtendedType::Object(object) => Some((ty, &object.fields)),
            ExtendedType::Interface(interface) => Some((ty, &interface.fields)),
            _ => None,
        })
        .flat_map(|(ty, fields)| fields.values().map(move |field| (ty, field)))
}
