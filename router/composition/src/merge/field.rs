//! Merges the fields of objects and interfaces.

use apollo_compiler::ast::{Directive, FieldDefinition};
use apollo_compiler::collections::{IndexMap, IndexSet};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{Name, Node};
use federation::{Code, Diagnostic, nearest};

use super::Merger;
use super::join::JoinField;
use super::overrides::Overrides;
use super::sources::{Source, coordinate, list_fields};
use super::type_reference::Position;
use crate::facts::string_argument;
use crate::rules::parse_context;
use crate::subgraph::fields_of;

/// A field as one subgraph has it.
pub(super) type FieldSource<'a> = Source<'a, Node<FieldDefinition>>;

/// The definitions of one field.
#[derive(Debug)]
pub(super) struct FieldSources<'a> {
    /// The type it belongs to.
    pub(super) ty: &'a Name,
    /// Its name.
    pub(super) name: &'a Name,
    /// The subgraphs that have it.
    pub(super) present: Vec<FieldSource<'a>>,
    /// Some subgraph has the type without the field.
    pub(super) lacking: bool,
    /// The field of an `@interfaceObject` that stands for this one, in subgraphs that do not have the type.
    pub(super) abstracted: Vec<AbstractedField<'a>>,
}

/// A field that a subgraph has only by way of an `@interfaceObject`.
#[derive(Clone, Copy, Debug)]
pub(super) struct AbstractedField<'a> {
    /// The subgraph.
    pub(super) graph: usize,
    /// The `@interfaceObject`.
    pub(super) interface: &'a Name,
    /// Its field.
    pub(super) field: &'a Node<FieldDefinition>,
}

impl FieldSources<'_> {
    pub(super) fn coordinate(&self) -> String {
        coordinate(self.ty, self.name)
    }
}

