//! What a document will weigh in memory while it is composed: a few bytes of SDL can be a type, which is kept in several forms.
//!
//! The figures are what `cargo bench -p composition -- kind` measures for graphs of one kind of element, rounded up.

use apollo_compiler::Node;
use apollo_compiler::ast::{
    Definition, Directive, Document, FieldDefinition, InputValueDefinition, Value,
};

/// What one subgraph may weigh, in bytes: 64 times a text of 2 MiB, and of ordinary SDL some 10 MB.
pub(crate) const MAX_OF_SUBGRAPH: usize = 128 * 1024 * 1024;
/// What all may weigh.
pub(crate) const MAX_IN_ALL: usize = 512 * 1024 * 1024;

/// A type or a directive's definition.
const DEFINITION: usize = 2_600;
/// A field, argument, value of an enum, member of a union, interface of a type, or directive that is applied.
const MEMBER: usize = 700;
/// A literal in a literal.
const LITERAL: usize = 150;

/// The weight of a document, in bytes.
pub(crate) fn weigh(document: &Document) -> usize {
    document.definitions.iter().map(of_definition).sum()
}

fn of_definition(definition: &Definition) -> usize {
    let members = match definition {
        Definition::ObjectTypeDefinition(ty) => {
            of_fields(&ty.fields) + of_names(&ty.implements_interfaces)
        }
        Definition::ObjectTypeExtension(ty) => {
            of_fields(&ty.fields) + of_names(&ty.implements_interfaces)
        }
        Definition::InterfaceTypeDefinition(ty) => {
            of_fields(&ty.fields) + of_names(&ty.implements_interfaces)
        }
        Definition::InterfaceTypeExtension(ty) => {
            of_fields(&ty.fields) + of_names(&ty.implements_interfaces)
        }
        Definition::InputObjectTypeDefinition(ty) => of_inputs(&ty.fields),
        Definition::InputObjectTypeExtension(ty) => of_inputs(&ty.fields),
        Definition::UnionTypeDefinition(ty) => of_names(&ty.members),
        Definition::UnionTypeExtension(ty) => of_names(&ty.members),
        Definition::EnumTypeDefinition(ty) => {
            let values = ty.values.iter();
            values.map(|v| MEMBER + of_directives(&v.directives)).sum()
        }
        Definition::EnumTypeExtension(ty) => {
            let values = ty.values.iter();
            values.map(|v| MEMBER + of_directives(&v.directives)).sum()
        }
        Definition::DirectiveDefinition(directive) => of_inputs(&directive.arguments),
        _ => 0,
    };
    let own = match definition.is_extension_definition() {
        true => MEMBER,
        false => DEFINITION,
    };
    own + members + of_directives(definition.directives())
}

fn of_names<T>(names: &[T]) -> usize {
    names.len() * MEMBER
}

fn of_fields(fields: &[Node<FieldDefinition>]) -> usize {
    let of_field = |field: &Node<FieldDefinition>| {
        MEMBER + of_inputs(&field.arguments) + of_directives(&field.directives)
    };
    fields.iter().map(of_field).sum()
}

fn of_inputs(inputs: &[Node<InputValueDefinition>]) -> usize {
    let of_input = |input: &Node<InputValueDefinition>| {
        let default = input.default_value.as_ref();
        MEMBER + default.map_or(0, |value| of_value(value)) + of_directives(&input.directives)
    };
    inputs.iter().map(of_input).sum()
}

fn of_directives(directives: &[Node<Directive>]) -> usize {
    let of_directive = |directive: &Node<Directive>| {
        let arguments = directive.arguments.iter();
        let arguments: usize = arguments.map(|argument| of_value(&argument.value)).sum();
        MEMBER + arguments
    };
    directives.iter().map(of_directive).sum()
}

fn of_value(value: &Value) -> usize {
    LITERAL
        + match value {
            Value::List(items) => items.iter().map(|item| of_value(item)).sum(),
            Value::Object(fields) => fields.iter().map(|(_, value)| of_value(value)).sum(),
            _ => 0,
        }
}
