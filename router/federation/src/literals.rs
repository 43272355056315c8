//! What the compiler does not check of the values in an operation
//! (<https://spec.graphql.org/September2025/#sec-Values>, <https://spec.graphql.org/September2025/#sec-Validation.Variables>):
//!
//! - the fields of an object are unique, of whatever type it is;
//! - a variable in a list or an object is declared, and of a type that may be used there;
//! - of a `@oneOf` type, exactly one field is given, and not null.

use apollo_compiler::ast::{DirectiveList, InputValueDefinition, Type, Value, VariableDefinition};
use apollo_compiler::collections::{HashMap, HashSet};
use apollo_compiler::executable::{ExecutableDocument, Operation, Selection, SelectionSet};
use apollo_compiler::parser::SourceSpan;
use apollo_compiler::schema::{ExtendedType, InputObjectType};
use apollo_compiler::{Name, Node, Schema};

/// As many errors are looked for.
const MAX_ERRORS: usize = 100;

/// A value in an operation that is not allowed there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiteralError {
    /// A sentence without its full stop.
    pub message: String,
    /// Where in the document.
    pub span: Option<SourceSpan>,
}

/// Checks every value of a document that the compiler finds valid. Of many errors, the first hundred.
pub fn check(schema: &Schema, document: &ExecutableDocument) -> Vec<LiteralError> {
    let mut errors = Vec::new();
    for operation in document.operations.iter() {
        let variables = operation.variables.iter();
        let mut check = Check {
            schema,
            document,
            variables: variables.map(|it| (&it.name, &**it)).collect(),
            errors: &mut errors,
        };
        check.operation(operation);
    }
    errors
}

/// The fields of an object that it has had before
/// (<https://spec.graphql.org/September2025/#sec-Input-Object-Field-Uniqueness>).
pub fn repeated(fields: &[(Name, Node<Value>)]) -> impl Iterator<Item = &Name> {
    let mut known = HashSet::default();
    let names = fields.iter().map(|(name, _)| name);
    names.filter(move |name| !known.insert(*name))
}

struct Check<'d> {
    schema: &'d Schema,
    document: &'d ExecutableDocument,
    /// Those of the operation.
    variables: HashMap<&'d Name, &'d VariableDefinition>,
    errors: &'d mut Vec<LiteralError>,
}

/// Where a value is.
#[derive(Clone, Copy)]
struct Place<'a> {
    ty: &'a Type,
    /// In a list or an object: the compiler looks at variables elsewhere.
    is_within: bool,
    /// The input type and its field, where it is one of these.
    field: Option<(&'a Name, &'a Name)>,
    has_default: bool,
}

impl<'a> Place<'a> {
    fn whole(ty: &'a Type) -> Self {
        Self {
            ty,
            is_within: false,
            field: None,
            has_default: false,
        }
    }

    fn item(ty: &'a Type) -> Self {
        Self {
            is_within: true,
            ..Self::whole(ty)
        }
    }

    fn field(of: &'a Name, definition: &'a InputValueDefinition) -> Self {
        let default = definition.default_value.as_ref();
        Self {
            ty: &definition.ty,
            is_within: true,
            field: Some((of, &definition.name)),
            has_default: default.is_some_and(|value| !value.is_null()),
        }
    }
}

impl<'d> Check<'d> {
    fn operation(&mut self, operation: &'d Operation) {
        for variable in &operation.variables {
            if let Some(default) = &variable.default_value {
                self.value(Place::whole(&variable.ty), default);
            }
            self.directives(&variable.directives);
        }
        self.directives(&operation.directives);
        let mut visited = HashSet::default();
        let mut pending: Vec<&'d SelectionSet> = vec![&operation.selection_set];
        while let Some(set) = pending.pop() {
            for selection in &set.selections {
                self.directives(selection.directives());
                match selection {
                    Selection::Field(field) => {
                        for argument in &field.arguments {
                            let definition = field.definition.argument_by_name(&argument.name);
                            self.argument(definition, &argument.value);
                        }
                        pending.push(&field.selection_set);
                    }
                    Selection::InlineFragment(fragment) => pending.push(&fragment.selection_set),
                    Selection::FragmentSpread(spread) => {
                        let name: &'d Name = &spread.fragment_name;
                        if let Some(fragment) = self.document.fragments.get(name)
                            && visited.insert(name)
                        {
                            self.directives(&fragment.directives);
                            pending.push(&fragment.selection_set);
                        }
                    }
                }
            }
        }
    }

