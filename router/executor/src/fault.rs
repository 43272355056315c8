//! What subgraphs reported and where fetches failed, kept at the objects of the data that it is about.
//!
//! A subgraph's error names a place in its own answer. The objects of that answer are parts of the objects that
//! asked for it, so an error kept at such an object is met by completion at every place where the object
//! is in the response, under the client's path, aliases and all.

use std::borrow::Cow;

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use crate::json::{List, MAX_DEPTH, ObjectId, Tree, Value, decode};

/// The code of a subgraph's error that has none, or whose own is not shown.
const SUBGRAPH_ERROR: &str = "SUBGRAPH_ERROR";

/// Something that went wrong in a subgraph or on the way to it.
#[derive(Clone, Debug)]
pub(crate) struct Fault<'a> {
    pub(crate) message: Cow<'a, str>,
    pub(crate) code: Cow<'a, str>,
    /// The subgraph's name.
    pub(crate) service: &'a str,
    /// What the subgraph put into `extensions`, where clients may see it.
    pub(crate) extensions: Option<ObjectId>,
    /// The operation that was sent, to show which fields are missing because of a failure.
    pub(crate) operation: &'a str,
}

/// What of an object a fault is about.
#[derive(Clone, Debug)]
pub(crate) enum About<'a> {
    /// The value under a data key, and what is below it there.
    Field(Cow<'a, str>, Vec<Segment<'a>>),
    /// The object itself.
    Object,
    /// Every field that the fetch was to bring and that is not there.
    Missing(Scope),
    /// Nulls are explained by a fault that is kept elsewhere.
    Nulls,
}

/// What the faults that are about all objects of a fetch are, and so where they are reported.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Scope {
    /// The fetch failed: each field that it was to bring has an error, at the nearest place that all objects have in common.
    Failed,
    /// The subgraph reported an error, and as many after it, that name no object: each at the nearest place that everything missing has in common.
    Reported {
        /// How many faults follow this one.
        more: usize,
    },
}

/// One step of the path of a subgraph's error.
#[derive(Clone, Debug)]
pub(crate) enum Segment<'a> {
    /// A response key of the subgraph's operation: a data key.
    Key(Cow<'a, str>),
    /// A position in a list.
    Index(usize),
}

/// A fault kept at an object.
#[derive(Clone, Debug)]
pub(crate) struct Anchor<'a> {
    /// The index in [`Faults::list`].
    pub(crate) fault: usize,
    pub(crate) about: About<'a>,
}

/// The anchors of an object of the response. Almost always none.
pub(crate) type Anchors<'f, 'a> = SmallVec<[&'f Anchor<'a>; 2]>;

/// All faults of one execution.
#[derive(Debug, Default)]
pub(crate) struct Faults<'a> {
    pub(crate) list: Vec<Fault<'a>>,
    anchors: FxHashMap<ObjectId, Vec<Anchor<'a>>>,
    /// The words of each operation of which something may be missing.
    words: FxHashMap<Origin, Words<'a>>,
}

/// Which fetch a fault comes from: the address of its operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Origin(usize);

impl Origin {
    pub(crate) fn of(operation: &str) -> Self {
        Self(operation.as_ptr().addr())
    }
}

/// The words of an operation. Seeded: clients choose them.
type Words<'a> = hashbrown::HashSet<&'a str>;

impl<'a> Faults<'a> {
    /// Keeps a fault; gives its index.
    pub(crate) fn push(&mut self, fault: Fault<'a>) -> usize {
        self.list.push(fault);
        self.list.len() - 1
    }

    /// Says that a fault is about an object.
    pub(crate) fn anchor(&mut self, object: ObjectId, fault: usize, about: About<'a>) {
        if let (About::Missing(_), Some(fault)) = (&about, self.list.get(fault)) {
            let operation = fault.operation;
            let words = self.words.entry(Origin::of(operation));
            words.or_insert_with(|| words_of(operation).collect());
        }
        let anchor = Anchor { fault, about };
        self.anchors.entry(object).or_default().push(anchor);
    }

