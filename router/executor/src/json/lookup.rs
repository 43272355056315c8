//! Finding the fields of an object: in the order in which they were sent, or by a table where there are many in another.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

use super::text::{decode, same_key};
use super::tree::{NONE, Tree};
use super::value::{Key, ObjectId, Span, StoredField, Value};

/// Where the last field was found, so that reading fields in the order in which they were sent costs
/// one comparison each.
#[derive(Debug)]
pub(crate) struct Cursor {
    /// In the fields of the tree.
    pub(super) next: u32,
    pub(super) end: u32,
    /// They are the object's own fields, not those of a part.
    pub(super) is_own: bool,
    /// How many fields were looked at in vain.
    pub(super) missed: u32,
    /// All fields, once so many were looked at in vain that it pays.
    pub(super) index: Option<Box<Index>>,
}

/// Fields that are looked at in vain before there is an index.
const WORTH_AN_INDEX: u32 = 4096;

impl Cursor {
    #[inline]
    pub(super) fn new(own: Span) -> Self {
        Self {
            next: own.start,
            end: own.start + own.len,
            is_own: true,
            missed: 0,
            index: None,
        }
    }

    #[inline]
    pub(super) fn is_worth_an_index(&self) -> bool {
        self.missed > WORTH_AN_INDEX
    }
}

impl<'a> Tree<'a> {
    /// Where reading an object in order begins.
    #[inline]
    pub(crate) fn cursor(&self, id: ObjectId) -> Cursor {
        Cursor::new(self.own(id))
    }

    /// The value of a field of an object or of its parts; of several with one key, the first.
    #[inline]
    pub(crate) fn get(&self, id: ObjectId, key: &str) -> Option<Value<'a>> {
        let found = self.find(id, key, &mut 0)?;
        let field = self.fields.get(found.at as usize)?;
        Some(self.value(field.node))
    }

    /// The same, first looking where `cursor` points, which then points past the field.
    #[inline]
    pub(crate) fn get_next(
        &self,
        id: ObjectId,
        key: &str,
        cursor: &mut Cursor,
    ) -> Option<Value<'a>> {
        if cursor.next < cursor.end
            && let Some(field) = self.fields.get(cursor.next as usize)
            && field.key.len == Key::len_of(key.as_bytes())
            && same_key(self.key(field.key), key.as_bytes())
            && (cursor.is_own || !self.has_shadowed_fields)
        {
            cursor.next += 1;
            return Some(self.value(field.node));
        }
        self.get_elsewhere(id, key, cursor)
    }

    fn get_elsewhere(&self, id: ObjectId, key: &str, cursor: &mut Cursor) -> Option<Value<'a>> {
        if cursor.is_worth_an_index() {
            let index = cursor
                .index
                .get_or_insert_with(|| Box::new(Index::of(self, id)));
            let field = self.fields.get(index.find(self, key)? as usize)?;
            return Some(self.value(field.node));
        }
        let found = self.find(id, key, &mut cursor.missed)?;
        let field = self.fields.get(found.at as usize)?;
        cursor.next = found.at + 1;
        cursor.end = found.end;
        cursor.is_own = found.is_own;
        Some(self.value(field.node))
    }

    /// Finds a field, and counts those that it looks at in vain.
    #[inline]
    fn find(&self, id: ObjectId, key: &str, missed: &mut u32) -> Option<Found> {
        let own = self.own(id);
        if let Some(at) = self.position(own, key.as_bytes()) {
            *missed = missed.saturating_add(own.len);
            return Some(Found::new(at, own, true));
        }
        let found = self.find_in_parts(id, key.as_bytes(), missed);
        *missed = missed.saturating_add(own.len);
        if found.is_none() && self.has_escaped_keys {
            return self.find_escaped(id, true, key);
        }
        found
    }

    /// Depth-first over the parts, which nest as deep as fetches merge into what others merged.
    fn find_in_parts(&self, id: ObjectId, key: &[u8], missed: &mut u32) -> Option<Found> {
        let mut next = self.first_part(id);
        while let Some(&part) = self.parts.get(next as usize) {
            let own = self.own(part.object);
            *missed = missed.saturating_add(own.len);
            if let Some(at) = self.position(own, key) {
                return Some(Found::new(at, own, false));
            }
            if self.first_part(part.object) != NONE
                && let Some(found) = self.find_in_parts(part.object, key, missed)
            {
                return Some(found);
            }
            next = part.next;
        }
        None
    }

    /// Where among these fields one with the key is.
    #[inline]
    pub(super) fn position(&self, own: Span, key: &[u8]) -> Option<u32> {
        let fields = self.fields.get(own.range()).unwrap_or_default();
        let len = Key::len_of(key);
        let is_it =
            |field: &StoredField| field.key.len == len && same_key(self.key(field.key), key);
        let index = fields.iter().position(is_it)?;
        // Fields are numbered in 32 bits.
        Some(own.start + index as u32)
    }

    /// The same as [`Tree::find`] among keys that were sent with escapes.
    #[cold]
    fn find_escaped(&self, id: ObjectId, is_own: bool, key: &str) -> Option<Found> {
        let own = self.own(id);
        for (field, at) in self.own_stored(id).iter().zip(own.start..) {
            if decode(self.key(field.key)) == key {
                return Some(Found::new(at, own, is_own));
            }
        }
        let mut parts = self.parts(id);
        parts.find_map(|part| self.find_escaped(part, false, key))
    }
}

/// Where a field of an object or of one of its parts is.
#[derive(Clone, Copy)]
struct Found {
    at: u32,
    /// Where the run ends that it is in.
    end: u32,
    /// It is not in a part.
    is_own: bool,
}

impl Found {
    #[inline]
    fn new(at: u32, own: Span, is_own: bool) -> Self {
        Self {
            at,
            end: own.start + own.len,
            is_own,
        }
    }
}

/// The fields of an object and of its parts by key; of several with one key, the first.
pub(super) struct Index {
    fields: HashTable<u32>,
    /// Seeded: subgraphs must not be able to make keys collide.
    hasher: DefaultHashBuilder,
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
        let mut index = Self {
            fields: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
        };
        index.add(tree, id);
        index
    }

    fn add(&mut self, tree: &Tree<'_>, id: ObjectId) {
        let Self { fields, hasher } = self;
        let own = tree.own(id);
        let hash = |field: &u32| hasher.hash_one(&*decode(key(tree, *field)));
        fields.reserve(own.len as usize, hash);
        for field in own.start..own.start + own.len {
            let text = decode(key(tree, field));
            let hashed = hasher.hash_one(&*text);
            if fields
                .find(hashed, |known| decode(key(tree, *known)) == text)
                .is_none()
            {
                fields.insert_unique(hashed, field, hash);
            }
        }
        for part in tree.parts(id) {
            self.add(tree, part);
        }
    }

    /// Which of the tree's fields has that key.
    pub(super) fn find(&self, tree: &Tree<'_>, text: &str) -> Option<u32> {
        let hashed = self.hasher.hash_one(text);
        let found = self
            .fields
            .find(hashed, |known| decode(key(tree, *known)) == text);
        found.copied()
    }
}

fn key<'a>(tree: &Tree<'a>, field: u32) -> &'a [u8] {
    let field = tree.fields.get(field as usize);
    field.map(|field| tree.key(field.key)).unwrap_or_default()
}
