//! Whether data keys mean the same at two positions.

use std::fmt::Write as _;
use std::sync::Arc;

use apollo_compiler::ast::Value;
use apollo_compiler::{Name, Node};

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

/// The arguments as text.
pub(crate) fn arguments_text(arguments: &[(Name, Node<Value>)]) -> Arc<str> {
    if arguments.is_empty() {
        return Arc::default();
    }
    let mut text = String::new();
    let mut sorted: Vec<_> = arguments.iter().collect();
    sorted.sort_by(|a, b| a.0.cmp(&b.0));
    for (name, value) in sorted {
        let _ = write!(text, "{name}:{},", value.serialize().no_indent());
    }
    Arc::from(text)
}
