//! Mutations that several subgraphs share: one runs in one subgraph, so the rest must be reached from one of them.

use std::rc::Rc;

use apollo_compiler::Name;
use federation::{Diagnostics, SubgraphId};

use super::Walk;
use crate::satisfiability::failure::{Finding, UnsharedMutation};
use crate::satisfiability::path::Path;
use crate::satisfiability::select::State;

/// A field of the mutation type that several subgraphs share, and what follows in each.
pub(super) struct SharedMutation {
    pub(super) field: Name,
    pub(super) alternatives: Vec<(SubgraphId, State)>,
    pub(super) path: Rc<Path>,
}

impl Walk<'_> {
    /// A mutation runs in one subgraph, so one of those that share its field must lead to all the rest.
    pub(super) fn follow_shared_mutation(
        &mut self,
        shared: SharedMutation,
        diagnostics: &mut Diagnostics,
    ) {
        let before = std::mem::take(&mut self.findings);
        let failures = std::mem::take(&mut self.failures);
        let mut alternatives = Vec::new();
        let mut resolved = false;
        for (subgraph, state) in shared.alternatives {
            let walked = self.walked.clone();
            let reported = std::mem::take(&mut self.reported);
            self.visit(state, shared.path.clone());
            self.follow(diagnostics);
            self.reported = reported;
            let findings = std::mem::take(&mut self.findings);
            self.failures.clear();
            resolved = findings.is_empty();
            if resolved {
                break;
            }
            // What fails only here counts as not walked: it may be asked for elsewhere.
            self.walked = walked;
            alternatives.push((subgraph, findings));
        }
        self.findings = before;
        self.failures = failures;
        if !resolved {
            self.findings.push(Finding::Mutation(UnsharedMutation {
                field: shared.field,
                alternatives,
            }));
        }
    }
}
