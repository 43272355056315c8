//! Fields that are added to a selection set.

use super::selection::Selection;
use crate::operation::condition::Cond;

/// Adds a field to a selection set, joining it with the same field where it is there already.
pub(super) fn merge(selections: &mut Vec<Selection>, added: Selection) {
    let Selection::Field {
        key,
        cond,
        below,
        directives,
        ..
    } = &added
    else {
        selections.push(added);
        return;
    };
    for known in selections.iter_mut() {
        if let Selection::Field {
            key: known_key,
            cond: known_cond,
            below: known_below,
            ..
        } = known
            && known_key == key
        {
            if below.is_empty() && directives.is_empty() && *known_cond == Cond::TRUE {
                return;
            }
            if known_cond == cond {
                for selection in below.clone() {
                    if !known_below.contains(&selection) {
                        merge(known_below, selection);
                    }
                }
                return;
            }
        }
    }
    selections.push(added);
}
