//! Whether data keys mean the same at two positions.

use crate::graph::TypeId;
use crate::operation::ids::PositionId;
use crate::operation::tree::Tree;

impl Tree<'_> {
    /// Whether each data key means the same at two positions and below them, so that one object can appear at both.
    pub(crate) fn agree(&self, left: PositionId, right: PositionId) -> bool {
        let (one, other) = (&self.position(left).uses, &self.position(right).uses);
        self.work.take(16 * one.len() * other.len());
        if self.work.left() == 0 {
            // The operation is refused.
            return false;
        }
        left == right
            || self.position(left).uses.iter().all(|&one| {
                let one = self.get(one);
                self.position(right).uses.iter().all(|&other| {
                    let other = self.get(other);
                    let below = || match (one.sub, other.sub) {
                        (Some(one), Some(other)) => self.agree(one, other),
                        (one, other) => one.is_none() && other.is_none(),
                    };
                    one.data_key != other.data_key
                        || Self::common(&one.on, &other.on).is_empty()
                        || one.name == other.name
                            && one.arguments_text == other.arguments_text
                            && one.directives == other.directives
                            && below()
                })
            })
    }

    /// The object types both in `left` and in `right`, which are sorted.
    pub(crate) fn common(left: &[TypeId], right: &[TypeId]) -> Vec<TypeId> {
        left.iter()
            .copied()
            .filter(|ty| right.binary_search(ty).is_ok())
            .collect()
    }
}
