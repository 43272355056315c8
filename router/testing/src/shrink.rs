//! Makes a difference smaller: leaves out what it does not take to see it.

use std::fmt;
use std::sync::Arc;

use crate::compare::{Difference, Graph};
use crate::generate::{Operation, Selected, SubgraphText};

/// Trials at most.
const TRIALS: usize = 4000;

/// A graph and an operation over it that show a difference.
#[derive(Clone)]
pub struct Case {
    /// The subgraphs.
    pub subgraphs: Vec<SubgraphText>,
    /// The override labels that are on.
    pub labels: Arc<[Arc<str>]>,
    /// The operation.
    pub operation: Operation,
}

/// The subgraphs, what is on, the operation and its variables.
impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for subgraph in &self.subgraphs {
            writeln!(f, "# {}\n{subgraph}", subgraph.name)?;
        }
        writeln!(f, "# labels {:?}", self.labels)?;
        write!(
            f,
            "# operation\n{}\n{:?}",
            self.operation,
            self.operation.variables()
        )
    }
}

impl Case {
    /// The difference that it shows, if it does.
    pub async fn run(&self) -> Option<Box<Difference>> {
        match Graph::new(self.subgraphs.clone(), Arc::clone(&self.labels)) {
            Ok(Some(graph)) => {
                let operation = self.operation.to_string();
                graph
                    .compare(&operation, self.operation.variables())
                    .await
                    .err()
            }
            // A part that must not be left out was left out.
            Ok(None) | Err(_) => None,
        }
    }

    /// A smaller case that shows a difference too, and that.
    pub async fn shrink(mut self, mut difference: Box<Difference>) -> (Self, Box<Difference>) {
        let mut trials = TRIALS;
        loop {
            let mut smaller = None;
            for candidate in self.candidates() {
                trials = trials.saturating_sub(1);
                if let Some(found) = candidate.run().await {
                    smaller = Some((candidate, found));
                    break;
                }
            }
            match smaller {
                Some((case, found)) if trials > 0 => (self, difference) = (case, found),
                Some((case, found)) => return (case, found),
                None => return (self, difference),
            }
        }
    }

    /// Everything that is one part smaller, the largest parts first.
    fn candidates(&self) -> impl Iterator<Item = Self> {
        let operations = without_one(&self.operation.selections)
            .into_iter()
            .map(|selections| {
                let mut case = self.clone();
                case.operation.selections = selections;
                case
            });
        let subgraphs = (0..self.subgraphs.len()).map(|index| {
            let mut case = self.clone();
            case.subgraphs.remove(index);
            case
        });
        let types = self
            .subgraphs
            .iter()
            .enumerate()
            .flat_map(move |(index, subgraph)| {
                (0..subgraph.types.len()).map(move |ty| {
                    let mut case = self.clone();
                    case.subgraphs[index].types.remove(ty);
                    case
                })
            });
        let fields = self
            .subgraphs
            .iter()
            .enumerate()
            .flat_map(move |(index, subgraph)| {
                let types = subgraph.types.iter().enumerate();
                types.flat_map(move |(ty, text)| {
                    (0..text.fields.len()).map(move |field| {
                        let mut case = self.clone();
                        case.subgraphs[index].types[ty].fields.remove(field);
                        case
                    })
                })
            });
        operations.chain(subgraphs).chain(types).chain(fields)
    }
}

/// The selections without one of them, or with one of those replaced by what is below it.
fn without_one(selections: &[Selected]) -> Vec<Vec<Selected>> {
    let mut smaller = Vec::new();
    for index in 0..selections.len() {
        let mut without = selections.to_vec();
        without.remove(index);
        if !without.is_empty() {
            smaller.push(without);
        }
    }
    for (index, selected) in selections.iter().enumerate() {
        for below in without_one(&selected.below) {
            let mut without = selections.to_vec();
            without[index].below = below;
            smaller.push(without);
        }
    }
    smaller
}
