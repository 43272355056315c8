//! From the text of a document to a plan: parse, validate, measure, plan.

use std::sync::Arc;

use apollo_compiler::ast::{Document, OperationType};
use apollo_compiler::executable::{ExecutableDocument, Operation};
use apollo_compiler::validation::{DiagnosticList, Valid};
use apollo_compiler::{Name, Node, Schema};
use planner::{Defer, PlanError, QueryPlan};

use super::documents::Deferring;
use super::{defer, limits, overlap, weight};
use crate::config::{Config, Limits};
use crate::error::{DocumentLocation, Internal, LocatedMessage, Refusal};
use crate::schema::{Labels, Serving};

/// Mistakes of one document that are told.
const MAX_MISTAKES: usize = 20;

/// An operation that can be executed. Immutable; shared by all requests that send it.
pub(crate) struct Prepared {
    pub(super) document: Valid<ExecutableDocument>,
    pub(super) operation: Node<Operation>,
    /// Shared by the documents that differ in their spelling only.
    pub(super) plan: Arc<QueryPlan>,
    /// The variables that decide about `@defer`; `None` when nothing is deferred.
    pub(super) deferred: Option<Vec<Name>>,
    /// Whether another document had the plan already.
    pub(super) planned_before: bool,
    /// In bytes, estimated.
    pub(super) weight: usize,
}

impl Prepared {
    pub(super) fn operation_type(&self) -> OperationType {
        self.operation.operation_type
    }
}

/// Prepares one operation of a document.
pub(super) fn prepare(
    serving: &Serving,
    query: &str,
    operation_name: Option<&str>,
    labels: Labels,
    deferring: Deferring,
    config: &Config,
) -> Result<Prepared, Refusal> {
    let schema = serving.supergraph.api_schema();
    let document = parse_and_validate(schema, query, &config.limits)?;
    let operation = document
        .operations
        .get(operation_name)
        .map_err(|error| Refusal::Operation(error.message().to_string()))?
        .clone();
    limits::check(&document, &operation, &config.limits)?;
    let deferred = defer::deciding(&document, &operation)?;
    let off: Option<Vec<Name>> = deferring.map(|off| {
        let variables = deferred.iter().flatten().zip(0..);
        let off = variables.filter(|(_, bit)| off >> bit & 1 == 1);
        off.map(|(name, _)| name.clone()).collect()
    });
    let plan = || {
        let planner = serving.planners.with(labels);
        let defer = off.as_deref().map_or(Defer::Never, Defer::Unless);
        planner.plan_deferring(&document, operation_name, defer)
    };
    let (plan, planned_before) = serving
        .plans
        .plan(&document, &operation, labels, deferring, plan)
        .map_err(|error| match error {
            PlanError::Unresolvable { .. } => Internal::Planner(error.to_string()).into(),
            error => Refusal::Planning(error.to_string()),
        })?;
    if plan.introspection && !config.introspection {
        return Err(Refusal::Introspection);
    }
    // The plan counts here too: it stays as long as one of its documents does.
    let weight = weight::of_plan(&plan) + weight::of_document(query);
    Ok(Prepared {
        document,
        operation,
        plan,
        deferred,
        planned_before,
        weight,
    })
}

/// Parses within the limits and validates against a schema.
pub(crate) fn parse_and_validate(
    schema: &Valid<Schema>,
    query: &str,
    limits: &Limits,
) -> Result<Valid<ExecutableDocument>, Refusal> {
    let mut parser = Document::parser()
        .token_limit(limits.tokens)
        // Braces nest where depth does, values and types a little more; validation then measures exactly.
        .recursion_limit(limits.depth.saturating_mul(2).saturating_add(100));
    let parsed = parser.parse_ast(query, "operation.graphql");
    if parser.tokens_reached() >= limits.tokens {
        return Err(Refusal::Limit {
            what: "the document has too many tokens",
            limit: limits.tokens,
        });
    }
    let document = parsed.map_err(|error| Refusal::Syntax(located(&error.errors)))?;
    let too_much = |_| Refusal::Limit {
        what: "fields that are selected of several types overlap in too many ways",
        limit: overlap::MAX_MERGED,
    };
    match document.to_executable(schema) {
        Ok(executable) => {
            overlap::check(&executable, schema).map_err(too_much)?;
            executable
                .validate(schema)
                .map_err(|error| Refusal::Invalid(located(&error.errors)))
        }
        Err(error) => {
            overlap::check(&error.partial, schema).map_err(too_much)?;
            document
                .to_executable_validate(schema)
                .map_err(|error| Refusal::Invalid(located(&error.errors)))
        }
    }
}

/// The mistakes in a document, with their places.
fn located(errors: &DiagnosticList) -> Vec<LocatedMessage> {
    let one = |error: apollo_compiler::response::GraphQLError| LocatedMessage {
        message: error.message,
        locations: error
            .locations
            .iter()
            .map(|place| DocumentLocation {
                line: place.line,
                column: place.column,
            })
            .collect(),
    };
    errors
        .iter()
        .take(MAX_MISTAKES)
        .map(|error| one(error.to_json()))
        .collect()
}
