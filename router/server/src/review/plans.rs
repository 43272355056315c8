//! How large the plan of an operation is, and what it is estimated to cost.

use std::borrow::Cow;
use std::sync::Arc;

use apollo_compiler::ast::Value as Literal;
use apollo_compiler::executable::{ExecutableDocument, Operation};
use apollo_compiler::validation::Valid;
use cost::{CostModel, Values};
use federation::Supergraph;
use planner::Defer;
use serde_json::Value;

use super::PlanSize;
use crate::config::Config;
use crate::prepare::{Labels, Planners};

/// What plans one side, and says what its operations cost.
pub(super) struct Sizing {
    supergraph: Arc<Supergraph>,
    planners: Planners,
    costs: CostModel,
}

impl Sizing {
    /// By the configuration's planning and list sizes.
    pub(super) fn new(supergraph: &Arc<Supergraph>, config: &Config) -> Self {
        let list_size = u64::try_from(config.cost.list_size).unwrap_or(u64::MAX);
        Self {
            planners: Planners::new(supergraph, config),
            costs: CostModel::of(supergraph, list_size),
            supergraph: Arc::clone(supergraph),
        }
    }

    /// The size of an operation's plan, if it can be planned.
    pub(super) fn of(
        &self,
        document: &Valid<ExecutableDocument>,
        operation: &Operation,
    ) -> Option<PlanSize> {
        let planner = self.planners.with(Labels::default());
        let name = operation.name.as_deref();
        let plan = planner
            .plan_deferring(document, name, Defer::Unless(&[]))
            .ok()?;
        Some(PlanSize {
            requests: plan.fetches.len(),
            steps: plan.steps().into_iter().max().unwrap_or_default(),
            cost: self.cost(document, operation),
        })
    }

    /// `None` where the operation does not say what the schema wants to be given.
    fn cost(&self, document: &Valid<ExecutableDocument>, operation: &Operation) -> Option<u64> {
        let schema = self.supergraph.api_schema();
        let formula = self.costs.formula(schema, document, operation).ok()?;
        formula.evaluate(&Defaults(operation)).ok()
    }
}

/// A request without variables: those of the operation have their defaults, or no value.
struct Defaults<'o>(&'o Operation);

impl Values for Defaults<'_> {
    fn value(&self, variable: &str) -> Option<Cow<'_, str>> {
        let mut declared = self.0.variables.iter();
        let declared = declared.find(|declared| declared.name == variable)?;
        let value = declared.default_value.as_deref().and_then(json)?;
        Some(Cow::Owned(value.to_string()))
    }
}

/// A literal without variables as JSON. Its depth is bounded by the limits on documents.
fn json(literal: &Literal) -> Option<Value> {
    Some(match literal {
        Literal::Null => Value::Null,
        Literal::Boolean(value) => Value::Bool(*value),
        Literal::String(text) => Value::String(text.clone()),
        Literal::Enum(name) => Value::String(name.to_string()),
        Literal::Int(number) => serde_json::from_str(number.as_str()).ok()?,
        Literal::Float(number) => serde_json::from_str(number.as_str()).ok()?,
        Literal::List(items) => items.iter().map(|item| json(item)).collect::<Option<_>>()?,
        Literal::Object(fields) => {
            let fields = fields
                .iter()
                .map(|(name, value)| Some((name.to_string(), json(value)?)));
            Value::Object(fields.collect::<Option<_>>()?)
        }
        Literal::Variable(_) => return None,
    })
}
