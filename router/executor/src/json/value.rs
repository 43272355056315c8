//! Values as they are looked at, and as a tree stores them.

use super::layout::Layout;

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
    /// Items in [`Tree::items`](super::Tree::items).
    List(List<'a>),
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

/// A list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum List<'a> {
    /// Its items are nodes of the tree.
    Items(Span),
    /// Its items are leaves, or there are none: the text, brackets included, is read again when they are wanted.
    Leaves(&'a [u8]),
}

/// The index of an object of a [`Tree`](super::Tree).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ObjectId(pub(super) u32);

impl ObjectId {
    /// Its number among the objects of its tree.
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// A run in one of the arenas of a tree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub(super) start: u32,
    pub(super) len: u32,
}

impl Span {
    pub(super) fn new(start: usize, len: usize) -> Self {
        let number = |n| u32::try_from(n).unwrap_or(u32::MAX);
        Self {
            start: number(start),
            len: number(len),
        }
    }

    /// Where it begins: no other run that is not empty begins there.
    pub(crate) fn first(self) -> usize {
        self.start as usize
    }

    pub(super) fn range(self) -> std::ops::Range<usize> {
        let start = self.start as usize;
        start..start + self.len as usize
    }
}

/// A value as a tree stores it, in eight bytes. Three bits say what it is. Leaves, and lists that are their text, have the number of
/// the text (12 bits), where they begin in it (30) and how long they are (19); the others have a run of an arena (31 and 30).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Node(u64);

/// What a [`Node`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    False,
    True,
    Number,
    String,
    Leaves,
    Items,
    Object,
}

/// Where something is in the texts of a tree.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// The number of the text.
    pub(super) text: usize,
    pub(super) at: usize,
    /// `None` for what is too long for the number of bits: the tree knows it.
    pub(super) len: Option<usize>,
}

/// A tree has no more texts, so that their numbers fit.
pub(super) const MAX_TEXTS: usize = 1 << 12;
/// And none is longer, in bytes.
pub(super) const MAX_TEXT: usize = 1 << 30;

const KIND: u32 = 3;
const SPAN_LEN: u32 = 30;
const TEXT: u32 = 12;
const LEAF_LEN: u32 = 19;
/// The length of what is too long for its length to be stored, or longer.
pub(super) const LONG: usize = mask(LEAF_LEN) as usize;

const fn mask(bits: u32) -> u64 {
    (1 << bits) - 1
}

impl Node {
    pub(super) const NULL: Self = Self(0);

    /// A value that is nowhere: null or a Boolean.
    pub(super) fn word(kind: Kind) -> Self {
        Self(kind as u64)
    }

    /// A leaf of a text, or a list of leaves. The bounds on texts have it fit. One that is [`LONG`] is made by [`Tree::leaf`](super::Tree::leaf).
    #[inline]
    pub(super) fn leaf(kind: Kind, text: usize, at: usize, len: usize) -> Self {
        let place = (at as u64) << LEAF_LEN | len.min(LONG) as u64;
        Self(place << TEXT << KIND | (text as u64) << KIND | kind as u64)
    }

    /// Whatever does not fit, which the bounds of the parser rule out, becomes null.
    #[inline]
    fn arena(kind: Kind, at: u32, len: u32) -> Self {
        if at >= 1 << 31 || len >= 1 << SPAN_LEN {
            return Self::NULL;
        }
        Self((u64::from(at) << SPAN_LEN | u64::from(len)) << KIND | kind as u64)
    }

    #[inline]
    pub(super) fn object(id: ObjectId) -> Self {
        Self::arena(Kind::Object, id.0, 0)
    }

    #[inline]
    pub(super) fn items(span: Span) -> Self {
        Self::arena(Kind::Items, span.start, span.len)
    }

    /// What begins the run of an object's fields.
    #[inline]
    pub(super) fn head(layout: Layout) -> Self {
        Self(u64::from(layout.0))
    }

    /// The layout that a run begins with.
    #[inline]
    pub(super) fn layout(self) -> Layout {
        // It was made of one.
        Layout(self.0 as u32)
    }

    #[inline]
    pub(super) fn kind(self) -> Kind {
        match self.0 & mask(KIND) {
            0 => Kind::Null,
            1 => Kind::False,
            2 => Kind::True,
            3 => Kind::Number,
            4 => Kind::String,
            5 => Kind::Leaves,
            6 => Kind::Items,
            _ => Kind::Object,
        }
    }

    /// Where a leaf is.
    #[inline]
    pub(super) fn place(self) -> Place {
        let bits = |shift: u32, bits: u32| (self.0 >> shift & mask(bits)) as usize;
        let len = bits(KIND + TEXT, LEAF_LEN);
        Place {
            text: bits(KIND, TEXT),
            at: bits(KIND + TEXT + LEAF_LEN, 30),
            len: (len != LONG).then_some(len),
        }
    }

    /// Which object.
    #[inline]
    pub(super) fn object_id(self) -> ObjectId {
        ObjectId(self.span().start)
    }

    /// Which items, or which object.
    #[inline]
    pub(super) fn span(self) -> Span {
        Span {
            // Both are narrower than what they become.
            start: (self.0 >> (KIND + SPAN_LEN)) as u32,
            len: (self.0 >> KIND & mask(SPAN_LEN)) as u32,
        }
    }
}
