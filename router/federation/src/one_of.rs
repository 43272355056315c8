//! `@oneOf`, which GraphQL has since September 2025 and the parser does not know: its definition, and what operations must keep to
//! (<https://spec.graphql.org/September2025/#sec-OneOf-Input-Objects>).

use apollo_compiler::ast::{
    DirectiveDefinition, DirectiveList, DirectiveLocation, InputValueDefinition, Type, Value,
};
use apollo_compiler::collections::HashSet;
use apollo_compiler::executable::{ExecutableDocument, Operation, Selection, SelectionSet};
use apollo_compiler::parser::SourceSpan;
use apollo_compiler::schema::{ExtendedType, InputObjectType};
use apollo_compiler::{Name, Node, Schema, name};

/// `directive @oneOf on INPUT_OBJECT`
pub fn definition() -> DirectiveDefinition {
    DirectiveDefinition {
        description: Some("Indicates that exactly one field is given, and is not null.".into()),
        name: name!("oneOf"),
        arguments: Vec::new(),
        repeatable: false,
        locations: vec![DirectiveLocation::InputObject],
    }
}

/// Adds the [`definition`] to a schema that lacks it.
pub fn define(schema: &mut Schema) {
    let definitions = &mut schema.directive_definitions;
    let known = definitions.entry(name!("oneOf"));
    known.or_insert_with(|| Node::new(definition()));
}

/// A value in an operation that its `@oneOf` type does not allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OneOfError {
    /// A sentence without its full stop.
    pub message: String,
    /// Where in the document.
    pub span: Option<SourceSpan>,
}

/// Checks every literal of an otherwise valid document: of a `@oneOf` type, exactly one field is given, and not null; a variable in
/// its place is of a type that is not null.
pub fn check(schema: &Schema, document: &ExecutableDocument) -> Vec<OneOfError> {
    let mut check = Check {
        schema,
        document,
        errors: Vec::new(),
    };
    for operation in document.operations.iter() {
        check.operation(operation);
    }
    check.errors
}

struct Check<'d> {
    schema: &'d Schema,
    document: &'d ExecutableDocument,
    errors: Vec<OneOfError>,
}

impl<'d> Check<'d> {
    fn operation(&mut self, operation: &'d Operation) {
        for variable in &operation.variables {
            if let Some(default) = &variable.default_value {
                self.value(operation, &variable.ty, default);
            }
            self.directives(operation, &variable.directives);
        }
        self.directives(operation, &operation.directives);
        let mut visited = HashSet::default();
        let mut pending: Vec<&'d SelectionSet> = vec![&operation.selection_set];
        while let Some(set) = pending.pop() {
            for selection in &set.selections {
                self.directives(operation, selection.directives());
                match selection {
                    Selection::Field(field) => {
                        for argument in &field.arguments {
                            let definition = field.definition.argument_by_name(&argument.name);
                            self.argument(operation, definition, &argument.value);
                        }
                        pending.push(&field.selection_set);
                    }
                    Selection::InlineFragment(fragment) => pending.push(&fragment.selection_set),
                    Selection::FragmentSpread(spread) => {
                        let name: &'d Name = &spread.fragment_name;
                        if let Some(fragment) = self.document.fragments.get(name)
                            && visited.insert(name)
                        {
                            self.directives(operation, &fragment.directives);
                            pending.push(&fragment.selection_set);
                        }
                    }
                }
            }
        }
    }

    fn directives(&mut self, operation: &Operation, directives: &DirectiveList) {
        for directive in directives.iter() {
            let schema = self.schema;
            let definition = schema.directive_definitions.get(&directive.name);
            for argument in &directive.arguments {
                let definition = definition.and_then(|d| d.argument_by_name(&argument.name));
                self.argument(operation, definition, &argument.value);
            }
        }
    }

    fn argument(
        &mut self,
        operation: &Operation,
        definition: Option<&Node<InputValueDefinition>>,
        value: &Node<Value>,
    ) {
        if let Some(definition) = definition {
            self.value(operation, &definition.ty, value);
        }
    }

    /// Recursion is bounded by that of the parser.
    fn value(&mut self, operation: &Operation, ty: &Type, value: &Node<Value>) {
        match (ty, &**value) {
            (Type::List(item) | Type::NonNullList(item), Value::List(values)) => {
                for value in values {
                    self.value(operation, item, value);
                }
            }
            (Type::List(item) | Type::NonNullList(item), Value::Object(_)) => {
                self.value(operation, item, value);
            }
            (Type::Named(name) | Type::NonNullNamed(name), Value::Object(fields)) => {
                let schema = self.schema;
                let Some(ExtendedType::InputObject(input)) = schema.types.get(name) else {
                    return;
                };
                if input.directives.has("oneOf") {
                    self.one_of(operation, input, value, fields);
                }
                for (name, value) in fields {
                    if let Some(field) = input.fields.get(name) {
                        self.value(operation, &field.ty, value);
                    }
                }
            }
            _ => {}
        }
    }

    fn one_of(
        &mut self,
        operation: &Operation,
        input: &InputObjectType,
        value: &Node<Value>,
        fields: &[(Name, Node<Value>)],
    ) {
        let ty = &input.name;
        let (message, span) = match fields {
            [(field, given)] => match &**given {
                Value::Null => (
                    format!("\"{ty}.{field}\" cannot be null: \"{ty}\" is @oneOf"),
                    given.location(),
                ),
                Value::Variable(variable) => {
                    let mut variables = operation.variables.iter();
                    let declared = variables.find(|declared| declared.name == *variable);
                    let Some(declared) = declared.filter(|known| !known.ty.is_non_null()) else {
                        return;
                    };
                    let declared = &declared.ty;
                    (
                        format!(
                            "the variable \"${variable}\" is declared as \"{declared}\" and used for \"{ty}.{field}\", which cannot be null as \"{ty}\" is @oneOf: declare it as \"{declared}!\""
                        ),
                        given.location(),
                    )
                }
                _ => return,
            },
            _ => (
                format!("exactly one field of \"{ty}\" must be given, as it is @oneOf"),
                value.location(),
            ),
        };
        let error = OneOfError { message, span };
        if !self.errors.contains(&error) {
            self.errors.push(error);
        }
    }
}

#[cfg(test)]
mod tests;
