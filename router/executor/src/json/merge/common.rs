//! The fields that two objects have in common, which are those that are merged.

use std::collections::HashMap;

use rustc_hash::FxHashSet;
use smallvec::SmallVec;

use crate::json::layout::Layout;
use crate::json::text::decode;
use crate::json::tree::{Own, Tree};
use crate::json::value::ObjectId;
use crate::memory::Grants;

/// Which fields two layouts have in common: the index in the one, and in the other.
type Common = SmallVec<[(u32, u32); 2]>;

/// Fields that two objects have in common: whose the one is, and where both are.
pub(super) type Both = SmallVec<[(ObjectId, u32, u32); 4]>;

/// What was found of the last layouts that were merged.
#[derive(Debug, Default)]
pub(in crate::json) struct Merged {
    known: SmallVec<[(Layout, Layout, Common); 8]>,
    /// Which of them is forgotten next.
    oldest: usize,
}

/// No more are remembered: entities that are merged one after the other have few layouts.
const REMEMBERED: usize = 8;

/// When finding the fields in common takes more comparisons than this, a table is made.
const MANY: u64 = 4096;

/// Bytes that are read, of keys and of lists of leaves, for a unit of work: the same ones may be read for each place.
pub(super) const READ_PER_UNIT: usize = 4;

impl Tree<'_> {
    /// Adds what an object and its parts have in common with others: the holder, and where both are.
    pub(super) fn collect_common(
        &mut self,
        holder: ObjectId,
        new: Own,
        both: &mut Both,
        grants: &mut Grants<'_>,
    ) {
        let own = self.own(holder);
        if own.len > 0 {
            self.find_common(holder, (own, new), both, grants);
        }
        let mut next = self.first_part(holder);
        while let Some(&part) = self.parts.get(next as usize) {
            self.collect_common(part.object, new, both, grants);
            next = part.next;
        }
    }

    /// Adds what the fields of one object have in common with others.
    fn find_common(
        &mut self,
        holder: ObjectId,
        (own, new): (Own, Own),
        both: &mut Both,
        grants: &mut Grants<'_>,
    ) {
        let mut add = |common: &Common| {
            let places = common.iter();
            both.extend(places.map(|(old, at)| (holder, own.start + old, new.start + at)));
        };
        if own.layout == Layout::OWN || new.layout == Layout::OWN {
            add(&self.common(own, new));
            let read = self.bytes_of_keys(own) + self.bytes_of_keys(new);
            grants.spend(read / READ_PER_UNIT, self.text_parsed());
            return;
        }
        let known = self.merged.known.iter();
        let mut known = known.filter(|(old, at, _)| (*old, *at) == (own.layout, new.layout));
        if let Some((_, _, common)) = known.next() {
            add(common);
            return;
        }
        let common = self.common(own, new);
        add(&common);
        let found = (own.layout, new.layout, common);
        let Merged { known, oldest } = &mut self.merged;
        match known.get_mut(*oldest) {
            Some(place) => *place = found,
            None => known.push(found),
        }
        *oldest = (*oldest + 1) % REMEMBERED;
    }

    /// The fields in common; of several with one key, the first. Each is given by its distance from where the fields begin.
    fn common(&self, own: Own, new: Own) -> Common {
        let mut found = Common::new();
        if own.len <= new.len
            && let Some(index) = self.indexed(new)
        {
            let mut taken = FxHashSet::default();
            for (key, at) in self.nodes_of(own) {
                let place = index.find(self, &decode(self.key(key)));
                let place = place.map(|place| place - new.start);
                if let Some(place) = place
                    && taken.insert(place)
                {
                    found.push((at - own.start, place));
                }
            }
            return found;
        }
        let is_known = self.indexed(own).is_some();
        if !is_known && u64::from(own.len) * u64::from(new.len) > MANY {
            let mut known = HashMap::new();
            for (key, at) in self.nodes_of(own) {
                known.entry(self.key(key)).or_insert(at - own.start);
            }
            for (key, at) in self.nodes_of(new) {
                if let Some(old) = known.remove(self.key(key)) {
                    found.push((old, at - new.start));
                }
            }
            return found;
        }
        for (key, at) in self.nodes_of(new) {
            let old = self.position_of(own, self.key(key));
            let old = old.map(|old| old - own.start);
            if let Some(old) = old
                && !found.iter().any(|(known, _)| *known == old)
            {
                found.push((old, at - new.start));
            }
        }
        found
    }

    /// The keys that are read to find one, in bytes.
    fn bytes_of_keys(&self, own: Own) -> usize {
        if self.indexed(own).is_some() {
            return 0;
        }
        let keys = self.nodes_of(own);
        keys.map(|(key, _)| self.key(key).len()).sum()
    }
}
