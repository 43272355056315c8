//! What the join directives of a supergraph say, each at its place.

use std::sync::Arc;

use apollo_compiler::collections::HashMap;
use apollo_compiler::schema::{Directive, DirectiveList};
use apollo_compiler::validation::Valid;
use apollo_compiler::{Name, Node, Schema, ast};

use super::{error, one};
use crate::code::Code;
use crate::diagnostic::{Diagnostic, Diagnostics, Location};
use crate::supergraph::features::Features;
use crate::supergraph::model::{JoinGraph, SubgraphId};

/// The versions of the join specification that are understood.
const JOIN_VERSIONS: [(u32, u32); 5] = [(0, 1), (0, 2), (0, 3), (0, 4), (0, 5)];

/// What the join directives are called in this supergraph.
pub(in crate::supergraph) struct JoinNames {
    pub(super) graph: String,
    pub(super) graph_enum: String,
    pub(super) ty: String,
    pub(super) owner: String,
    pub(super) implements: String,
    pub(super) union_member: String,
    pub(super) enum_value: String,
    pub(in crate::supergraph) field: String,
    pub(super) context: Option<String>,
}

/// The state of reading: what is read from, and what was found wrong.
pub(in crate::supergraph) struct Loader<'a> {
    pub(in crate::supergraph) schema: &'a Valid<Schema>,
    pub(super) features: &'a Features,
    pub(in crate::supergraph) names: Arc<JoinNames>,
    /// The subgraph of each value of the `join__Graph` enum.
    pub(super) graph_ids: HashMap<Name, SubgraphId>,
    pub(in crate::supergraph) found: Diagnostics,
}

impl<'a> Loader<'a> {
    pub(super) fn new(
        schema: &'a Valid<Schema>,
        features: &'a Features,
    ) -> Result<Self, Diagnostics> {
        let Some(version) = features.version("join") else {
            return Err(one(error(
                "the schema does not link the join specification",
            )
            .with_help(
                "give a supergraph SDL, as composition makes it, not the SDL of a subgraph",
            )));
        };
        if !JOIN_VERSIONS.contains(&version) {
            let (major, minor) = version;
            return Err(one(Diagnostic::error(
                Code::UnsupportedLinkedFeature,
                format!("version v{major}.{minor} of the join specification is not supported"),
            )
            .with_help("compose for a version between v0.1 and v0.5")));
        }
        let directive = |name| features.directive("join", name).unwrap_or_default();
        Ok(Self {
            schema,
            features,
            names: Arc::new(JoinNames {
                graph: directive("graph"),
                graph_enum: features.type_name("join", "Graph").unwrap_or_default(),
                ty: directive("type"),
                owner: directive("owner"),
                implements: directive("implements"),
                union_member: directive("unionMember"),
                enum_value: directive("enumValue"),
                field: directive("field"),
                context: features.directive("context", "context"),
            }),
            graph_ids: HashMap::default(),
            found: Diagnostics::new(),
        })
    }

    pub(super) fn graphs(&mut self) -> Vec<JoinGraph> {
        let mut graphs = Vec::new();
        let Some(graph_enum) = self.schema.get_enum(&self.names.graph_enum) else {
            let name = &self.names.graph_enum;
            self.found.push(error(format!(
                "the enum `{name}` that lists the subgraphs is missing"
            )));
            return graphs;
        };
        for (enum_value, definition) in &graph_enum.values {
            let Ok(id) = u16::try_from(graphs.len()) else {
                self.found
                    .push(error("there are more than 65,536 subgraphs"));
                break;
            };
            let directive = definition.directives.get(&self.names.graph);
            let text =
                |name| -> Option<&str> { directive?.specified_argument_by_name(name)?.as_str() };
            graphs.push(JoinGraph {
                enum_value: enum_value.clone(),
                name: Arc::from(text("name").unwrap_or(enum_value)),
                url: Arc::from(text("url").unwrap_or_default()),
            });
            self.graph_ids.insert(enum_value.clone(), SubgraphId(id));
        }
        graphs
    }

    /// The subgraphs that directives of a type name, by what their argument says.
    pub(super) fn graphs_by<'d>(
        &mut self,
        ty: &Name,
        directives: &'d DirectiveList,
        name: &str,
        argument: &str,
    ) -> HashMap<&'d str, Vec<SubgraphId>> {
        let mut graphs: HashMap<&str, Vec<SubgraphId>> = HashMap::default();
        for directive in directives.get_all(name) {
            let Some(key) = text_argument(directive, argument) else {
                continue;
            };
            if let Some(graph) = self.graph_argument(directive, ty) {
                graphs.entry(key).or_default().push(graph);
            }
        }
        graphs
    }

    pub(super) fn graphs_of<'d>(
        &mut self,
        directives: impl Iterator<Item = &'d Node<ast::Directive>>,
        what: &Name,
    ) -> Vec<SubgraphId> {
        let directives: Vec<_> = directives.collect();
        directives
            .into_iter()
            .filter_map(|directive| self.graph_argument(directive, what))
            .collect()
    }

    pub(super) fn owner(&mut self, directives: &DirectiveList) -> Option<SubgraphId> {
        let directive = directives.get(&self.names.owner)?;
        self.graph_argument(directive, &directive.name)
    }

    /// The `graph:` of a join directive; a value that the enum does not have is reported.
    pub(in crate::supergraph) fn graph_argument(
        &mut self,
        directive: &Node<Directive>,
        what: &Name,
    ) -> Option<SubgraphId> {
        let value = directive.specified_argument_by_name("graph")?.as_enum()?;
        let id = self.graph_ids.get(value).copied();
        if id.is_none() {
            self.report(
                directive,
                format!("`{what}` names the unknown subgraph `{value}`"),
            );
        }
        id
    }

    /// Reports something wrong with a join directive.
    pub(in crate::supergraph) fn report(&mut self, directive: &Node<Directive>, message: String) {
        let range = directive.line_column_range(&self.schema.sources);
        self.found
            .push(error(message).at(range.map(|range| Location::new(None, &range))));
    }
}

/// A string, or an enum value's or type's name.
pub(in crate::supergraph) fn text_argument<'d>(
    directive: &'d Node<Directive>,
    name: &str,
) -> Option<&'d str> {
    directive.specified_argument_by_name(name)?.as_str()
}
