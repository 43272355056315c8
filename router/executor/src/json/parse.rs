//! Reads JSON text into a [`Tree`].

use std::fmt;

use super::layout::Layout;
use super::measure::{Sizes, measure};
use super::scan::{Reason, Scanner};
use super::tree::Tree;
use super::value::{Kind, Node, ObjectId, Span, Value};

/// Arrays and objects nest at most this deep; the parser and every walk over a tree recurse as deep.
pub(crate) const MAX_DEPTH: usize = 256;

/// Fields, and items, of all objects and lists that are open at once, for which there is room from the start.
const OPEN: usize = 16;

/// Why bytes are not JSON that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ParseError {
    reason: Reason,
    offset: usize,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason = match self.reason {
            Reason::Utf8 => "not UTF-8",
            Reason::TooLarge => "too large",
            Reason::TooDeep => "nested too deep",
            Reason::Value => "expected a value",
            Reason::End => "the text ends too early",
            Reason::Key => "expected a key",
            Reason::Colon => "expected a colon",
            Reason::CommaInObject => "expected a comma or the end of the object",
            Reason::CommaInList => "expected a comma or the end of the list",
            Reason::Digit => "expected a digit",
            Reason::Control => "a control character in a string",
            Reason::Escape => "an unknown escape in a string",
            Reason::Trailing => "something after the end of the value",
        };
        write!(f, "{reason} at byte {}", self.offset)
    }
}

/// Reads one JSON text into the tree.
///
/// # Errors
///
/// When the bytes are not UTF-8, not JSON, nest deeper than [`MAX_DEPTH`], or something follows the
/// value. Nothing of them is in the tree then.
pub(crate) fn parse<'a>(bytes: &'a [u8], tree: &mut Tree<'a>) -> Result<Value<'a>, ParseError> {
    parse_measured(bytes, measure(bytes), tree)
}

/// The same for a text that was measured.
pub(crate) fn parse_measured<'a>(
    bytes: &'a [u8],
    sizes: Sizes,
    tree: &mut Tree<'a>,
) -> Result<Value<'a>, ParseError> {
    let fail = |reason, offset| ParseError { reason, offset };
    std::str::from_utf8(bytes).map_err(|error| fail(Reason::Utf8, error.valid_up_to()))?;
    let text = tree.add_text(bytes).ok_or(fail(Reason::TooLarge, 0))?;
    let mark = tree.mark();
    match sizes.are_exact() {
        true => {
            let nodes = sizes.fields + sizes.keys + sizes.heads;
            tree.reserve_exact(nodes, sizes.items, sizes.objects);
        }
        false => tree.reserve_for(bytes.len()),
    }
    let mut parser = Parser {
        scan: Scanner::new(bytes),
        text,
        tree,
        open: Vec::with_capacity(OPEN),
        opened: 0,
        unreserved: if sizes.are_exact() { sizes.fields } else { 0 },
        big: sizes.big.into_iter().peekable(),
    };
    match parser.document() {
        Ok(node) => Ok(tree.value(node)),
        Err(reason) => {
            let offset = parser.scan.at;
            tree.rewind(mark);
            Err(fail(reason, offset))
        }
    }
}

struct Parser<'a, 't> {
    scan: Scanner<'a>,
    /// The number of the text.
    text: usize,
    tree: &'t mut Tree<'a>,
    /// The values of the objects and the items of the lists that are open; each moves its own to the tree in one run.
    open: Vec<Node>,
    /// The fields of a large text, until there is room for their keys: most texts do not need it.
    unreserved: usize,
    /// How many lists and objects were opened.
    opened: usize,
    /// Those of them that are large, with their members, which are stored where they end up.
    big: std::iter::Peekable<std::vec::IntoIter<(usize, usize)>>,
}

impl Parser<'_, '_> {
    fn document(&mut self) -> Result<Node, Reason> {
        self.scan.space();
        let value = self.value(0)?;
        self.scan.space();
        if self.scan.at < self.scan.bytes.len() {
            return Err(Reason::Trailing);
        }
        Ok(value)
    }

