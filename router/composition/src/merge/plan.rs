//! Which directives come into the supergraph, under which names, and what the supergraph links for them.

use apollo_compiler::Name;
use apollo_compiler::collections::{HashSet, IndexMap};
use apollo_compiler::schema::ExtendedType;
use federation::spec::{DirectiveSpec, SpecUrl, Version, catalog};
use federation::{Code, Diagnostic, Diagnostics};

use super::compose_directive::Composed;
use super::prefixes::{Imports, prefixes};
use super::sources::{Directives, list_graphs};
use crate::subgraph::SubgraphSchema;

/// The directives of the supergraph.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// The latest version of Federation that a subgraph needs.
    federation: Option<Version>,
    /// The directives of known specifications, by their name in the supergraph.
    pub(super) directives: IndexMap<Name, Planned>,
    /// What the supergraph links, apart from `@link` and join.
    pub(super) links: Vec<SupergraphLink>,
    /// The directives that subgraphs ask for with `@composeDirective`.
    pub(super) composed: Composed,
    /// The name of `@inaccessible`, where anything is.
    pub(super) inaccessible: Option<Name>,
}

/// A directive of a known specification that comes into the supergraph.
#[derive(Clone, Copy, Debug)]
pub(super) struct Planned {
    /// What its specification says about it.
    pub(super) spec: &'static DirectiveSpec,
    /// The specification that the supergraph links for it.
    pub(super) identity: &'static str,
    /// It comes as `@join__directive`.
    pub(super) as_join_directive: bool,
}

/// A `@link` of the supergraph.
#[derive(Debug)]
pub(super) struct SupergraphLink {
    pub(super) url: SpecUrl,
    /// The prefix of its names, where it is not the specification's own name.
    pub(super) prefix: Option<String>,
    pub(super) purpose: Option<&'static str>,
    /// Element and, where it differs, name.
    pub(super) imports: Vec<(String, Option<String>)>,
}

impl SupergraphLink {
    /// The name in the supergraph of a type of the specification.
    pub(super) fn type_name(&self, spec: &str) -> Name {
        let prefix = self.prefix.as_deref().unwrap_or(&self.url.name);
        Name::new_unchecked(&format!("{prefix}__{spec}"))
    }
}

impl Plan {
    /// Looks through the directives that subgraphs use.
    pub(super) fn of(subgraphs: &[SubgraphSchema], diagnostics: &mut Diagnostics) -> Self {
        let mut plan = Self {
            federation: latest_federation(subgraphs, diagnostics),
            composed: Composed::of(subgraphs, diagnostics),
            ..Self::default()
        };
        for used in used_directives(subgraphs) {
            if let Some(diagnostic) = used.name_mismatch(subgraphs) {
                diagnostics.push(diagnostic);
                continue;
            }
            plan.add(&used);
        }
        plan.name_links(subgraphs);
        plan
    }

    /// Gives each link its prefix, and then the imports that are needed beside it.
    fn name_links(&mut self, subgraphs: &[SubgraphSchema]) {
        let planned = self.links.iter().map(|link| Imports {
            url: &link.url,
            directives: self
                .directives
                .iter()
                .filter(|(_, planned)| planned.identity == link.url.identity)
                .map(|(name, planned)| (planned.spec.name, name.as_str()))
                .collect(),
        });
        let composed = self.composed.links.iter().map(|link| Imports {
            url: &link.url,
            directives: link
                .imports
                .iter()
                .map(|(element, alias)| {
                    let name = alias.as_ref().unwrap_or(element);
                    (
                        element.trim_start_matches('@'),
                        name.trim_start_matches('@'),
                    )
                })
                .collect(),
        });
        let imports: Vec<Imports<'_>> = planned.chain(composed).collect();
        let prefixes = prefixes(subgraphs, &imports);
        let links = self.links.iter_mut().chain(&mut self.composed.links);
        for (link, prefix) in links.zip(prefixes) {
            link.prefix = prefix;
        }
        for link in &mut self.links {
            let prefix = link.prefix.as_ref().unwrap_or(&link.url.name);
            let named = self.directives.iter().filter(|(_, planned)| {
                planned.identity == link.url.identity && !planned.as_join_directive
            });
            for (name, planned) in named {
                let spec = planned.spec.name;
                let default = match spec == link.url.name {
                    true => prefix.clone(),
                    false => format!("{prefix}__{spec}"),
                };
                if *name != default.as_str() {
                    let alias = (name != spec).then(|| format!("@{name}"));
                    link.imports.push((format!("@{spec}"), alias));
                }
            }
        }
    }

