//! The merged data of one request: a flat arena whose leaves borrow from the subgraphs' answers.
//!
//! An object is a run of fields that were parsed together, and a chain of *parts*: further objects
//! whose fields also belong to it. Merging an entity into the places that asked for it appends one
//! part to each of them, so the answer is stored once, whatever the number of places. An object can
//! thus occur at several places; walks meet it at each of them.
//!
//! Stored values say where they are in the texts of the tree, in as few bytes as that takes: answers of many small values are
//! what a tree is large for.

mod items;
mod long;
mod own;
mod parts;

use self::long::Long;
pub(super) use self::own::Own;
use self::parts::Links;
pub(super) use self::parts::Part;
use super::forms::Stored;
use super::layout::{Layout, Layouts};
use super::merge::Merged;
use super::shared::{MANY, Shared};
use super::value::{Kind, LONG, List, MAX_TEXT, MAX_TEXTS, Node, ObjectId, Place, Span, Value};

/// One field of an object: the key without its quotes, escapes as they were sent.
pub(crate) type Field<'a> = (&'a [u8], Value<'a>);

/// The texts of one tree have no more bytes than this together, so that every index fits its bits.
const MAX_ALL: usize = (1 << 31) - 1;

/// The end of a chain of parts.
pub(super) const NONE: u32 = u32::MAX;

/// How much a [`Tree`] holds: fields, items, objects.
pub(super) type Mark = (usize, usize, usize);

/// All values of one request.
#[derive(Debug, Default)]
pub(crate) struct Tree<'a> {
    /// By number.
    pub(super) texts: Vec<&'a [u8]>,
    pub(super) layouts: Layouts,
    /// Of each object that has fields, the layout and the values; [`Layout::OWN`] is followed by keys and values in turn.
    pub(super) fields: Vec<Node>,
    pub(super) items: Vec<Node>,
    /// Where the fields of each object end; they begin where those of the one before it end, those of the first at the 0 that
    /// comes before all.
    ends: Vec<u32>,
    /// For the first objects, the index in `links`.
    linked: Vec<u32>,
    links: Vec<Links>,
    pub(super) parts: Vec<Part>,
    /// The objects that took the place of others; `next` is the one before.
    heirs: Vec<Part>,
    pub(super) merged: Merged,
    /// How many bytes of text were parsed into it, which keeps every index within its bits.
    text_parsed: usize,
    /// What is a part of several objects, so that what is below it is at several places.
    pub(super) shared: Shared,
    /// Some object has many fields.
    pub(super) has_large: bool,
    /// How long the leaves are that are too long for their nodes to say so.
    long: Long,
    /// Some key was sent with escapes: keys that are not found must be looked for once more.
    pub(super) has_escaped_keys: bool,
}

impl<'a> Tree<'a> {
    /// Adds a text; gives its number, or nothing when there are more bytes or texts than can be numbered.
    pub(super) fn add_text(&mut self, text: &'a [u8]) -> Option<usize> {
        self.text_parsed = self.text_parsed.saturating_add(text.len());
        let fits = self.text_parsed <= MAX_ALL && text.len() <= MAX_TEXT;
        if !fits || self.texts.len() >= MAX_TEXTS {
            return None;
        }
        self.texts.push(text);
        Some(self.texts.len() - 1)
    }

    /// A leaf of a text, or a list of leaves.
    #[inline]
    pub(super) fn leaf(&mut self, kind: Kind, text: usize, at: usize, len: usize) -> Node {
        let leaf = Node::leaf(kind, text, at, len);
        if len >= LONG {
            self.long.add(leaf, len);
        }
        leaf
    }

