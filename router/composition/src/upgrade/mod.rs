//! Federation 1 schemas become Federation 2 schemas.
//!
//! What Federation 1 took without a word and without effect is removed ([`clean`]), what it implied is written down ([`share`]):
//! <https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/moving-to-federation-2>.

mod clean;
mod edit;
mod external;
mod field_sets;
mod share;

use apollo_compiler::Name;
use apollo_compiler::collections::IndexMap;
use apollo_compiler::schema::ExtendedType;
use federation::spec::catalog;
use federation::{Code, Diagnostic, Diagnostics};

use crate::names::DirectiveNames;
use crate::subgraph::SubgraphSchema;
use crate::{expand, rules};

/// Where each object and interface type is defined, in the subgraphs as they were given.
type TypeIndex<'a> = IndexMap<&'a Name, Vec<(usize, &'a ExtendedType)>>;

/// What one upgrade looks at besides its own subgraph.
struct Others<'a> {
    /// All subgraphs, as they were given.
    subgraphs: &'a [SubgraphSchema],
    types: TypeIndex<'a>,
    /// The one being upgraded.
    own: usize,
}

impl<'a> Others<'a> {
    /// The other subgraphs that have a type.
    fn with_type(
        &self,
        name: &Name,
    ) -> impl Iterator<Item = (&'a SubgraphSchema, &'a ExtendedType)> {
        let (own, subgraphs) = (self.own, self.subgraphs);
        self.types
            .get(name)
            .into_iter()
            .flatten()
            .filter(move |(graph, _)| *graph != own)
            .map(move |(graph, ty)| (&subgraphs[*graph], *ty))
    }
}

/// Upgrades every Federation 1 subgraph, and applies the rules to it.
pub(crate) fn upgrade(subgraphs: &mut [SubgraphSchema], diagnostics: &mut Diagnostics) {
    if subgraphs
        .iter()
        .all(|subgraph| subgraph.federation.is_some())
    {
        return;
    }
    let mut others = Others {
        subgraphs,
        types: index(subgraphs),
        own: 0,
    };
    let mut upgraded = Vec::new();
    for (graph, subgraph) in subgraphs.iter().enumerate() {
        if subgraph.federation.is_none() {
            others.own = graph;
            upgraded.push((graph, upgrade_one(subgraph, &others, diagnostics)));
        }
    }
    check_interface_objects(subgraphs, diagnostics);
    for (graph, subgraph) in upgraded {
        subgraphs[graph] = subgraph;
    }
}

fn index(subgraphs: &[SubgraphSchema]) -> TypeIndex<'_> {
    let mut types = TypeIndex::default();
    for (graph, subgraph) in subgraphs.iter().enumerate() {
        for (name, ty) in &subgraph.schema.types {
            if ty.is_object() || ty.is_interface() {
                types.entry(name).or_default().push((graph, ty));
            }
        }
    }
    types
}

fn upgrade_one(
    original: &SubgraphSchema,
    others: &Others<'_>,
    diagnostics: &mut Diagnostics,
) -> SubgraphSchema {
    let mut subgraph = original.clone();
    let linked = subgraph.links.add_federation(catalog::UPGRADED_FEDERATION);
    if let Err(message) = linked {
        let schema = &original.schema.schema_definition;
        let link = schema.directives.get("link").and_then(|d| d.location());
        diagnostics.push(
            original
                .error(
                    Code::InvalidLinkDirectiveUsage,
                    format!("A Federation 1 schema has every Federation directive under its own name, but {message}."),
                )
                .at(original.locate(link))
                .with_help("Rename what else is linked with `as`, or link Federation 2 and import from it."),
        );
    }
    subgraph.federation = Some(catalog::UPGRADED_FEDERATION);
    subgraph.names = DirectiveNames::of(&subgraph.links);
    let before = diagnostics.len();
    expand::expand_upgraded(&mut subgraph, diagnostics);
    clean::check_extensions(original, others, diagnostics);
    field_sets::write_as_strings(&mut subgraph);
    external::remove_without_effect(&mut subgraph, others);
    subgraph.refresh();
    field_sets::remove_inactive(&mut subgraph);
    clean::remove_extensions(&mut subgraph);
    clean::remove_without_effect(&mut subgraph);
    subgraph.refresh();
    external::remove_unused(&mut subgraph, diagnostics);
    share::share(&mut subgraph, original, others);
    external::remove_tags(&mut subgraph, others);
    subgraph.refresh();
    if diagnostics.len() == before {
        rules::validate(&subgraph, diagnostics);
    }
    subgraph
}

/// A key on a Federation 1 interface meant nothing, so it cannot serve an `@interfaceObject` elsewhere.
fn check_interface_objects(subgraphs: &[SubgraphSchema], diagnostics: &mut Diagnostics) {
    for subgraph in subgraphs
        .iter()
        .filter(|subgraph| subgraph.federation.is_some())
    {
        for ty in subgraph.schema.types.values() {
            if !subgraph.is_interface_object(ty) {
                continue;
            }
            let keyed = subgraphs.iter().find(|other| {
                let interface = other.schema.types.get(ty.name());
                other.federation.is_none()
                    && interface.is_some_and(|interface| {
                        interface.is_interface() && interface.directives().has(&other.names.key)
                    })
            });
            let Some(other) = keyed else { continue };
            let interface = other.schema.types.get(ty.name()).map(ExtendedType::name);
            diagnostics.push(
                Diagnostic::error(
                    Code::InterfaceObjectUsageError,
                    format!(
                        "The type \"{}\" is an @interfaceObject in subgraph \"{}\", but the @key of the interface in subgraph \"{}\" means nothing in Federation 1.",
                        ty.name(),
                        subgraph.name,
                        other.name
                    ),
                )
                .at(interface.and_then(|name| other.locate_name(name)))
                .at(subgraph.locate_name(ty.name()))
                .with_help(format!("Link Federation 2 in \"{}\", or remove the @key of the interface there.", other.name)),
            );
        }
    }
}
