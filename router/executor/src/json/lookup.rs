//! Finding the fields of an object: by its layout, or by a table where there are many.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

use federation::MAX_NAME;

use super::escapes::{LONGEST_ESCAPE, is_escaped_text, is_text};
use super::layout::Layout;
use super::text::{decode, same_key};
use super::tree::{NONE, Own, Tree};
use super::value::{Node, ObjectId, Value};

/// What is known of the fields of one object while they are read.
#[derive(Debug, Default)]
pub(crate) struct Cursor {
    /// Where the next one is in the tree, if the object has its own keys and they are read in order.
    next: u32,
    /// How many keys were compared without a match.
    missed: u32,
    /// All fields, once this many comparisons failed that an index pays.
    index: Option<Box<Index>>,
}

/// Comparisons that fail before an index is built.
const WORTH_AN_INDEX: u32 = 4096;

/// No field of a plan has a longer key, in bytes, as it may be sent: a number may have been added to a name. Longer ones are in no index.
const LONGEST_KEY: usize = (MAX_NAME + 16) * LONGEST_ESCAPE;

/// The work of taking a key into an index, beside that of reading it.
const INDEXING: usize = 16;

impl Cursor {
    /// The work of an index that was built, in units of a few nanoseconds.
    pub(crate) fn work(&self) -> usize {
        self.index.as_ref().map_or(0, |index| index.work)
    }
}

impl<'a> Tree<'a> {
    /// The value of a field of an object or of its parts; of several with one key, the first.
    pub(crate) fn get(&self, id: ObjectId, key: &str) -> Option<Value<'a>> {
        let mut found = self.locate(id, key.as_bytes());
        if found.is_none() && self.has_escaped_keys {
            found = self.find_escaped(id, key);
        }
        self.stored_value(found?)
    }

    /// The same for one of many fields that are read of an object.
    #[inline]
    pub(crate) fn get_next(
        &self,
        id: ObjectId,
        key: &str,
        cursor: &mut Cursor,
    ) -> Option<Value<'a>> {
        if let Some(index) = &cursor.index {
            return self.stored_value(index.find(self, key)?);
        }
        if let Some(at) = self.position(self.own(id), key, cursor) {
            return self.stored_value(at);
        }
        self.get_in_parts(id, key, cursor)
    }

    fn get_in_parts(&self, id: ObjectId, key: &str, cursor: &mut Cursor) -> Option<Value<'a>> {
        let mut found = self.find_in_parts(id, key, cursor);
        if found.is_none() && self.has_escaped_keys {
            let width = u32::try_from(self.width(id)).unwrap_or(u32::MAX);
            cursor.missed = cursor.missed.saturating_add(width);
            found = self.find_escaped(id, key);
        }
        if cursor.missed > WORTH_AN_INDEX {
            cursor.index = Some(Box::new(Index::of(self, id)));
        }
        self.stored_value(found?)
    }

    #[inline]
    fn stored_value(&self, at: u32) -> Option<Value<'a>> {
        self.fields.get(at as usize).map(|&node| self.value(node))
    }

    /// Depth-first over the parts, which nest as deep as fetches merge into what others merged.
    fn find_in_parts(&self, id: ObjectId, key: &str, cursor: &mut Cursor) -> Option<u32> {
        let mut next = self.first_part(id);
        while let Some(&part) = self.parts.get(next as usize) {
            if let Some(at) = self.position(self.own(part.object), key, cursor) {
                return Some(at);
            }
            if self.first_part(part.object) != NONE
                && let Some(found) = self.find_in_parts(part.object, key, cursor)
            {
                return Some(found);
            }
            next = part.next;
        }
        None
    }

    /// Where among these fields the value of one is.
    #[inline]
    fn position(&self, own: Own, key: &str, cursor: &mut Cursor) -> Option<u32> {
        if let Some(index) = self.indexed(own) {
            return index.find(self, key);
        }
        match own.layout {
            Layout::EMPTY => None,
            Layout::OWN => self.position_in_order(own, key.as_bytes(), cursor),
            layout => {
                cursor.missed = cursor.missed.saturating_add(own.len);
                Some(own.start + self.index_in(layout, key.as_bytes())?)
            }
        }
    }

    /// Where a field is in an object that has its own keys: it is first looked for where it is expected.
    fn position_in_order(&self, own: Own, key: &[u8], cursor: &mut Cursor) -> Option<u32> {
        let expected = cursor.next;
        let values = own.start + 1..own.start + 2 * own.len;
        if values.contains(&expected) && same_key(self.key_before(expected), key) {
            cursor.next = expected + 2;
            return Some(expected);
        }
        cursor.missed = cursor.missed.saturating_add(own.len);
        let at = self.position_of_own(own, key)?;
        cursor.next = at + 2;
        Some(at)
    }

    fn position_of_own(&self, own: Own, key: &[u8]) -> Option<u32> {
        let mut values = (own.start + 1..own.start + 2 * own.len).step_by(2);
        values.find(|&at| same_key(self.key_before(at), key))
    }

    /// The key before a value of an object that has its own keys.
    fn key_before(&self, at: u32) -> &'a [u8] {
        let key = self.fields.get(at as usize - 1);
        key.map(|&key| self.key(key)).unwrap_or_default()
    }

    /// Where among these fields the value of one is.
    pub(super) fn position_of(&self, own: Own, key: &[u8]) -> Option<u32> {
        if let Some(index) = self.indexed(own) {
            return index.find(self, std::str::from_utf8(key).ok()?);
        }
        match own.layout {
            Layout::OWN => self.position_of_own(own, key),
            layout => Some(own.start + self.index_in(layout, key)?),
        }
    }

    /// Where the value of a field of an object or of its parts is; keys that were sent with escapes are not found.
    pub(super) fn locate(&self, id: ObjectId, key: &[u8]) -> Option<u32> {
        if let Some(at) = self.position_of(self.own(id), key) {
            return Some(at);
        }
        self.parts(id).find_map(|part| self.locate(part, key))
    }

    /// The same among keys that were sent with escapes. An index has these too.
    #[cold]
    fn find_escaped(&self, id: ObjectId, key: &str) -> Option<u32> {
        let own = self.own(id);
        if self.indexed(own).is_none() {
            let mut nodes = self.nodes_of(own);
            let found = nodes.find(|(text, _)| is_escaped_text(self.key(*text), key));
            if let Some((_, at)) = found {
                return Some(at);
            }
        }
        self.parts(id).find_map(|part| self.find_escaped(part, key))
    }
}

