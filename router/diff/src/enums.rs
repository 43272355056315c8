//! The values of enums.

use apollo_compiler::Name;
use apollo_compiler::ast::EnumValueDefinition;
use apollo_compiler::collections::IndexMap;
use apollo_compiler::schema::Component;

use crate::applied::{self, Place};
use crate::change::{Changes, Class};
use crate::coordinate;
use crate::descriptions::{self, DescriptionKinds};
use crate::kind::Kind;
use crate::pairs::{Pair, pairs};

type Values = IndexMap<Name, Component<EnumValueDefinition>>;

/// `in_results`: whether a field returns the enum, in either schema.
pub(crate) fn compare(
    ty: &Name,
    old: &Values,
    new: &Values,
    in_results: bool,
    changes: &mut Changes,
) {
    let (old, new) = (old.values(), new.values());
    for pair in pairs(
        old.map(|value| &**value),
        new.map(|value| &**value),
        |value| &value.value,
    ) {
        match pair {
            Pair::Added(value) => {
                let judgement = match in_results {
                    true => (
                        Class::Dangerous,
                        "Clients can get a value that they do not know of.",
                    ),
                    false => (
                        Class::Safe,
                        "Only arguments take the enum, so no client gets the value unasked.",
                    ),
                };
                let coordinate = coordinate::member(ty, &value.value);
                changes.added(Kind::EnumValueAdded, coordinate, None, judgement);
            }
            Pair::Removed(value) => changes.removed(
                Kind::EnumValueRemoved,
                coordinate::member(ty, &value.value),
                None,
                (
                    Class::Breaking,
                    "Operations and variables with the value are refused.",
                ),
            ),
            Pair::Kept(old, new) => {
                let coordinate = || coordinate::member(ty, &new.value);
                descriptions::compare(
                    DescriptionKinds::only(Kind::EnumValueDescriptionChanged),
                    coordinate,
                    old.description.as_deref(),
                    new.description.as_deref(),
                    changes,
                );
                let directives = [old, new].map(|value| applied::list(&value.directives));
                applied::compare(Place::EnumValue, &coordinate, &directives, changes);
            }
        }
    }
}
