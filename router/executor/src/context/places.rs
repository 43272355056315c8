//! The objects at the end of a path with what they take from those on the way: each once for all that is different, however many
//! ways lead to it.

use hashbrown::HashMap;
use planner::{PathElement, StreamedItems};

use super::values::{Taken, Values, sent_type};
use crate::counts::InitialCounts;
use crate::json::{List, ObjectId, Stored, StoredField, Tree, Value};
use crate::memory::Grants;
use crate::represent::{Base, fits};

/// What is held of an object while a path is followed, in bytes.
const PER_PLACE: usize = 128;

/// An object with what it takes.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) object: ObjectId,
    pub(super) taken: Taken,
    /// The object that stands for it where it takes just that.
    own: ObjectId,
}

/// The objects at one element of a path, in the order in which they are met first.
#[derive(Default)]
struct Layer {
    places: Vec<Place>,
    /// Positions in `places`.
    known: HashMap<(ObjectId, Taken), usize>,
    /// The lists that were met, by where their items begin, and what stands for them.
    lists: HashMap<(usize, Taken), Option<Stored>>,
}

/// Some items of a streamed list.
type Side = (planner::DeferredId, StreamedItems);

/// Follows a path; nothing when there is no memory for it.
pub(super) fn find<'a>(
    path: &[PathElement],
    tree: &Tree<'a>,
    base: Base<'_>,
    values: &mut Values<'_>,
    grants: &mut Grants<'_>,
) -> Option<Vec<Place>> {
    let mut layer = Layer::at_root(base, grants)?;
    for (depth, element) in path.iter().enumerate() {
        layer.take(depth, tree, values, grants)?;
        let mut next = Layer::default();
        for place in &layer.places {
            next.enter_below(*place, element, tree, base.counts, grants)?;
        }
        layer = next;
    }
    layer.take(path.len(), tree, values, grants)?;
    Some(layer.places)
}

/// Gives the objects below the outermost that gives a value an object of their own for all that they take; nothing when there is no memory for it.
pub(super) fn separate(
    path: &[PathElement],
    tree: &mut Tree<'_>,
    base: Base<'_>,
    values: &mut Values<'_>,
    grants: &mut Grants<'_>,
) -> Option<()> {
    let mut layer = Layer::at_root(base, grants)?;
    // Nothing that may be met again is changed before all is read.
    let mut changes: Vec<(ObjectId, StoredField, Stored)> = Vec::new();
    for (depth, element) in path.iter().enumerate() {
        layer.take(depth, tree, values, grants)?;
        let mut next = Layer::default();
        for place in std::mem::take(&mut layer.places) {
            let (key, side) = match element {
                PathElement::Key(key) if depth >= values.outermost() => (key, None),
                PathElement::Streamed { key, part, items } if depth >= values.outermost() => {
                    (key, Some((*part, *items)))
                }
                _ => {
                    next.enter_below(place, element, tree, base.counts, grants)?;
                    continue;
                }
            };
            let Some(field) = tree.field(place.object, key) else {
                continue;
            };
            let taken = (place.taken, side);
            let value = next.separated(field.value, taken, tree, base.counts, grants)?;
            match place.own == place.object {
                true => changes.push((place.object, field, value)),
                false => tree.put(place.own, field, value),
            }
        }
        layer = next;
    }
    for (object, field, value) in changes {
        tree.put(object, field, value);
    }
    Some(())
}

impl Layer {
    fn at_root(base: Base<'_>, grants: &mut Grants<'_>) -> Option<Self> {
        let mut layer = Self::default();
        layer.add(base.root, Taken::NOTHING, grants)?;
        Some(layer)
    }

    /// Adds what the objects give that so many elements lead to.
    fn take(
        &mut self,
        depth: usize,
        tree: &Tree<'_>,
        values: &mut Values<'_>,
        grants: &mut Grants<'_>,
    ) -> Option<()> {
        for place in &mut self.places {
            place.taken = values.take(place.taken, (depth, place.object), tree, grants)?;
        }
        Some(())
    }