    /// The version of the join specification that the supergraph needs.
    pub(super) fn join_version(&self) -> Version {
        match self.federation.unwrap_or(catalog::LATEST_FEDERATION).minor {
            0..=6 => Version::new(0, 3),
            7 => Version::new(0, 4),
            _ => Version::new(0, 5),
        }
    }

    /// Whether applications of `@name` in a subgraph come into the supergraph under that name.
    pub(super) fn is_merged(&self, graph: usize, name: &str) -> bool {
        if self.composed.is_composed(graph, name) {
            return true;
        }
        match self.directives.get(name) {
            Some(planned) => !planned.as_join_directive,
            None => BUILT_IN.contains(&name),
        }
    }

    /// The name in the supergraph of a directive of a specification.
    pub(super) fn name_of(&self, identity: &str, spec: &str) -> Option<&Name> {
        self.directives
            .iter()
            .find(|(_, planned)| planned.identity == identity && planned.spec.name == spec)
            .map(|(name, _)| name)
    }

    fn add(&mut self, used: &Used<'_>) {
        let Some(composition) = &used.spec.composition else {
            return;
        };
        let name = used.names[0].1.clone();
        if composition.identity == catalog::INACCESSIBLE {
            self.inaccessible = Some(name.clone());
        }
        self.directives.entry(name.clone()).or_insert(Planned {
            spec: used.spec,
            identity: composition.identity,
            as_join_directive: composition.as_join_directive,
        });
        let url = SpecUrl::new(composition.identity, composition.version);
        if !self.links.iter().any(|link| link.url == url) {
            self.links.push(SupergraphLink {
                purpose: purpose(composition.identity),
                prefix: None,
                imports: Vec::new(),
                url,
            });
        }
    }
}

/// The directives of GraphQL itself, which every schema has.
pub(super) const BUILT_IN: &[&str] = &["deprecated", "specifiedBy", "oneOf", "skip", "include"];

fn purpose(identity: &str) -> Option<&'static str> {
    use catalog::{AUTHENTICATED, CACHE_TAG, CONTEXT, INACCESSIBLE, POLICY, REQUIRES_SCOPES};
    match identity {
        INACCESSIBLE | AUTHENTICATED | REQUIRES_SCOPES | POLICY | CONTEXT => Some("SECURITY"),
        CACHE_TAG => Some("EXECUTION"),
        _ => None,
    }
}

/// A directive that some subgraphs use.
struct Used<'a> {
    spec: &'static DirectiveSpec,
    /// Its name in each subgraph.
    names: Vec<(usize, &'a Name)>,
    /// The version it is linked in.
    version: Version,
}

impl Used<'_> {
    /// A merged directive has one name.
    fn name_mismatch(&self, subgraphs: &[SubgraphSchema]) -> Option<Diagnostic> {
        let first = self.names[0].1;
        if self.names.iter().all(|(_, name)| *name == first) {
            return None;
        }
        let mut by_name: IndexMap<&Name, Vec<usize>> = IndexMap::default();
        for (graph, name) in &self.names {
            by_name.entry(name).or_default().push(*graph);
        }
        let parts: Vec<String> = by_name
            .into_iter()
            .map(|(name, graphs)| format!("\"@{name}\" in {}", list_graphs(subgraphs, graphs)))
            .collect();
        let mut diagnostic = Diagnostic::error(
            Code::LinkImportNameMismatch,
            format!(
                "@{} is imported under different names: {}.",
                self.spec.name,
                parts.join(", but ")
            ),
        )
        .with_help("It comes into the supergraph, so it needs one name: import it under the same name everywhere.");
        for (graph, name) in &self.names {
            let subgraph = &subgraphs[*graph];
            let origin = subgraph.links.origin_of_directive(name);
            let link = origin.and_then(|origin| origin.link.directive.as_ref()?.location());
            diagnostic = diagnostic.at(subgraph.locate(link));
        }
        Some(diagnostic)
    }
}