impl<'a> Merger<'a, '_> {
    /// The fields of a type in the order of subgraphs, each with its definitions.
    pub(super) fn collect_fields(
        &self,
        ty: &'a Name,
        types: &[Source<'a, ExtendedType>],
    ) -> Vec<FieldSources<'a>> {
        let mut by_name: IndexMap<&'a Name, Vec<FieldSource<'a>>> = IndexMap::default();
        for source in types {
            let fields = match source.element {
                ExtendedType::Object(object) => &object.fields,
                ExtendedType::Interface(interface) => &interface.fields,
                _ => continue,
            };
            for (name, field) in fields {
                if self.graph(source.graph).is_merged_field(ty, name) {
                    by_name.entry(name).or_default().push(Source {
                        graph: source.graph,
                        element: &field.node,
                    });
                }
            }
        }
        by_name
            .into_iter()
            .map(|(name, present)| FieldSources {
                ty,
                name,
                lacking: present.len() < types.len(),
                present,
                abstracted: Vec::new(),
            })
            .collect()
    }

    /// Whether the field is declared but not resolved there.
    pub(super) fn is_external(&self, sources: &FieldSources<'_>, graph: usize) -> bool {
        let facts = &self.graph(graph).facts;
        facts.is_external(sources.ty, sources.name)
    }

    /// Merges one field; `None` when no subgraph resolves it.
    pub(super) fn merge_field(
        &mut self,
        sources: &FieldSources<'a>,
        overrides: &Overrides,
    ) -> Option<FieldDefinition> {
        let coordinate = sources.coordinate();
        if self.is_external_everywhere(sources) {
            self.report_external_everywhere(sources);
            return None;
        }
        let (external, mut resolved): (Vec<_>, Vec<_>) = sources
            .present
            .iter()
            .copied()
            .partition(|source| self.is_external(sources, source.graph));
        for source in &external {
            self.check_external_directives(&coordinate, source);
        }
        let has_external = !external.is_empty();
        let mut field = FieldDefinition {
            description: None,
            name: sources.name.clone(),
            arguments: Vec::new(),
            ty: sources.present[0].element.ty.clone(),
            directives: Default::default(),
        };
        let mut merged = Vec::new();
        if resolved.is_empty() {
            resolved.clone_from(&sources.present);
        } else {
            field.description = self.merge_description(&coordinate, &resolved);
            let inherited = self.access.of_field(sources.ty, sources.name).to_vec();
            merged = self.merge_applied_with(&coordinate, &resolved, &inherited);
            let arguments: Vec<_> = resolved
                .iter()
                .map(|source| Source {
                    graph: source.graph,
                    element: source.element.arguments.as_slice(),
                })
                .collect();
            field.arguments = self.merge_arguments(&coordinate, &arguments);
        }
        let reference = self.merge_reference(&coordinate, &resolved, Position::Output);
        field.ty = reference.ty;
        if has_external {
            self.check_external_field(sources, &external, &field, reference.same_everywhere);
        }
        field.directives.0 = self.join_fields(sources, overrides, reference.same_everywhere);
        field
            .directives
            .0
            .extend(self.join_directives(&sources.present));
        field.directives.0.extend(merged);
        Some(field)
    }

    fn is_external_everywhere(&self, sources: &FieldSources<'_>) -> bool {
        let present = &sources.present;
        let is_external = |source: &FieldSource<'_>| self.is_external(sources, source.graph);
        present.iter().all(is_external)
            && sources.abstracted.iter().all(|abstracted| {
                let facts = &self.graph(abstracted.graph).facts;
                facts.is_external(abstracted.interface, sources.name)
            })
    }

    /// The field of the same type, resolved somewhere, with the name that is nearest.
    fn resolved_alike(&self, sources: &FieldSources<'_>) -> Option<&'a Name> {
        let subgraphs = self.subgraphs.iter();
        let fields = subgraphs.filter_map(|subgraph| {
            let ty = subgraph.schema.types.get(sources.ty)?;
            let fields = fields_of(ty)?.keys();
            Some(fields.filter(|name| !subgraph.facts.is_external(sources.ty, name)))
        });
        let known: IndexSet<&Name> = fields.flatten().collect();
        let meant = nearest(sources.name, known.iter().map(|name| name.as_str()))?;
        known.into_iter().find(|name| *name == meant)
    }

    fn report_external_everywhere(&mut self, sources: &FieldSources<'_>) {
        let own = sources.present.iter().map(|source| (source.graph, None));
        let abstracted = sources.abstracted.iter();
        let abstracted = abstracted.map(|field| (field.graph, Some(field.interface)));
        let graphs = list_fields(self.subgraphs, sources.name, own.chain(abstracted));
        let error = Diagnostic::error(
            Code::ExternalMissingOnBase,
            format!("The field \"{}\" is @external wherever it is, in {graphs}: no subgraph resolves it.", sources.coordinate()),
        )
        .with_help(match self.resolved_alike(sources) {
            Some(meant) => format!("Did you mean \"{meant}\"?"),
            None => {
                "Remove @external in the subgraph that resolves it, or remove the field.".to_owned()
            }
        });
        self.report(error, &sources.present);
    }

    /// The `@join__field` of a field, where its type's `@join__type` do not say it all.
    fn join_fields(
        &self,
        sources: &FieldSources<'a>,
        overrides: &Overrides,
        same_type: bool,
    ) -> Vec<Node<Directive>> {
        if !self.needs_join(sources, overrides, same_type) {
            return Vec::new();
        }
        sources
            .present
            .iter()
            .filter(|source| {
                !overrides.is_unused(source.graph) || overrides.label(source.graph).is_some()
            })
            .map(|source| {
                let graph = source.graph;
                let subgraph = self.graph(graph);
                let directives = &source.element.directives;
                let argument = |directive: &Name, name: &str| {
                    let value = string_argument(directives.get(directive)?, name)?;
                    Some(value.to_owned())
                };
                self.join.field(&JoinField {
                    graph,
                    requires: argument(&subgraph.names.requires, "fields"),
                    provides: argument(&subgraph.names.provides, "fields"),
                    ty: (!same_type).then(|| source.element.ty.to_string()),
                    external: self.is_external(sources, graph),
                    overrides: argument(&subgraph.names.overrides, "from"),
                    used_overridden: overrides.is_used(graph),
                    override_label: overrides.label(graph).map(str::to_owned),
                    context_arguments: self.context_arguments(source),
                })
            })
            .collect()
    }

    fn needs_join(
        &self,
        sources: &FieldSources<'a>,
        overrides: &Overrides,
        same_type: bool,
    ) -> bool {
        if !same_type || sources.lacking || overrides.any_used_or_labelled() {
            return true;
        }
        sources.present.iter().any(|source| {
            let names = &self.graph(source.graph).names;
            let directives = &source.element.directives;
            overrides.is_unused(source.graph)
                || self.is_external(sources, source.graph)
                || directives.has(&names.provides)
                || directives.has(&names.requires)
                || source
                    .element
                    .arguments
                    .iter()
                    .any(|argument| argument.directives.has(&names.from_context))
        })
    }

    /// Name, type, context and selection of each argument that comes from a context.
    fn context_arguments(&self, source: &FieldSource<'a>) -> Vec<[String; 4]> {
        let subgraph = self.graph(source.graph);
        source
            .element
            .arguments
            .iter()
            .filter_map(|argument| {
                let from = argument.directives.get(&subgraph.names.from_context)?;
                let (context, selection) = parse_context(from)?;
                Some([
                    argument.name.to_string(),
                    argument.ty.to_string(),
                    format!("{}__{context}", subgraph.name),
                    selection.to_owned(),
                ])
            })
            .collect()
    }
}
