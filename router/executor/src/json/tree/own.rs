//! The fields of an object without those of its parts.

use smallvec::SmallVec;

use super::{Field, Tree};
use crate::json::layout::Layout;
use crate::json::value::{Node, ObjectId};

/// The fields of an object without those of its parts.
#[derive(Clone, Copy, Debug)]
pub(in crate::json) struct Own {
    pub(in crate::json) layout: Layout,
    /// Where the values begin, or keys and values.
    pub(in crate::json) start: u32,
    /// How many fields there are.
    pub(in crate::json) len: u32,
}

impl Own {
    /// Where the value of a field is.
    #[inline]
    pub(in crate::json) fn at(self, field: u32) -> u32 {
        match self.layout {
            Layout::OWN => self.start + 2 * field + 1,
            _ => self.start + field,
        }
    }
}

/// The keys of an object as they are stored, and where the values are.
#[derive(Clone, Debug)]
pub(in crate::json) struct OwnNodes<'t> {
    own: Own,
    /// Where the keys are that the object has by itself.
    stored: &'t [Node],
    /// The keys of the layout, from the last to the first.
    keys: SmallVec<[Node; 16]>,
    index: u32,
}

impl Iterator for OwnNodes<'_> {
    type Item = (Node, u32);

    fn next(&mut self) -> Option<(Node, u32)> {
        let Own { layout, start, len } = self.own;
        if self.index == len {
            return None;
        }
        let index = self.index;
        self.index += 1;
        if layout == Layout::OWN {
            let key = self.stored.get(2 * index as usize)?;
            return Some((*key, start + 2 * index + 1));
        }
        Some((self.keys.pop()?, start + index))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = (self.own.len - self.index) as usize;
        (left, Some(left))
    }
}

impl ExactSizeIterator for OwnNodes<'_> {}

impl<'a> Tree<'a> {
    /// Where the fields of an object are.
    #[inline]
    pub(in crate::json) fn own(&self, id: ObjectId) -> Own {
        let index = id.0 as usize;
        let (start, end) = match self.ends.get(index..index + 2) {
            Some(&[start, end]) => (start, end),
            _ => (0, 0),
        };
        let layout = match self.fields.get(start as usize) {
            Some(head) if start < end => head.layout(),
            _ => {
                return Own {
                    layout: Layout::EMPTY,
                    start,
                    len: 0,
                };
            }
        };
        let nodes = end - start - 1;
        Own {
            layout,
            start: start + 1,
            len: if layout == Layout::OWN {
                nodes / 2
            } else {
                nodes
            },
        }
    }

    /// How many keys of an object and its parts are gone through to find one: those that have no index.
    pub(crate) fn width(&self, id: ObjectId) -> usize {
        let parts = self.parts(id).map(|part| self.width(part));
        let own = self.own(id);
        let own = match self.indexed(own) {
            Some(_) => 0,
            None => own.len as usize,
        };
        own + parts.sum::<usize>()
    }

    pub(in crate::json) fn own_nodes(&self, id: ObjectId) -> OwnNodes<'_> {
        self.nodes_of(self.own(id))
    }

    pub(in crate::json) fn nodes_of(&self, own: Own) -> OwnNodes<'_> {
        let mut keys = SmallVec::new();
        let mut stored: &[Node] = &[];
        if own.layout == Layout::OWN {
            stored = self.fields.get(own.start as usize..).unwrap_or_default();
        } else {
            let mut layout = own.layout;
            while let Some((key, before)) = self.last_key(layout) {
                keys.push(key);
                layout = before;
            }
        }
        OwnNodes {
            own,
            stored,
            keys,
            index: 0,
        }
    }

    /// An object's own fields, without those of its parts.
    pub(crate) fn own_fields(
        &self,
        id: ObjectId,
    ) -> impl ExactSizeIterator<Item = Field<'a>> + Clone + '_ {
        let node = |at: u32| self.fields.get(at as usize).copied().unwrap_or(Node::NULL);
        let own = self.own_nodes(id);
        own.map(move |(key, at)| (self.key(key), self.value(node(at))))
    }
}
