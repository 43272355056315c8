//! Where objects have the fields of a selection, found once for all objects of one form.
//!
//! A form is the layout of an object with those of its parts, in the order in which fields are looked for. Answers have few forms and
//! selections ask each of them for the same keys again and again: once it is known where a form has them, reading a field compares
//! nothing.

use std::marker::PhantomData;

use smallvec::SmallVec;

use super::layout::Layout;
use super::tree::{NONE, Tree};
use super::value::{Node, ObjectId};

/// Something whose value is in the data under a key.
pub(crate) trait Keyed {
    /// The key; nothing for what needs no data.
    fn data_key(&self) -> Option<&str>;

    /// The name under which the value is written.
    fn label(&self) -> &str {
        ""
    }
}

impl Keyed for &'static str {
    fn data_key(&self) -> Option<&str> {
        Some(self)
    }
}

/// A selection of one key.
pub(crate) const TYPE_NAME: &[&str] = &["__typename"];

/// Objects of more parts than this are not remembered.
const MAX_RUNS: usize = 4;

/// A power of two.
const SLOTS: usize = 128;

/// No more places than this are remembered.
const MAX_PLACES: usize = 1 << 16;

/// Nor more bytes of labels than this, or than a multiple of the answers: each form has the names of all fields, those that are left out too.
const MAX_LABELS: usize = 1 << 20;
const LABELS_TIMES_ANSWERS: usize = 4;

/// What a label has beside the name: `,"":`.
const AROUND: usize = 4;

/// Finding the places of a form may take this many comparisons of keys.
const MAX_COMPARED: usize = 1 << 14;

/// Forms are not remembered while there is less text than this, in bytes.
const WORTH_IT: usize = 2048;

/// Where the fields of one object begin, and those of each of its parts.
pub(crate) type Starts = SmallVec<[u32; MAX_RUNS]>;

#[derive(Clone, Copy, Debug)]
struct Slot {
    /// The address of the selection.
    selection: usize,
    layouts: [Layout; MAX_RUNS],
    /// Where its places begin.
    base: u32,
}

/// Where a field is: in which part, and where in it.
#[derive(Clone, Copy, Debug)]
struct Place {
    run: u32,
    index: u32,
    /// Where its label ends.
    label: u32,
}

/// What was found so far. Selections are known by their addresses: they live as long as `'a`.
#[derive(Debug, Default)]
pub(crate) struct Forms<'a> {
    slots: Vec<Slot>,
    places: Vec<Place>,
    /// What precedes each value when it is written: `,"name":`.
    labels: Vec<u8>,
    selections: PhantomData<std::cell::Cell<&'a ()>>,
}

impl<'a> Forms<'a> {
    /// Where the places of a selection begin for an object, whose fields `starts` says where to find; nothing where that is not remembered.
    #[inline]
    pub(crate) fn find<K: Keyed>(
        &mut self,
        tree: &Tree<'_>,
        object: ObjectId,
        selection: &'a [K],
        starts: &mut Starts,
    ) -> Option<u32> {
        let mut layouts = [Layout::EMPTY; MAX_RUNS];
        if !tree.collect_runs(object, &mut layouts, starts) {
            return None;
        }
        let address = selection.as_ptr().addr();
        let slot = self.slots.get(hash(address, &layouts));
        match slot {
            Some(slot) if slot.selection == address && slot.layouts == layouts => Some(slot.base),
            _ => self.resolve(tree, selection, layouts),
        }
    }

    /// The field at an index of the selection; nothing when the object does not have it.
    #[inline]
    pub(crate) fn node(
        &self,
        tree: &Tree<'_>,
        base: u32,
        index: usize,
        starts: &Starts,
    ) -> Option<Stored> {
        let place = self.places.get(base as usize + index)?;
        let start = starts.get(place.run as usize)?;
        let node = tree.fields.get((start + place.index) as usize)?;
        Some(Stored(*node))
    }

    /// What precedes a value, with the comma.
    #[inline]
    pub(crate) fn label(&self, base: u32, index: usize) -> &[u8] {
        let at = base as usize + index;
        let end = self.places.get(at).map_or(0, |place| place.label);
        let before = at.checked_sub(1).and_then(|at| self.places.get(at));
        let start = before.map_or(0, |place| place.label);
        self.labels
            .get(start as usize..end as usize)
            .unwrap_or_default()
    }

