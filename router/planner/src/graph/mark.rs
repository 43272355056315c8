//! Marks the fields that are slow.

use std::sync::Arc;

use federation::Supergraph;

use crate::graph::Graph;
use crate::graph::slow::SlowField;

impl Graph {
    /// Marks the fields that are slow. Those of mutations and subscriptions stay as they are: their root fields cannot be asked apart.
    pub(crate) fn mark_slow(&mut self, supergraph: &Supergraph, slow: &[SlowField]) {
        for field in slow {
            if !self.mark(supergraph, field) {
                self.not_slow.push(field.clone());
            }
        }
    }

    fn mark(&mut self, supergraph: &Supergraph, slow: &SlowField) -> bool {
        let subgraph = supergraph
            .subgraphs()
            .iter()
            .zip(0..)
            .find(|(known, _)| *known.name == *slow.subgraph);
        let (Some((_, subgraph)), Some((ty, name))) = (subgraph, slow.coordinate.split_once('.'))
        else {
            return false;
        };
        let subgraph = federation::SubgraphId(subgraph);
        let Some(ty) = self.id(ty) else { return false };
        let known = self.slow.iter().position(|known| *known == slow.coordinate);
        let index = known.unwrap_or(self.slow.len());
        let Ok(number) = u16::try_from(index) else {
            return false;
        };
        let mut any = false;
        let possible = Arc::clone(&self.ty(ty).all);
        for &ty in possible.iter().chain(&[ty]) {
            let Some(field) = self.types[ty.index()].fields.get_mut(name) else {
                continue;
            };
            let there = field
                .at
                .iter_mut()
                .filter(|at| at.lane.subgraph == subgraph);
            for at in there.filter(|at| at.resolvable) {
                at.slow = Some(number);
                any = true;
            }
        }
        if any && known.is_none() {
            self.slow.push(Arc::clone(&slow.coordinate));
        }
        any
    }
}
