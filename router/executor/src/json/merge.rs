//! Merging what several fetches brought for one object.
//!
//! Objects are merged by field, lists of one length by index; otherwise what was there first stays,
//! unless it was null. Nothing of an answer is copied, and nothing that an answer shares between
//! several places is changed: where a shared value has to be completed for one place only, that place
//! gets a value of its own which refers to both, and inherits what comes later for the shared one.

use std::collections::{HashMap, HashSet};

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::layout::Layout;
use super::leaves::Leaves;
use super::tree::{Own, Tree};
use super::value::{Kind, Node, ObjectId, Place, Span, Value};

/// Which fields two layouts have in common: the index in the one, and in the other.
type Common = SmallVec<[(u32, u32); 2]>;

/// Fields that two objects have in common: whose the one is, and where both are.
type Both = SmallVec<[(ObjectId, u32, u32); 4]>;

/// What was found of the last layouts that were merged.
#[derive(Debug, Default)]
pub(super) struct Merged<'a> {
    known: SmallVec<[(Layout, Layout, Common); 8]>,
    /// Which of them is forgotten next.
    oldest: usize,
    /// The keys of objects of many keys that are merged into smaller ones, with where they are: by where the fields of the object begin.
    wide: FxHashMap<u32, HashMap<&'a [u8], u32>>,
}

impl Merged<'_> {
    /// About how many bytes it takes for objects of many keys.
    pub(super) fn held(&self) -> usize {
        let keys = self.wide.values().map(HashMap::capacity);
        keys.sum::<usize>() * 2 * size_of::<(&[u8], u32)>()
    }
}

/// No more are remembered: entities that are merged one after the other have few layouts.
const REMEMBERED: usize = 8;

/// When finding the fields in common takes more comparisons than this, a table is made.
const MANY: u64 = 4096;

impl<'a> Tree<'a> {
    /// Merges an object of a new answer into one of the data. The same answer may be merged into many objects.
    pub(crate) fn merge(&mut self, target: ObjectId, source: ObjectId) {
        if target == source {
            return;
        }
        self.merge_fields(target, source);
        self.push_part(target, source);
    }

    /// Forgets what is only known for merging the objects of one answer.
    pub(crate) fn end_merging(&mut self) {
        if !self.merged.wide.is_empty() {
            self.merged.wide = FxHashMap::default();
        }
    }

    /// Merges the fields that both have.
    fn merge_fields(&mut self, target: ObjectId, source: ObjectId) {
        if self.has_heirs() {
            // They have the new ones through their part, but not merged with what they have beside it.
            for heir in self.heirs(target) {
                self.merge_fields(heir, source);
            }
        }
        let new = self.own(source);
        if new.len == 0 {
            return;
        }
        let mut both = Both::new();
        self.collect_common(target, new, &mut both);
        if both.len() > 1 {
            // The first holder counts.
            both.sort_by_key(|(_, _, new)| *new);
            both.dedup_by_key(|(_, _, new)| *new);
        }
        for (holder, old, new) in both {
            self.merge_field(target, holder, old, new);
        }
    }

    /// Adds what an object and its parts have in common with others: the holder, and where both are.
    fn collect_common(&mut self, holder: ObjectId, new: Own, both: &mut Both) {
        let own = self.own(holder);
        if own.len > 0 {
            self.find_common(holder, own, new, both);
        }
        let mut next = self.first_part(holder);
        while let Some(&part) = self.parts.get(next as usize) {
            self.collect_common(part.object, new, both);
            next = part.next;
        }
    }

