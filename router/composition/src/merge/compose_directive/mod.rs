//! `@composeDirective`: a subgraph asks for a directive of its own to come into the supergraph.
//!
//! <https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/directives#composedirective>

mod request;

use apollo_compiler::ast::DirectiveDefinition;
use apollo_compiler::collections::{HashSet, IndexMap, IndexSet};
use apollo_compiler::{Name, Node};
use federation::spec::SpecUrl;
use federation::{Code, Diagnostic, Diagnostics};

use self::request::{Request, requests};
use super::plan::SupergraphLink;
use crate::subgraph::SubgraphSchema;

/// The custom directives of the supergraph.
#[derive(Debug, Default)]
pub(super) struct Composed {
    /// Which directives come into the supergraph from which subgraph.
    by_graph: Vec<HashSet<Name>>,
    /// Their definitions, each from the subgraph with the latest version of its specification.
    pub(super) definitions: IndexMap<Name, ComposedDefinition>,
    /// What the supergraph links for them.
    pub(super) links: Vec<SupergraphLink>,
}

/// The definition of a custom directive.
#[derive(Clone, Debug)]
pub(super) struct ComposedDefinition {
    /// The subgraph it comes from.
    pub(super) graph: usize,
    /// The definition there, under the name that the directive has in the supergraph.
    pub(super) definition: Node<DirectiveDefinition>,
}

impl Composed {
    /// Whether applications of `@name` in this subgraph come into the supergraph.
    pub(super) fn is_composed(&self, graph: usize, name: &str) -> bool {
        self.by_graph
            .get(graph)
            .is_some_and(|names| names.contains(name))
    }

    /// Reads and checks every `@composeDirective`.
    pub(super) fn of(subgraphs: &[SubgraphSchema], diagnostics: &mut Diagnostics) -> Self {
        let mut composed = Self {
            by_graph: subgraphs.iter().map(|_| HashSet::default()).collect(),
            ..Self::default()
        };
        let requests = requests(subgraphs, diagnostics);
        if requests.is_empty() {
            return composed;
        }
        let refused = check_names(subgraphs, &requests, diagnostics);
        hint_other_names(subgraphs, &requests, diagnostics);
        let identities: IndexSet<&str> = requests
            .iter()
            .map(|request| request.link.url.identity.as_str())
            .collect();
        for identity in identities {
            let of_feature: Vec<&Request<'_>> = requests
                .iter()
                .filter(|request| request.link.url.identity == identity)
                .collect();
            let Some(latest) = latest(subgraphs, identity, &of_feature, diagnostics) else {
                continue;
            };
            composed.add_feature(subgraphs, &latest, &of_feature, &refused, diagnostics);
        }
        composed
    }

    fn add_feature(
        &mut self,
        subgraphs: &[SubgraphSchema],
        url: &SpecUrl,
        requests: &[&Request<'_>],
        refused: &HashSet<&str>,
        diagnostics: &mut Diagnostics,
    ) {
        let mut imports: IndexMap<&str, &str> = IndexMap::default();
        for request in requests {
            imports.entry(request.name).or_insert(&request.element);
            if !refused.contains(request.name) {
                self.by_graph[request.graph].insert(Name::new_unchecked(request.name));
            }
        }
        for (&name, &element) in &imports {
            match definition(subgraphs, url, element) {
                Some(mut composed) => {
                    let name = Name::new_unchecked(name);
                    composed.definition.make_mut().name = name.clone();
                    self.definitions.insert(name, composed);
                }
                None => {
                    let mut error = Diagnostic::error(
                        Code::DirectiveCompositionError,
                        format!("No subgraph that links \"{url}\" defines @{element}."),
                    )
                    .with_help("Define the directive in a subgraph with the latest version of its specification.");
                    for request in requests {
                        let subgraph = &subgraphs[request.graph];
                        error = error.at(subgraph.locate(request.directive.location()));
                    }
                    diagnostics.push(error);
                }
            }
        }
        self.links.push(SupergraphLink {
            url: url.clone(),
            prefix: None,
            purpose: None,
            imports: imports
                .into_iter()
                .map(|(name, element)| {
                    let alias = (name != element).then(|| format!("@{name}"));
                    (format!("@{element}"), alias)
                })
                .collect(),
        });
    }
}

/// One name, one directive; one directive, one name.
fn check_names<'a>(
    subgraphs: &[SubgraphSchema],
    requests: &'a [Request<'_>],
    diagnostics: &mut Diagnostics,
) -> HashSet<&'a str> {
    let mut refused = HashSet::default();
    let mut report = |of: &[&Request<'_>], message: String, help: &str| {
        let mut error = Diagnostic::error(Code::DirectiveCompositionError, message).with_help(help);
        for request in of {
            let subgraph = &subgraphs[request.graph];
            error = error.at(subgraph.locate(request.directive.location()));
        }
        diagnostics.push(error);
    };
    let mut by_name: IndexMap<&str, Vec<&Request<'_>>> = IndexMap::default();
    let mut by_element: IndexMap<&str, Vec<&Request<'_>>> = IndexMap::default();
    for request in requests {
        by_name.entry(request.name).or_default().push(request);
        by_element
            .entry(&request.element)
            .or_default()
            .push(request);
    }
    for (name, of) in by_name {
        let first = of[0];
        if of.iter().any(|request| request.element != first.element) {
            refused.insert(name);
            report(
                &of,
                format!(
                    "The composed directive @{name} is not the same directive in every subgraph."
                ),
                "Import one of them under another name.",
            );
        }
        let identity = &first.link.url.identity;
        if of
            .iter()
            .any(|request| request.link.url.identity != *identity)
        {
            refused.insert(name);
            report(
                &of,
                format!(
                    "The composed directive @{name} belongs to different specifications in different subgraphs."
                ),
                "Link the same specification everywhere, or import one of the directives under another name.",
            );
        }
    }
    for (element, of) in by_element {
        let names: IndexSet<&str> = of.iter().map(|request| request.name).collect();
        if names.len() > 1 {
            refused.extend(names.iter().copied());
            let names: Vec<String> = names.iter().map(|name| format!("@{name}")).collect();
            report(
                &of,
                format!(
                    "The composed directive @{element} has several names: {}.",
                    names.join(", ")
                ),
                "Import it under the same name in every subgraph.",
            );
        }
    }
    refused
}

