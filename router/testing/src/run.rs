//! Many graphs, many operations.

use std::ops::Range;
use std::sync::Arc;

use crate::compare::{Difference, Graph};
use crate::generate::{Operation, operation, subgraphs};
use crate::random::Random;
use crate::shrink::Case;

/// What was compared.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Graphs that compose.
    pub graphs: usize,
    /// Operations that have been executed.
    pub operations: usize,
    /// Requests to subgraphs that they took.
    pub requests: usize,
    /// The most steps of a plan.
    pub steps: usize,
}

/// Compares `operations` operations over each of the graphs of these seeds that compose, until there are `graphs`.
///
/// # Errors
///
/// The first difference, made as small as it goes, with the seed of its graph.
pub async fn run(
    seeds: Range<u64>,
    graphs: usize,
    operations: usize,
) -> Result<Outcome, Box<(u64, Case, Box<Difference>)>> {
    let mut outcome = Outcome::default();
    for seed in seeds {
        if outcome.graphs == graphs {
            break;
        }
        let mut random = Random::new(seed);
        let (texts, on) = subgraphs(&mut random);
        let labels: Arc<[Arc<str>]> = on.into_iter().map(Arc::from).collect();
        let case = |operation| Case {
            subgraphs: texts.clone(),
            labels: Arc::clone(&labels),
            operation,
        };
        let graph = match Graph::new(texts.clone(), Arc::clone(&labels)) {
            Ok(Some(graph)) => graph,
            Ok(None) => continue,
            Err(what) => {
                let (plan, sent) = (String::new(), Vec::new());
                let difference = Box::new(Difference { what, plan, sent });
                return Err(Box::new((seed, case(Operation::none()), difference)));
            }
        };
        let mut compared = 0;
        for _ in 0..10 * operations {
            let operation = operation(&mut random, graph.world.api_schema());
            match graph
                .compare(&operation.to_string(), operation.variables())
                .await
            {
                // Selections that cannot be merged: no operation.
                Ok((0, 0)) => continue,
                Ok((requests, steps)) => {
                    compared += 1;
                    outcome.requests += requests;
                    outcome.steps = outcome.steps.max(steps);
                }
                Err(difference) => {
                    let (case, difference) = case(operation).shrink(difference).await;
                    return Err(Box::new((seed, case, difference)));
                }
            }
            if compared == operations {
                break;
            }
        }
        outcome.operations += compared;
        outcome.graphs += usize::from(compared > 0);
    }
    Ok(outcome)
}
