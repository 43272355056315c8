//! What is merged into an object: further objects whose fields also belong to it, and those that took its place somewhere.

use super::{NONE, Tree, index};
use crate::json::value::ObjectId;

/// What is merged into an object.
#[derive(Clone, Copy, Debug)]
pub(super) struct Links {
    first_part: u32,
    last_part: u32,
    /// The last of the objects that took its place somewhere.
    last_heir: u32,
    /// The last [`Tree::stamp`] it got.
    stamp: u32,
}

impl Links {
    pub(super) const NONE: Self = Self {
        first_part: NONE,
        last_part: NONE,
        last_heir: NONE,
        stamp: 0,
    };
}

#[derive(Clone, Copy, Debug)]
pub(in crate::json) struct Part {
    pub(in crate::json) object: ObjectId,
    pub(in crate::json) next: u32,
}

impl Tree<'_> {
    #[inline]
    pub(in crate::json) fn first_part(&self, id: ObjectId) -> u32 {
        match self.linked.get(id.0 as usize) {
            Some(&at) => self
                .links
                .get(at as usize)
                .map_or(NONE, |one| one.first_part),
            None => NONE,
        }
    }

    fn links_mut(&mut self, id: ObjectId) -> &mut Links {
        let at = id.0 as usize;
        if self.linked.len() <= at {
            self.linked.resize(at + 1, NONE);
        }
        if self.linked[at] == NONE {
            self.linked[at] = index(self.links.len());
            self.links.push(Links::NONE);
        }
        &mut self.links[self.linked[at] as usize]
    }

    /// The objects that were merged into this one, in order.
    pub(crate) fn parts(&self, id: ObjectId) -> impl Iterator<Item = ObjectId> + '_ {
        let mut next = self.first_part(id);
        std::iter::from_fn(move || {
            let part = self.parts.get(next as usize)?;
            next = part.next;
            Some(part.object)
        })
    }

    /// Makes the fields of `part` fields of `id` too, after those that it has.
    pub(crate) fn push_part(&mut self, id: ObjectId, part: ObjectId) {
        let at = index(self.parts.len());
        self.parts.push(Part {
            object: part,
            next: NONE,
        });
        let links = self.links_mut(id);
        let last = std::mem::replace(&mut links.last_part, at);
        if last == NONE {
            links.first_part = at;
        } else if let Some(last) = self.parts.get_mut(last as usize) {
            last.next = at;
        }
    }

    /// The same, before the parts that it has, so that its fields win over theirs.
    pub(in crate::json) fn push_front_part(&mut self, id: ObjectId, part: ObjectId) {
        let at = index(self.parts.len());
        let links = self.links_mut(id);
        let next = std::mem::replace(&mut links.first_part, at);
        if next == NONE {
            links.last_part = at;
        }
        self.parts.push(Part { object: part, next });
    }

    /// Says that `heir`, which has `id` as a part, stands where that stood. What comes for `id` later has to be merged into both.
    pub(in crate::json) fn push_heir(&mut self, id: ObjectId, heir: ObjectId) {
        let at = index(self.heirs.len());
        let next = std::mem::replace(&mut self.links_mut(id).last_heir, at);
        self.heirs.push(Part { object: heir, next });
    }

    /// Whether there are any.
    pub(in crate::json) fn has_heirs(&self) -> bool {
        !self.heirs.is_empty()
    }

    /// The objects that took the place of one somewhere.
    pub(in crate::json) fn heirs(&self, id: ObjectId) -> Vec<ObjectId> {
        let mut found = Vec::new();
        let linked = self.linked.get(id.0 as usize);
        let links = linked.and_then(|&at| self.links.get(at as usize));
        let mut next = links.map_or(NONE, |links| links.last_heir);
        while let Some(heir) = self.heirs.get(next as usize) {
            found.push(heir.object);
            next = heir.next;
        }
        found
    }

    /// Marks an object as seen under `stamp` (from 1 on); returns whether it was not yet.
    pub(crate) fn stamp(&mut self, id: ObjectId, stamp: u32) -> bool {
        let seen = &mut self.links_mut(id).stamp;
        std::mem::replace(seen, stamp) != stamp
    }
}
