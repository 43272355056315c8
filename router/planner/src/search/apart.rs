//! What is asked apart because it is slow.

use crate::graph::Lane;
use crate::operation::ids::{PositionId, UseId};
use crate::operation::tree::Tree;
use crate::search::entries::{Apart, Reach};

impl Reach {
    /// The number by which a use is asked apart in a lane, if it is.
    pub(crate) fn apart(&self, tree: &Tree<'_>, used: UseId, lane: Lane) -> Apart {
        // Those with effects stay together.
        if self.apart.is_empty() || self.pins.of(used).is_some() {
            return 0;
        }
        let slow = tree.field(used).at(lane).and_then(|at| at.slow);
        let number = slow.and_then(|slow| self.apart.iter().position(|known| *known == slow));
        number.map_or(0, |index| u16::try_from(index + 1).unwrap_or(0))
    }

    /// The numbers that are asked apart in a lane of the objects at a position.
    pub(crate) fn apart_at(&self, tree: &Tree<'_>, position: PositionId, lane: Lane) -> Vec<Apart> {
        if self.apart.is_empty() {
            return Vec::new();
        }
        let uses = tree.position(position).uses.iter();
        let mut found: Vec<Apart> = uses.map(|&used| self.apart(tree, used, lane)).collect();
        found.retain(|&apart| apart != 0);
        found.sort_unstable();
        found.dedup();
        found
    }
}

impl Reach {
    /// The number of the nearest field above a position that is asked apart: what is below it shares no request with what need not wait
    /// for it.
    pub(crate) fn apart_above(&self, tree: &Tree<'_>, mut position: PositionId) -> Apart {
        if self.apart.is_empty() {
            return 0;
        }
        while let Some(used) = tree.position(position).parent {
            position = tree.get(used).position;
            let entries = self.at[position.0 as usize].iter();
            let mut entries = entries.map(|&id| self.get(id)).filter(|entry| entry.fenced);
            let own = entries.find(|entry| self.apart(tree, used, entry.lane) == entry.apart);
            if let Some(entry) = own {
                return entry.apart;
            }
        }
        0
    }
}
