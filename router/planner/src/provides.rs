//! What the path to an object provides (`@provides`): fields that are external elsewhere in the subgraph.

use federation::{FieldSet, FieldSetSelection};
use indexmap::IndexSet;

use crate::tree::{Tree, UseId};

/// The index of a set of provided fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Provided(usize);

/// No field.
pub(crate) const NOTHING: Provided = Provided(0);

/// The sets that occur, each once.
pub(crate) struct Provides {
    sets: IndexSet<FieldSet>,
}

impl Default for Provides {
    fn default() -> Self {
        Self {
            sets: IndexSet::from([FieldSet::default()]),
        }
    }
}

impl Provides {
    pub(crate) fn intern(&mut self, set: FieldSet) -> Provided {
        Provided(self.sets.insert_full(set).0)
    }

    /// What is provided of a field: `None` when it is not, empty for a leaf that is.
    pub(crate) fn given(
        &self,
        tree: &Tree<'_>,
        provided: Provided,
        used: UseId,
    ) -> Option<FieldSet> {
        if provided == NOTHING {
            return None;
        }
        let mut found = None;
        collect_given(tree, self.sets.get_index(provided.0)?, used, &mut found);
        found
    }
}

fn collect_given(tree: &Tree<'_>, set: &FieldSet, used: UseId, found: &mut Option<FieldSet>) {
    let selected = tree.get(used);
    for selection in &set.selections {
        match selection {
            FieldSetSelection::Field {
                name, selections, ..
            } => {
                if *name == selected.name {
                    let found = found.get_or_insert_with(FieldSet::default);
                    found
                        .selections
                        .extend(selections.selections.iter().cloned());
                }
            }
            FieldSetSelection::InlineFragment { on, selections } => {
                let applies = match on.as_ref().and_then(|on| tree.graph.id(on)) {
                    None => true,
                    Some(on) => {
                        let possible = &tree.graph.ty(on).possible;
                        selected
                            .on
                            .iter()
                            .all(|ty| possible.binary_search(ty).is_ok())
                    }
                };
                if applies {
                    collect_given(tree, selections, used, found);
                }
            }
        }
    }
}
