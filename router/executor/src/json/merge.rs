//! Merging what several fetches brought for one object.
//!
//! Objects are merged by field, lists of one length by index; otherwise what was there first stays,
//! unless it was null. Nothing of an answer is copied, and nothing that an answer shares between
//! several places is changed: where a shared value has to be completed for one place only, that place
//! gets a value of its own which refers to both, and inherits what comes later for the shared one.

use super::text::same_key;
use super::tree::{Field, ObjectId, Tree, Value};

/// Where an object's field was found.
struct Found<'a> {
    holder: ObjectId,
    index: usize,
    value: Value<'a>,
}

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
        for index in 0..self.own_fields(source).len() {
            let (key, value) = self.own_fields(source)[index];
            if let Some(found) = self.locate(target, key) {
                self.merge_field(target, key, &found, value);
            }
        }
    }

    /// The value of a field, as one that stands at this object only: completing it changes no other place.
    pub(crate) fn own(&mut self, object: ObjectId, key: &str) -> Option<Value<'a>> {
        let found = self.locate(object, key.as_bytes())?;
        let (raw, _) = self.own_fields(found.holder)[found.index];
        let own = self.adopt(found.value);
        if found.holder == object {
            self.set_own_field(object, found.index, own);
        } else {
            self.has_shadowed_fields = true;
            let fields = self.push_fields(&[(raw, own)]);
            let part = self.push_object(fields);
            self.push_front_part(object, part);
        }
        Some(own)
    }

    fn locate(&self, object: ObjectId, key: &[u8]) -> Option<Found<'a>> {
        let own = self.own_fields(object);
        if let Some(index) = own.iter().position(|field| same_key(field.0, key)) {
            return Some(Found {
                holder: object,
                index,
                value: own[index].1,
            });
        }
        self.parts(object).find_map(|part| self.locate(part, key))
    }

    fn merge_field(&mut self, target: ObjectId, key: &'a [u8], old: &Found<'a>, new: Value<'a>) {
        if key != b"__typename" {
            self.has_shadowed_fields = true;
        }
        let owned = old.holder == target;
        let Some(merged) = self.merged(old.value, new, owned) else {
            return;
        };
        if owned {
            self.set_own_field(target, old.index, merged);
        } else {
            let field: Field<'a> = (key, merged);
            let own = self.push_fields(&[field]);
            let part = self.push_object(own);
            self.push_front_part(target, part);
        }
    }

    /// The value to be used instead of `old`, if any. When `owned`, `old` stands at one place only and may be
    /// completed itself.
    fn merged(&mut self, old: Value<'a>, new: Value<'a>, owned: bool) -> Option<Value<'a>> {
        match (old, new) {
            (Value::Null, Value::Null) => None,
            (Value::Null, new) => Some(self.adopt(new)),
            (Value::Object(old), Value::Object(new)) if old != new => {
                if owned {
                    self.merge(old, new);
                    return None;
                }
                let both = self.new_object();
                self.push_part(both, old);
                self.merge(both, new);
                self.push_heir(old, both);
                Some(Value::Object(both))
            }
            (Value::List(old), Value::List(new)) if old != new && old.len() == new.len() => {
                let mut items = None;
                for index in 0..old.len() {
                    let (before, after) = (self.items(old)[index], self.items(new)[index]);
                    let Some(merged) = self.merged(before, after, owned) else {
                        continue;
                    };
                    if owned {
                        self.set_item(old, index, merged);
                    } else {
                        let items = items.get_or_insert_with(|| self.items(old).to_vec());
                        items[index] = merged;
                    }
                }
                items.map(|items| Value::List(self.push_items(&items)))
            }
            _ => None,
        }
    }

    /// The same value, in objects and lists of its own, so that completing it changes no other place.
    fn adopt(&mut self, value: Value<'a>) -> Value<'a> {
        match value {
            Value::Object(shared) => {
                let own = self.new_object();
                self.push_part(own, shared);
                self.push_heir(shared, own);
                Value::Object(own)
            }
            Value::List(shared) => {
                let mut items = self.items(shared).to_vec();
                for item in &mut items {
                    *item = self.adopt(*item);
                }
                Value::List(self.push_items(&items))
            }
            leaf => leaf,
        }
    }
}
