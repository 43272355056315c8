//! The rounds in which the equations are solved: each evaluates what is asked for at most once, until one adds nothing.

use std::rc::Rc;

use apollo_compiler::Name;
use federation::FieldSet;

use super::{Reach, head};
use crate::satisfiability::node::NodeId;
use crate::satisfiability::select::Labels;

/// A part of the solution.
#[derive(Clone)]
pub(super) struct Known<T> {
    value: T,
    /// When it was evaluated last.
    round: u32,
    /// Whether it is being evaluated further up.
    open: bool,
    /// Whether it cannot grow.
    settled: bool,
}

impl<'s> Reach<'s> {
    pub(super) fn solve<T>(&mut self, evaluate: impl Fn(&mut Self) -> T) -> T {
        if self.solving {
            return evaluate(self);
        }
        self.solving = true;
        let value = loop {
            self.round += 1;
            self.grown = false;
            self.read_early = false;
            let value = evaluate(self);
            if !(self.grown && self.read_early) {
                break value;
            }
        };
        self.solving = false;
        for node in self.touched_nodes.drain(..) {
            if let Some(known) = self.jumped.get_mut(&node) {
                known.settled = true;
            }
        }
        for requirement in self.touched_requires.drain(..) {
            if let Some(known) = self.required.get_mut(&requirement) {
                known.settled = true;
            }
        }
        value
    }

    pub(super) fn jumped_so_far(&mut self, from: NodeId) -> Rc<[NodeId]> {
        let round = self.round;
        let mut before = 0;
        if let Some(known) = self.jumped.get_mut(&from) {
            if known.settled || known.round == round {
                self.read_early |= known.open;
                return known.value.clone();
            }
            before = known.value.len();
            known.round = round;
            known.open = true;
        } else {
            let value = Rc::default();
            self.jumped.insert(
                from,
                Known {
                    value,
                    round,
                    open: true,
                    settled: false,
                },
            );
            self.touched_nodes.push(from);
        }
        let value: Rc<[NodeId]> = self.follow_keys(from).into();
        self.grown |= value.len() > before;
        if let Some(known) = self.jumped.get_mut(&from) {
            known.value = value.clone();
            known.open = false;
        }
        value
    }

    pub(super) fn requirement_so_far(
        &mut self,
        node: NodeId,
        field: &Name,
        requires: &'s FieldSet,
        labels: &Labels,
    ) -> bool {
        let round = self.round;
        let of = (node, field.clone(), labels.clone());
        let mut before = false;
        if let Some(known) = self.required.get_mut(&of) {
            if known.settled || known.round == round {
                self.read_early |= known.open;
                return known.value;
            }
            before = known.value;
            known.round = round;
            known.open = true;
        } else {
            self.required.insert(
                of.clone(),
                Known {
                    value: false,
                    round,
                    open: true,
                    settled: false,
                },
            );
            self.touched_requires.push(of.clone());
        }
        let value = self.covers_so_far(&[head(node)], &requires.selections, labels);
        self.grown |= value && !before;
        if let Some(known) = self.required.get_mut(&of) {
            known.value = value;
            known.open = false;
        }
        value
    }
}
