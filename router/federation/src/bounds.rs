//! How many diagnostics are kept, and how long each is: what a subgraph publishes can be wrong in every character.

use std::collections::BTreeMap;

use crate::severity::Severity;

/// Errors kept of one subgraph, and as many hints; the others are counted.
const MAX_OF_SUBGRAPH: usize = 100;
/// Errors kept in all, and as many hints.
const MAX_IN_ALL: usize = 1_000;
/// Bytes of a message or an advice; of longer ones the middle is left out.
const MAX_TEXT: usize = 4_096;
/// Bytes kept of the end of a longer one.
const TAIL: usize = 1_024;
/// Places of one diagnostic.
pub(crate) const MAX_LOCATIONS: usize = 32;

/// How many findings were kept, and how many only counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    errors: Count,
    hints: Count,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Count {
    kept: usize,
    /// By subgraph; what is about none counts under the empty name.
    of_subgraph: BTreeMap<String, usize>,
    omitted: usize,
}

impl Tally {
    fn of(&self, severity: Severity) -> &Count {
        match severity {
            Severity::Error => &self.errors,
            Severity::Hint => &self.hints,
        }
    }

    fn of_mut(&mut self, severity: Severity) -> &mut Count {
        match severity {
            Severity::Error => &mut self.errors,
            Severity::Hint => &mut self.hints,
        }
    }

    /// Counts a finding; says whether it is to be kept. Errors and hints do not take room from each other.
    pub(crate) fn admit(&mut self, severity: Severity, subgraph: Option<&str>) -> bool {
        let full = self.is_full(severity, subgraph);
        let count = self.of_mut(severity);
        if full {
            count.omitted += 1;
            return false;
        }
        let subgraph = subgraph.unwrap_or_default();
        match count.of_subgraph.get_mut(subgraph) {
            Some(number) => *number += 1,
            None => {
                count.of_subgraph.insert(subgraph.to_owned(), 1);
            }
        }
        count.kept += 1;
        true
    }

    pub(crate) fn is_full(&self, severity: Severity, subgraph: Option<&str>) -> bool {
        let count = self.of(severity);
        let of_subgraph = count.of_subgraph.get(subgraph.unwrap_or_default());
        count.kept >= MAX_IN_ALL || of_subgraph.is_some_and(|number| *number >= MAX_OF_SUBGRAPH)
    }

    pub(crate) fn omit(&mut self, severity: Severity, number: usize) {
        let count = self.of_mut(severity);
        count.omitted = count.omitted.saturating_add(number);
    }

    pub(crate) fn omitted(&self, severity: Severity) -> usize {
        self.of(severity).omitted
    }
}

/// Leaves the middle of a long text out.
pub(crate) fn shorten(text: &mut String) {
    if text.len() <= MAX_TEXT {
        return;
    }
    let head = text.floor_char_boundary(MAX_TEXT - TAIL);
    let tail = text.ceil_char_boundary(text.len() - TAIL);
    *text = format!("{} … {}", &text[..head], &text[tail..]);
}
