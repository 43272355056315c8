//! Looks for schemas of which validation would take far more steps, or find far more mistakes, than they have elements.
//!
//! The GraphQL validator compares each implementation with each field of its interfaces and each application of a directive with each
//! argument of its definition, and walks input types and directives along every path. What it would do is counted here first, within a
//! bound; where the bound does not suffice, the schema is refused with the place that asks for the most.

mod paths;

use apollo_compiler::ast::{DirectiveDefinition, DirectiveLocation, Type, Value};
use apollo_compiler::collections::HashSet;
use apollo_compiler::parser::SourceSpan;
use apollo_compiler::schema::{Directive, ExtendedType, FieldDefinition, InputValueDefinition};
use apollo_compiler::{Name, Node, Schema};

/// Steps of validation beyond the linear ones.
const MAX_STEPS: usize = 50_000_000;
/// Mistakes of which there can be more than elements.
const MAX_MISTAKES: usize = 10_000;
/// Places that a directive's definition may list; GraphQL has [nineteen](https://spec.graphql.org/September2025/#DirectiveLocation).
const MAX_PLACES: usize = 100;

/// Why a schema is not validated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hazard {
    /// In a sentence without its full stop.
    pub what: String,
    /// The element concerned.
    pub span: Option<SourceSpan>,
}

/// Counts what validating a schema would take.
///
/// # Errors
///
/// The first element with which it would be too much.
pub fn check_hazards(schema: &Schema) -> Result<(), Hazard> {
    let mut count = Count {
        schema,
        steps: 0,
        mistakes: 0,
    };
    for definition in schema.directive_definitions.values() {
        count.definition(definition)?;
    }
    let directives = schema.schema_definition.directives.iter();
    for directive in directives {
        count.application(directive)?;
    }
    for ty in schema.types.values().filter(|ty| !ty.is_built_in()) {
        count.ty(ty)?;
    }
    paths::check(schema)
}

struct Count<'a> {
    schema: &'a Schema,
    steps: usize,
    mistakes: usize,
}

impl<'a> Count<'a> {
    fn add(
        &mut self,
        steps: usize,
        mistakes: usize,
        what: impl FnOnce() -> String,
        span: Option<SourceSpan>,
    ) -> Result<(), Hazard> {
        self.steps = self.steps.saturating_add(steps);
        self.mistakes = self.mistakes.saturating_add(mistakes);
        match self.steps > MAX_STEPS || self.mistakes > MAX_MISTAKES {
            true => Err(Hazard { what: what(), span }),
            false => Ok(()),
        }
    }

    fn definition(&mut self, definition: &Node<DirectiveDefinition>) -> Result<(), Hazard> {
        let name = &definition.name;
        if definition.locations.len() > MAX_PLACES {
            let listed = definition.locations.iter();
            let distinct: HashSet<&DirectiveLocation> = listed.collect();
            let (all, distinct) = (definition.locations.len(), distinct.len());
            return Err(Hazard {
                what: format!("\"@{name}\" lists {all} locations, of which {distinct} differ"),
                span: name.location(),
            });
        }
        self.input_values(&definition.arguments)
    }

    fn ty(&mut self, ty: &'a ExtendedType) -> Result<(), Hazard> {
        for directive in ty.directives() {
            self.application(directive)?;
        }
        match ty {
            ExtendedType::Object(object) => {
                for field in object.fields.values() {
                    self.field(field)?;
                }
            }
            ExtendedType::Interface(interface) => {
                for field in interface.fields.values() {
                    self.field(field)?;
                }
            }
            ExtendedType::InputObject(input) => {
                for field in input.fields.values() {
                    self.input_value(field)?;
                }
            }
            ExtendedType::Enum(definition) => {
                for value in definition.values.values() {
                    for directive in &value.directives {
                        self.application(directive)?;
                    }
                }
            }
            ExtendedType::Scalar(_) | ExtendedType::Union(_) => {}
        }
        self.implementations(ty)
    }

    fn field(&mut self, field: &FieldDefinition) -> Result<(), Hazard> {
        for directive in &field.directives {
            self.application(directive)?;
        }
        self.input_values(&field.arguments)
    }

