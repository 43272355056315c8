//! The stages of composition, in order.

use std::rc::Rc;
use std::sync::Arc;

use federation::{Budget, Code, Diagnostic, Diagnostics, Stop, Subgraph, Supergraph};

use crate::places::Places;
use crate::subgraph::SubgraphSchema;
use crate::{api, contexts, load, merge, reserved, rules, satisfiability, upgrade, weight};

/// What composition gives.
#[derive(Clone, Debug)]
pub struct Composed {
    /// The supergraph, in the form of the join specification that routers load.
    pub supergraph_sdl: String,
    /// The same, loaded: reading the text would give an equal one.
    pub supergraph: Arc<Supergraph>,
    /// What a person may want to know; nothing that keeps the supergraph from being served.
    pub hints: Diagnostics,
}

/// Composes subgraphs into a supergraph.
///
/// # Errors
/// Everything that keeps the subgraphs from composing, sorted, with the hints found on the way.
pub fn compose(subgraphs: &[Subgraph]) -> Result<Composed, Diagnostics> {
    compose_within(subgraphs, Budget::default())
}

/// The same within a budget of its own, which also lets another thread call it off.
///
/// # Errors
/// As for [`compose`]; when the budget is used up or the work is called off, that is an error too, with the code
/// [`Code::CompositionLimitExceeded`].
pub fn compose_within(subgraphs: &[Subgraph], budget: Budget) -> Result<Composed, Diagnostics> {
    let budget = Rc::new(budget);
    let mut diagnostics = Diagnostics::new();
    let ordered = order(subgraphs, &mut diagnostics);
    let mut loaded: Vec<SubgraphSchema> = Vec::with_capacity(ordered.len());
    let mut weight = 0_usize;
    for subgraph in ordered {
        let name = &subgraph.name;
        let subgraph = load::load(subgraph, &budget, &mut diagnostics);
        if let Some(subgraph) = subgraph {
            if subgraph.federation.is_some() {
                rules::validate(&subgraph, &mut diagnostics);
            }
            weight = weight.saturating_add(subgraph.weight);
            if weight > weight::MAX_IN_ALL {
                diagnostics.push(load::too_heavy("The graph has", weight, weight::MAX_IN_ALL));
                diagnostics.sort();
                return Err(diagnostics);
            }
            loaded.push(subgraph);
        }
        stop_when_stopped(&budget, Some(name), &mut diagnostics)?;
    }
    let stop = |diagnostics: &mut Diagnostics| {
        stop_when_stopped(&budget, None, diagnostics)?;
        stop_at_errors(diagnostics)
    };
    stop(&mut diagnostics)?;

    upgrade::upgrade(&mut loaded, &mut diagnostics);
    stop(&mut diagnostics)?;
    for subgraph in &loaded {
        reserved::check(subgraph, &mut diagnostics);
    }
    stop(&mut diagnostics)?;

    let mut merged = merge::merge(&loaded, &budget, &mut diagnostics);
    stop(&mut diagnostics)?;

    api::check(&loaded, &mut merged, &mut diagnostics);
    stop(&mut diagnostics)?;

    let mut last = Diagnostics::new();
    let shared = std::mem::take(&mut merged.shared_fields);
    let hidden = merged.inaccessible.as_ref();
    let unset = contexts::check(&loaded, &merged.schema, hidden, &mut last);
    stop(&mut diagnostics)?;
    let supergraph_sdl = merged.sdl();
    // What follows works on the supergraph as routers load it: large graphs need not be in memory twice.
    drop(loaded);
    let supergraph = match merged.into_supergraph(&supergraph_sdl) {
        Ok(supergraph) => {
            let places = &mut Places::new(subgraphs);
            satisfiability::check(
                &supergraph,
                &budget,
                (&shared, &unset),
                places,
                &mut diagnostics,
            );
            Some(supergraph)
        }
        Err(found) => {
            diagnostics.append(found);
            None
        }
    };
    diagnostics.append(last);
    stop(&mut diagnostics)?;
    // Without one there is an error.
    let supergraph = supergraph.ok_or_else(|| std::mem::take(&mut diagnostics))?;

    Ok(Composed {
        supergraph_sdl,
        supergraph: Arc::new(supergraph),
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

/// Ends composition when it may not go on: what was found until then is not whole.
fn stop_when_stopped(
    budget: &Budget,
    subgraph: Option<&String>,
    diagnostics: &mut Diagnostics,
) -> Result<(), Diagnostics> {
    let message = match budget.stopped() {
        None => return Ok(()),
        Some(Stop::Exhausted) => {
            "Composition would take more work than it is given: these schemas refer to each other in too many ways."
        }
        Some(Stop::Cancelled) => "Composition was called off.",
    };
    let mut error = Diagnostic::error(Code::CompositionLimitExceeded, message);
    error.subgraph = subgraph.cloned();
    diagnostics.push(error.with_help(
        "Make the types smaller that many others use: interfaces with many fields and implementations, unions of many members, long lists of scopes.",
    ));
    diagnostics.sort();
    Err(std::mem::take(diagnostics))
}

/// Ends a stage: with errors there is no next one.
fn stop_at_errors(diagnostics: &mut Diagnostics) -> Result<(), Diagnostics> {
    diagnostics.sort();
    match diagnostics.has_errors() {
        true => Err(std::mem::take(diagnostics)),
        false => Ok(()),
    }
}