    /// Adds what the fields of one object have in common with others.
    fn find_common(&mut self, holder: ObjectId, own: Own, new: Own, both: &mut Both) {
        let mut add = |common: &Common| {
            let places = common.iter();
            both.extend(places.map(|(old, at)| (holder, own.start + old, new.start + at)));
        };
        if own.layout == Layout::OWN || new.layout == Layout::OWN {
            add(&self.common_of_own(own, new));
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
        let Merged { known, oldest, .. } = &mut self.merged;
        match known.get_mut(*oldest) {
            Some(place) => *place = found,
            None => known.push(found),
        }
        *oldest = (*oldest + 1) % REMEMBERED;
    }

    /// The fields in common where not both objects have layouts.
    #[cold]
    #[inline(never)]
    fn common_of_own(&mut self, own: Own, new: Own) -> Common {
        match u64::from(own.len) * u64::from(new.len) > MANY {
            true if own.len < new.len => self.common_of_wide(own, new),
            _ => self.common(own, new),
        }
    }

    /// The same where the new object has many keys of its own, which are put in a table for all that it is merged into.
    fn common_of_wide(&mut self, own: Own, new: Own) -> Common {
        if !self.merged.wide.contains_key(&new.start) {
            let mut table = HashMap::with_capacity(new.len as usize);
            for (key, at) in self.nodes_of(new) {
                table.entry(self.key(key)).or_insert(at);
            }
            self.merged.wide.insert(new.start, table);
        }
        let (mut found, mut taken) = (Common::new(), HashSet::new());
        let table = self.merged.wide.get(&new.start);
        for (key, old) in self.nodes_of(own) {
            let at = table.and_then(|table| table.get(self.key(key)));
            if let Some(&at) = at
                && taken.insert(at)
            {
                found.push((old - own.start, at - new.start));
            }
        }
        found
    }

    /// The fields in common; of several with one key, the first. Each is given by its distance from where the fields begin.
    fn common(&self, own: Own, new: Own) -> Common {
        let mut found = Common::new();
        if u64::from(own.len) * u64::from(new.len) > MANY {
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

    /// The value of a field, as one that belongs to this object only: completing it changes no other place.
    pub(crate) fn own_value(&mut self, object: ObjectId, key: &str) -> Option<Value<'a>> {
        let at = self.locate(object, key.as_bytes())?;
        let node = self.adopt(*self.fields.get(at as usize)?);
        if self.key_of(self.own(object), at).is_some() {
            self.set_field(at, node);
        } else {
            let holder = self.holder(object, at)?;
            let key = self.key_of(self.own(holder), at)?;
            self.shadow(object, key, node);
        }
        Some(self.value(node))
    }

    /// Which part of an object has a field.
    fn holder(&self, object: ObjectId, at: u32) -> Option<ObjectId> {
        let mut parts = self.parts(object);
        parts.find_map(|part| match self.key_of(self.own(part), at) {
            Some(_) => Some(part),
            None => self.holder(part, at),
        })
    }

    /// The key of the value there, if it is one of these fields.
    fn key_of(&self, own: Own, at: u32) -> Option<Node> {
        let mut nodes = self.nodes_of(own);
        nodes.find(|(_, value)| *value == at).map(|(key, _)| key)
    }

    /// Puts a field before those of the parts.
    fn shadow(&mut self, object: ObjectId, key: Node, node: Node) {
        let part = self.push_blank_object(1);
        let own = self.own(part);
        self.set_field(own.start, key);
        self.set_field(own.start + 1, node);
        self.push_front_part(object, part);
    }

    fn merge_field(&mut self, target: ObjectId, holder: ObjectId, old: u32, new: u32) {
        let node = |tree: &Self, at: u32| tree.fields.get(at as usize).copied();
        let (Some(before), Some(after)) = (node(self, old), node(self, new)) else {
            return;
        };
        let owned = holder == target;
        let Some(node) = self.merged_node(before, after, owned) else {
            return;
        };
        if owned {
            self.set_field(old, node);
        } else if let Some(key) = self.key_of(self.own(holder), old) {
            self.shadow(target, key, node);
        }
    }

    /// The value to be used instead of `old`, if any. When `owned`, `old` occurs at one place only and may be
    /// completed itself.
    fn merged_node(&mut self, old: Node, new: Node, owned: bool) -> Option<Node> {
        match (old.kind(), new.kind()) {
            (Kind::Null, Kind::Null) => None,
            (Kind::Null, _) => Some(self.adopt(new)),
            (Kind::Object, Kind::Object) if old != new => {
                let (old, new) = (old.object_id(), new.object_id());
                if owned {
                    self.merge(old, new);
                    return None;
                }
                let both = self.new_object();
                self.push_part(both, old);
                self.merge(both, new);
                self.push_heir(old, both);
                Some(Node::object(both))
            }
            (Kind::Items | Kind::Leaves, Kind::Items | Kind::Leaves) if old != new => {
                self.merged_lists(old, new, owned)
            }
            _ => None,
        }
    }

    fn merged_lists(&mut self, old: Node, new: Node, owned: bool) -> Option<Node> {
        let is_of_leaves = old.kind() == Kind::Leaves;
        let (Value::List(before), Value::List(after)) = (self.value(old), self.value(new)) else {
            return None;
        };
        // Of leaves, only those that are missing are taken from the other.
        if is_of_leaves && !self.items(before).any(|item| item == Value::Null) {
            return None;
        }
        if self.len(before) != self.len(after) {
            return None;
        }
        let (old, new) = (self.stored(old), self.stored(new));
        let mut items = None;
        for index in 0..old.range().len() {
            let (before, after) = (self.nodes(old)[index], self.nodes(new)[index]);
            let Some(merged) = self.merged_node(before, after, owned) else {
                continue;
            };
            if owned && !is_of_leaves {
                self.set_item(old, index, merged);
            } else {
                let items = items.get_or_insert_with(|| self.nodes(old).to_vec());
                items[index] = merged;
            }
        }
        items.map(|items| self.push_items(&items))
    }

    /// The items of a list as nodes, which those of a list of leaves become now.
    fn stored(&mut self, list: Node) -> Span {
        if list.kind() != Kind::Leaves {
            return list.span();
        }
        let Place { text, at, .. } = list.place();
        let start = self.items.len();
        let mut leaves = Leaves::new(self.text_of(list));
        while let Some(leaf) = leaves.next() {
            let end = at + leaves.read();
            let node = match leaf {
                Value::Bool(false) => Node::word(Kind::False),
                Value::Bool(true) => Node::word(Kind::True),
                Value::Number(raw) => Node::leaf(Kind::Number, text, end - raw.len(), raw.len()),
                Value::String(raw) => Node::leaf(Kind::String, text, end - raw.len(), raw.len()),
                Value::Null | Value::List(_) | Value::Object(_) => Node::NULL,
            };
            self.items.push(node);
        }
        Span::new(start, self.items.len() - start)
    }

    /// The same value, in objects and lists of its own, so that completing it changes no other place.
    fn adopt(&mut self, node: Node) -> Node {
        match node.kind() {
            Kind::Object => {
                let shared = node.object_id();
                let own = self.new_object();
                self.push_part(own, shared);
                self.push_heir(shared, own);
                Node::object(own)
            }
            Kind::Items => {
                let mut items = self.nodes(node.span()).to_vec();
                for item in &mut items {
                    *item = self.adopt(*item);
                }
                self.push_items(&items)
            }
            // Leaves do not change.
            _ => node,
        }
    }
}
