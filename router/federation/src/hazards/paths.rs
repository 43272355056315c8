//! The walks of validation along every path: through required fields of input types, and through directives on what directives are made of.
//!
//! They look for cycles, remember only the path they are on, and give up beyond 32 levels. So a dozen types that each use another one twice make
//! them go on forever; the same walks are gone here, with a bound on their steps.

use apollo_compiler::ast::{Directive, Type};
use apollo_compiler::collections::HashSet;
use apollo_compiler::schema::{ExtendedType, InputObjectType, InputValueDefinition};
use apollo_compiler::{Name, Node, Schema};

use super::Hazard;

/// Steps of all walks of a kind, together.
const MAX_STEPS: usize = 5_000_000;
/// Levels that the validator descends.
const MAX_DEPTH: usize = 32;

pub(super) fn check(schema: &Schema) -> Result<(), Hazard> {
    let mut walk = Walk::new(schema);
    for ty in schema.types.values() {
        let ExtendedType::InputObject(input) = ty else {
            continue;
        };
        walk.types.insert(&input.name);
        let bounded = walk.required(input);
        walk.types.remove(&input.name);
        if bounded.is_none() {
            let name = &input.name;
            return Err(Hazard {
                what: format!(
                    "the required fields of \"{name}\" lead to other input types in too many ways"
                ),
                span: name.location(),
            });
        }
    }
    let mut walk = Walk::new(schema);
    for definition in schema.directive_definitions.values() {
        let name = &definition.name;
        walk.directives.insert(name);
        let bounded = definition
            .arguments
            .iter()
            .try_for_each(|argument| walk.input_value(argument));
        walk.directives.remove(name);
        if bounded.is_none() {
            return Err(Hazard {
                what: format!(
                    "the arguments of \"@{name}\" lead to other types and directives in too many ways"
                ),
                span: name.location(),
            });
        }
    }
    Ok(())
}

/// A walk, and the path it is on. `None` ends it: there are too many steps.
struct Walk<'a> {
    schema: &'a Schema,
    types: HashSet<&'a Name>,
    directives: HashSet<&'a Name>,
    left: usize,
}

impl<'a> Walk<'a> {
    fn new(schema: &'a Schema) -> Self {
        Self {
            schema,
            types: HashSet::default(),
            directives: HashSet::default(),
            left: MAX_STEPS,
        }
    }

    fn step(&mut self) -> Option<()> {
        self.left = self.left.checked_sub(1)?;
        Some(())
    }

    fn required(&mut self, input: &'a InputObjectType) -> Option<()> {
        for field in input.fields.values() {
            self.step()?;
            let Type::NonNullNamed(name) = &*field.ty else {
                continue;
            };
            let Some(input) = self.schema.get_input_object(name) else {
                continue;
            };
            if self.types.len() > MAX_DEPTH || !self.types.insert(&input.name) {
                continue;
            }
            self.required(input)?;
            self.types.remove(&input.name);
        }
        Some(())
    }

    fn input_value(&mut self, value: &'a InputValueDefinition) -> Option<()> {
        self.step()?;
        self.applied(&mut value.directives.iter())?;
        let Some(ty) = self.schema.types.get(value.ty.inner_named_type()) else {
            return Some(());
        };
        if ty.is_built_in() || self.types.len() > MAX_DEPTH || !self.types.insert(ty.name()) {
            return Some(());
        }
        self.applied(&mut ty.directives().iter().map(|directive| &directive.node))?;
        match ty {
            ExtendedType::Enum(definition) => {
                for value in definition.values.values() {
                    self.step()?;
                    self.applied(&mut value.directives.iter())?;
                }
            }
            ExtendedType::InputObject(input) => {
                for field in input.fields.values() {
                    self.input_value(field)?;
                }
            }
            _ => {}
        }
        self.types.remove(ty.name());
        Some(())
    }

    fn applied(&mut self, directives: &mut dyn Iterator<Item = &'a Node<Directive>>) -> Option<()> {
        for directive in directives {
            self.step()?;
            let definitions = &self.schema.directive_definitions;
            let Some(definition) = definitions.get(&directive.name) else {
                continue;
            };
            if self.directives.len() > MAX_DEPTH || !self.directives.insert(&definition.name) {
                continue;
            }
            for argument in &definition.arguments {
                self.input_value(argument)?;
            }
            self.directives.remove(&definition.name);
        }
        Some(())
    }
}
