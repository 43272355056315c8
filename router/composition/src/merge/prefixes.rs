//! The prefix that each linked specification has in the supergraph, where its own name would be taken for something else.
//!
//! A specification is linked under its own name unless that is no name, or is the name or prefix of an import from elsewhere, or the
//! prefix of a type of a subgraph's own; then it gets one that nothing begins with: `_0cost`, `_1tag`.

use std::collections::VecDeque;

use apollo_compiler::Name;
use apollo_compiler::collections::{HashSet, IndexMap};
use federation::spec::SpecUrl;

use crate::subgraph::{OPERATION_TYPES, SubgraphSchema};

/// What the supergraph imports from one specification: element and name of each directive.
pub(super) struct Imports<'p> {
    pub(super) url: &'p SpecUrl,
    pub(super) directives: Vec<(&'p str, &'p str)>,
}

/// The prefixes that the imports of a specification rule out.
#[derive(Default)]
struct RuledOut {
    /// For the specification itself.
    own: HashSet<String>,
    /// For every other.
    others: HashSet<String>,
}

/// The prefix for each specification, in order; `None` where it is the specification's own name.
pub(super) fn prefixes(
    subgraphs: &[SubgraphSchema],
    imports: &[Imports<'_>],
) -> Vec<Option<String>> {
    let mut ruled_out: IndexMap<&str, RuledOut> = IndexMap::default();
    for import in imports {
        ruled_out.insert(&import.url.identity, RuledOut::by(import));
    }
    let mut taken: HashSet<&str> = HashSet::from_iter(["link", "join"]);
    taken.extend(subgraphs.iter().flat_map(prefixes_of_types));
    let mut start = None;
    let mut number = 0;
    imports
        .iter()
        .map(|import| {
            let name = import.url.name.as_str();
            let conflicts = ruled_out.iter().any(|(identity, ruled_out)| {
                match *identity == import.url.identity {
                    true => ruled_out.own.contains(name),
                    false => ruled_out.others.contains(name),
                }
            });
            let usable = !name.contains("__") && !name.ends_with('_') && Name::new(name).is_ok();
            if usable && !conflicts && taken.insert(name) {
                return None;
            }
            let start = start.get_or_insert_with(|| unused_start(subgraphs, imports));
            let letters: String = name.chars().filter(char::is_ascii_alphabetic).collect();
            let prefix = format!("{start}{number}{letters}");
            number += 1;
            Some(prefix)
        })
        .collect()
}

/// What the types of a subgraph begin with that look like those of a specification and are of none.
fn prefixes_of_types(subgraph: &SubgraphSchema) -> impl Iterator<Item = &str> {
    let names = subgraph.schema.types.keys();
    names.filter_map(|name| {
        let (prefix, _) = name.split_once("__")?;
        let origin = subgraph.links.origin_of_type(name);
        (origin.is_none() && !prefix.is_empty()).then_some(prefix)
    })
}

impl RuledOut {
    fn by(import: &Imports<'_>) -> Self {
        let mut ruled_out = Self::default();
        for &(element, name) in &import.directives {
            if let Some((prefix, rest)) = name.split_once("__") {
                if rest != element {
                    ruled_out.own.insert(prefix.to_owned());
                }
                ruled_out.others.insert(prefix.to_owned());
            }
            if element != import.url.name {
                ruled_out.own.insert(name.to_owned());
            }
            ruled_out.others.insert(name.to_owned());
        }
        ruled_out
    }
}

/// The shortest text that no name of the graph begins with.
fn unused_start(subgraphs: &[SubgraphSchema], imports: &[Imports<'_>]) -> String {
    let letters = || ('a'..='z').chain('A'..='Z');
    let names: Vec<&str> = subgraphs
        .iter()
        .flat_map(|subgraph| {
            let types = subgraph.schema.types.keys();
            types.chain(subgraph.schema.directive_definitions.keys())
        })
        .map(Name::as_str)
        .filter(|name| !name.starts_with("__") && !OPERATION_TYPES.contains(name))
        .chain(["link", "join"])
        .chain(imports.iter().flat_map(|import| {
            let names = import.directives.iter().map(|(_, name)| *name);
            names.chain([import.url.name.as_str()])
        }))
        .collect();
    let mut pending: VecDeque<String> = std::iter::once('_')
        .chain(letters())
        .map(String::from)
        .collect();
    // Ends: each round is longer, and no name is endless.
    while let Some(start) = pending.pop_front() {
        if !names.iter().any(|name| name.starts_with(&start)) {
            return start;
        }
        let longer = letters().chain('0'..='9');
        pending.extend(longer.map(|next| format!("{start}{next}")));
    }
    String::new()
}
