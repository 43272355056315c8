//! Members of unions, and interfaces that are implemented.

use apollo_compiler::Name;
use apollo_compiler::collections::IndexSet;
use apollo_compiler::schema::ComponentName;

use crate::change::{Changes, Class};
use crate::kind::Kind;
use crate::pairs::{Pair, pairs};

pub(crate) fn union_members(
    union: &Name,
    old: &IndexSet<ComponentName>,
    new: &IndexSet<ComponentName>,
    changes: &mut Changes,
) {
    for pair in pairs(old, new, |member| &member.name) {
        match pair {
            Pair::Added(member) => changes.added(
                Kind::UnionMemberAdded,
                union.to_string(),
                Some(member.to_string()),
                (
                    Class::Dangerous,
                    "Clients can get a type that they do not know of.",
                ),
            ),
            Pair::Removed(member) => changes.removed(
                Kind::UnionMemberRemoved,
                union.to_string(),
                Some(member.to_string()),
                (
                    Class::Breaking,
                    "Operations with a fragment on the member are refused.",
                ),
            ),
            Pair::Kept(..) => {}
        }
    }
}

pub(crate) fn interfaces(
    ty: &Name,
    old: &IndexSet<ComponentName>,
    new: &IndexSet<ComponentName>,
    changes: &mut Changes,
) {
    for pair in pairs(old, new, |interface| &interface.name) {
        match pair {
            Pair::Added(interface) => changes.added(
                Kind::ObjectTypeInterfaceAdded,
                ty.to_string(),
                Some(interface.to_string()),
                (
                    Class::Dangerous,
                    "Where the interface is selected, clients can get a type that they do not know of.",
                ),
            ),
            Pair::Removed(interface) => changes.removed(
                Kind::ObjectTypeInterfaceRemoved,
                ty.to_string(),
                Some(interface.to_string()),
                (
                    Class::Breaking,
                    "Operations with a fragment from the interface to the type, or back, are refused.",
                ),
            ),
            Pair::Kept(..) => {}
        }
    }
}