/// A subgraph that does not ask for the directive may still call it otherwise.
fn hint_other_names(
    subgraphs: &[SubgraphSchema],
    requests: &[Request<'_>],
    diagnostics: &mut Diagnostics,
) {
    let mut seen = HashSet::default();
    for request in requests {
        if !seen.insert(&request.element) {
            continue;
        }
        let asks = |graph: usize| {
            requests
                .iter()
                .any(|r| r.graph == graph && r.element == request.element)
        };
        let identity = &request.link.url.identity;
        let mut hint = Diagnostic::hint(
            Code::DirectiveCompositionWarn,
            format!("The composed directive @{} has another name in a subgraph that does not compose it.", request.element),
        )
        .with_help("To compose it there too, it will need the same name.");
        let mut found = false;
        for (graph, subgraph) in subgraphs
            .iter()
            .enumerate()
            .filter(|(graph, _)| !asks(*graph))
        {
            let Some(link) = subgraph.links.get(identity) else {
                continue;
            };
            let import = link
                .imports
                .iter()
                .find(|import| import.element.strip_prefix('@') == Some(&request.element));
            let differs = |import: &federation::spec::Import| {
                import.in_schema().strip_prefix('@') != Some(request.name)
            };
            if import.is_some_and(differs) {
                found = true;
                let span = link
                    .directive
                    .as_ref()
                    .and_then(|directive| directive.location());
                hint = hint.at(subgraphs[graph].locate(span));
            }
        }
        if found {
            diagnostics.push(hint);
        }
    }
}

/// The latest version of a specification that a subgraph composing its directives links.
fn latest(
    subgraphs: &[SubgraphSchema],
    identity: &str,
    requests: &[&Request<'_>],
    diagnostics: &mut Diagnostics,
) -> Option<SpecUrl> {
    let asks = |graph: usize| requests.iter().any(|request| request.graph == graph);
    let mut best: Option<(SpecUrl, bool)> = None;
    let mut hinted = false;
    for (graph, subgraph) in subgraphs.iter().enumerate() {
        let Some(link) = subgraph.links.get(identity) else {
            continue;
        };
        let candidate = (link.url.clone(), asks(graph));
        let Some((url, composed)) = &best else {
            best = Some(candidate);
            continue;
        };
        let span = link
            .directive
            .as_ref()
            .and_then(|directive| directive.location());
        if url.version.major != link.url.version.major {
            if *composed && candidate.1 {
                diagnostics.push(
                    subgraph
                        .error(
                            Code::DirectiveCompositionError,
                            format!("\"{identity}\" is linked as {} here and as {} elsewhere, which do not understand each other.", link.url.version, url.version),
                        )
                        .at(subgraph.locate(span))
                        .with_help("Link the same major version in every subgraph that composes its directives."),
                );
                return None;
            }
            if !hinted {
                hinted = true;
                diagnostics.push(
                    Diagnostic::hint(
                        Code::DirectiveCompositionInfo,
                        format!("\"{identity}\" is linked in versions that do not understand each other."),
                    )
                    .in_subgraph(&subgraph.name)
                    .at(subgraph.locate(span))
                    .with_help("Link the same major version in every subgraph."),
                );
            }
            if !*composed {
                best = Some(candidate);
            }
            continue;
        }
        let replace = match (*composed, candidate.1) {
            (true, false) => false,
            (false, true) => true,
            _ => url.version.minor <= link.url.version.minor,
        };
        if replace {
            best = Some(candidate);
        }
    }
    best.filter(|(_, composed)| *composed).map(|(url, _)| url)
}

/// The definition of a directive in a subgraph that links this very version, the last one in order.
fn definition(
    subgraphs: &[SubgraphSchema],
    url: &SpecUrl,
    element: &str,
) -> Option<ComposedDefinition> {
    let mut last_first = subgraphs.iter().enumerate().rev();
    last_first.find_map(|(graph, subgraph)| {
        let link = subgraph.links.get(&url.identity)?;
        if link.url.version != url.version {
            return None;
        }
        let name = link.directive_name(element);
        let definition = subgraph.schema.directive_definitions.get(&name)?;
        Some(ComposedDefinition {
            graph,
            definition: definition.clone(),
        })
    })
}
