//! Which objects an entity fetch is about, and the representations that are sent of them
//! (<https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/subgraph-spec#union-_entity>).

mod write;

use std::hash::BuildHasher;

use apollo_compiler::Name;
use hashbrown::{DefaultHashBuilder, HashTable};
use planner::{EntityFetch, PathElement, RepresentationField};

use self::write::write_representation;
use crate::counts::InitialCounts;
use crate::json::{Forms, Keyed, ObjectId, Starts, TYPE_NAME, Tree, Value, decode, is_finite};

/// The objects that one `_entities` field completes.
#[derive(Debug, Default)]
pub(crate) struct Targets {
    /// Each object once, with the position of its representation in the list that is sent.
    pub(crate) objects: Vec<(ObjectId, u32)>,
    /// How many representations are sent.
    pub(crate) count: usize,
    /// How many places the objects were found at beyond the first that sent each representation.
    pub(crate) shared: usize,
    /// Which `_entities` field of the fetch it is.
    pub(crate) field: usize,
    /// Its response key, where that is not the one of the plan.
    pub(crate) response_key: Option<Box<str>>,
}

/// Writes representations one after the other.
#[derive(Default)]
pub(crate) struct Writer {
    pub(crate) targets: Targets,
    sent: Sent,
}

impl Writer {
    /// Adds an object to the list that ends the output, unless its representation is incomplete.
    pub(crate) fn add<'a>(
        &mut self,
        tree: &Tree<'a>,
        forms: &mut Forms<'a>,
        entity: &'a EntityFetch,
        object: ObjectId,
        out: &mut Vec<u8>,
    ) {
        let targets = &mut self.targets;
        let start = out.len();
        if targets.count > 0 {
            out.push(b',');
        }
        let from = out.len();
        if write_representation(tree, forms, entity, object, out).is_err() {
            out.truncate(start);
            return;
        }
        let representation = self.sent.position(out, from);
        if representation < targets.count {
            out.truncate(start);
            targets.shared += 1;
        } else {
            targets.count += 1;
        }
        // Bounded by the objects of the tree, whose indices have 32 bits.
        let position = u32::try_from(representation).unwrap_or(u32::MAX);
        targets.objects.push((object, position));
    }
}

impl Targets {
    /// Finds the objects in the data and writes their representations as a JSON list. Equal representations
    /// are written once, incomplete ones are not written. `stamp` is of no earlier call on this tree. Tells where each is in the output.
    pub(crate) fn find<'a>(
        entity: &'a EntityFetch,
        (tree, forms): (&mut Tree<'a>, &mut Forms<'a>),
        base: Base<'_>,
        stamp: u32,
        out: &mut Vec<u8>,
    ) -> (Self, Vec<(usize, usize)>) {
        let mut writer = Writer::default();
        let mut found = Vec::new();
        for path in &entity.paths {
            base.visit(tree, forms, path, &mut found);
        }
        out.push(b'[');
        for object in found {
            if tree.stamp(object, stamp) {
                writer.add(tree, forms, entity, object, out);
            } else {
                writer.targets.shared += 1;
            }
        }
        out.push(b']');
        (writer.targets, writer.sent.ranges)
    }
}

/// All objects at some paths, which one answer completes; `None` when there is none.
pub(crate) fn all_at<'a>(
    paths: &'a [Vec<PathElement>],
    (tree, forms): (&mut Tree<'a>, &mut Forms<'a>),
    base: Base<'_>,
    stamp: u32,
) -> Option<Targets> {
    let mut found = Vec::new();
    for path in paths {
        base.visit(tree, forms, path, &mut found);
    }
    found.retain(|&object| tree.stamp(object, stamp));
    let objects: Vec<(ObjectId, u32)> = found.into_iter().map(|object| (object, 0)).collect();
    (!objects.is_empty()).then_some(Targets {
        objects,
        count: 1,
        ..Targets::default()
    })
}

/// The representations written so far.
#[derive(Default)]
struct Sent {
    /// Where each one is in the output.
    ranges: Vec<(usize, usize)>,
    /// Positions in `ranges` by hash, seeded: subgraphs' data must not be able to make them collide. Built with the
    /// second representation, as one has nothing to be compared with.
    by_hash: HashTable<usize>,
    hasher: DefaultHashBuilder,
}

