//! From the text of a document to a plan: parse, validate, measure ([`limits`], [`overlap`]), plan.
//!
//! What was prepared is kept: by its text ([`documents`]) and, since operations may only look different, by its normal form ([`plans`]).

mod defer;
mod documents;
mod limits;
mod overlap;
mod overrides;
mod plans;
mod preparations;
mod weight;

use std::sync::Arc;

use apollo_compiler::ast::{DirectiveList, Document, OperationType};
use apollo_compiler::executable::{ExecutableDocument, Operation, SelectionSet};
use apollo_compiler::parser::LineColumn;
use apollo_compiler::response::GraphQLError;
use apollo_compiler::validation::{DiagnosticList, Valid};
use apollo_compiler::{Name, Node, Schema};
use federation::one_of::{self, OneOfError};
use federation::{plain, visible, without_descriptions};
use planner::{Defer, PlanError, QueryPlan};

use crate::config::{Config, Limits};
use crate::refusal::{DocumentLocation, Internal, LocatedMessage, Refusal};
use crate::schema::Serving;

use self::documents::Deferring;
pub(crate) use self::documents::Documents;
pub(crate) use self::overrides::{Labels, Planners};
pub(crate) use self::plans::Plans;
pub(crate) use self::preparations::Preparations;

/// Mistakes of one document that are told.
const MAX_MISTAKES: usize = 20;

/// Characters of one message.
const MAX_MESSAGE: usize = 1_000;

/// An operation that can be executed. Immutable; shared by all requests that send it.
pub(crate) struct Prepared {
    /// Without what it selects: the plan says that, and a document takes many times its text.
    pub(crate) operation: Node<Operation>,
    /// Shared by the documents that differ in their spelling only.
    pub(crate) plan: Arc<QueryPlan>,
    /// The variables that decide about `@defer`; `None` when nothing is deferred.
    pub(crate) deferred: Option<Vec<Name>>,
    /// Whether another document had the plan already.
    pub(crate) planned_before: bool,
    /// In bytes, estimated.
    pub(crate) weight: usize,
}

impl Prepared {
    pub(crate) fn operation_type(&self) -> OperationType {
        self.operation.operation_type
    }
}

/// Prepares one operation of a document.
pub(crate) fn prepare(
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
    let mut prepared = Prepared::keep(&operation, plan);
    prepared.deferred = deferred;
    prepared.planned_before = planned_before;
    Ok(prepared)
}

impl Prepared {
    /// What is kept of an operation that was planned.
    pub(crate) fn keep(operation: &Node<Operation>, plan: Arc<QueryPlan>) -> Self {
        // The plan counts here too: it stays as long as one of its documents does.
        let mut weight = weight::of_plan(&plan);
        let declared = Operation {
            operation_type: operation.operation_type,
            name: None,
            variables: operation.variables.clone(),
            directives: DirectiveList::default(),
            selection_set: SelectionSet::new(operation.selection_set.ty.clone()),
        };
        weight += weight::of_variables(&declared);
        Self {
            operation: Node::new(declared),
            plan,
            deferred: None,
            planned_before: false,
            weight,
        }
    }
}

/// Parses within the limits and validates against a schema.
pub(crate) fn parse_and_validate(
    schema: &Valid<Schema>,
    query: &str,
    limits: &Limits,
) -> Result<Valid<ExecutableDocument>, Refusal> {
    let document = parse(query, limits).or_else(|refusal| match &refusal {
        Refusal::Syntax(_) => match without_descriptions(query) {
            Some(text) => parse(&text, limits),
            None => Err(refusal),
        },
        _ => Err(refusal),
    })?;
    let too_much = |_| Refusal::Limit {
        what: "fields that are selected of several types overlap in too many ways",
        limit: overlap::MAX_MERGED,
    };
    let validated = match document.to_executable(schema) {
        Ok(executable) => {
            overlap::check(&executable, schema).map_err(too_much)?;
            executable.validate(schema)
        }
        Err(error) => {
            overlap::check(&error.partial, schema).map_err(too_much)?;
            document.to_executable_validate(schema)
        }
    };
    let document = validated.map_err(|error| Refusal::Invalid(located(query, &error.errors)))?;
    let misused = one_of::check(schema, &document);
    match misused.is_empty() {
        true => Ok(document),
        false => Err(Refusal::Invalid(misuses(&document, misused))),
    }
}

fn parse(text: &str, limits: &Limits) -> Result<Document, Refusal> {
    let mut parser = Document::parser()
        .token_limit(limits.tokens)
        // Braces nest where depth does, values and types a little more; validation then measures exactly.
        .recursion_limit(limits.depth.saturating_mul(2).saturating_add(100));
    let parsed = parser.parse_ast(text, "operation.graphql");
    if parser.tokens_reached() >= limits.tokens {
        return Err(Refusal::Limit {
            what: "the document has too many tokens",
            limit: limits.tokens,
        });
    }
    parsed.map_err(|error| Refusal::Syntax(located(text, &error.errors)))
}

/// Values that their `@oneOf` types do not allow, with their places.
fn misuses(document: &ExecutableDocument, found: Vec<OneOfError>) -> Vec<LocatedMessage> {
    let place = |error: &OneOfError| {
        let range = error.span?.line_column_range(&document.sources)?;
        Some(DocumentLocation {
            line: range.start.line,
            column: range.start.column,
        })
    };
    let found = found.into_iter().take(MAX_MISTAKES);
    let found = found.map(|error| LocatedMessage {
        locations: place(&error).into_iter().collect(),
        message: error.message,
    });
    found.collect()
}

/// What is wrong is said with names of the document, which may be long.
fn shortened(mut message: String) -> String {
    if let Some((end, _)) = message.char_indices().nth(MAX_MESSAGE) {
        message.truncate(end);
        message.push('…');
    }
    message
}

/// The mistakes in a document, with their places.
fn located(text: &str, errors: &DiagnosticList) -> Vec<LocatedMessage> {
    let place = |place: &LineColumn| {
        let (line, column) = visible(text, place.line, place.column);
        DocumentLocation { line, column }
    };
    let one = |error: GraphQLError| LocatedMessage {
        message: shortened(plain(&error.message)),
        locations: error.locations.iter().map(place).collect(),
    };
    errors
        .iter()
        .take(MAX_MISTAKES)
        .map(|error| one(error.to_json()))
        .collect()
}