/// The directives of known specifications that come into the supergraph because a subgraph uses them.
fn used_directives(subgraphs: &[SubgraphSchema]) -> Vec<Used<'_>> {
    let mut used: IndexMap<(&str, String, u32, u32), Used<'_>> = IndexMap::default();
    for (graph, subgraph) in subgraphs.iter().enumerate() {
        let applied = applied_names(subgraph);
        for name in subgraph.schema.directive_definitions.keys() {
            if !applied.contains(name) {
                continue;
            }
            let Some(origin) = subgraph.links.origin_of_directive(name) else {
                continue;
            };
            let (Some(element), url) = (origin.element, &origin.link.url) else {
                continue;
            };
            let version = match url.identity.as_str() {
                catalog::FEDERATION => catalog::known_federation(url.version),
                _ => Some(url.version),
            };
            let Some(version) = version else { continue };
            let elements = catalog::elements(&url.identity, version);
            let spec = elements.and_then(|elements| elements.directive(&element));
            let Some(spec) = spec.filter(|spec| spec.composition.is_some()) else {
                continue;
            };
            // Versions that may differ in meaning are different directives.
            let (major, minor) = match version.major {
                0 => (0, version.minor),
                major => (major, 0),
            };
            let entry = used
                .entry((url.identity.as_str(), element, major, minor))
                .or_insert_with(|| Used {
                    spec,
                    names: Vec::new(),
                    version,
                });
            if version > entry.version {
                entry.version = version;
                entry.spec = spec;
            }
            entry.names.push((graph, name));
        }
    }
    used.into_values().collect()
}

/// The names of all directives that occur anywhere in a subgraph.
fn applied_names(subgraph: &SubgraphSchema) -> HashSet<&Name> {
    let mut names = HashSet::default();
    let mut add = |directives: Directives<'_>| {
        // The names outlive the iterator: they belong to the schema.
        for directive in directives {
            names.insert(directive.name.clone());
        }
    };
    let schema = &subgraph.schema;
    add((&schema.schema_definition.directives).into());
    for definition in schema.directive_definitions.values() {
        for argument in &definition.arguments {
            add((&argument.directives).into());
        }
    }
    for ty in schema.types.values() {
        add(ty.directives().into());
        let fields = match ty {
            ExtendedType::Object(object) => &object.fields,
            ExtendedType::Interface(interface) => &interface.fields,
            ExtendedType::Enum(enum_) => {
                for value in enum_.values.values() {
                    add((&value.directives).into());
                }
                continue;
            }
            ExtendedType::InputObject(input) => {
                for field in input.fields.values() {
                    add((&field.directives).into());
                }
                continue;
            }
            ExtendedType::Scalar(_) | ExtendedType::Union(_) => continue,
        };
        for field in fields.values() {
            add((&field.directives).into());
            for argument in &field.arguments {
                add((&argument.directives).into());
            }
        }
    }
    schema
        .directive_definitions
        .keys()
        .filter(|name| names.contains(*name))
        .collect()
}

/// The latest version of Federation that a subgraph links, or needs for what it links.
fn latest_federation(
    subgraphs: &[SubgraphSchema],
    diagnostics: &mut Diagnostics,
) -> Option<Version> {
    let mut latest: Option<Version> = None;
    for subgraph in subgraphs {
        let Some(linked) = subgraph.federation else {
            continue;
        };
        let needed = subgraph
            .links
            .iter()
            .filter_map(|link| {
                let minimum = catalog::minimum_federation(&link.url.identity, link.url.version);
                Some((minimum?, link))
            })
            .max_by_key(|(minimum, _)| *minimum);
        let mut version = linked;
        if let Some((minimum, link)) = needed
            && minimum > linked
        {
            version = minimum;
            let span = link
                .directive
                .as_ref()
                .and_then(|directive| directive.location());
            diagnostics.push(
                Diagnostic::hint(
                    Code::ImplicitlyUpgradedFederationVersion,
                    format!(
                        "\"{}\" needs Federation {minimum}, so the subgraph is composed with it, although it links {linked}.",
                        link.url
                    ),
                )
                .in_subgraph(&subgraph.name)
                .at(subgraph.locate(span))
                .with_help(format!("Link Federation {minimum} or later.")),
            );
        }
        latest = latest.max(Some(version));
    }
    latest
}
