//! What is a part of several objects, and so looked at for each of them.
//!
//! Fields are found by going through the keys of an object, which is quickest where they are few. A subgraph that answers an entity with a
//! hundred thousand fields that nobody asked for would have them gone through at every place of it: objects of many fields get an index when
//! they become parts of several objects.

use rustc_hash::FxHashMap;

use super::lookup::Index;
use super::tree::{Own, Tree};
use super::value::{Kind, Node, ObjectId};
use crate::memory::Grants;

/// Objects of more fields are indexed.
pub(super) const MANY: usize = 64;

/// What an index takes for each field, in bytes.
const PER_FIELD: usize = 32;

/// What is known of shared objects.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// Whether there are any.
    are_any: bool,
    /// By where the fields of the object begin.
    indexes: FxHashMap<u32, Index>,
}

impl Tree<'_> {
    /// Whether an object can be at several places.
    pub(crate) fn is_shared(&self) -> bool {
        self.shared.are_any
    }

    /// Prepares an object of a new answer for being a part of several; `false` when there is no memory for it.
    pub(crate) fn share(&mut self, object: ObjectId, grants: &mut Grants<'_>) -> bool {
        self.shared.are_any = true;
        // Few answers have such objects.
        !self.has_large || self.index(Node::object(object), grants)
    }

    /// Recursion is bounded by the depth of the data.
    fn index(&mut self, node: Node, grants: &mut Grants<'_>) -> bool {
        match node.kind() {
            Kind::Object => {
                let id = node.object_id();
                let own = self.own(id);
                if own.len as usize > MANY && !self.shared.indexes.contains_key(&own.start) {
                    if !grants.owe(own.len as usize * PER_FIELD) {
                        return false;
                    }
                    let index = Index::of_own(self, id);
                    self.shared.indexes.insert(own.start, index);
                }
                (0..own.len).all(|field| {
                    let at = own.at(field) as usize;
                    let node = self.fields.get(at).copied();
                    node.is_none_or(|node| self.index(node, grants))
                })
            }
            Kind::Items => node.span().range().all(|at| {
                let node = self.items.get(at).copied();
                node.is_none_or(|node| self.index(node, grants))
            }),
            _ => true,
        }
    }

    /// The index of an object's fields, if it has one.
    #[inline]
    pub(super) fn indexed(&self, own: Own) -> Option<&Index> {
        match own.len as usize > MANY {
            true => self.shared.indexes.get(&own.start),
            false => None,
        }
    }
}
