//! Descriptions, which change nothing for operations.

use crate::change::{Changes, Class, Judgement};
use crate::kind::Kind;

const REASON: Judgement = (Class::Safe, "Descriptions are for readers only.");

/// The kinds for a description that is new, gone, or another. Where a part of a schema has no kinds of its own for the first two,
/// all three are the last.
#[derive(Clone, Copy)]
pub(crate) struct DescriptionKinds {
    pub(crate) added: Kind,
    pub(crate) removed: Kind,
    pub(crate) changed: Kind,
}

impl DescriptionKinds {
    pub(crate) const fn only(kind: Kind) -> Self {
        Self {
            added: kind,
            removed: kind,
            changed: kind,
        }
    }
}

pub(crate) fn compare(
    kinds: DescriptionKinds,
    coordinate: impl FnOnce() -> String,
    old: Option<&str>,
    new: Option<&str>,
    changes: &mut Changes,
) {
    let kind = match (old, new) {
        (old, new) if old == new => return,
        (None, _) => kinds.added,
        (_, None) => kinds.removed,
        _ => kinds.changed,
    };
    let texts = [old.map(str::to_owned), new.map(str::to_owned)];
    changes.changed(kind, coordinate(), texts, REASON);
}
