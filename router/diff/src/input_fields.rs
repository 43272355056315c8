//! Fields of input objects.

use apollo_compiler::Name;
use apollo_compiler::schema::InputObjectType;

use crate::applied::Place;
use crate::arguments::{self, InputKinds};
use crate::change::Changes;
use crate::coordinate;
use crate::descriptions::DescriptionKinds;
use crate::kind::Kind;

const KINDS: InputKinds = InputKinds {
    added: Kind::InputFieldAdded,
    removed: Kind::InputFieldRemoved,
    type_changed: Kind::InputFieldTypeChanged,
    default_changed: Kind::InputFieldDefaultValueChanged,
    description: DescriptionKinds {
        added: Kind::InputFieldDescriptionAdded,
        removed: Kind::InputFieldDescriptionRemoved,
        changed: Kind::InputFieldDescriptionChanged,
    },
    place: Some(Place::InputField),
};

pub(crate) fn compare(
    ty: &Name,
    old: &InputObjectType,
    new: &InputObjectType,
    changes: &mut Changes,
) {
    let fields = |ty: &InputObjectType| {
        ty.fields
            .values()
            .map(|field| field.node.clone())
            .collect::<Vec<_>>()
    };
    let (old, new) = (fields(old), fields(new));
    arguments::compare(
        &KINDS,
        &|field| coordinate::member(ty, field),
        [&old, &new],
        changes,
    );
}
