//! From the text of a document to a plan: parse and validate ([`mod@validate`]), measure ([`limits`], [`overlap`]), plan.
//!
//! What was prepared is kept for as long as its schema ([`operations`]): by its text ([`documents`]), or by its text without literals
//! ([`shared`]), and, since operations may only look different, by its normal form ([`plans`]). What is used most is prepared on the next schema before it
//! serves ([`warm_up`]).

pub(crate) mod config;
mod copies;
mod defer;
mod documents;
mod emptied;
mod fragments;
mod incremental;
mod limits;
mod operations;
mod overlap;
mod overrides;
mod permits;
mod plans;
mod recorded;
mod shared;
mod suggest;
mod validate;
mod variant;
pub(crate) mod warm_up;
mod weight;

use std::fmt::Display;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use access::Rights;
use apollo_compiler::ast::{DirectiveList, OperationType};
use apollo_compiler::executable::{ExecutableDocument, Operation, SelectionSet};
use apollo_compiler::validation::Valid;
use apollo_compiler::{Name, Node};
use cost::{Formula, Meter};
use planner::{Defer, Literals, NormalForm, PlanError, QueryPlan};

use crate::record::{Handle, Recording};
use crate::refusal::{Internal, Refusal, shortened};

pub(crate) use self::config::OperationLimits;
use self::defer::Deciding;
pub(crate) use self::operations::{Decide, Operations, Preparer, Text};
pub(crate) use self::overrides::{Labels, Planners};
use self::plans::{OperationHash, Planned, Plans};
use self::validate::parse_and_suggest;
pub(crate) use self::validate::parse_and_validate;
pub(crate) use self::variant::{Deferring, Variant};

/// An operation that can be executed. Immutable; shared by all requests that send it.
pub(crate) struct Prepared {
    /// Without what it selects: the plan says that, and a document takes many times its text.
    pub(crate) operation: Node<Operation>,
    /// Equal where operations differ in their spelling only.
    pub(crate) hash: OperationHash,
    /// What the plan was made for.
    pub(crate) variant: Variant,
    /// Shared by the documents that differ in their spelling only.
    pub(crate) plan: Arc<QueryPlan>,
    /// What it costs, up to its variables; `None` where costs are not estimated.
    pub(crate) formula: Option<Formula>,
    /// What responses are measured by; `None` where costs are not estimated.
    pub(crate) meter: Option<Meter>,
    /// The variables that decide about `@defer` and `@stream`; `None` when nothing is deferred.
    pub(crate) deferred: Option<Vec<Name>>,
    /// The variables that say how many items of lists are delivered at once.
    pub(crate) counts: Vec<Name>,
    /// The response keys that lead to what the client may not see, the first ones.
    pub(crate) denied: Vec<Vec<Name>>,
    /// Whether access rules decide about any of it, for any client.
    pub(crate) guarded: bool,
    /// The variables that stand for literals of the text, where the operation is for all texts that differ in these.
    literals: Option<Literals>,
    /// Where it is counted; `None` where nothing is recorded.
    pub(crate) recorded: Option<Handle>,
    /// Whether another document had the plan already.
    planned_before: bool,
    /// Where it is for several texts, one of them.
    sample: Option<Box<str>>,
    /// How often it was asked for.
    uses: AtomicU64,
    /// In bytes, estimated.
    weight: usize,
}

impl Prepared {
    /// It has been asked for once more.
    fn is_used(&self) {
        self.uses.fetch_add(1, Ordering::Relaxed);
    }

    fn uses(&self) -> u64 {
        self.uses.load(Ordering::Relaxed)
    }

    fn set_uses(&self, uses: u64) {
        self.uses.store(uses, Ordering::Relaxed);
    }

    pub(crate) fn operation_type(&self) -> OperationType {
        self.operation.operation_type
    }

    /// The variant for these variables, of which some may switch `@defer` off.
    pub(crate) fn decided(&self, off: impl FnOnce(&[Name]) -> u16) -> Variant {
        Variant {
            deferring: match &self.deferred {
                None => Deferring::Nothing,
                Some(deciding) => Deferring::Unless(off(deciding)),
            },
            ..self.variant
        }
    }
}

/// Why an operation was not prepared.
pub(super) enum Unprepared {
    Refused(Refusal),
    /// Its plan is a large one, and a small one was wanted; it was to be prepared in this variant.
    Large(Variant),
}