    /// What was read since `from`.
    #[inline]
    fn node(&mut self, kind: Kind, from: usize) -> Node {
        self.tree.leaf(kind, self.text, from, self.scan.at - from)
    }

    fn value(&mut self, depth: usize) -> Result<Node, Reason> {
        match self.scan.peek() {
            Some(b'{') => self.object(depth).map(Node::object),
            Some(b'[') => self.list(depth),
            _ => self.leaf(),
        }
    }

    #[inline]
    fn leaf(&mut self) -> Result<Node, Reason> {
        let from = self.scan.at;
        match self.scan.peek() {
            Some(b'"') => {
                self.scan.string()?;
                Ok(self.node(Kind::String, from))
            }
            Some(b'-' | b'0'..=b'9') => {
                self.scan.number()?;
                Ok(self.node(Kind::Number, from))
            }
            Some(b't') => self.scan.word(b"true").map(|()| Node::word(Kind::True)),
            Some(b'f') => self.scan.word(b"false").map(|()| Node::word(Kind::False)),
            Some(b'n') => self.scan.word(b"null").map(|()| Node::word(Kind::Null)),
            Some(_) => Err(Reason::Value),
            None => Err(Reason::End),
        }
    }

    /// The members of the list or object that opens, where there are many.
    #[inline]
    fn count(&mut self) -> Option<usize> {
        let number = self.opened;
        self.opened += 1;
        let found = self.big.next_if(|(big, _)| *big == number);
        found.map(|(_, members)| members)
    }

    /// Steps over the bracket; returns whether the closing one follows at once.
    #[inline]
    fn open(&mut self, depth: usize, close: u8) -> Result<bool, Reason> {
        if depth >= MAX_DEPTH {
            return Err(Reason::TooDeep);
        }
        self.scan.at += 1;
        self.scan.space();
        let empty = self.scan.peek() == Some(close);
        self.scan.at += usize::from(empty);
        Ok(empty)
    }

    /// Steps over a comma, or over the closing bracket; returns whether it was the latter.
    #[inline]
    fn closes(&mut self, close: u8, otherwise: Reason) -> Result<bool, Reason> {
        self.scan.space();
        match self.scan.peek() {
            Some(b',') => {
                self.scan.at += 1;
                self.scan.space();
                Ok(false)
            }
            Some(found) if found == close => {
                self.scan.at += 1;
                Ok(true)
            }
            Some(_) => Err(otherwise),
            None => Err(Reason::End),
        }
    }

    fn object(&mut self, depth: usize) -> Result<ObjectId, Reason> {
        let count = self.count();
        let base = self.open.len();
        let mut end = self.open(depth, b'}')?;
        if let Some(count) = count {
            return self.big_object(depth, count);
        }
        let mut layout = Layout::EMPTY;
        while !end {
            match self.key_after(layout)? {
                (_, Some(next)) => layout = next,
                (key, None) => return self.odd_object(depth, base, layout, key),
            }
            self.colon()?;
            let node = self.value(depth + 1)?;
            self.open.push(node);
            end = self.closes(b'}', Reason::CommaInObject)?;
        }
        let object = self.tree.push_object(layout, &self.open[base..]);
        self.open.truncate(base);
        Ok(object)
    }

    /// Steps over a key; gives the layout that it leads to, if there is one, and otherwise the key.
    #[inline]
    fn key_after(&mut self, layout: Layout) -> Result<(Node, Option<Layout>), Reason> {
        if self.scan.peek() != Some(b'"') {
            return Err(Reason::Key);
        }
        let from = self.scan.at + 1;
        if let Some((next, len)) = self.tree.layout_after(layout, &self.scan.bytes[from..]) {
            self.scan.at = from + len + 1;
            return Ok((Node::NULL, Some(next)));
        }
        let key = self.key()?;
        let len = self.scan.at - 1 - from;
        Ok((key, self.tree.new_layout(layout, self.text, from, len)))
    }

