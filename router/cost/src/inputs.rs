//! What the values of arguments cost.

use std::sync::Arc;

use apollo_compiler::Name;
use serde_json::Value as Json;

/// The weights of an input type, as far as they matter, for the value of a variable.
#[derive(Clone, Debug)]
pub(crate) struct VariableCost {
    pub(crate) variable: Name,
    pub(crate) costs: Arc<InputCosts>,
}

/// Weights by the names of fields, for a value and what is in it.
#[derive(Debug, Default)]
pub(crate) struct InputCosts {
    pub(crate) fields: Vec<(Name, u64, Option<Arc<InputCosts>>)>,
}

impl InputCosts {
    /// What a value of the type costs; lists cost what their items do.
    pub(crate) fn of(&self, value: &Json) -> u64 {
        match value {
            Json::Array(items) => items
                .iter()
                .fold(0, |sum, item| sum.saturating_add(self.of(item))),
            Json::Object(fields) => self.fields.iter().fold(0, |sum, (name, weight, below)| {
                let cost = match fields.get(name.as_str()) {
                    None => 0,
                    Some(value) => {
                        weight.saturating_add(below.as_ref().map_or(0, |below| below.of(value)))
                    }
                };
                sum.saturating_add(cost)
            }),
            _ => 0,
        }
    }
}
