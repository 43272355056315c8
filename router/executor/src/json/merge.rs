//! Merging what several fetches brought for one object.
//!
//! Objects are merged by field, lists of one length by index; otherwise what was there first stays,
//! unless it was null. Nothing of an answer is copied, and nothing that an answer shares between
//! several places is changed: where a shared value has to be completed for one place only, that place
//! gets a value of its own which refers to both, and inherits what comes later for the shared one. Such values are as many as there are
//! places, and memory is asked for before they are made.

mod common;

pub(super) use self::common::Merged;
use self::common::{Both, READ_PER_UNIT};
use super::forms::Stored;
use super::layout::Layout;
use super::leaves::Leaves;
use super::tree::{Own, Tree};
use super::value::{Kind, List, Node, ObjectId, Place, Span, Value};
use crate::memory::Grants;

/// What an object takes that refers to others, in bytes, with what the tree keeps of its parts.
const REFERRING: usize = 128;

/// A field as it is stored.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StoredField {
    key: Node,
    /// Where the value is, if the object has it by itself.
    own: Option<u32>,
    pub(crate) value: Stored,
}

impl<'a> Tree<'a> {
    /// Merges an object of a new answer into one of the data. The same answer may be merged into many objects. Returns whether there was
    /// memory for all of it.
    pub(crate) fn merge(
        &mut self,
        target: ObjectId,
        source: ObjectId,
        grants: &mut Grants<'_>,
    ) -> bool {
        if target != source {
            self.merge_fields(target, source, grants);
            self.push_part(target, source);
        }
        !grants.are_exhausted()
    }

    /// Merges the fields that both have.
    fn merge_fields(&mut self, target: ObjectId, source: ObjectId, grants: &mut Grants<'_>) {
        if self.has_heirs() {
            // They have the new ones through their part, but not merged with what they have beside it.
            for heir in self.heirs(target) {
                self.merge_fields(heir, source, grants);
            }
        }
        let new = self.own(source);
        if new.len == 0 {
            return;
        }
        let mut both = Both::new();
        self.collect_common(target, new, &mut both, grants);
        if both.len() > 1 {
            // The first holder counts.
            both.sort_by_key(|(_, _, new)| *new);
            both.dedup_by_key(|(_, _, new)| *new);
        }
        for (holder, old, new) in both {
            self.merge_field((target, holder), old, new, grants);
        }
    }

    /// A field of an object or of its parts, as it is stored. Keys that were sent with escapes are not found.
    pub(crate) fn field(&self, object: ObjectId, key: &str) -> Option<StoredField> {
        let at = self.locate(object, key.as_bytes())?;
        let value = *self.fields.get(at as usize)?;
        let own = self.key_of(self.own(object), at);
        let (key, own) = match own {
            Some(key) => (key, Some(at)),
            None => (self.key_of(self.own(self.holder(object, at)?), at)?, None),
        };
        Some(StoredField {
            key,
            own,
            value: Stored(value),
        })
    }

