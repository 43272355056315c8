//! Merging what several fetches brought for one object.
//!
//! Objects are merged by field, lists of one length by index; otherwise what was there first stays,
//! unless it was null. Nothing of an answer is copied, and nothing that an answer shares between
//! several places is changed: where a shared value has to be completed for one place only, that place
//! gets a value of its own which refers to both, and inherits what comes later for the shared one.

use std::collections::HashMap;

use super::leaves::Leaves;
use super::tree::Tree;
use super::value::{Key, Kind, Node, ObjectId, Place, Span, StoredField, Value};

/// Where an object's field was found.
#[derive(Clone, Copy)]
struct Found {
    holder: ObjectId,
    index: usize,
    node: Node,
}

/// Objects with more fields than this are merged by way of a table.
const MANY: usize = 64;

impl<'a> Tree<'a> {
    /// Merges an object of a new answer into one of the data. The same answer may be merged into many objects.
    pub(crate) fn merge(&mut self, target: ObjectId, source: ObjectId) {
        if target == source {
            return;
        }
        self.merge_fields(target, source);
        self.push_part(target, source);
    }

    /// Merges the fields that both have.
    fn merge_fields(&mut self, target: ObjectId, source: ObjectId) {
        // They have the new ones through their part, but not merged with what they have beside it.
        for heir in self.heirs(target) {
            self.merge_fields(heir, source);
        }
        let fields = self.own(source).range();
        let is_long = fields.len() > MANY;
        let mut known = is_long.then(|| {
            let mut known = HashMap::new();
            self.locate_all(target, &mut known);
            known
        });
        for index in fields {
            let StoredField { key, node } = self.fields[index];
            let text = self.key(key);
            let found = match &mut known {
                // Of several with one key the first is merged.
                Some(known) => known.remove(text),
                None => self.locate(target, text),
            };
            if let Some(found) = found {
                self.merge_field(target, key, &found, node);
            }
        }
    }

    /// The value of a field, as one that stands at this object only: completing it changes no other place.
    pub(crate) fn own_value(&mut self, object: ObjectId, key: &str) -> Option<Value<'a>> {
        let found = self.locate(object, key.as_bytes())?;
        let key = self.own_stored(found.holder).get(found.index)?.key;
        let node = self.adopt(found.node);
        if found.holder == object {
            self.set_own_field(object, found.index, node);
        } else {
            self.has_shadowed_fields = true;
            let part = self.push_object(&[StoredField { key, node }]);
            self.push_front_part(object, part);
        }
        Some(self.value(node))
    }

    fn locate(&self, object: ObjectId, key: &[u8]) -> Option<Found> {
        let own = self.own(object);
        if let Some(at) = self.position(own, key) {
            return Some(Found {
                holder: object,
                index: (at - own.start) as usize,
                node: self.fields.get(at as usize)?.node,
            });
        }
        self.parts(object).find_map(|part| self.locate(part, key))
    }

    /// All fields, as [`Tree::locate`] finds them.
    fn locate_all(&self, holder: ObjectId, found: &mut HashMap<&'a [u8], Found>) {
        for (index, field) in self.own_stored(holder).iter().enumerate() {
            let node = field.node;
            let one = Found {
                holder,
                index,
                node,
            };
            found.entry(self.key(field.key)).or_insert(one);
        }
        for part in self.parts(holder) {
            self.locate_all(part, found);
        }
    }

    fn merge_field(&mut self, target: ObjectId, key: Key, old: &Found, new: Node) {
        if !self.has_shadowed_fields && self.key(key) != b"__typename" {
            self.has_shadowed_fields = true;
        }
        let owned = old.holder == target;
        let Some(node) = self.merged(old.node, new, owned) else {
            return;
        };
        if owned {
            self.set_own_field(target, old.index, node);
        } else {
            let part = self.push_object(&[StoredField { key, node }]);
            self.push_front_part(target, part);
        }
    }

    /// The value to be used instead of `old`, if any. When `owned`, `old` stands at one place only and may be
    /// completed itself.
    fn merged(&mut self, old: Node, new: Node, owned: bool) -> Option<Node> {
        match (self.value(old), self.value(new)) {
            (Value::Null, Value::Null) => None,
            (Value::Null, _) => Some(self.adopt(new)),
            (Value::Object(old), Value::Object(new)) if old != new => {
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
            (Value::List(_), Value::List(_)) if old != new => self.merged_lists(old, new, owned),
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
            let Some(merged) = self.merged(before, after, owned) else {
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
                let shared = ObjectId(node.span().start);
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
