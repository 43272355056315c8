//! What arguments cost, as far as their values are written; variables in them are left for later.

use std::sync::Arc;

use apollo_compiler::Name;
use apollo_compiler::Schema;
use apollo_compiler::ast::Value;
use apollo_compiler::executable::Field;
use apollo_compiler::schema::ExtendedType;

use super::Compiler;
use crate::formula::Term;
use crate::inputs::{InputCosts, VariableCost};
use crate::model::CostModel;

impl<'a> Compiler<'a> {
    pub(super) fn arguments(&mut self, parent: &Name, field: &'a Field, term: &mut Term) {
        let model: &'a CostModel = self.model;
        let weights = model
            .field(parent, &field.name)
            .map(|costs| &costs.arguments);
        for argument in &field.arguments {
            let weight = weights.and_then(|weights| weights.get(&argument.name));
            term.arguments = term
                .arguments
                .saturating_add(weight.copied().unwrap_or_default());
            let definition = field
                .definition
                .arguments
                .iter()
                .find(|known| known.name == argument.name);
            if let Some(definition) = definition {
                self.input(definition.ty.inner_named_type(), &argument.value, term);
            }
        }
    }

    /// What a value of an input type costs, as far as that is written; variables in it are left for later.
    fn input(&mut self, ty: &Name, value: &'a Value, term: &mut Term) {
        let Some(costs) = self.input_costs(ty) else {
            return;
        };
        match value {
            Value::Variable(variable) => term.variables.push(VariableCost {
                variable: variable.clone(),
                costs,
            }),
            Value::List(items) => items.iter().for_each(|item| self.input(ty, item, term)),
            Value::Object(fields) => {
                let schema: &'a Schema = self.schema;
                let Some(ExtendedType::InputObject(object)) = schema.types.get(ty) else {
                    return;
                };
                for (name, value) in fields {
                    let weight = costs.fields.iter().find(|(known, ..)| known == name);
                    term.arguments = term
                        .arguments
                        .saturating_add(weight.map_or(0, |(_, weight, _)| *weight));
                    if let Some(field) = object.fields.get(name) {
                        self.input(field.ty.inner_named_type(), value, term);
                    }
                }
            }
            _ => {}
        }
    }

    /// The weights in an input type and below it. A type that contains itself counts for one level: deeper values cost what that level does.
    fn input_costs(&mut self, ty: &Name) -> Option<Arc<InputCosts>> {
        if let Some(known) = self.inputs.get(ty) {
            return known.clone();
        }
        // A circle ends here.
        self.inputs.insert(ty.clone(), None);
        let schema: &'a Schema = self.schema;
        let Some(ExtendedType::InputObject(object)) = schema.types.get(ty) else {
            return None;
        };
        let weights = self.model.types.get(ty).map(|costs| &costs.inputs);
        let mut fields = Vec::new();
        for (name, field) in &object.fields {
            let weight = weights
                .and_then(|weights| weights.get(name))
                .copied()
                .unwrap_or_default();
            let below = self.input_costs(field.ty.inner_named_type());
            if weight > 0 || below.is_some() {
                fields.push((name.clone(), weight, below));
            }
        }
        let costs = (!fields.is_empty()).then(|| Arc::new(InputCosts { fields }));
        self.inputs.insert(ty.clone(), costs.clone());
        costs
    }
}
