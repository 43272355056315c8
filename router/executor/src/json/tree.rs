//! The merged data of one request: a flat arena whose leaves borrow from the subgraphs' answers.
//!
//! An object is a run of fields that were parsed together, and a chain of *parts*: further objects
//! whose fields also belong to it. Merging an entity into the places that asked for it appends one
//! part to each of them, so the answer is stored once, whatever the number of places. An object can
//! thus stand at several places; walks meet it there each time.
//!
//! Stored values say where they are in the texts of the tree, in as few bytes as that takes: answers of many small values are
//! what a tree is large for.

use smallvec::SmallVec;

use super::forms::Stored;
use super::layout::{Layout, Layouts};
use super::leaves::{Leaves, end_of_string};
use super::merge::Merged;
use super::value::{Kind, List, MAX_TEXT, MAX_TEXTS, Node, ObjectId, Place, Span, Value};

/// One field of an object: the key without its quotes, escapes as they were sent.
pub(crate) type Field<'a> = (&'a [u8], Value<'a>);

/// The texts of one tree have no more bytes than this together, so that every index fits its bits.
const MAX_ALL: usize = (1 << 31) - 1;

/// The end of a chain of parts.
pub(super) const NONE: u32 = u32::MAX;

/// What is merged into an object.
#[derive(Clone, Copy, Debug)]
struct Links {
    first_part: u32,
    last_part: u32,
    /// The last of the objects that took its place somewhere.
    last_heir: u32,
    /// The last [`Tree::stamp`] it got.
    stamp: u32,
}

impl Links {
    const NONE: Self = Self {
        first_part: NONE,
        last_part: NONE,
        last_heir: NONE,
        stamp: 0,
    };
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    pub(super) object: ObjectId,
    pub(super) next: u32,
}

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
    /// Some key was sent with escapes: keys that are not found must be looked for once more.
    pub(super) has_escaped_keys: bool,
}

/// The fields of an object without those of its parts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Own {
    pub(super) layout: Layout,
    /// Where the values begin, or keys and values.
    pub(super) start: u32,
    /// How many fields there are.
    pub(super) len: u32,
}

/// The keys of an object as they are stored, and where the values are.
#[derive(Clone, Debug)]
pub(super) struct OwnNodes<'t> {
    own: Own,
    /// Where the keys are that the object has by itself.
    stored: &'t [Node],
    /// The keys of the layout, from the last to the first.
    keys: SmallVec<[Node; 16]>,
    index: u32,
}

impl Iterator for OwnNodes<'_> {
    type Item = (Node, u32);

    fn next(&mut self) -> Option<(Node, u32)> {
        let Own { layout, start, len } = self.own;
        if self.index == len {
            return None;
        }
        let index = self.index;
        self.index += 1;
        if layout == Layout::OWN {
            let key = self.stored.get(2 * index as usize)?;
            return Some((*key, start + 2 * index + 1));
        }
        Some((self.keys.pop()?, start + index))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = (self.own.len - self.index) as usize;
        (left, Some(left))
    }
}

impl ExactSizeIterator for OwnNodes<'_> {}

/// The items of a list.
#[derive(Clone, Debug)]
pub(crate) struct Items<'t, 'a>(From<'t, 'a>);

/// Where the items come from.
#[derive(Clone, Debug)]
enum From<'t, 'a> {
    Nodes(&'t Tree<'a>, std::slice::Iter<'t, Node>),
    Leaves(Leaves<'a>),
}

impl<'a> Iterator for Items<'_, 'a> {
    type Item = Value<'a>;

    #[inline]
    fn next(&mut self) -> Option<Value<'a>> {
        match &mut self.0 {
            From::Nodes(tree, nodes) => nodes.next().map(|&node| tree.value(node)),
            From::Leaves(leaves) => leaves.next(),
        }
    }
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
            None => long(node.kind(), text, at, 0),
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

    /// Where the fields of an object are.
    #[inline]
    pub(super) fn own(&self, id: ObjectId) -> Own {
        let index = id.0 as usize;
        let (start, end) = match self.ends.get(index..index + 2) {
            Some(&[start, end]) => (start, end),
            _ => (0, 0),
        };
        let layout = match self.fields.get(start as usize) {
            Some(head) if start < end => head.layout(),
            _ => {
                return Own {
                    layout: Layout::EMPTY,
                    start,
                    len: 0,
                };
            }
        };
        let nodes = end - start - 1;
        Own {
            layout,
            start: start + 1,
            len: if layout == Layout::OWN {
                nodes / 2
            } else {
                nodes
            },
        }
    }

