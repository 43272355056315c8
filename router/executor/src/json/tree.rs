//! The merged data of one request: a flat arena whose leaves borrow from the subgraphs' answers.
//!
//! An object is a run of fields that were parsed together, and a chain of *parts*: further objects
//! whose fields also belong to it. Merging an entity into the places that asked for it appends one
//! part to each of them, so the answer is stored once, whatever the number of places. An object can
//! thus stand at several places; walks meet it there each time.

use super::text::{decode, same_key};

/// A JSON value. Leaves are slices of the text they were parsed from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// The digits as they were sent.
    Number(&'a [u8]),
    /// The string as it was sent: quotes and escapes included, valid UTF-8.
    String(&'a [u8]),
    /// Items in [`Tree::items`].
    List(Span),
    /// An object of the tree.
    Object(ObjectId),
}

impl<'a> Value<'a> {
    /// What it is, for error messages.
    pub(crate) fn kind(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a Boolean",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
        }
    }

    /// A string without its quotes, escapes as they were sent.
    pub(crate) fn raw_text(self) -> Option<&'a [u8]> {
        match self {
            Self::String(quoted) => quoted.get(1..quoted.len().saturating_sub(1)),
            _ => None,
        }
    }
}

/// A run of fields or items of a [`Tree`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    start: u32,
    len: u32,
}

impl Span {
    /// How many there are.
    pub(crate) fn len(self) -> usize {
        self.len as usize
    }

    fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.start as usize + self.len as usize
    }
}

/// The index of an object of a [`Tree`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ObjectId(u32);

/// One field of an object: the key without its quotes, escapes as they were sent.
pub(crate) type Field<'a> = (&'a [u8], Value<'a>);

/// The end of a chain of parts.
const NONE: u32 = u32::MAX;

/// An object's own fields, and the first and last of its parts.
#[derive(Clone, Copy, Debug)]
struct Object {
    own: Span,
    first_part: u32,
    last_part: u32,
    /// The last of the objects that took its place somewhere.
    last_heir: u32,
    /// The last [`Tree::stamp`] it got.
    stamp: u32,
}

#[derive(Clone, Copy, Debug)]
struct Part {
    object: ObjectId,
    next: u32,
}

/// How much a [`Tree`] holds: fields, items, objects.
pub(super) type Mark = (usize, usize, usize);

/// All values of one request.
#[derive(Debug, Default)]
pub(crate) struct Tree<'a> {
    fields: Vec<Field<'a>>,
    items: Vec<Value<'a>>,
    objects: Vec<Object>,
    parts: Vec<Part>,
    /// The objects that took the place of others; `next` is the one before.
    heirs: Vec<Part>,
    /// How many bytes of text were parsed into it, which keeps every index within 32 bits.
    pub(super) text_parsed: usize,
    /// Some key was sent with escapes: keys that are not found must be looked for once more.
    pub(super) has_escaped_keys: bool,
    /// Some object has two fields of one key (in two parts), of which the first counts.
    pub(super) has_shadowed_fields: bool,
}

/// Where the last field was found, so that reading fields in the order in which they were sent costs
/// one comparison each.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cursor {
    part: ObjectId,
    next: u32,
}

impl<'a> Tree<'a> {
    fn object(&self, id: ObjectId) -> &Object {
        &self.objects[id.0 as usize]
    }

    /// The items of a list.
    pub(crate) fn items(&self, span: Span) -> &[Value<'a>] {
        &self.items[span.range()]
    }

    /// An object's own fields, without those of its parts.
    pub(crate) fn own_fields(&self, id: ObjectId) -> &[Field<'a>] {
        &self.fields[self.object(id).own.range()]
    }

