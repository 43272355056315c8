//! From the text of a document to a plan: parse, validate, measure, plan.

use std::collections::HashSet;
use std::sync::Arc;

use apollo_compiler::ast::{Document, OperationType};
use apollo_compiler::executable::{ExecutableDocument, Operation};
use apollo_compiler::validation::{DiagnosticList, Valid};
use apollo_compiler::{Node, Schema};
use planner::{FetchTarget, ObjectShape, PlanError, QueryPlan, Shape};

use super::limits;
use crate::config::{Config, Limits};
use crate::error::{DocumentLocation, Internal, LocatedMessage, Refusal};
use crate::schema::{Labels, Serving};

/// Mistakes of one document that are told.
const MAX_MISTAKES: usize = 20;

/// An operation that can be executed. Immutable; shared by all requests that send it.
pub(crate) struct Prepared {
    pub(super) document: Valid<ExecutableDocument>,
    pub(super) operation: Node<Operation>,
    pub(super) plan: QueryPlan,
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
    if operation.operation_type == OperationType::Subscription {
        return Err(Refusal::Subscription);
    }
    let plan = serving
        .planners
        .with(labels)
        .plan(&document, operation_name)
        .map_err(|error| match error {
            PlanError::Unresolvable { .. } => Internal::Planner(error.to_string()).into(),
            error => Refusal::Planning(error.to_string()),
        })?;
    if plan.introspection && !config.introspection {
        return Err(Refusal::Introspection);
    }
    let weight = weight(&plan) + query.len() * PARSED_BYTES_PER_BYTE;
    Ok(Prepared {
        document,
        operation,
        plan,
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
    document
        .to_executable_validate(schema)
        .map_err(|error| Refusal::Invalid(located(&error.errors)))
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

/// What a parsed document takes in memory for each byte of its text, roughly.
const PARSED_BYTES_PER_BYTE: usize = 16;
/// What one field of a response shape takes, roughly.
const SHAPE_FIELD_BYTES: usize = 160;
/// What one fetch takes beside its text, roughly.
const FETCH_BYTES: usize = 512;
/// What one field of a representation takes, roughly.
const REPRESENTATION_FIELD_BYTES: usize = 96;

fn weight(plan: &QueryPlan) -> usize {
    let fetches = plan.fetches.iter().map(|fetch| {
        let representations = match &fetch.target {
            FetchTarget::Root | FetchTarget::RootAt(_) => 0,
            FetchTarget::Entities(entities) => entities
                .iter()
                .flat_map(|entity| &entity.representations)
                .map(|representation| representation.fields.len() + 1)
                .sum(),
        };
        FETCH_BYTES + fetch.operation.len() + representations * REPRESENTATION_FIELD_BYTES
    });
    let mut seen = HashSet::new();
    fetches.sum::<usize>() + object_weight(&plan.shape, &mut seen)
}

fn object_weight<'p>(object: &'p ObjectShape, seen: &mut HashSet<*const ObjectShape>) -> usize {
    let mut total = 0;
    // Shapes nest as deeply as the operation, which the limits bound; a list keeps them off the stack all the same.
    let mut pending: Vec<&'p ObjectShape> = vec![object];
    while let Some(object) = pending.pop() {
        total += object.fields.len() * SHAPE_FIELD_BYTES;
        for field in &object.fields {
            let mut shape = &field.value;
            loop {
                match shape {
                    Shape::NonNull(inner) | Shape::List(inner) => shape = inner,
                    Shape::Object { shape, .. } => {
                        if seen.insert(Arc::as_ptr(shape)) {
                            pending.push(shape);
                        }
                        break;
                    }
                    Shape::Abstract { possible, .. } => {
                        total += possible.len() * REPRESENTATION_FIELD_BYTES;
                        for (_, shape) in possible {
                            if seen.insert(Arc::as_ptr(shape)) {
                                pending.push(shape);
                            }
                        }
                        break;
                    }
                    Shape::Leaf(_) | Shape::Introspection => break,
                }
            }
        }
    }
    total
}