    pub(super) fn own_nodes(&self, id: ObjectId) -> OwnNodes<'_> {
        self.nodes_of(self.own(id))
    }

    pub(super) fn nodes_of(&self, own: Own) -> OwnNodes<'_> {
        let mut keys = SmallVec::new();
        let mut stored: &[Node] = &[];
        if own.layout == Layout::OWN {
            stored = self.fields.get(own.start as usize..).unwrap_or_default();
        } else {
            let mut layout = own.layout;
            while let Some((key, before)) = self.last_key(layout) {
                keys.push(key);
                layout = before;
            }
        }
        OwnNodes {
            own,
            stored,
            keys,
            index: 0,
        }
    }

    /// An object's own fields, without those of its parts.
    pub(crate) fn own_fields(
        &self,
        id: ObjectId,
    ) -> impl ExactSizeIterator<Item = Field<'a>> + Clone + '_ {
        let node = |at: u32| self.fields.get(at as usize).copied().unwrap_or(Node::NULL);
        let own = self.own_nodes(id);
        own.map(move |(key, at)| (self.key(key), self.value(node(at))))
    }

    pub(super) fn nodes(&self, span: Span) -> &[Node] {
        self.items.get(span.range()).unwrap_or_default()
    }

    /// The items of a list.
    #[inline]
    pub(crate) fn items(&self, list: List<'a>) -> Items<'_, 'a> {
        match list {
            List::Items(span) => Items(From::Nodes(self, self.nodes(span).iter())),
            List::Leaves(text) => Items(From::Leaves(Leaves::new(text))),
        }
    }

    /// How many items a list has.
    pub(crate) fn len(&self, list: List<'a>) -> usize {
        match list {
            List::Items(span) => span.len as usize,
            List::Leaves(text) => Leaves::new(text).count(),
        }
    }

    /// One item of a list.
    pub(crate) fn item(&self, list: List<'a>, index: usize) -> Option<Value<'a>> {
        match list {
            List::Items(span) => self.nodes(span).get(index).map(|&node| self.value(node)),
            List::Leaves(text) => Leaves::new(text).nth(index),
        }
    }

    #[inline]
    pub(super) fn first_part(&self, id: ObjectId) -> u32 {
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

    /// An empty object.
    pub(crate) fn new_object(&mut self) -> ObjectId {
        self.close_object()
    }

    /// An object of a layout and these values.
    #[inline]
    pub(super) fn push_object(&mut self, layout: Layout, values: &[Node]) -> ObjectId {
        if layout != Layout::EMPTY {
            self.fields.push(Node::head(layout));
            self.fields.extend_from_slice(values);
        }
        self.close_object()
    }

    /// An object of this many fields with keys of its own, which are put in their places afterwards; objects that are pushed meanwhile
    /// stand behind it.
    pub(super) fn push_blank_object(&mut self, len: usize) -> ObjectId {
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
    pub(super) fn push_front_part(&mut self, id: ObjectId, part: ObjectId) {
        let at = index(self.parts.len());
        let links = self.links_mut(id);
        let next = std::mem::replace(&mut links.first_part, at);
        if next == NONE {
            links.last_part = at;
        }
        self.parts.push(Part { object: part, next });
    }

    /// Says that `heir`, which has `id` as a part, stands where that stood. What comes for `id` later has to be merged into both.
    pub(super) fn push_heir(&mut self, id: ObjectId, heir: ObjectId) {
        let at = index(self.heirs.len());
        let next = std::mem::replace(&mut self.links_mut(id).last_heir, at);
        self.heirs.push(Part { object: heir, next });
    }

    /// Whether there are any.
    pub(super) fn has_heirs(&self) -> bool {
        !self.heirs.is_empty()
    }

    /// The objects that took the place of one somewhere.
    pub(super) fn heirs(&self, id: ObjectId) -> Vec<ObjectId> {
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

    /// Makes room for what so many bytes of JSON usually hold.
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

    /// How many bytes of text were parsed into the tree.
    pub(crate) fn text_parsed(&self) -> usize {
        self.text_parsed
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

/// What begins at a place, to its end, without so many bytes on both sides: it is too long for its length to be stored.
#[cold]
#[inline(never)]
fn long(kind: Kind, text: &[u8], at: usize, without: usize) -> &[u8] {
    let text = text.get(at..).unwrap_or_default();
    let end = match kind {
        Kind::String => end_of_string(text, 0),
        Kind::Number => Leaves::after_number(text, 0),
        _ => Leaves::after_list(text),
    };
    text.get(without..end.saturating_sub(without))
        .unwrap_or_default()
}