    fn input_values(&mut self, values: &[Node<InputValueDefinition>]) -> Result<(), Hazard> {
        values.iter().try_for_each(|value| self.input_value(value))
    }

    fn input_value(&mut self, value: &InputValueDefinition) -> Result<(), Hazard> {
        for directive in &value.directives {
            self.application(directive)?;
        }
        match &value.default_value {
            // A field that is missing in a default value is no mistake to the validator.
            Some(default) => self.value(&value.ty, default, false),
            None => Ok(()),
        }
    }

    /// An implementation is held against each field of its interfaces, and against theirs.
    fn implementations(&mut self, ty: &'a ExtendedType) -> Result<(), Hazard> {
        let (fields, implements) = match ty {
            ExtendedType::Object(object) => (&object.fields, &object.implements_interfaces),
            ExtendedType::Interface(own) => (&own.fields, &own.implements_interfaces),
            _ => return Ok(()),
        };
        let name = ty.name();
        for interface in implements {
            let Some(definition) = self.schema.get_interface(interface) else {
                continue;
            };
            let too_many = || {
                format!(
                    "\"{name}\" and the other types that implement \"{interface}\" are too many for what it asks of them"
                )
            };
            let above = &definition.implements_interfaces;
            // Known before anything is looked up, as there may be as many types as fields.
            let steps = definition.fields.len() + above.len();
            self.add(steps, 0, too_many, name.location())?;
            let missing = above.iter().filter(|one| !implements.contains(*one));
            let missing = missing.count();
            self.add(0, missing, too_many, name.location())?;
            for (field, declared) in &definition.fields {
                let Some(implemented) = fields.get(field) else {
                    self.add(0, 1, too_many, name.location())?;
                    continue;
                };
                let (declared, implemented) = (&declared.arguments, &implemented.arguments);
                let steps = declared.len() * implemented.len();
                let missing = declared.len().saturating_sub(implemented.len());
                self.add(steps, missing, too_many, name.location())?;
            }
        }
        Ok(())
    }

    /// An application is held against each argument of the definition.
    fn application(&mut self, directive: &Node<Directive>) -> Result<(), Hazard> {
        let name = &directive.name;
        let Some(definition) = self.schema.directive_definitions.get(name) else {
            return Ok(());
        };
        let given = &directive.arguments;
        let steps = definition.arguments.len() * (given.len() + 1);
        let missing = match definition.arguments.len() > given.len() {
            true => required(definition.arguments.iter()).saturating_sub(given.len()),
            false => 0,
        };
        let too_many = || format!("the applications of \"@{name}\" are too many for its arguments");
        self.add(steps, missing, too_many, directive.location())?;
        if steps <= given.len() {
            return Ok(());
        }
        for argument in given {
            let expected = definition.argument_by_name(&argument.name);
            if let Some(expected) = expected {
                self.value(&expected.ty, &argument.value, true)?;
            }
        }
        Ok(())
    }

    /// An object is held against each field of its type.
    fn value(&mut self, ty: &Type, value: &Node<Value>, strict: bool) -> Result<(), Hazard> {
        match &**value {
            Value::List(items) => items
                .iter()
                .try_for_each(|item| self.value(ty.item_type(), item, strict)),
            Value::Object(given) => {
                let name: &Name = ty.inner_named_type();
                let Some(input) = self.schema.get_input_object(name) else {
                    return Ok(());
                };
                let steps = input.fields.len() * (given.len() + 1);
                let missing = match strict && input.fields.len() > given.len() {
                    true => required(input.fields.values().map(|field| &field.node))
                        .saturating_sub(given.len()),
                    false => 0,
                };
                let too_many =
                    || format!("the values of type \"{name}\" are too many for its fields");
                self.add(steps, missing, too_many, value.location())?;
                for (field, value) in given {
                    if let Some(field) = input.fields.get(field) {
                        self.value(&field.ty, value, strict)?;
                    }
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

fn required<'a>(values: impl Iterator<Item = &'a Node<InputValueDefinition>>) -> usize {
    values.filter(|value| value.is_required()).count()
}
