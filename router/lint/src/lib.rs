//! What a reviewer would point out in the schemas of a federated graph: names, descriptions, what nobody can reach.
//!
//! 1. `graph`: the SDLs of all subgraphs as one table of elements, each with its places;
//! 2. `naming`, `describing`, `shape`, `reach`: the rules, each of which looks at every element once;
//! 3. `comments`: which remarks the SDL itself switches off.
//!
//! A rule is known by its name, and has a [`Level`] in [`Levels`].
//!
//! **Invariants**
//!
//! - No IO. The work grows linearly with the SDLs.
//! - An element that several subgraphs have is reported once, at its place in the first of them.
//! - Schemas need not compose; what cannot be parsed is no finding but an error.
//!
//! ```
//! use federation::Subgraph;
//!
//! let subgraph = Subgraph::new("dogs", "\"All\" type Query { \"A dog.\" get_dog: String }");
//! let findings = lint::lint(&[subgraph], &lint::Levels::default(), true).expect("it can be parsed");
//! let told: Vec<_> = findings.iter().map(|found| (found.rule.name(), found.coordinate.as_str())).collect();
//! assert_eq!(told, [("names", "Query.get_dog"), ("verbs", "Query.get_dog")]);
//! ```

mod comments;
mod describing;
mod graph;
mod naming;
mod reach;
mod rule;
mod shape;

use federation::{Location, Subgraph, parse_sdl};

pub use crate::rule::{Level, Levels, Rule};

use crate::comments::Comments;
use crate::graph::Graph;

/// A finding about one element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// By which rule.
    pub rule: Rule,
    /// How much it matters; never [`Level::Off`].
    pub level: Level,
    /// The [schema coordinate](https://spec.graphql.org/September2025/#sec-Schema-Coordinates); of a comment, the rule that it names.
    pub coordinate: String,
    /// What is remarked, in a sentence.
    pub message: String,
    /// Where the element's name is, in the SDL of a subgraph.
    pub location: Location,
}

/// An SDL that cannot be parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotParsed {
    /// Whose.
    pub subgraph: String,
    /// Each mistake, and where it is.
    pub mistakes: Vec<(String, Option<Location>)>,
}

/// Looks at the SDLs of the subgraphs, in the order of their names. `is_whole` says that these are all subgraphs of the graph: otherwise others may
/// lead to entities.
///
/// # Errors
///
/// The first SDL that cannot be parsed.
pub fn lint(
    subgraphs: &[Subgraph],
    levels: &Levels,
    is_whole: bool,
) -> Result<Vec<Finding>, NotParsed> {
    let mut sorted: Vec<&Subgraph> = subgraphs.iter().collect();
    sorted.sort_by(|a, b| a.name.cmp(&b.name));
    let mut graph = Graph::default();
    let mut comments = Vec::with_capacity(sorted.len());
    for subgraph in sorted {
        let document = parse_sdl(&subgraph.sdl, &subgraph.name)
            .map_err(|errors| graph::not_parsed(&subgraph.name, &errors))?;
        graph.add(&subgraph.name, &document);
        comments.push((subgraph.name.as_str(), Comments::of(&subgraph.sdl)));
    }
    let mut remarks = Vec::new();
    for element in &graph.elements {
        naming::look(element, &mut remarks);
        describing::look(element, &mut remarks);
        shape::look(element, &graph, &mut remarks);
    }
    reach::look(&graph, is_whole, &mut remarks);
    let mut findings = Vec::new();
    for (subgraph, comments) in &comments {
        findings.extend(comments.mistakes(subgraph, levels));
    }
    for remark in remarks {
        let level = levels.of(remark.rule);
        let is_silenced = || {
            let told = comments
                .iter()
                .find(|(name, _)| *name == remark.element.subgraph);
            told.is_some_and(|(_, comments)| comments.silence(remark.rule, remark.element))
        };
        if level != Level::Off && !is_silenced() {
            findings.push(Finding {
                rule: remark.rule,
                level,
                coordinate: remark.element.coordinate.clone(),
                message: remark.message,
                location: remark.element.location.clone(),
            });
        }
    }
    let place = |found: &Finding| {
        let location = &found.location;
        (
            location.subgraph.clone(),
            location.line,
            location.column,
            found.rule,
        )
    };
    findings.sort_by_key(place);
    Ok(findings)
}