    /// Reads a key.
    fn key(&mut self) -> Result<Node, Reason> {
        let from = self.scan.at;
        if self.scan.peek() != Some(b'"') {
            return Err(Reason::Key);
        }
        if self.scan.string()? {
            self.tree.has_escaped_keys = true;
        }
        Ok(self.node(Kind::String, from))
    }

    #[inline]
    fn colon(&mut self) -> Result<(), Reason> {
        self.scan.space();
        if self.scan.peek() != Some(b':') {
            return Err(Reason::Colon);
        }
        self.scan.at += 1;
        self.scan.space();
        Ok(())
    }

    /// The rest of an object that has keys of its own, from the value of `key` on. What was read before it is in a layout.
    fn odd_object(
        &mut self,
        depth: usize,
        base: usize,
        layout: Layout,
        key: Node,
    ) -> Result<ObjectId, Reason> {
        // At once, while there is little to be moved.
        self.tree.reserve_keys(std::mem::take(&mut self.unreserved));
        let values = self.open.split_off(base);
        let mut keys = Vec::with_capacity(values.len());
        let mut layout = layout;
        while let Some((key, before)) = self.tree.last_key(layout) {
            keys.push(key);
            layout = before;
        }
        let both = keys.into_iter().rev().zip(values);
        self.open.extend(both.flat_map(|(key, value)| [key, value]));
        self.open.push(key);
        loop {
            self.colon()?;
            let node = self.value(depth + 1)?;
            self.open.push(node);
            if self.closes(b'}', Reason::CommaInObject)? {
                break;
            }
            let key = self.key()?;
            self.open.push(key);
        }
        let object = self.tree.push_object(Layout::OWN, &self.open[base..]);
        self.open.truncate(base);
        Ok(object)
    }

    fn big_object(&mut self, depth: usize, count: usize) -> Result<ObjectId, Reason> {
        let object = self.tree.push_blank_object(count);
        let start = self.tree.own(object).start;
        for index in 0..count as u32 {
            let key = self.key()?;
            self.colon()?;
            let node = self.value(depth + 1)?;
            self.tree.set_field(start + 2 * index, key);
            self.tree.set_field(start + 2 * index + 1, node);
            if self.closes(b'}', Reason::CommaInObject)? {
                break;
            }
        }
        Ok(object)
    }

    /// A list stays its text as long as its items are leaves.
    fn list(&mut self, depth: usize) -> Result<Node, Reason> {
        let count = self.count();
        let from = self.scan.at;
        let mut end = self.open(depth, b']')?;
        let first = self.scan.at;
        while !end && !matches!(self.scan.peek(), Some(b'{' | b'[')) {
            self.leaf()?;
            end = self.closes(b']', Reason::CommaInList)?;
        }
        if end {
            return Ok(self.node(Kind::Leaves, from));
        }
        // The leaves before the first other item are read once more.
        self.scan.at = first;
        if let Some(count) = count {
            return self.big_list(depth, count);
        }
        let base = self.open.len();
        let mut end = false;
        while !end {
            let item = self.value(depth + 1)?;
            self.open.push(item);
            end = self.closes(b']', Reason::CommaInList)?;
        }
        let items = self.tree.push_items(&self.open[base..]);
        self.open.truncate(base);
        Ok(items)
    }

    fn big_list(&mut self, depth: usize, count: usize) -> Result<Node, Reason> {
        let span = Span::new(self.tree.items.len(), count);
        self.tree.items.resize(span.range().end, Node::NULL);
        for at in span.range() {
            let item = self.value(depth + 1)?;
            if let Some(place) = self.tree.items.get_mut(at) {
                *place = item;
            }
            if self.closes(b']', Reason::CommaInList)? {
                break;
            }
        }
        Ok(Node::items(span))
    }
}