    /// The objects that were merged into this one, in order.
    pub(crate) fn parts(&self, id: ObjectId) -> impl Iterator<Item = ObjectId> + '_ {
        let mut next = self.object(id).first_part;
        std::iter::from_fn(move || {
            let part = self.parts.get(next as usize)?;
            next = part.next;
            Some(part.object)
        })
    }

    /// An empty object.
    pub(crate) fn new_object(&mut self) -> ObjectId {
        self.push_object(Span::default())
    }

    pub(super) fn push_object(&mut self, own: Span) -> ObjectId {
        let id = ObjectId(index(self.objects.len()));
        self.objects.push(Object {
            own,
            first_part: NONE,
            last_part: NONE,
            last_heir: NONE,
            stamp: 0,
        });
        id
    }

    pub(super) fn push_fields(&mut self, fields: &[Field<'a>]) -> Span {
        let start = index(self.fields.len());
        self.fields.extend_from_slice(fields);
        Span {
            start,
            len: index(fields.len()),
        }
    }

    pub(super) fn push_items(&mut self, items: &[Value<'a>]) -> Span {
        let start = index(self.items.len());
        self.items.extend_from_slice(items);
        Span {
            start,
            len: index(items.len()),
        }
    }

    /// Replaces the value of an object's own field.
    pub(super) fn set_own_field(&mut self, id: ObjectId, index: usize, value: Value<'a>) {
        let own = self.object(id).own.range();
        if let Some(field) = self.fields[own].get_mut(index) {
            field.1 = value;
        }
    }

    /// Replaces an item of a list.
    pub(super) fn set_item(&mut self, span: Span, index: usize, value: Value<'a>) {
        if let Some(item) = self.items[span.range()].get_mut(index) {
            *item = value;
        }
    }

    /// Makes the fields of `part` fields of `id` too, after those that it has.
    pub(crate) fn push_part(&mut self, id: ObjectId, part: ObjectId) {
        let at = index(self.parts.len());
        self.parts.push(Part {
            object: part,
            next: NONE,
        });
        let object = &mut self.objects[id.0 as usize];
        let last = std::mem::replace(&mut object.last_part, at);
        match self.parts.get_mut(last as usize) {
            Some(last) => last.next = at,
            None => object.first_part = at,
        }
    }

    /// The same, before the parts that it has, so that its fields win over theirs.
    pub(super) fn push_front_part(&mut self, id: ObjectId, part: ObjectId) {
        let at = index(self.parts.len());
        let object = &mut self.objects[id.0 as usize];
        let next = std::mem::replace(&mut object.first_part, at);
        if next == NONE {
            object.last_part = at;
        }
        self.parts.push(Part { object: part, next });
    }

    /// Says that `heir`, which has `id` as a part, stands where that stood. What comes for `id` later has to be merged into both.
    pub(super) fn push_heir(&mut self, id: ObjectId, heir: ObjectId) {
        let at = index(self.heirs.len());
        let next = std::mem::replace(&mut self.objects[id.0 as usize].last_heir, at);
        self.heirs.push(Part { object: heir, next });
    }

    /// The objects that took the place of one somewhere.
    pub(super) fn heirs(&self, id: ObjectId) -> Vec<ObjectId> {
        let mut found = Vec::new();
        let mut next = self.object(id).last_heir;
        while let Some(heir) = self.heirs.get(next as usize) {
            found.push(heir.object);
            next = heir.next;
        }
        found
    }

    /// Marks an object as seen under `stamp` (from 1 on); tells whether it was not yet.
    pub(crate) fn stamp(&mut self, id: ObjectId, stamp: u32) -> bool {
        let seen = &mut self.objects[id.0 as usize].stamp;
        std::mem::replace(seen, stamp) != stamp
    }

    /// How much is stored.
    pub(super) fn mark(&self) -> Mark {
        (self.fields.len(), self.items.len(), self.objects.len())
    }

    /// Forgets what was stored since `mark`, none of which may have become a part.
    pub(super) fn rewind(&mut self, mark: Mark) {
        self.fields.truncate(mark.0);
        self.items.truncate(mark.1);
        self.objects.truncate(mark.2);
    }

    /// Makes room for what so many bytes of JSON usually hold.
    pub(super) fn reserve_for(&mut self, bytes: usize) {
        self.fields.reserve(bytes / 64);
        self.objects.reserve(bytes / 256);
    }

    /// How many bytes of text were parsed into the tree.
    pub(crate) fn text_parsed(&self) -> usize {
        self.text_parsed
    }

    /// Where reading an object in order begins.
    pub(crate) fn cursor(&self, id: ObjectId) -> Cursor {
        Cursor { part: id, next: 0 }
    }

    /// The value of a field of an object or of its parts; of several with one key, the first.
    pub(crate) fn get(&self, id: ObjectId, key: &str) -> Option<Value<'a>> {
        self.get_next(id, key, &mut self.cursor(id))
    }

    /// The same, first looking where `cursor` points, which then points past the field.
    #[inline]
    pub(crate) fn get_next(
        &self,
        id: ObjectId,
        key: &str,
        cursor: &mut Cursor,
    ) -> Option<Value<'a>> {
        let expected = self.object(cursor.part).own;
        if cursor.next < expected.len {
            let (found, value) = self.fields[(expected.start + cursor.next) as usize];
            if same_key(found, key.as_bytes()) && (cursor.part == id || !self.has_shadowed_fields) {
                cursor.next += 1;
                return Some(value);
            }
        }
        let found = self.find(id, cursor, &|found| same_key(found, key.as_bytes()));
        if found.is_none() && self.has_escaped_keys {
            return self.find(id, cursor, &|found| decode(found) == key);
        }
        found
    }

    /// Depth-first over the parts, which nest as deep as fetches merge into what others merged.
    fn find(
        &self,
        id: ObjectId,
        cursor: &mut Cursor,
        is_key: &impl Fn(&[u8]) -> bool,
    ) -> Option<Value<'a>> {
        for (&(found, value), next) in self.own_fields(id).iter().zip(1..) {
            if is_key(found) {
                *cursor = Cursor { part: id, next };
                return Some(value);
            }
        }
        let mut next = self.object(id).first_part;
        while let Some(part) = self.parts.get(next as usize) {
            if let Some(value) = self.find(part.object, cursor, is_key) {
                return Some(value);
            }
            next = part.next;
        }
        None
    }

    /// An object's fields with those of its parts; of several with one key, the first.
    fn all_fields(&self, id: ObjectId, found: &mut Vec<Field<'a>>) {
        for &(key, value) in self.own_fields(id) {
            if !found.iter().any(|(known, _)| *known == key) {
                found.push((key, value));
            }
        }
        for part in self.parts(id) {
            self.all_fields(part, found);
        }
    }

    /// Writes a value as JSON without white space.
    pub(crate) fn write(&self, value: Value<'a>, out: &mut Vec<u8>) {
        match value {
            Value::Null => out.extend_from_slice(b"null"),
            Value::Bool(true) => out.extend_from_slice(b"true"),
            Value::Bool(false) => out.extend_from_slice(b"false"),
            Value::Number(raw) | Value::String(raw) => out.extend_from_slice(raw),
            Value::List(items) => {
                out.push(b'[');
                for (index, &item) in self.items(items).iter().enumerate() {
                    if index > 0 {
                        out.push(b',');
                    }
                    self.write(item, out);
                }
                out.push(b']');
            }
            Value::Object(id) => {
                let mut all = Vec::new();
                let fields = match self.object(id).first_part {
                    NONE => self.own_fields(id),
                    _ => {
                        self.all_fields(id, &mut all);
                        &all
                    }
                };
                out.push(b'{');
                for (index, &(key, value)) in fields.iter().enumerate() {
                    if index > 0 {
                        out.push(b',');
                    }
                    out.push(b'"');
                    out.extend_from_slice(key);
                    out.extend_from_slice(b"\":");
                    self.write(value, out);
                }
                out.push(b'}');
            }
        }
    }
}

/// An index of the arena. It fits: the parser bounds the text, merging adds at most one part for each place
/// that was asked for, and each place took a byte of a request at least.
fn index(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(NONE)
}
