//! Leaves that are too long for their nodes to have room for the length.

use rustc_hash::FxHashMap;

use crate::json::value::{Node, Place};

/// The length of each, by the node. There are few: each takes half a MiB of a text.
#[derive(Debug, Default)]
pub(super) struct Long(FxHashMap<Node, usize>);

impl Long {
    /// Keeps a length.
    #[cold]
    pub(super) fn add(&mut self, leaf: Node, len: usize) {
        self.0.insert(leaf, len);
    }

    /// A leaf, out of the text that it is in.
    #[cold]
    pub(super) fn get<'t>(&self, leaf: Node, text: &'t [u8]) -> &'t [u8] {
        let Place { at, .. } = leaf.place();
        let len = self.0.get(&leaf).copied().unwrap_or_default();
        text.get(at..at + len).unwrap_or_default()
    }
}
