//! The values that entities take from the objects that enclose them, each kept once.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashMap, HashTable};
use planner::{ContextVariable, EntityFetch, RepresentationField};

use crate::json::{ObjectId, Tree, Value};
use crate::memory::{Grants, Output};
use crate::represent::{fits, is_in_range};

/// What is held of a value beside its text, in bytes.
const PER_VALUE: usize = 64;

/// All that an object takes from the objects on the way to it, as a number that only equal values share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Taken(u32);

impl Taken {
    /// What an object takes that is enclosed by none that gives something.
    pub(super) const NOTHING: Self = Self(0);
    /// A required value is null, so nothing that it encloses is fetched.
    pub(super) const MISSING: Self = Self(u32::MAX);
}

/// The values of one `_entities` field that were met.
pub(super) struct Values<'e> {
    contexts: &'e [ContextVariable],
    /// The indices of the contexts, from the outermost object on.
    inward: Vec<usize>,
    texts: Vec<Vec<u8>>,
    /// Positions in `texts` by hash, seeded: subgraphs' data must not be able to make them collide.
    by_text: HashTable<u32>,
    hasher: DefaultHashBuilder,
    /// What is taken, by number from 1 on: what was taken before, and one value more.
    steps: Vec<(Taken, u32)>,
    by_step: HashMap<(Taken, u32), Taken>,
    /// Where a value is written first.
    written: Vec<u8>,
}

impl<'e> Values<'e> {
    pub(super) fn of(entity: &'e EntityFetch) -> Self {
        let contexts = &entity.contexts;
        let mut inward: Vec<usize> = (0..contexts.len()).collect();
        inward.sort_by_key(|&index| contexts[index].depth);
        Self {
            contexts,
            inward,
            texts: Vec::new(),
            by_text: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
            steps: Vec::new(),
            by_step: HashMap::new(),
            written: Vec::new(),
        }
    }

    /// How many elements of a path lead to the outermost object that gives a value.
    pub(super) fn outermost(&self) -> usize {
        let first = self.inward.first();
        first.map_or(0, |&index| self.contexts[index].depth)
    }

    /// Adds what the object gives that so many elements of a path lead to; nothing when there is no memory for it.
    pub(super) fn take(
        &mut self,
        taken: Taken,
        (depth, object): (usize, ObjectId),
        tree: &Tree<'_>,
        grants: &mut Grants<'_>,
    ) -> Option<Taken> {
        let mut taken = taken;
        for next in 0..self.inward.len() {
            let context = &self.contexts[self.inward[next]];
            if context.depth != depth || taken == Taken::MISSING {
                continue;
            }
            self.written.clear();
            let mut out = Output::new(&mut self.written, grants);
            write(tree, &context.fields, Value::Object(object), &mut out);
            if grants.are_exhausted() {
                return None;
            }
            if self.written == b"null" && context.ty.is_non_null() {
                taken = Taken::MISSING;
                continue;
            }
            let text = self.kept(tree.text_parsed(), grants)?;
            let known = self.steps.len();
            taken = *self.by_step.entry((taken, text)).or_insert_with(|| {
                self.steps.push((taken, text));
                // Bounded by the memory that is granted.
                Taken(u32::try_from(known + 1).unwrap_or(u32::MAX))
            });
        }
        Some(taken)
    }

    /// The number of the value that was written.
    fn kept(&mut self, answers: usize, grants: &mut Grants<'_>) -> Option<u32> {
        let Self {
            texts,
            by_text,
            hasher,
            written,
            ..
        } = self;
        let hash = hasher.hash_one(&**written);
        let text = |known: &u32| &texts[*known as usize];
        if let Some(&known) = by_text.find(hash, |known| text(known) == written) {
            return grants.throw_away(written.len(), answers).then_some(known);
        }
        if !grants.owe(written.len() + PER_VALUE) {
            return None;
        }
        let number = u32::try_from(texts.len()).ok()?;
        by_text.insert_unique(hash, number, |known| hasher.hash_one(&**text(known)));
        texts.push(written.clone());
        Some(number)
    }

    /// What is taken, a value for each context in the order of the plan; nothing where one is missing.
    pub(super) fn texts(&self, taken: Taken) -> Option<Vec<&[u8]>> {
        let mut found: Vec<&[u8]> = vec![b"null"; self.contexts.len()];
        let mut at = taken;
        // From the innermost out.
        for &index in self.inward.iter().rev() {
            let step = (at.0 as usize).checked_sub(1);
            let &(before, text) = step.and_then(|step| self.steps.get(step))?;
            found[index] = self.texts.get(text as usize)?;
            at = before;
        }
        Some(found)
    }
}

/// Writes the one value that is selected of an object; of a list, the list of values. Recursion is bounded by the selection and by
/// the depth of lists in the data. Ends early when there is no memory for it.
fn write<'a>(
    tree: &Tree<'a>,
    fields: &[RepresentationField],
    value: Value<'a>,
    out: &mut Output<'_, '_>,
) {
    if !out.may_grow() {
        return;
    }
    match value {
        Value::List(items) if !fields.is_empty() => {
            out.text.push(b'[');
            for (index, item) in tree.items(items).enumerate() {
                if index > 0 {
                    out.text.push(b',');
                }
                write(tree, fields, item, out);
                if out.grants.are_exhausted() {
                    return;
                }
            }
            out.text.push(b']');
        }
        Value::Object(object) if !fields.is_empty() => {
            let fitting = |field: &&RepresentationField| {
                field
                    .on
                    .as_ref()
                    .is_none_or(|on| sent_type(tree, object).is_some_and(|name| fits(on, name)))
            };
            // A type name is selected to tell types apart, unless it is all that is selected.
            let named = |field: &&RepresentationField| field.name != "__typename";
            let mut selected = fields.iter().filter(fitting);
            let field = selected.clone().find(named).or_else(|| selected.next());
            if let Some(constant) = field.and_then(|field| field.constant.as_ref()) {
                out.text.push(b'"');
                out.text.extend_from_slice(constant.as_bytes());
                out.text.push(b'"');
                return;
            }
            let found = field
                .and_then(|field| Some((field, tree.get(object, &field.data_key)?)))
                .filter(|(field, value)| !field.float || is_in_range(tree, *value));
            match found {
                Some((field, value)) => write(tree, &field.fields, value, out),
                None => out.text.extend_from_slice(b"null"),
            }
        }
        leaf => {
            if out.reserve(tree.written_len(leaf)) {
                tree.write(leaf, out.text);
            }
        }
    }
}

/// The `__typename` of an object, as it was sent without its quotes.
pub(super) fn sent_type<'a>(tree: &Tree<'a>, object: ObjectId) -> Option<&'a [u8]> {
    tree.get(object, "__typename")?.raw_text()
}