    /// Whether the fetch that a fault comes from was to bring a field: whether its operation names it.
    pub(crate) fn was_to_bring(&self, fault: usize, data_key: &str) -> bool {
        let fault = self.list.get(fault);
        let words = fault.and_then(|fault| self.words.get(&Origin::of(fault.operation)));
        words.is_some_and(|words| words.contains(data_key))
    }

    /// Everything about an object and its parts.
    pub(crate) fn about(&self, tree: &Tree<'a>, object: ObjectId) -> Anchors<'_, 'a> {
        let mut found = Anchors::new();
        if !self.anchors.is_empty() {
            self.collect(tree, object, &mut found);
        }
        found
    }

    fn collect<'f>(&'f self, tree: &Tree<'a>, object: ObjectId, found: &mut Anchors<'f, 'a>) {
        found.extend(self.anchors.get(&object).into_iter().flatten());
        for part in tree.parts(object) {
            self.collect(tree, part, found);
        }
    }
}

impl Anchor<'_> {
    /// Whether it accounts for a null under the data key.
    pub(crate) fn explains(&self, data_key: &str) -> bool {
        match &self.about {
            About::Field(key, _) => key == data_key,
            About::Object | About::Nulls => true,
            About::Missing(_) => false,
        }
    }
}

impl<'a> Fault<'a> {
    /// How many bytes of it are no part of the answer.
    pub(crate) fn owned(&self) -> usize {
        let owned = |text: &Cow<'_, str>| match text {
            Cow::Owned(text) => text.capacity(),
            Cow::Borrowed(_) => 0,
        };
        owned(&self.message) + owned(&self.code)
    }

    /// How many bytes it has in a response.
    pub(crate) fn size(&self, tree: &Tree<'a>) -> usize {
        let extensions = self.extensions.map(Value::Object);
        let extensions = extensions.map_or(0, |extensions| tree.written_len(extensions));
        // The code is kept by itself, too.
        self.message.len() + 2 * self.code.len() + self.service.len() + extensions
    }

    /// Reads one member of a subgraph's `errors`; what has not the form of an error is reported as far as it can be
    /// understood. Unless `reveal`, nothing that the subgraph said is kept but where it happened.
    pub(crate) fn read(
        tree: &Tree<'a>,
        error: Value<'a>,
        service: &'a str,
        operation: &'a str,
        reveal: bool,
    ) -> Self {
        let object = match error {
            Value::Object(object) if reveal => Some(object),
            _ => None,
        };
        let text = |object, key| Some(decode(tree.get(object, key)?.raw_text()?));
        let message = object.and_then(|object| text(object, "message"));
        let extensions = match object.and_then(|object| tree.get(object, "extensions")) {
            Some(Value::Object(extensions)) => Some(extensions),
            _ => None,
        };
        let code = extensions.and_then(|extensions| text(extensions, "code"));
        Self {
            message: message.unwrap_or_else(|| {
                let without = if reveal { " without a message" } else { "" };
                format!("the subgraph \"{service}\" reported an error{without}").into()
            }),
            code: code.unwrap_or(Cow::Borrowed(SUBGRAPH_ERROR)),
            service,
            extensions,
            operation,
        }
    }
}

/// The names in a text.
fn words_of(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
}

/// The path of a subgraph's error; nothing when it has none, or one that is no path.
pub(crate) fn read_path<'a>(tree: &Tree<'a>, error: Value<'a>) -> Option<Vec<Segment<'a>>> {
    let Value::Object(error) = error else {
        return None;
    };
    match tree.get(error, "path")? {
        Value::List(path) => read_segments(tree, path),
        _ => None,
    }
}

/// Longer paths than any answer that can be read are no paths: each level of an answer is a step.
const MAX_SEGMENTS: usize = MAX_DEPTH;

fn read_segments<'a>(tree: &Tree<'a>, path: List<'a>) -> Option<Vec<Segment<'a>>> {
    if tree.items(path).nth(MAX_SEGMENTS).is_some() {
        return None;
    }
    let read = |segment: Value<'a>| match segment {
        Value::Number(digits) => {
            let index = std::str::from_utf8(digits).ok()?.parse().ok()?;
            Some(Segment::Index(index))
        }
        key => Some(Segment::Key(decode(key.raw_text()?))),
    };
    tree.items(path).map(read).collect()
}
