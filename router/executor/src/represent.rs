//! Which objects an entity fetch is about, and the representations that are sent of them
//! (<https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/subgraph-spec#union-_entity>).

mod follow;
mod write;

use std::hash::BuildHasher;

use apollo_compiler::Name;
use hashbrown::{DefaultHashBuilder, HashTable};
use planner::{EntityFetch, PathElement, RepresentationField};

pub(crate) use self::follow::{Base, Met};
use self::write::write_representation;
use crate::json::{Forms, Keyed, ObjectId, Starts, TYPE_NAME, Tree, Value, is_finite, is_text};
use crate::memory::{Grants, Output};

/// The objects that one `_entities` field completes.
#[derive(Debug, Default)]
pub(crate) struct Targets {
    /// Each object once, with the position of its representation in the list that is sent.
    pub(crate) objects: Vec<(ObjectId, u32)>,
    /// How many representations are sent.
    pub(crate) count: usize,
    /// How often an object was met beyond the first time that its representation was sent. What is below an object that is met again is not
    /// gone through once more, and not counted.
    pub(crate) shared: usize,
    /// Which `_entities` field of the fetch it is.
    pub(crate) field: usize,
    /// Its response key, where that is not the one of the plan.
    pub(crate) response_key: Option<Box<str>>,
}

/// What is held of an object until its answer has come, and of what it then has as a part, in bytes.
const PER_OBJECT: usize = 64;

/// Writes representations one after the other.
#[derive(Default)]
pub(crate) struct Writer {
    pub(crate) targets: Targets,
    sent: Sent,
}

impl Writer {
    /// Adds an object to the list that ends the output, unless its representation is incomplete. Does nothing where there is no memory for it.
    pub(crate) fn add<'a>(
        &mut self,
        tree: &Tree<'a>,
        forms: &mut Forms<'a>,
        entity: &'a EntityFetch,
        object: ObjectId,
        out: &mut Output<'_, '_>,
    ) {
        let targets = &mut self.targets;
        let start = out.text.len();
        if targets.count > 0 {
            out.text.push(b',');
        }
        let from = out.text.len();
        let written = write_representation(tree, forms, entity, object, out);
        let length = out.text.len() - from;
        if written.is_err() || !out.may_grow() || !out.grants.owe(PER_OBJECT) {
            out.text.truncate(start);
            out.grants.throw_away(length, tree.text_parsed());
            return;
        }
        let representation = self.sent.position(out.text, from);
        if representation < targets.count {
            out.text.truncate(start);
            out.grants.throw_away(length, tree.text_parsed());
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
        (stamp, met): (u32, &mut Met),
        out: &mut Output<'_, '_>,
    ) -> (Self, Vec<(usize, usize)>) {
        let mut writer = Writer::default();
        out.grants.begin_field();
        out.text.push(b'[');
        for path in &entity.paths {
            let reached = base.follow((tree, forms), path, met, out.grants);
            writer.targets.shared += reached.again;
            for object in reached.objects {
                if out.grants.are_exhausted() {
                    break;
                }
                if tree.stamp(object, stamp) {
                    writer.add(tree, forms, entity, object, out);
                } else {
                    writer.targets.shared += 1;
                }
            }
        }
        out.text.push(b']');
        (writer.targets, writer.sent.ranges)
    }
}

/// All objects at some paths, which one answer completes; `None` when there is none.
pub(crate) fn all_at<'a>(
    paths: &'a [Vec<PathElement>],
    (tree, forms): (&mut Tree<'a>, &mut Forms<'a>),
    base: Base<'_>,
    (stamp, met): (u32, &mut Met),
    grants: &mut Grants<'_>,
) -> Option<Targets> {
    let mut objects: Vec<(ObjectId, u32)> = Vec::new();
    for path in paths {
        for object in base.follow((tree, forms), path, met, grants).objects {
            if tree.stamp(object, stamp) && grants.owe(PER_OBJECT) {
                objects.push((object, 0));
            }
        }
    }
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

/// Whether the `__typename` of an object, as it was sent, is one of these types.
pub(crate) fn fits(types: &[Name], name: &[u8]) -> bool {
    types.iter().any(|ty| is_text(name, ty))
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
