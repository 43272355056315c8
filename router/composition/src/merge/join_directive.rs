//! Directives that come into the supergraph as `@join__directive`: what is where in which subgraph.
//!
//! Those of the connect specification, the links to it, and directives whose specification says so.

use apollo_compiler::Node;
use apollo_compiler::ast::Directive;
use federation::spec::{SpecUrl, Version, catalog};

use super::Merger;
use super::same_value::same_arguments;
use super::sources::{Element, Source};

impl Merger<'_, '_> {
    /// `@join__directive` for each directive of an element that comes into the supergraph in that way.
    pub(super) fn join_directives<T: Element>(
        &self,
        sources: &[Source<'_, T>],
    ) -> Vec<Node<Directive>> {
        let mut found: Vec<(String, &Node<Directive>, Vec<usize>)> = Vec::new();
        for source in sources {
            for directive in source.element.directives() {
                let Some(name) = self.joined_name(source.graph, directive) else {
                    continue;
                };
                let same = found.iter_mut().find(|(known, other, _)| {
                    *known == name && same_arguments(&directive.arguments, &other.arguments)
                });
                match same {
                    Some((_, _, graphs)) => graphs.push(source.graph),
                    None => found.push((name, directive, vec![source.graph])),
                }
            }
        }
        found
            .into_iter()
            .map(|(name, directive, graphs)| self.join.directive(name, directive, &graphs))
            .collect()
    }

    /// What `@join__directive(name:)` says for an application; `None` when it does not come into the supergraph so.
    fn joined_name(&self, graph: usize, directive: &Directive) -> Option<String> {
        let planned = self.plan.directives.get(&directive.name);
        let planned = planned.filter(|planned| planned.as_join_directive);
        if planned.is_none() && !self.links_connect {
            return None;
        }
        let links = &self.subgraphs[graph].links;
        let origin = links.origin_of_directive(&directive.name)?;
        match origin.link.url.identity.as_str() {
            catalog::LINK => connect_version(directive).map(|_| directive.name.to_string()),
            catalog::CONNECT => Some(directive.name.to_string()),
            _ => {
                let name = &planned?.spec.name;
                Some(format!("{}__{name}", origin.link.url.name))
            }
        }
    }

    /// The version of connect that the supergraph links: the latest of those its subgraphs link and the one known as stable.
    pub(super) fn connect_link(&self) -> Option<SpecUrl> {
        let linked = self.subgraphs.iter().filter_map(|subgraph| {
            let version = subgraph.links.get(catalog::CONNECT)?.url.version;
            catalog::elements(catalog::CONNECT, version).map(|_| version)
        });
        let latest = linked.max()?.max(catalog::CONNECT_VERSION);
        Some(SpecUrl::new(catalog::CONNECT, latest))
    }
}

/// The version of connect that an application of `@link` links.
fn connect_version(link: &Directive) -> Option<Version> {
    let url = link.specified_argument_by_name("url")?.as_str()?;
    let url = SpecUrl::parse(url).ok()?;
    (url.identity == catalog::CONNECT).then_some(url.version)
}
