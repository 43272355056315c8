//! What arguments cost, as far as their values are written; variables in them are left for later.

use std::sync::Arc;

use apollo_compiler::Name;
use apollo_compiler::ast::Value;
use apollo_compiler::executable::Field;

use super::Compiler;
use crate::formula::Term;
use crate::inputs::{InputCosts, InputPlace, VariableCost};
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
            let definition = field.definition.argument_by_name(&argument.name);
            let ty = definition.map(|definition| definition.ty.inner_named_type());
            if let Some(ty) = ty.and_then(|ty| model.inputs.id(ty)) {
                let place = InputPlace {
                    ty,
                    is_weighed: weight.is_some(),
                };
                input(&model.inputs, place, &argument.value, term);
            }
        }
    }
}

/// What a value costs, as far as that is written; variables in it are left for later.
fn input(costs: &Arc<InputCosts>, place: InputPlace, value: &Value, term: &mut Term) {
    match value {
        Value::Null => {}
        Value::Variable(variable) => term.variables.push(VariableCost {
            variable: variable.clone(),
            costs: Arc::clone(costs),
            place,
        }),
        Value::List(items) => {
            let item = InputPlace {
                is_weighed: false,
                ..place
            };
            items
                .iter()
                .for_each(|value| input(costs, item, value, term));
        }
        Value::Object(fields) => {
            term.arguments = term.arguments.saturating_add(costs.weight(place));
            for (name, value) in fields {
                let Some(field) = costs.field(place, name.as_bytes()) else {
                    continue;
                };
                term.arguments = term.arguments.saturating_add(field.weight());
                if let Some(place) = field.place() {
                    input(costs, place, value, term);
                }
            }
        }
        _ => term.arguments = term.arguments.saturating_add(costs.weight(place)),
    }
}
