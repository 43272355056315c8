//! What is delivered later: `@defer` and `@stream`.

use super::{Selected, condition};
use crate::random::Random;

/// Fragments that are deferred in one operation at most.
pub(super) const MOST_DEFERRED: usize = 6;

/// Defers some of what is selected, here or below.
pub(super) fn defer(
    random: &mut Random,
    selected: &mut Vec<Selected>,
    allowed: bool,
    left: &mut usize,
) {
    for Selected { below, .. } in &mut *selected {
        if !below.is_empty() {
            defer(random, below, true, left);
        }
    }
    if allowed && *left > 0 && random.chance(25) {
        let from = random.below(selected.len());
        let below = selected.split_off(from);
        let on = match random.below(6) {
            0 => "if: $a, ",
            1 => "if: true, ",
            _ => "",
        };
        let head = format!("... @defer({on}label: \"{left}\"){}", condition(random));
        *left -= 1;
        selected.push(Selected {
            head,
            below,
            is_list: false,
        });
    }
}

/// Lists that are streamed in one operation at most.
pub(super) const MOST_STREAMED: usize = 4;

/// Streams some of the lists that are selected, here or below.
pub(super) fn stream(
    random: &mut Random,
    selected: &mut [Selected],
    allowed: bool,
    left: &mut usize,
) {
    for Selected {
        head,
        below,
        is_list,
    } in selected
    {
        let is_root = !allowed && !head.starts_with("...");
        stream(random, below, allowed || is_root, left);
        if allowed && *is_list && !below.is_empty() && *left > 0 && random.chance(40) {
            let on = match random.below(6) {
                0 => "if: $a, ",
                1 => "if: true, ",
                _ => "",
            };
            let count = [
                "",
                ", initialCount: 1",
                ", initialCount: 2",
                ", initialCount: $n",
            ];
            let count = random.pick(&count).copied().unwrap_or_default();
            // A name of its own: it is merged with no field that is not streamed.
            let field = without_alias(head);
            *head = format!("list{left}: {field} @stream({on}label: \"s{left}\"{count})");
            *left -= 1;
        }
    }
}

/// What stands before a selection set, without the alias.
fn without_alias(head: &str) -> &str {
    let is_name = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    match head.split_once(": ") {
        Some((alias, field)) if is_name(alias) => field,
        _ => head,
    }
}