impl From<Refusal> for Unprepared {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// Prepares one operation of a document; for all texts that differ from it in their literals only, when it is to be `shared` and can be. An
/// undecided variant is decided on the way.
fn prepare(
    operations: &Operations,
    text: Text<'_>,
    mut variant: Variant,
    decide: Option<Decide>,
    shared: bool,
    recording: Option<&Arc<Recording>>,
    may_be_large: bool,
) -> Result<Prepared, Unprepared> {
    let config = &operations.config;
    let schema = operations.supergraph.api_schema();
    let mut document =
        parse_and_suggest(schema, text.query, &config.operations, config.introspection)?;
    // The document as it was sent, before variables stand for its literals.
    let described =
        recording.and_then(|_| recorded::describe(schema, &document, text.operation_name));
    let literals = match shared {
        true => replace_literals(operations, &mut document, text.query),
        false => None,
    };
    let operation = named(&document, text)?;
    limits::check(&document, &operation, &config.operations)?;
    // An operation is the same for all clients, whatever each may see of it.
    let access = operations.access.as_ref();
    let hash = access.map(|_| Plans::hash(&document, &operation));
    let (document, denied, guarded) = allowed(operations, document, text, variant.rights);
    let operation = named(&document, text)?;
    let Deciding {
        variables: deferred,
        counts,
    } = defer::deciding(&document, &operation)?;
    let deciding = deferred.as_deref();
    if variant.deferring == Deferring::Undecided {
        let decided = |(names, decide): (&[Name], Decide)| decide(&operation, text.query, names);
        let off = deciding.zip(decide).map(decided).transpose()?;
        variant.deferring = off.map_or(Deferring::Nothing, Deferring::Unless);
    }
    let off = variant.deferring.switched_off(deciding.unwrap_or_default());
    let off: Option<Vec<Name>> = off.map(|names| names.cloned().collect());
    let plan = || {
        let planner = operations.planners.with(variant.labels);
        let defer = off.as_deref().map_or(Defer::Never, Defer::Unless);
        match may_be_large {
            true => planner.plan_deferring(&document, text.operation_name, defer),
            false => planner.plan_small(&document, text.operation_name, defer),
        }
    };
    // What is not allowed is marked in the operation: clients that may see the same of it share a plan.
    let variant_of_plan = Variant {
        rights: Rights::default(),
        ..variant
    };
    let plans = &operations.plans;
    let planned = plans.plan(&document, &operation, variant_of_plan, plan);
    let mut planned = planned.map_err(|error| match error {
        PlanError::Large => Unprepared::Large(variant),
        error => not_planned(error).into(),
    })?;
    planned.hash = hash.unwrap_or(planned.hash);
    if planned.plan.introspection && !config.introspection {
        return Err(Refusal::Introspection.into());
    }
    let (formula, meter) = priced(operations, &document, &operation)?;
    let recorded = recording.zip(described);
    let prepared = Prepared {
        denied,
        guarded,
        formula,
        meter,
        deferred,
        counts,
        sample: literals.as_ref().map(|_| text.query.into()),
        literals,
        recorded: recorded.map(|(recording, described)| recording.enroll(described)),
        ..Prepared::keep(&operation, planned, variant)
    };
    Ok(prepared.weighed())
}

/// What an operation costs up to its variables, and what its responses are measured by, where costs are estimated.
fn priced(
    operations: &Operations,
    document: &ExecutableDocument,
    operation: &Operation,
) -> Result<(Option<Formula>, Option<Meter>), Refusal> {
    let Some(model) = &operations.costs else {
        return Ok((None, None));
    };
    let schema = operations.supergraph.api_schema();
    let formula = model.formula(schema, document, operation);
    let formula = formula.map_err(not_priced)?;
    Ok((Some(formula), model.meter(schema, document, operation)))
}

/// A document without what these rights do not open, the paths of that, and whether any rule decides about the operation.
fn allowed(
    operations: &Operations,
    document: Valid<ExecutableDocument>,
    text: Text<'_>,
    rights: Rights,
) -> (Valid<ExecutableDocument>, Vec<Vec<Name>>, bool) {
    let Some(access) = &operations.access else {
        return (document, Vec::new(), false);
    };
    match access.filter(&document, text.operation_name, rights) {
        Some(filtered) => (filtered.document, filtered.denied, true),
        None => {
            let guarded = access.guards(&document, text.operation_name);
            (document, Vec::new(), guarded)
        }
    }
}

/// The operation of a document that is meant.
fn named(document: &ExecutableDocument, text: Text<'_>) -> Result<Node<Operation>, Refusal> {
    let operation = document.operations.get(text.operation_name).cloned();
    operation.map_err(|error| Refusal::Operation(shortened(error.message())))
}

/// Why there is no estimate of what it costs.
fn not_priced(error: impl Display) -> Refusal {
    Refusal::Planning(shortened(error))
}

/// Why there is no plan.
fn not_planned(error: PlanError) -> Refusal {
    match error {
        PlanError::Unresolvable { .. } => Internal::Planner(error.to_string()).into(),
        error => Refusal::Planning(shortened(error)),
    }
}

/// Puts variables for the literals of a document, where its text has a form that others may share.
fn replace_literals(
    operations: &Operations,
    document: &mut Valid<ExecutableDocument>,
    query: &str,
) -> Option<Literals> {
    let form = NormalForm::of(query, operations.config.operations.tokens)?;
    let schema = operations.supergraph.api_schema();
    let (changed, literals) = Literals::of(schema, document, &form)?;
    *document = changed;
    Some(literals)
}

impl Prepared {
    /// With the weight of all that is kept beside the plan.
    fn weighed(mut self) -> Self {
        self.weight += self.meter.as_ref().map_or(0, Meter::weight)
            + self.formula.as_ref().map_or(0, Formula::weight)
            + self.literals.as_ref().map_or(0, Literals::weight)
            + self.sample.as_ref().map_or(0, |text| text.len());
        self
    }

    /// What is kept of an operation that was planned.
    fn keep(operation: &Node<Operation>, planned: Planned, variant: Variant) -> Self {
        let Planned { plan, known, hash } = planned;
        // The plan counts here too: it stays as long as one of its documents does.
        let mut weight = weight::of_plan(&plan);
        let declared = Operation {
            operation_type: operation.operation_type,
            name: operation.name.clone(),
            variables: operation.variables.clone(),
            directives: DirectiveList::default(),
            selection_set: SelectionSet::new(operation.selection_set.ty.clone()),
        };
        weight += weight::of_variables(&declared);
        Self {
            operation: Node::new(declared),
            hash,
            variant,
            plan,
            denied: Vec::new(),
            guarded: false,
            formula: None,
            meter: None,
            deferred: None,
            counts: Vec::new(),
            literals: None,
            recorded: None,
            sample: None,
            uses: AtomicU64::new(1),
            planned_before: known,
            weight,
        }
    }
}
