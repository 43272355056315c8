//! What the path to an object provides (`@provides`): fields that are external elsewhere in the subgraph.

use apollo_compiler::Name;
use federation::{FieldSet, FieldSetSelection};
use indexmap::IndexSet;

use crate::graph::{Graph, TypeId};
use crate::operation::ids::UseId;
use crate::operation::tree::Tree;

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

    /// What is provided of a field for all of these types that it is selected of: `None` when it is not, empty for a leaf that is.
    pub(crate) fn given(
        &self,
        tree: &Tree<'_>,
        provided: Provided,
        used: UseId,
        types: &[TypeId],
    ) -> Option<FieldSet> {
        if provided == NOTHING {
            return None;
        }
        let set = self.sets.get_index(provided.0)?;
        let selected = tree.get(used);
        tree.work.take(types.len() + set.selections.len());
        let concerned = types
            .iter()
            .filter(|ty| selected.on.binary_search(ty).is_ok());
        let mut all: Option<FieldSet> = None;
        for &ty in concerned {
            let mut found = None;
            collect_given(tree.graph, set, ty, &selected.name, &mut found);
            let found: FieldSet = found?;
            all = Some(match all {
                None => found,
                // Below, only what all have is sure.
                Some(mut known) => {
                    known.selections.retain(|s| found.selections.contains(s));
                    known
                }
            });
        }
        all
    }
}

/// The fields that a set has of objects of one type, as the type conditions in it let them be.
pub(crate) fn of_type(graph: &Graph, set: &FieldSet, ty: TypeId) -> FieldSet {
    let mut found = FieldSet::default();
    for selection in &set.selections {
        match selection {
            FieldSetSelection::Field { .. } => found.selections.push(selection.clone()),
            FieldSetSelection::InlineFragment { on, selections } if applies(graph, on, ty) => {
                let below = of_type(graph, selections, ty);
                found.selections.extend(below.selections);
            }
            FieldSetSelection::InlineFragment { .. } => {}
        }
    }
    found
}

fn collect_given(
    graph: &Graph,
    set: &FieldSet,
    ty: TypeId,
    field: &Name,
    found: &mut Option<FieldSet>,
) {
    for selection in &set.selections {
        match selection {
            FieldSetSelection::Field {
                name, selections, ..
            } => {
                if name == field {
                    let found = found.get_or_insert_with(FieldSet::default);
                    found
                        .selections
                        .extend(selections.selections.iter().cloned());
                }
            }
            FieldSetSelection::InlineFragment { on, selections } => {
                if applies(graph, on, ty) {
                    collect_given(graph, selections, ty, field, found);
                }
            }
        }
    }
}

fn applies(graph: &Graph, condition: &Option<Name>, ty: TypeId) -> bool {
    match condition.as_ref().and_then(|on| graph.id(on)) {
        None => true,
        Some(on) => on == ty || graph.ty(on).all.binary_search(&ty).is_ok(),
    }
}

impl Tree<'_> {
    /// What the way to the objects below a field provides of them, whichever subgraph it leads through.
    pub(crate) fn provided_below(&self, parent: UseId) -> Vec<FieldSet> {
        self.provided_within(parent, self.graph.provides_depth)
    }

    fn provided_within(&self, parent: UseId, levels: usize) -> Vec<FieldSet> {
        let Some(above) = levels.checked_sub(1) else {
            return Vec::new();
        };
        let selected = self.get(parent);
        let own = self.field(parent).at.iter();
        let own = own.filter_map(|at| at.provides.as_deref().cloned());
        let mut found: Vec<FieldSet> = own.collect();
        if let Some(grandparent) = self.position(selected.position).parent {
            for set in self.provided_within(grandparent, above) {
                for &ty in selected.on.iter() {
                    let mut given = None;
                    collect_given(self.graph, &set, ty, &selected.name, &mut given);
                    if let Some(given) = given.filter(|given| !found.contains(given)) {
                        found.push(given);
                    }
                }
            }
        }
        found
    }
}