    /// Adds the objects below one.
    fn enter_below<'a>(
        &mut self,
        place: Place,
        element: &PathElement,
        tree: &Tree<'a>,
        counts: &InitialCounts,
        grants: &mut Grants<'_>,
    ) -> Option<()> {
        let Place { object, taken, .. } = place;
        match element {
            PathElement::Key(key) => match tree.get(object, key) {
                Some(value) => self.enter(tree, value, taken, grants),
                None => Some(()),
            },
            PathElement::TypeCondition(types) => {
                if sent_type(tree, object).is_some_and(|name| fits(types, name)) {
                    let index = self.add(object, taken, grants)?;
                    self.places[index].own = place.own;
                }
                Some(())
            }
            PathElement::Streamed { key, part, items } => match tree.get(object, key) {
                Some(Value::List(list)) => {
                    let items = counts.of_side(tree, list, *part, *items);
                    self.enter_list(tree, (list, items), taken, grants)
                }
                _ => Some(()),
            },
        }
    }

    /// Recursion is bounded by the depth of lists in the data.
    fn enter<'a>(
        &mut self,
        tree: &Tree<'a>,
        value: Value<'a>,
        taken: Taken,
        grants: &mut Grants<'_>,
    ) -> Option<()> {
        match value {
            Value::Object(object) => self.add(object, taken, grants).map(drop),
            Value::List(list) => self.enter_list(tree, (list, tree.items(list)), taken, grants),
            _ => Some(()),
        }
    }

    fn enter_list<'a>(
        &mut self,
        tree: &Tree<'a>,
        (list, items): (List<'a>, impl Iterator<Item = Value<'a>>),
        taken: Taken,
        grants: &mut Grants<'_>,
    ) -> Option<()> {
        let List::Items(span) = list else {
            return Some(());
        };
        if self.lists.insert((span.first(), taken), None).is_some() {
            return Some(());
        }
        self.ask(grants)?;
        for item in items {
            self.enter(tree, item, taken, grants)?;
        }
        Some(())
    }

    /// Adds an object, which stands for itself; its position.
    fn add(&mut self, object: ObjectId, taken: Taken, grants: &mut Grants<'_>) -> Option<usize> {
        let next = self.places.len();
        let index = *self.known.entry((object, taken)).or_insert(next);
        if index == next {
            self.places.push(Place {
                object,
                taken,
                own: object,
            });
            self.ask(grants)?;
        }
        Some(index)
    }

    /// Asks for what is held, and for as much of the layer before.
    fn ask(&self, grants: &mut Grants<'_>) -> Option<()> {
        let held = (self.places.len() + self.lists.len()) * PER_PLACE;
        grants.borrow(2 * held).then_some(())
    }

    /// What stands for a value where it takes that.
    fn separated(
        &mut self,
        value: Stored,
        (taken, side): (Taken, Option<Side>),
        tree: &mut Tree<'_>,
        counts: &InitialCounts,
        grants: &mut Grants<'_>,
    ) -> Option<Stored> {
        match tree.value_of(value) {
            Value::Object(object) if side.is_none() => {
                let met = self.places.len();
                let index = self.add(object, taken, grants)?;
                if index == met {
                    self.places[index].own = tree.copy(object, grants)?;
                }
                Some(Tree::stored_object(self.places[index].own))
            }
            Value::List(list @ List::Items(span)) => {
                let key = (span.first(), taken);
                if let Some(Some(known)) = self.lists.get(&key) {
                    return Some(*known);
                }
                let len = tree.len(list);
                if !grants.owe(3 * len * size_of::<Stored>()) {
                    return None;
                }
                let mut items = tree.stored_items(list);
                let range = match side {
                    Some((part, side)) => counts.range(part, side, len),
                    None => 0..len,
                };
                for item in items.get_mut(range).unwrap_or_default() {
                    *item = self.separated(*item, (taken, None), tree, counts, grants)?;
                }
                let list = tree.new_list(&items);
                self.lists.insert(key, Some(list));
                self.ask(grants)?;
                Some(list)
            }
            _ => Some(value),
        }
    }
}
