//! Takes conditions that all of a request has off its fields: they become the condition of the request.

use crate::emit::selection::Selection;
use crate::error::PlanError;
use crate::operation::condition::{Cond, Conditions};

/// When anything of a selection set counts; what all of it shares is taken off.
pub(crate) fn hoist(
    selections: &mut [Selection],
    conditions: &mut Conditions<'_>,
) -> Result<Cond, PlanError> {
    let mut all: Option<Cond> = None;
    let mut same = true;
    for selection in selections.iter() {
        let own = match selection {
            Selection::Field { cond, .. } => *cond,
            _ => Cond::TRUE,
        };
        same &= all.is_none_or(|known| known == own);
        all = Some(match all {
            None => own,
            Some(known) => conditions.or(known, own)?,
        });
    }
    let all = all.unwrap_or(Cond::TRUE);
    if same && all != Cond::TRUE {
        for selection in selections {
            if let Selection::Field { cond, .. } = selection {
                *cond = Cond::TRUE;
            }
        }
    }
    Ok(all)
}

/// The same for `_entities`, whose fields are in fragments.
pub(crate) fn hoist_entities(
    selections: &mut [Selection],
    conditions: &mut Conditions<'_>,
) -> Result<Cond, PlanError> {
    let mut all: Option<Cond> = None;
    for selection in selections.iter() {
        let own = match selection {
            Selection::Fragment { below, .. } => {
                let mut below = below.clone();
                hoist_entities(&mut below, conditions)?
            }
            Selection::Field { cond, .. } => *cond,
            Selection::Typename => Cond::TRUE,
        };
        all = Some(match all {
            None => own,
            Some(known) => conditions.or(known, own)?,
        });
    }
    let all = all.unwrap_or(Cond::TRUE);
    if all != Cond::TRUE && selections.iter().all(|selection| is_under(selection, all)) {
        selections.iter_mut().for_each(strip);
    }
    Ok(all)
}

/// Whether everything directly selected has this condition.
fn is_under(selection: &Selection, wanted: Cond) -> bool {
    match selection {
        Selection::Typename => false,
        Selection::Field { cond, .. } => *cond == wanted,
        Selection::Fragment { below, .. } => below.iter().all(|below| is_under(below, wanted)),
    }
}

fn strip(selection: &mut Selection) {
    match selection {
        Selection::Typename => {}
        Selection::Field { cond, .. } => *cond = Cond::TRUE,
        Selection::Fragment { below, .. } => below.iter_mut().for_each(strip),
    }
}
