//! What of an operation may be delivered later: fragments with `@defer`; lists with `@stream` are in [`super::stream`].
//!
//! A deferred fragment has a position of its own beside the one where it occurs, a *shadow*: the same objects, which enter it by entity
//! fetches only (or by another request, at the root). What is delivered at once is planned first, as though the fragment were not there;
//! the rest then joins, without a step more for the former.

use std::cell::Cell;
use std::sync::Arc;

use apollo_compiler::Name;
use apollo_compiler::ast::{Directive, DirectiveList, Value};
use apollo_compiler::executable::SelectionSet;
use rustc_hash::FxHashSet;

use crate::operation::condition::Cond;
use crate::operation::ids::PositionId;

/// Deferred parts of one operation at most: fragments, counted at each place where they stand, and the later items of lists.
pub(crate) const MAX_DEFERRED: u16 = 32;

/// Which `@defer` and `@stream` directives count
/// (<https://github.com/graphql/defer-stream-wg>, <https://www.apollographql.com/docs/graphos/routing/operations/defer>).
#[derive(Clone, Copy, Debug, Default)]
pub enum Defer<'a> {
    /// None: everything is delivered at once.
    #[default]
    Never,
    /// All but those whose `if` is `false`, or a variable among these.
    Unless(&'a [Name]),
}

/// A deferred fragment, by its directive in the document, and the response path of the objects.
pub(crate) type Place = (usize, Vec<Name>);

/// What is deferred of one operation.
#[derive(Clone, Copy)]
pub(crate) struct Deferring<'a> {
    pub(crate) defer: Defer<'a>,
    /// Where a fragment cannot be obtained by itself, because no key leads there. It is delivered at once, as the directive allows.
    pub(crate) refused: &'a FxHashSet<Place>,
    /// Whether there is anything to defer, as far as is known.
    pub(crate) found: &'a Cell<bool>,
}

/// A fragment that is collected by itself.
#[derive(Clone, Copy)]
pub(crate) struct DeferredFragment<'d> {
    pub(crate) set: &'d SelectionSet,
    pub(crate) cond: Cond,
    pub(crate) label: Option<&'d str>,
    /// Its directive.
    pub(crate) id: usize,
}

/// What makes a position a shadow.
pub(crate) struct Shadow {
    /// The position that has the keys of the objects.
    pub(crate) origin: PositionId,
    pub(crate) label: Option<Arc<str>>,
    pub(crate) cond: Cond,
    pub(crate) place: Place,
}

impl Deferring<'_> {
    /// The fragment, if it is deferred there.
    pub(crate) fn fragment<'d>(
        &self,
        directives: &'d DirectiveList,
        set: &'d SelectionSet,
        cond: Cond,
        path: &[Name],
    ) -> Option<DeferredFragment<'d>> {
        let directive = self.active(directives, "defer")?;
        let id = std::ptr::from_ref(directive).addr();
        if self.refused.contains(&(id, path.to_vec())) {
            return None;
        }
        self.found.set(true);
        Some(DeferredFragment {
            set,
            cond,
            label: label(directive),
            id,
        })
    }

    /// The directive of that name, unless its `if` switches it off.
    pub(super) fn active<'d>(
        &self,
        directives: &'d DirectiveList,
        name: &str,
    ) -> Option<&'d Directive> {
        let Defer::Unless(off) = self.defer else {
            return None;
        };
        let directive = directives.get(name)?;
        let is_active = match directive.specified_argument_by_name("if").map(|v| &**v) {
            Some(Value::Boolean(active)) => *active,
            Some(Value::Variable(variable)) => !off.contains(variable),
            _ => true,
        };
        is_active.then_some(&**directive)
    }
}

/// The `label` of a directive.
pub(super) fn label(directive: &Directive) -> Option<&str> {
    let label = directive.specified_argument_by_name("label")?;
    label.as_str()
}
