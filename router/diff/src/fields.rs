//! Fields of objects and interfaces, and their results.

use apollo_compiler::Name;
use apollo_compiler::ast::FieldDefinition;
use apollo_compiler::collections::IndexMap;
use apollo_compiler::schema::Component;

use crate::applied::{self, Place};
use crate::arguments;
use crate::change::{Changes, Class};
use crate::coordinate;
use crate::descriptions::{self, DescriptionKinds};
use crate::kind::Kind;
use crate::pairs::{Pair, pairs};
use crate::variance::result_is_safe;

type Fields = IndexMap<Name, Component<FieldDefinition>>;

const DESCRIPTION: DescriptionKinds = DescriptionKinds {
    added: Kind::FieldDescriptionAdded,
    removed: Kind::FieldDescriptionRemoved,
    changed: Kind::FieldDescriptionChanged,
};

pub(crate) fn compare(ty: &Name, old: &Fields, new: &Fields, changes: &mut Changes) {
    let (old, new) = (old.values(), new.values());
    for pair in pairs(
        old.map(|field| &**field),
        new.map(|field| &**field),
        |field| &field.name,
    ) {
        match pair {
            Pair::Added(field) => changes.added(
                Kind::FieldAdded,
                coordinate::member(ty, &field.name),
                Some(field.ty.to_string()),
                (Class::Safe, "No operation could select the field before."),
            ),
            Pair::Removed(field) => changes.removed(
                Kind::FieldRemoved,
                coordinate::member(ty, &field.name),
                Some(field.ty.to_string()),
                (
                    Class::Breaking,
                    "Operations that select the field are refused.",
                ),
            ),
            Pair::Kept(old, new) => compare_field(ty, old, new, changes),
        }
    }
}

fn compare_field(ty: &Name, old: &FieldDefinition, new: &FieldDefinition, changes: &mut Changes) {
    let coordinate = || coordinate::member(ty, &new.name);
    if old.ty != new.ty {
        let judgement = if result_is_safe(&old.ty, &new.ty) {
            (
                Class::Safe,
                "Only results that were allowed before are possible now.",
            )
        } else if result_is_safe(&new.ty, &old.ty) {
            (
                Class::Breaking,
                "Clients can get null where null was not possible.",
            )
        } else {
            (Class::Breaking, "Clients get results of another type.")
        };
        let types = [Some(old.ty.to_string()), Some(new.ty.to_string())];
        changes.changed(Kind::FieldTypeChanged, coordinate(), types, judgement);
    }
    arguments::compare(
        &arguments::FIELD,
        &|argument| coordinate::argument(ty, &new.name, argument),
        [&old.arguments, &new.arguments],
        changes,
    );
    descriptions::compare(
        DESCRIPTION,
        coordinate,
        old.description.as_deref(),
        new.description.as_deref(),
        changes,
    );
    let directives = [old, new].map(|field| applied::list(&field.directives));
    applied::compare(Place::Field, &coordinate, &directives, changes);
}