    /// A key without its quotes.
    pub(super) fn key(&self, key: Node) -> &'a [u8] {
        let quoted = self.text_of(key);
        quoted
            .get(1..quoted.len().saturating_sub(1))
            .unwrap_or_default()
    }

    #[inline]
    pub(super) fn text_of(&self, node: Node) -> &'a [u8] {
        let Place { text, at, len } = node.place();
        let text = self.texts.get(text).copied().unwrap_or_default();
        match len {
            Some(len) => text.get(at..at + len).unwrap_or_default(),
            None => self.long.get(node, text),
        }
    }

    #[inline(always)]
    pub(super) fn value(&self, node: Node) -> Value<'a> {
        match node.kind() {
            Kind::Null => Value::Null,
            Kind::False => Value::Bool(false),
            Kind::True => Value::Bool(true),
            Kind::Number => Value::Number(self.text_of(node)),
            Kind::String => Value::String(self.text_of(node)),
            Kind::Leaves => Value::List(List::Leaves(self.text_of(node))),
            Kind::Items => Value::List(List::Items(node.span())),
            Kind::Object => Value::Object(ObjectId(node.span().start)),
        }
    }

    /// The value that was found stored.
    #[inline]
    pub(crate) fn value_of(&self, stored: Stored) -> Value<'a> {
        self.value(stored.0)
    }

    pub(super) fn nodes(&self, span: Span) -> &[Node] {
        self.items.get(span.range()).unwrap_or_default()
    }

    /// An empty object.
    pub(crate) fn new_object(&mut self) -> ObjectId {
        self.close_object()
    }

    /// An object of a layout and these values.
    #[inline]
    pub(super) fn push_object(&mut self, layout: Layout, values: &[Node]) -> ObjectId {
        self.has_large |= values.len() > MANY;
        if layout != Layout::EMPTY {
            self.fields.push(Node::head(layout));
            self.fields.extend_from_slice(values);
        }
        self.close_object()
    }

    /// An object of this many fields with keys of its own, which are put in their places afterwards; objects that are pushed meanwhile
    /// follow it.
    pub(super) fn push_blank_object(&mut self, len: usize) -> ObjectId {
        self.has_large |= len > MANY;
        self.fields.push(Node::head(Layout::OWN));
        self.fields.resize(self.fields.len() + 2 * len, Node::NULL);
        self.close_object()
    }

    #[inline]
    fn close_object(&mut self) -> ObjectId {
        if self.ends.is_empty() {
            self.ends.push(0);
        }
        let id = ObjectId(index(self.ends.len() - 1));
        self.ends.push(index(self.fields.len()));
        id
    }

    pub(super) fn push_items(&mut self, items: &[Node]) -> Node {
        let span = Span::new(self.items.len(), items.len());
        self.items.extend_from_slice(items);
        Node::items(span)
    }

    /// Replaces the value of a field.
    pub(super) fn set_field(&mut self, at: u32, node: Node) {
        if let Some(field) = self.fields.get_mut(at as usize) {
            *field = node;
        }
    }

    /// Replaces an item of a list.
    pub(super) fn set_item(&mut self, span: Span, index: usize, node: Node) {
        let items = self.items.get_mut(span.range()).unwrap_or_default();
        if let Some(item) = items.get_mut(index) {
            *item = node;
        }
    }

    /// How much is stored.
    pub(super) fn mark(&self) -> Mark {
        (self.fields.len(), self.items.len(), self.ends.len())
    }

    /// Forgets what was stored since `mark`, none of which may have become a part.
    pub(super) fn rewind(&mut self, mark: Mark) {
        self.fields.truncate(mark.0);
        self.items.truncate(mark.1);
        self.ends.truncate(mark.2);
    }

    /// Makes room for what this many bytes of JSON usually hold.
    pub(super) fn reserve_for(&mut self, bytes: usize) {
        self.fields.reserve(bytes / 32);
        self.ends.reserve(bytes / 256);
    }

    /// Makes room for just this much.
    pub(super) fn reserve_exact(&mut self, fields: usize, items: usize, objects: usize) {
        self.fields.reserve_exact(fields);
        self.items.reserve_exact(items);
        self.ends.reserve_exact(objects + 1);
    }

    /// Makes room for as many keys as well, in a part of what is reserved already.
    pub(super) fn reserve_keys(&mut self, keys: usize) {
        let left = self.fields.capacity() - self.fields.len();
        self.fields.reserve_exact(left + keys);
    }

    /// How many objects there are, and how many items of lists.
    pub(crate) fn count(&self) -> (usize, usize) {
        (self.ends.len().saturating_sub(1), self.items.len())
    }

    /// How many bytes of text were parsed into the tree.
    pub(crate) fn text_parsed(&self) -> usize {
        self.text_parsed
    }

    /// How many bytes are stored beside the texts.
    pub(crate) fn held(&self) -> usize {
        (self.fields.len() + self.items.len()) * size_of::<Node>()
            + (self.ends.len() + self.linked.len()) * size_of::<u32>()
            + self.links.len() * size_of::<Links>()
            + (self.parts.len() + self.heirs.len()) * size_of::<Part>()
    }

    /// How many bytes it takes beside the texts.
    #[cfg(test)]
    pub(crate) fn memory(&self) -> usize {
        self.texts.capacity() * size_of::<&[u8]>()
            + (self.fields.capacity() + self.items.capacity()) * size_of::<Node>()
            + self.layouts.memory()
            + (self.ends.capacity() + self.linked.capacity()) * size_of::<u32>()
            + self.links.capacity() * size_of::<Links>()
            + (self.parts.capacity() + self.heirs.capacity()) * size_of::<Part>()
    }
}

/// An index of the arena. It fits: the parser bounds the text, merging adds at most one part for each place
/// that was asked for, and each place took a byte of a request at least.
fn index(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(NONE)
}