/// The fields of an object and of its parts by key; of several with one key, the first.
pub(super) struct Index {
    /// Where each value is, and the key as it is stored.
    fields: HashTable<(u32, Node)>,
    /// Seeded: subgraphs must not be able to make keys collide.
    hasher: DefaultHashBuilder,
    /// The work of building it.
    work: usize,
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Index")
            .field("fields", &self.fields.len())
            .finish_non_exhaustive()
    }
}

impl Index {
    pub(super) fn of(tree: &Tree<'_>, id: ObjectId) -> Self {
        let mut index = Self::empty();
        index.add(tree, id);
        index
    }

    /// The same without those of its parts.
    pub(super) fn of_own(tree: &Tree<'_>, id: ObjectId) -> Self {
        let mut index = Self::empty();
        index.add_own(tree, id);
        index
    }

    fn empty() -> Self {
        Self {
            fields: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
            work: 0,
        }
    }

    fn add(&mut self, tree: &Tree<'_>, id: ObjectId) {
        self.add_own(tree, id);
        for part in tree.parts(id) {
            self.add(tree, part);
        }
    }

    fn add_own(&mut self, tree: &Tree<'_>, id: ObjectId) {
        let Self {
            fields,
            hasher,
            work,
        } = self;
        let hash = |(_, key): &(u32, Node)| hasher.hash_one(&*decode(tree.key(*key)));
        let own = tree.own_nodes(id);
        fields.reserve(own.len(), hash);
        for (key, at) in own {
            let raw = tree.key(key);
            *work += INDEXING;
            if raw.len() > LONGEST_KEY {
                continue;
            }
            *work += raw.len() / 2;
            let text = decode(raw);
            let hashed = hasher.hash_one(&*text);
            if fields
                .find(hashed, |(_, known)| is_text(tree.key(*known), &text))
                .is_none()
            {
                fields.insert_unique(hashed, (at, key), hash);
            }
        }
    }

    /// Which of the tree's fields has that key.
    pub(super) fn find(&self, tree: &Tree<'_>, text: &str) -> Option<u32> {
        let hashed = self.hasher.hash_one(text);
        let found = self
            .fields
            .find(hashed, |(_, known)| is_text(tree.key(*known), text));
        found.map(|(at, _)| *at)
    }
}
