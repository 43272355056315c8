//! Types: there or not, of which kind, and then by kind.

use apollo_compiler::Schema;
use apollo_compiler::schema::ExtendedType;

use crate::applied::{self, Place};
use crate::change::{Changes, Class};
use crate::descriptions::{self, DescriptionKinds};
use crate::kind::Kind;
use crate::pairs::{Pair, pairs};
use crate::result_types::ResultTypes;
use crate::{enums, fields, input_fields, members};

const DESCRIPTION: DescriptionKinds = DescriptionKinds {
    added: Kind::TypeDescriptionAdded,
    removed: Kind::TypeDescriptionRemoved,
    changed: Kind::TypeDescriptionChanged,
};

pub(crate) fn compare(old: &Schema, new: &Schema, changes: &mut Changes) {
    let results = [ResultTypes::of(old), ResultTypes::of(new)];
    for pair in pairs(own_types(old), own_types(new), |ty| ty.name()) {
        match pair {
            Pair::Added(ty) => changes.added(
                Kind::TypeAdded,
                ty.name().to_string(),
                Some(kind_name(ty).to_owned()),
                (Class::Safe, "No operation could name the type before."),
            ),
            Pair::Removed(ty) => changes.removed(
                Kind::TypeRemoved,
                ty.name().to_string(),
                Some(kind_name(ty).to_owned()),
                (
                    Class::Breaking,
                    "Operations that name the type, in fragments or variables, are refused.",
                ),
            ),
            Pair::Kept(old, new) => compare_type(old, new, &results, changes),
        }
    }
}

fn own_types(schema: &Schema) -> impl Iterator<Item = &ExtendedType> {
    schema.types.values().filter(|ty| !ty.is_built_in())
}

fn compare_type(
    old: &ExtendedType,
    new: &ExtendedType,
    results: &[ResultTypes<'_>; 2],
    changes: &mut Changes,
) {
    let name = new.name();
    let place = match (old, new) {
        (ExtendedType::Scalar(_), ExtendedType::Scalar(_)) => Place::Scalar,
        (ExtendedType::Object(old), ExtendedType::Object(new)) => {
            members::interfaces(
                name,
                &old.implements_interfaces,
                &new.implements_interfaces,
                changes,
            );
            fields::compare(name, &old.fields, &new.fields, changes);
            Place::Object
        }
        (ExtendedType::Interface(old), ExtendedType::Interface(new)) => {
            members::interfaces(
                name,
                &old.implements_interfaces,
                &new.implements_interfaces,
                changes,
            );
            fields::compare(name, &old.fields, &new.fields, changes);
            Place::Interface
        }
        (ExtendedType::Union(old), ExtendedType::Union(new)) => {
            members::union_members(name, &old.members, &new.members, changes);
            Place::Union
        }
        (ExtendedType::Enum(old), ExtendedType::Enum(new)) => {
            let in_results = results.iter().any(|results| results.has(name));
            enums::compare(name, &old.values, &new.values, in_results, changes);
            Place::Enum
        }
        (ExtendedType::InputObject(old), ExtendedType::InputObject(new)) => {
            input_fields::compare(name, old, new, changes);
            Place::InputObject
        }
        _ => {
            let kinds = [
                Some(kind_name(old).to_owned()),
                Some(kind_name(new).to_owned()),
            ];
            let judgement = (
                Class::Breaking,
                "Values of the type are selected, written or read in another way.",
            );
            return changes.changed(Kind::TypeKindChanged, name.to_string(), kinds, judgement);
        }
    };
    descriptions::compare(
        DESCRIPTION,
        || name.to_string(),
        old.description().map(|text| &**text),
        new.description().map(|text| &**text),
        changes,
    );
    let directives = [old, new].map(|ty| applied::components(ty.directives()));
    applied::compare(place, &|| name.to_string(), &directives, changes);
}

fn kind_name(ty: &ExtendedType) -> &'static str {
    match ty {
        ExtendedType::Scalar(_) => "scalar",
        ExtendedType::Object(_) => "type",
        ExtendedType::Interface(_) => "interface",
        ExtendedType::Union(_) => "union",
        ExtendedType::Enum(_) => "enum",
        ExtendedType::InputObject(_) => "input",
    }
}
