//! Hiding one element.

use apollo_compiler::Name;
use apollo_compiler::ast::{Directive, DirectiveList};
use apollo_compiler::schema::{self, Component, ExtendedType};

/// Marks a field, an argument, an input field or an enum value.
pub(super) fn hide(directives: &mut DirectiveList, inaccessible: &Name) {
    if !directives.has(inaccessible) {
        directives.push(Directive::new(inaccessible.clone()));
    }
}

/// Marks a type.
pub(super) fn hide_type(ty: &mut ExtendedType, inaccessible: &Name) {
    if ty.directives().has(inaccessible) {
        return;
    }
    let mark = Component::new(Directive::new(inaccessible.clone()));
    directives_of(ty).0.push(mark);
}

fn directives_of(ty: &mut ExtendedType) -> &mut schema::DirectiveList {
    match ty {
        ExtendedType::Scalar(ty) => &mut ty.make_mut().directives,
        ExtendedType::Object(ty) => &mut ty.make_mut().directives,
        ExtendedType::Interface(ty) => &mut ty.make_mut().directives,
        ExtendedType::Union(ty) => &mut ty.make_mut().directives,
        ExtendedType::Enum(ty) => &mut ty.make_mut().directives,
        ExtendedType::InputObject(ty) => &mut ty.make_mut().directives,
    }
}