impl Sent {
    /// The position of the representation that ends the output: that of its equal, or a new one.
    fn position(&mut self, out: &[u8], from: usize) -> usize {
        let Self {
            ranges,
            by_hash,
            hasher,
        } = self;
        let position = ranges.len();
        if position == 1 {
            let (from, to) = ranges[0];
            by_hash.insert_unique(hasher.hash_one(&out[from..to]), 0, |_| 0);
        }
        if position > 0 {
            let this = &out[from..];
            let hash = hasher.hash_one(this);
            let text = |&known: &usize| {
                let (from, to) = ranges[known];
                &out[from..to]
            };
            if let Some(&known) = by_hash.find(hash, |known| text(known) == this) {
                return known;
            }
            by_hash.insert_unique(hash, position, |known| hasher.hash_one(text(known)));
        }
        ranges.push((from, out.len()));
        position
    }
}

/// Where the paths of fetches begin, and what they depend on beside the data.
#[derive(Clone, Copy)]
pub(crate) struct Base<'r> {
    pub(crate) root: ObjectId,
    pub(crate) counts: &'r InitialCounts,
}

impl Base<'_> {
    fn visit<'a>(
        self,
        tree: &Tree<'a>,
        forms: &mut Forms<'a>,
        path: &'a [PathElement],
        found: &mut Vec<ObjectId>,
    ) {
        visit(
            tree,
            forms,
            self.counts,
            Value::Object(self.root),
            path,
            found,
        );
    }
}

/// Collects the objects at a path, in order, an object as often as it occurs there. Recursion is bounded by the
/// path and by the depth of lists in the data.
fn visit<'a>(
    tree: &Tree<'a>,
    forms: &mut Forms<'a>,
    counts: &InitialCounts,
    value: Value<'a>,
    path: &'a [PathElement],
    found: &mut Vec<ObjectId>,
) {
    match value {
        Value::List(items) => {
            for item in tree.items(items) {
                visit(tree, forms, counts, item, path, found);
            }
        }
        Value::Object(object) => match path.split_first() {
            None => found.push(object),
            Some((PathElement::Key(key), below)) => {
                let value = one_of(tree, forms, object, &path[..1], key);
                if let Some(value) = value {
                    visit(tree, forms, counts, value, below, found);
                }
            }
            Some((PathElement::TypeCondition(types), below)) => {
                if type_name(tree, forms, object).is_some_and(|name| fits(types, name)) {
                    visit(tree, forms, counts, value, below, found);
                }
            }
            Some((PathElement::Streamed { key, part, items }, below)) => {
                let value = one_of(tree, forms, object, &path[..1], key);
                if let Some(Value::List(list)) = value {
                    for item in counts.of_side(tree, list, *part, *items) {
                        visit(tree, forms, counts, item, below, found);
                    }
                }
            }
        },
        _ => {}
    }
}

/// The `__typename` of an object, as it was sent without its quotes.
pub(crate) fn type_name<'a>(
    tree: &Tree<'a>,
    forms: &mut Forms<'a>,
    object: ObjectId,
) -> Option<&'a [u8]> {
    one_of(tree, forms, object, TYPE_NAME, "__typename")?.raw_text()
}

/// The value of the one key of a selection.
fn one_of<'a, K: Keyed>(
    tree: &Tree<'a>,
    forms: &mut Forms<'a>,
    object: ObjectId,
    selection: &'a [K],
    key: &str,
) -> Option<Value<'a>> {
    let mut starts = Starts::new();
    match forms.find(tree, object, selection, &mut starts) {
        Some(base) => {
            let stored = forms.node(tree, base, 0, &starts)?;
            Some(tree.value_of(stored))
        }
        None => tree.get(object, key),
    }
}

impl Keyed for PathElement {
    fn data_key(&self) -> Option<&str> {
        match self {
            Self::Key(key) | Self::Streamed { key, .. } => Some(key),
            Self::TypeCondition(_) => None,
        }
    }
}

impl Keyed for RepresentationField {
    fn data_key(&self) -> Option<&str> {
        Some(&self.data_key)
    }
}

pub(crate) fn fits(types: &[Name], name: &[u8]) -> bool {
    let equals = |ty: &Name| {
        let ty = ty.as_str();
        ty.as_bytes() == name || (name.contains(&b'\\') && decode(name) == ty)
    };
    types.iter().any(equals)
}

/// Whether the value of a `Float` has no number beyond 64 bits. What passes such a number on makes it another service's to fail at.
/// Recursion is bounded by the depth of lists in the data.
pub(crate) fn is_in_range(tree: &Tree<'_>, value: Value<'_>) -> bool {
    match value {
        Value::Number(digits) => is_finite(digits),
        Value::List(items) => tree.items(items).all(|item| is_in_range(tree, item)),
        _ => true,
    }
}