    fn directives(&mut self, directives: &DirectiveList) {
        for directive in directives.iter() {
            let schema = self.schema;
            let definition = schema.directive_definitions.get(&directive.name);
            for argument in &directive.arguments {
                let definition = definition.and_then(|d| d.argument_by_name(&argument.name));
                self.argument(definition, &argument.value);
            }
        }
    }

    fn argument(&mut self, definition: Option<&Node<InputValueDefinition>>, value: &Node<Value>) {
        if let Some(definition) = definition {
            self.value(Place::whole(&definition.ty), value);
        }
    }

    /// Recursion is bounded by that of the parser.
    fn value(&mut self, place: Place<'_>, value: &Node<Value>) {
        match (place.ty, &**value) {
            (_, Value::Variable(variable)) if place.is_within => {
                self.variable(place, variable, value);
            }
            (Type::List(item) | Type::NonNullList(item), Value::List(values)) => {
                for value in values {
                    self.value(Place::item(item), value);
                }
            }
            (Type::List(item) | Type::NonNullList(item), Value::Object(_)) => {
                self.value(Place::whole(item), value);
            }
            (Type::Named(name) | Type::NonNullNamed(name), Value::Object(fields)) => {
                let schema = self.schema;
                let Some(ExtendedType::InputObject(input)) = schema.types.get(name) else {
                    return self.untyped(value);
                };
                self.unique(fields);
                if input.directives.has("oneOf") {
                    self.one_of(input, value, fields);
                }
                for (name, value) in fields {
                    if let Some(field) = input.fields.get(name) {
                        self.value(Place::field(&input.name, field), value);
                    }
                }
            }
            (_, Value::List(_)) => self.untyped(value),
            _ => {}
        }
    }

    /// The value of a scalar that may be anything.
    fn untyped(&mut self, value: &Node<Value>) {
        match &**value {
            Value::Variable(variable) if !self.variables.contains_key(variable) => {
                self.undeclared(variable, value);
            }
            Value::List(values) => values.iter().for_each(|value| self.untyped(value)),
            Value::Object(fields) => {
                self.unique(fields);
                fields.iter().for_each(|(_, value)| self.untyped(value));
            }
            _ => {}
        }
    }

    fn unique(&mut self, fields: &[(Name, Node<Value>)]) {
        for name in repeated(fields) {
            self.error(
                format!("the field \"{name}\" is given twice in one object"),
                name.location(),
            );
        }
    }

    fn variable(&mut self, place: Place<'_>, variable: &Name, value: &Node<Value>) {
        let Some(declared) = self.variables.get(variable) else {
            return self.undeclared(variable, value);
        };
        let default = declared.default_value.as_ref();
        let has_default = place.has_default || default.is_some_and(|value| !value.is_null());
        let declared = &declared.ty;
        let expected = place.ty;
        let fits = match has_default && expected.is_non_null() {
            true => is_usable(declared, &expected.clone().nullable()),
            false => is_usable(declared, expected),
        };
        if fits {
            return;
        }
        let place = match place.field {
            Some((ty, field)) => format!("\"{ty}.{field}\" of type \"{expected}\""),
            None => format!("an item of type \"{expected}\""),
        };
        self.error(
            format!(
                "the variable \"${variable}\" is declared as \"{declared}\" and used for {place}"
            ),
            value.location(),
        );
    }

    fn undeclared(&mut self, variable: &Name, value: &Node<Value>) {
        self.error(
            format!("the variable \"${variable}\" is not declared"),
            value.location(),
        );
    }

    fn one_of(
        &mut self,
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
                    let declared = self.variables.get(variable);
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
        self.error(message, span);
    }

    /// Once, though a fragment may be used by several operations.
    fn error(&mut self, message: String, span: Option<SourceSpan>) {
        let error = LiteralError { message, span };
        if self.errors.len() < MAX_ERRORS && !self.errors.contains(&error) {
            self.errors.push(error);
        }
    }
}

/// Whether a value of the declared type is one of the expected type
/// (<https://spec.graphql.org/September2025/#AreTypesCompatible()>).
fn is_usable(declared: &Type, expected: &Type) -> bool {
    if expected.is_non_null() && !declared.is_non_null() {
        return false;
    }
    match (declared, expected) {
        (
            Type::Named(declared) | Type::NonNullNamed(declared),
            Type::Named(expected) | Type::NonNullNamed(expected),
        ) => declared == expected,
        (
            Type::List(declared) | Type::NonNullList(declared),
            Type::List(expected) | Type::NonNullList(expected),
        ) => is_usable(declared, expected),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
