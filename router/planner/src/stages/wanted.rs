//! What the client's selection needs.

use crate::operation::condition::Cond;
use crate::operation::ids::{PositionId, UseId};
use crate::operation::position::Position;
use crate::operation::tree::Tree;
use crate::search::entries::Reach;
use crate::search::ids::Leaf;
use crate::search::partial::Dropped;
use crate::stages::stop::Stop;

/// The leaves that are wanted.
#[derive(Default)]
pub(crate) struct Wanted {
    /// At once.
    pub(crate) initial: Vec<usize>,
    /// For each deferred part.
    pub(crate) deferred: Vec<Vec<usize>>,
}

/// What the client's selection needs.
pub(crate) fn wanted(
    tree: &Tree<'_>,
    reach: &mut Reach,
    dropped: &Dropped,
) -> Result<Wanted, Stop> {
    let mut wanted = Wanted {
        initial: Vec::new(),
        deferred: vec![Vec::new(); usize::from(tree.deferred_parts())],
    };
    // By position: whether it is below what is not asked for.
    let mut lost = vec![
        false;
        if dropped.is_empty() {
            0
        } else {
            tree.positions.len()
        }
    ];
    for (position, index) in tree.positions.iter().zip(0..) {
        let id = PositionId(index);
        if let (Some(parent), false) = (position.parent, dropped.is_empty()) {
            let above = tree.get(parent).position;
            lost[index as usize] = dropped.contains(parent) || lost[above.0 as usize];
            if lost[index as usize] {
                continue;
            }
        }
        let searched = position
            .parent
            .is_none_or(|parent| !tree.get(parent).closed)
            && !reach.at[index as usize].is_empty();
        if let Some(shadow) = &position.shadow {
            let reached = !reach.at[shadow.origin.0 as usize].is_empty();
            let lost = |&used: &UseId| {
                let below = tree.get(used).sub;
                let below = below.filter(|_| !tree.is_leaf(used) && !tree.get(used).hidden);
                below.is_some_and(|below| reach.at[below.0 as usize].is_empty())
            };
            let unreached = !searched && !position.uses.is_empty();
            if reached && (unreached || position.uses.iter().any(lost)) {
                return Err(Stop::Refused(vec![shadow.place.clone()]));
            }
        }
        if position.hidden_depth > 0 || !searched {
            continue;
        }
        let leaves = match position.part.checked_sub(1) {
            None => &mut wanted.initial,
            Some(part) => &mut wanted.deferred[usize::from(part)],
        };
        for (types, class) in position.classes.iter().zip(0u16..) {
            for &used in &position.uses {
                let selected = tree.get(used);
                let concerned = types.iter().any(|ty| selected.on.binary_search(ty).is_ok());
                let wanted =
                    !selected.hidden && concerned && tree.is_leaf(used) && !dropped.contains(used);
                if wanted && !is_delivered_before(tree, position, used) {
                    leaves.push(reach.leaf(Leaf::Field(used, class)));
                }
            }
            if position.wants_typename {
                leaves.push(reach.leaf(Leaf::Typename(id, class)));
            } else if position.partial && position.shadow.is_none() {
                // There are objects, whatever is asked of them.
                leaves.push(reach.leaf(Leaf::Presence(id, class)));
            }
        }
    }
    Ok(wanted)
}

/// Whether what a deferred fragment selects is selected by what encloses it too.
fn is_delivered_before(tree: &Tree<'_>, position: &Position, used: UseId) -> bool {
    let Some(shadow) = &position.shadow else {
        return false;
    };
    let selected = tree.get(used);
    let origin = &tree.position(shadow.origin).uses;
    tree.work.take(origin.len());
    origin.iter().any(|&other| {
        let other = tree.get(other);
        !other.hidden
            && selected.sub.is_none()
            && other.data_key == selected.data_key
            && other.directives == selected.directives
            && (other.cond == Cond::TRUE || other.cond == selected.cond)
            && Tree::common(&selected.on, &other.on) == *selected.on
    })
}
