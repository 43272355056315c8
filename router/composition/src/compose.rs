//! The stages of composition, in order.

use federation::{Code, Diagnostic, Diagnostics, Subgraph};

use crate::places::Places;
use crate::subgraph::SubgraphSchema;
use crate::{api, contexts, load, merge, rules, satisfiability, upgrade};

/// What composition gives.
#[derive(Clone, Debug)]
pub struct Composed {
    /// The supergraph, in the form of the join specification that routers load.
    pub supergraph_sdl: String,
    /// What a person may want to know; nothing that keeps the supergraph from being served.
    pub hints: Diagnostics,
}

/// Composes subgraphs into a supergraph.
///
/// # Errors
/// Everything that keeps the subgraphs from composing, sorted, with the hints found on the way.
pub fn compose(subgraphs: &[Subgraph]) -> Result<Composed, Diagnostics> {
    let mut diagnostics = Diagnostics::new();
    let ordered = order(subgraphs, &mut diagnostics);
    let mut loaded: Vec<SubgraphSchema> = Vec::with_capacity(ordered.len());
    for subgraph in ordered {
        let subgraph = load::load(subgraph, &mut diagnostics);
        if let Some(subgraph) = subgraph {
            if subgraph.federation.is_some() {
                rules::validate(&subgraph, &mut diagnostics);
            }
            loaded.push(subgraph);
        }
    }
    stop_at_errors(&mut diagnostics)?;

    upgrade::upgrade(&mut loaded, &mut diagnostics);
    stop_at_errors(&mut diagnostics)?;

    let mut merged = merge::merge(&loaded, &mut diagnostics);
    stop_at_errors(&mut diagnostics)?;

    api::check(&loaded, &mut merged, &mut diagnostics);
    stop_at_errors(&mut diagnostics)?;

    let mut last = Diagnostics::new();
    let shared = std::mem::take(&mut merged.shared_fields);
    let hidden = merged.inaccessible.as_ref();
    let unset = contexts::check(&loaded, &merged.schema, hidden, &mut last);
    let supergraph_sdl = merged.sdl();
    // What follows works on the supergraph as routers load it: large graphs need not be in memory twice.
    drop(loaded);
    match merged.into_supergraph(&supergraph_sdl) {
        Ok(supergraph) => {
            let places = &mut Places::new(subgraphs);
            satisfiability::check(&supergraph, &shared, &unset, places, &mut diagnostics);
        }
        Err(found) => diagnostics.extend(found),
    }
    diagnostics.extend(last);
    stop_at_errors(&mut diagnostics)?;

    Ok(Composed {
        supergraph_sdl,
        hints: diagnostics,
    })
}

/// Subgraphs count in the order of their names, whatever order they are given in.
fn order<'a>(subgraphs: &'a [Subgraph], diagnostics: &mut Diagnostics) -> Vec<&'a Subgraph> {
    let mut ordered: Vec<&Subgraph> = subgraphs.iter().collect();
    ordered.sort_by(|a, b| (&a.name, &a.url, &a.sdl).cmp(&(&b.name, &b.url, &b.sdl)));
    let mut refuse = |name: &str, why: &str| {
        diagnostics.push(
            Diagnostic::error(
                Code::InvalidSubgraphName,
                format!("A subgraph cannot be named \"{name}\": {why}."),
            )
            .in_subgraph(name)
            .with_help("Give each subgraph a name of its own."),
        );
    };
    for (index, subgraph) in ordered.iter().enumerate() {
        match subgraph.name.as_str() {
            "" => refuse("", "the name is empty"),
            "_" => refuse("_", "the name is reserved"),
            name if index > 0 && ordered[index - 1].name == name => {
                refuse(name, "another subgraph has that name");
            }
            _ => {}
        }
    }
    ordered.dedup_by(|a, b| a.name == b.name);
    ordered
}

/// Ends a stage: with errors there is no next one.
fn stop_at_errors(diagnostics: &mut Diagnostics) -> Result<(), Diagnostics> {
    diagnostics.sort();
    match diagnostics.has_errors() {
        true => Err(std::mem::take(diagnostics)),
        false => Ok(()),
    }
}
