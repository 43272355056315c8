//! Where a path of the plan leads in the data.
//!
//! Merged data is no tree: an entity is a part of every object that asked for it, so that what is below it is at all of their places, and these
//! multiply with each level. A path is therefore followed element by element, from all objects at the one to all at the next, each of them
//! once: what is done is bounded by what is stored, not by the places at which it is.

use planner::PathElement;
use smallvec::SmallVec;

use super::{fits, one_of, type_name};
use crate::counts::InitialCounts;
use crate::json::{Forms, List, ObjectId, Tree, Value};
use crate::memory::Grants;

/// Where the paths of fetches begin, and what they depend on beside the data.
#[derive(Clone, Copy)]
pub(crate) struct Base<'r> {
    pub(crate) root: ObjectId,
    pub(crate) counts: &'r InitialCounts,
}

/// Which objects and lists were met last at which element of a path, of all paths that were followed one after the other.
#[derive(Debug, Default)]
pub(crate) struct Met {
    /// By the numbers of the objects.
    objects: Vec<u32>,
    /// By where the items of the lists begin.
    lists: Vec<u32>,
    /// The number of the element, from 1 on.
    element: u32,
}

impl Met {
    /// Makes room for all that there is; `false` when there is no memory for it.
    fn fit(&mut self, tree: &Tree<'_>, grants: &mut Grants<'_>) -> bool {
        let (objects, items) = tree.count();
        let more =
            objects.saturating_sub(self.objects.len()) + items.saturating_sub(self.lists.len());
        if !grants.owe(more * size_of::<u32>()) {
            return false;
        }
        for (known, there_are) in [(&mut self.objects, objects), (&mut self.lists, items)] {
            known.reserve_exact(there_are.saturating_sub(known.len()));
            known.resize(there_are, 0);
        }
        true
    }

    fn begin_element(&mut self) {
        self.element = self.element.checked_add(1).unwrap_or_else(|| {
            self.objects.fill(0);
            self.lists.fill(0);
            1
        });
    }
}

/// Whether something is met for the first time at an element.
fn is_new(met: &mut [u32], at: usize, element: u32) -> bool {
    met.get_mut(at)
        .is_none_or(|last| std::mem::replace(last, element) != element)
}

/// The objects at one element of a path.
#[derive(Default)]
pub(super) struct Reached {
    /// Each once, in the order in which they are met first.
    pub(super) objects: SmallVec<[ObjectId; 16]>,
    /// How often one of them was met again.
    pub(super) again: usize,
}

/// A path that is followed.
struct Following<'f, 'g, 'a> {
    tree: &'f Tree<'a>,
    /// Where an object can be met again.
    met: Option<&'f mut Met>,
    grants: &'f mut Grants<'g>,
}

impl Base<'_> {
    /// The objects at the end of a path. Where there is no memory for it there are none, and no more is granted.
    pub(super) fn follow<'a>(
        self,
        (tree, forms): (&Tree<'a>, &mut Forms<'a>),
        path: &'a [PathElement],
        met: &mut Met,
        grants: &mut Grants<'_>,
    ) -> Reached {
        let mut reached = Reached::default();
        reached.objects.push(self.root);
        if tree.is_shared() && !met.fit(tree, grants) {
            return Reached::default();
        }
        let mut following = Following {
            tree,
            met: tree.is_shared().then_some(met),
            grants,
        };
        for (index, element) in path.iter().enumerate() {
            let mut next = Reached::default();
            if let Some(met) = &mut following.met {
                met.begin_element();
            }
            for &object in &reached.objects {
                let is_granted = match element {
                    PathElement::Key(key) => one_of(tree, forms, object, &path[index..=index], key)
                        .is_none_or(|value| following.enter(value, &mut next)),
                    PathElement::TypeCondition(types) => {
                        let found = type_name(tree, forms, object);
                        let is_one = found.is_some_and(|name| fits(types, name));
                        !is_one || following.enter(Value::Object(object), &mut next)
                    }
                    PathElement::Streamed { key, part, items } => {
                        match one_of(tree, forms, object, &path[index..=index], key) {
                            Some(Value::List(list)) => {
                                let items = self.counts.of_side(tree, list, *part, *items);
                                following.enter_list(list, items, &mut next)
                            }
                            _ => true,
                        }
                    }
                };
                if !is_granted {
                    return Reached::default();
                }
            }
            reached = next;
        }
        reached
    }
}

impl<'a> Following<'_, '_, 'a> {
    /// Adds an object, or those of a list; `false` when there is no memory for it. Recursion is bounded by the depth of lists in the data.
    fn enter(&mut self, value: Value<'a>, reached: &mut Reached) -> bool {
        match value {
            Value::Object(object) => {
                if let Some(met) = &mut self.met
                    && !is_new(&mut met.objects, object.index(), met.element)
                {
                    reached.again += 1;
                    return true;
                }
                let objects = &mut reached.objects;
                // It becomes twice as large, beside that of the element before.
                if objects.len() == objects.capacity()
                    && !self.grants.borrow(4 * size_of_val(&objects[..]))
                {
                    return false;
                }
                objects.push(object);
                true
            }
            Value::List(list) => self.enter_list(list, self.tree.items(list), reached),
            _ => true,
        }
    }

    /// Adds what of a list is reached.
    fn enter_list(
        &mut self,
        list: List<'a>,
        mut items: impl Iterator<Item = Value<'a>>,
        reached: &mut Reached,
    ) -> bool {
        // Leaves are no objects, however many there are.
        let List::Items(span) = list else {
            return true;
        };
        if let Some(met) = &mut self.met
            && !is_new(&mut met.lists, span.first(), met.element)
        {
            reached.again += items.size_hint().0;
            return true;
        }
        items.all(|item| self.enter(item, reached))
    }
}