    #[cold]
    #[inline(never)]
    fn resolve<K: Keyed>(
        &mut self,
        tree: &Tree<'_>,
        selection: &'a [K],
        layouts: [Layout; MAX_RUNS],
    ) -> Option<u32> {
        if tree.text_parsed() < WORTH_IT || self.places.len() + selection.len() > MAX_PLACES {
            return None;
        }
        let compared: usize = layouts.iter().map(|layout| tree.layout_len(*layout)).sum();
        if compared * selection.len() > MAX_COMPARED {
            return None;
        }
        let names = selection.iter().map(|keyed| keyed.label().len() + AROUND);
        let labels = self.labels.len() + names.sum::<usize>();
        if labels > MAX_LABELS.min(tree.text_parsed().saturating_mul(LABELS_TIMES_ANSWERS)) {
            return None;
        }
        let before = (self.places.len(), self.labels.len());
        for keyed in selection {
            let found = keyed.data_key().and_then(|key| {
                let mut runs = layouts.iter().zip(0..);
                runs.find_map(|(layout, run)| {
                    let index = tree.index_in(*layout, key.as_bytes())?;
                    Some((run, index))
                })
            });
            if found.is_none() && tree.has_escaped_keys {
                self.places.truncate(before.0);
                self.labels.truncate(before.1);
                return None;
            }
            self.labels.extend_from_slice(b",\"");
            self.labels.extend_from_slice(keyed.label().as_bytes());
            self.labels.extend_from_slice(b"\":");
            let (run, index) = found.unwrap_or((NONE, 0));
            self.places.push(Place {
                run,
                index,
                // Bounded above.
                label: u32::try_from(self.labels.len()).unwrap_or(u32::MAX),
            });
        }
        if self.slots.is_empty() {
            let nothing = Slot {
                selection: 0,
                layouts,
                base: 0,
            };
            self.slots.resize(SLOTS, nothing);
        }
        let selection = selection.as_ptr().addr();
        // Bounded above.
        let base = before.0 as u32;
        if let Some(slot) = self.slots.get_mut(hash(selection, &layouts)) {
            *slot = Slot {
                selection,
                layouts,
                base,
            };
        }
        Some(base)
    }
}

#[inline]
fn hash(address: usize, layouts: &[Layout; MAX_RUNS]) -> usize {
    let [a, b, c, d] = layouts.map(|layout| layout.0 as usize);
    let mixed = (address >> 4) ^ (a + b * 5 + c * 17 + d * 29).wrapping_mul(0x9e37_79b9);
    (mixed ^ mixed >> 7) % SLOTS
}

/// A value as a tree stores it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stored(pub(super) Node);

impl Tree<'_> {
    /// Collects the layouts of an object and its parts; returns whether they can be remembered.
    #[inline]
    fn collect_runs(
        &self,
        object: ObjectId,
        layouts: &mut [Layout; MAX_RUNS],
        starts: &mut Starts,
    ) -> bool {
        let own = self.own(object);
        if own.layout == Layout::OWN {
            return false;
        }
        if own.layout != Layout::EMPTY {
            let Some(layout) = layouts.get_mut(starts.len()) else {
                return false;
            };
            *layout = own.layout;
            starts.push(own.start);
        }
        let first = self.first_part(object);
        first == NONE || self.collect_parts(first, layouts, starts)
    }

    fn collect_parts(
        &self,
        first: u32,
        layouts: &mut [Layout; MAX_RUNS],
        starts: &mut Starts,
    ) -> bool {
        let mut next = first;
        while let Some(part) = self.parts.get(next as usize) {
            if !self.collect_runs(part.object, layouts, starts) {
                return false;
            }
            next = part.next;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    struct Field {
        key: String,
        label: String,
    }

    impl Keyed for Field {
        fn data_key(&self) -> Option<&str> {
            Some(&self.key)
        }

        fn label(&self) -> &str {
            &self.label
        }
    }

    #[test]
    fn labels_are_remembered_within_a_bound() {
        let field = |n: usize| Field {
            key: format!("f{n}"),
            label: "a".repeat(1_000),
        };
        let selection: Vec<Field> = (0..10).map(field).collect();
        let items: Vec<String> = (0..2_000)
            .map(|n| format!("{{\"k{n}\":1,\"f0\":2}}"))
            .collect();
        let text = format!("[{}]", items.join(","));
        let mut tree = Tree::default();
        let value = parse(text.as_bytes(), &mut tree).expect("it is JSON");
        let super::super::Value::List(list) = value else {
            panic!("it is a list");
        };
        let mut forms = Forms::default();
        let mut remembered = 0;
        for item in tree.items(list) {
            if let super::super::Value::Object(object) = item {
                let found = forms.find(&tree, object, &selection, &mut Starts::new());
                remembered += usize::from(found.is_some());
            }
        }
        assert!(remembered > 1, "{remembered}");
        assert!(forms.labels.len() <= LABELS_TIMES_ANSWERS * text.len());
        assert!(forms.labels.len() <= MAX_LABELS);
    }
}