    /// Gives an object another value for a field that it has, or that the object has of which it is a copy.
    pub(crate) fn put(&mut self, object: ObjectId, field: StoredField, value: Stored) {
        let is_own = |at: u32| self.key_of(self.own(object), at).is_some();
        match field.own.filter(|at| is_own(*at)) {
            Some(at) => self.set_field(at, value.0),
            None => self.shadow(object, field.key, value.0),
        }
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
        let offset = at.checked_sub(own.start)?;
        if own.layout == Layout::OWN {
            let is_value = offset < 2 * own.len && offset % 2 == 1;
            let key = is_value.then(|| self.fields.get(at as usize - 1))?;
            return key.copied();
        }
        if offset >= own.len {
            return None;
        }
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

    fn merge_field(
        &mut self,
        (target, holder): (ObjectId, ObjectId),
        old: u32,
        new: u32,
        grants: &mut Grants<'_>,
    ) {
        let node = |tree: &Self, at: u32| tree.fields.get(at as usize).copied();
        let (Some(before), Some(after)) = (node(self, old), node(self, new)) else {
            return;
        };
        let owned = holder == target;
        let Some(node) = self.merged_node(before, after, owned, grants) else {
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
    fn merged_node(
        &mut self,
        old: Node,
        new: Node,
        owned: bool,
        grants: &mut Grants<'_>,
    ) -> Option<Node> {
        match (old.kind(), new.kind()) {
            (Kind::Null, Kind::Null) => None,
            (Kind::Null, _) => self.adopt(new, grants),
            (Kind::Object, Kind::Object) if old != new => {
                if !grants.owe(REFERRING) {
                    return None;
                }
                let (old, new) = (old.object_id(), new.object_id());
                if owned {
                    self.merge(old, new, grants);
                    return None;
                }
                let both = self.new_object();
                self.push_part(both, old);
                self.merge(both, new, grants);
                self.push_heir(old, both);
                Some(Node::object(both))
            }
            (Kind::Items | Kind::Leaves, Kind::Items | Kind::Leaves) if old != new => {
                self.merged_lists(old, new, owned, grants)
            }
            _ => None,
        }
    }

    fn merged_lists(
        &mut self,
        old: Node,
        new: Node,
        owned: bool,
        grants: &mut Grants<'_>,
    ) -> Option<Node> {
        let is_of_leaves = old.kind() == Kind::Leaves;
        let (Value::List(before), Value::List(after)) = (self.value(old), self.value(new)) else {
            return None;
        };
        for list in [before, after] {
            if let List::Leaves(text) = list {
                grants.spend(text.len() / READ_PER_UNIT, self.text_parsed());
            }
        }
        if grants.are_exhausted() {
            return None;
        }
        // Of leaves, only those that are missing are taken from the other.
        if is_of_leaves && !self.items(before).any(|item| item == Value::Null) {
            return None;
        }
        if self.len(before) != self.len(after) {
            return None;
        }
        // Leaves become nodes; what is not changed where it is becomes another list.
        let changes = owned && !is_of_leaves;
        let copies = usize::from(is_of_leaves)
            + usize::from(new.kind() == Kind::Leaves)
            + if changes { 0 } else { 2 };
        if !grants.owe(self.len(before) * copies * size_of::<Node>()) {
            return None;
        }
        let (old, new) = (self.stored(old), self.stored(new));
        let mut items = None;
        for index in 0..old.range().len() {
            let (before, after) = (self.nodes(old)[index], self.nodes(new)[index]);
            let Some(merged) = self.merged_node(before, after, owned, grants) else {
                if grants.are_exhausted() {
                    return None;
                }
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
                Value::Number(raw) => self.leaf(Kind::Number, text, end - raw.len(), raw.len()),
                Value::String(raw) => self.leaf(Kind::String, text, end - raw.len(), raw.len()),
                Value::Null | Value::List(_) | Value::Object(_) => Node::NULL,
            };
            self.items.push(node);
        }
        Span::new(start, self.items.len() - start)
    }

    /// The same value, in objects and lists of its own, so that completing it changes no other place; nothing where there is no memory for them.
    fn adopt(&mut self, node: Node, grants: &mut Grants<'_>) -> Option<Node> {
        match node.kind() {
            Kind::Object => {
                let own = self.copy(node.object_id(), grants)?;
                Some(Node::object(own))
            }
            Kind::Items => {
                let span = node.span();
                if !grants.owe(2 * span.range().len() * size_of::<Node>()) {
                    return None;
                }
                let mut items = self.nodes(span).to_vec();
                for item in &mut items {
                    *item = self.adopt(*item, grants)?;
                }
                Some(self.push_items(&items))
            }
            // Leaves do not change.
            _ => Some(node),
        }
    }

    /// An object that has another one as a part, and what comes for it later.
    pub(crate) fn copy(&mut self, shared: ObjectId, grants: &mut Grants<'_>) -> Option<ObjectId> {
        if !grants.owe(REFERRING) {
            return None;
        }
        let own = self.new_object();
        self.push_part(own, shared);
        self.push_heir(shared, own);
        Some(own)
    }
}
