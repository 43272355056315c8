//! Changing a schema in place, copying only what changes.

use apollo_compiler::Node;
use apollo_compiler::ast::Directive;
use apollo_compiler::schema::{Component, DirectiveList, ExtendedType, FieldDefinition};

/// Changes the fields of an object or interface type for which `which` holds.
pub(super) fn fields(
    ty: &mut ExtendedType,
    which: impl Fn(&FieldDefinition) -> bool,
    mut change: impl FnMut(&mut FieldDefinition),
) {
    let wanted = |fields: &apollo_compiler::collections::IndexMap<
        _,
        Component<FieldDefinition>,
    >| { fields.values().any(|field| which(field)) };
    let fields = match ty {
        ExtendedType::Object(object) if wanted(&object.fields) => &mut object.make_mut().fields,
        ExtendedType::Interface(interface) if wanted(&interface.fields) => {
            &mut interface.make_mut().fields
        }
        _ => return,
    };
    for field in fields.values_mut() {
        if which(field) {
            change(field.make_mut());
        }
    }
}

/// Removes the applications of a directive from the fields of a type.
pub(super) fn remove_from_fields(ty: &mut ExtendedType, directive: &str) {
    fields(
        ty,
        |field| field.directives.has(directive),
        |field| {
            field
                .directives
                .0
                .retain(|applied| applied.name != directive)
        },
    );
}

/// The directives of a type, to be changed.
pub(super) fn directives(ty: &mut ExtendedType) -> &mut DirectiveList {
    match ty {
        ExtendedType::Scalar(ty) => &mut ty.make_mut().directives,
        ExtendedType::Object(ty) => &mut ty.make_mut().directives,
        ExtendedType::Interface(ty) => &mut ty.make_mut().directives,
        ExtendedType::Union(ty) => &mut ty.make_mut().directives,
        ExtendedType::Enum(ty) => &mut ty.make_mut().directives,
        ExtendedType::InputObject(ty) => &mut ty.make_mut().directives,
    }
}

/// Removes the applications of a directive from a type.
pub(super) fn remove_from_type(ty: &mut ExtendedType, directive: &str) {
    if ty.directives().has(directive) {
        directives(ty).0.retain(|applied| applied.name != directive);
    }
}

/// A directive without arguments.
pub(super) fn bare(name: &apollo_compiler::Name) -> Node<Directive> {
    Node::new(Directive {
        name: name.clone(),
        arguments: Vec::new(),
    })
}
