//! How many objects are expected, so that plans with as many requests can be compared by the data that they move.

use apollo_compiler::ast::Type;

use crate::operation::ids::PositionId;
use crate::operation::tree::Tree;
use crate::search::ids::Leaf;

/// Objects are counted in parts of one, so that each of many types has its share.
const WHOLE: u64 = 64;

/// The items that a list is expected to have.
const LIST: u64 = 10;

/// The objects that are expected, in parts of [`WHOLE`].
#[derive(Default)]
pub(crate) struct Expected {
    /// For each leaf, those that it is selected of.
    leaves: Vec<u64>,
    /// For each position and class, those that are there.
    classes: Vec<Vec<u64>>,
}

impl Expected {
    /// What is expected, from all that the search knows.
    pub(crate) fn of(tree: &Tree<'_>, leaves: &[Leaf]) -> Self {
        let mut positions: Vec<u64> = Vec::with_capacity(tree.positions.len());
        for position in &tree.positions {
            let objects = position.parent.map_or(WHOLE, |parent| {
                // Positions follow those above them.
                let above = tree.get(parent).position;
                let all = positions.get(above.0 as usize).copied().unwrap_or(WHOLE);
                let selected = share(
                    all,
                    tree.get(parent).on.len(),
                    tree.position(above).types.len(),
                );
                selected.saturating_mul(items(&tree.field(parent).ty))
            });
            positions.push(objects);
        }
        let at = |id: PositionId| positions[id.0 as usize];
        let classes = tree
            .positions
            .iter()
            .zip(&positions)
            .map(|(position, &all)| {
                let of = position.types.len();
                let classes = position.classes.iter();
                classes.map(|class| share(all, class.len(), of)).collect()
            });
        let class_types =
            |id: PositionId, class: u16| &tree.position(id).classes[usize::from(class)];
        let leaves = leaves.iter().map(|&leaf| match leaf {
            Leaf::Field(used, class) => {
                let selected = tree.get(used);
                let types = class_types(selected.position, class);
                let types = types
                    .iter()
                    .filter(|ty| selected.on.binary_search(ty).is_ok());
                let of = tree.position(selected.position).types.len();
                share(at(selected.position), types.count(), of)
            }
            Leaf::Typename(id, class) | Leaf::Presence(id, class) => share(
                at(id),
                class_types(id, class).len(),
                tree.position(id).types.len(),
            ),
        });
        Self {
            leaves: leaves.collect(),
            classes: classes.collect(),
        }
    }

    /// The objects that a leaf is selected of.
    pub(crate) fn of_leaf(&self, leaf: usize) -> u64 {
        self.leaves.get(leaf).copied().unwrap_or(WHOLE)
    }

    /// The objects of a class.
    pub(crate) fn of_class(&self, position: PositionId, class: u16) -> u64 {
        let classes = self.classes.get(position.0 as usize);
        let objects = classes.and_then(|classes| classes.get(usize::from(class)));
        objects.copied().unwrap_or(WHOLE)
    }
}

/// How many of all types.
fn share(objects: u64, types: usize, of: usize) -> u64 {
    let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX).max(1);
    (objects.saturating_mul(count(types)) / count(of)).max(1)
}

/// The objects that one value of a type is expected to have.
fn items(ty: &Type) -> u64 {
    match ty {
        Type::Named(_) | Type::NonNullNamed(_) => 1,
        Type::List(item) | Type::NonNullList(item) => LIST.saturating_mul(items(item)),
    }
}
