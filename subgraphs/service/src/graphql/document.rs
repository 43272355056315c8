//! What is known of a document before it is executed, and the bounds that it must keep by then.
//!
//! The limits of async-graphql come after work that a hostile document can make arbitrarily large: its parser recurses into values, its depth
//! check expands fragments within fragments, its introspection follows `fields { type { fields … } }` as far as it is asked.
//! Here every fragment is measured once, in `measure`. And its rules of validation report a product of what a document has: `rules` has these before it.

use async_graphql::parser::parse_query;
use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, Field, OperationDefinition, OperationType, Selection,
    SelectionSet,
};
use async_graphql::{Name, Positioned, Request, ServerError, Variables};
use async_graphql_value::Value;

use self::measure::Measuring;
use self::types::Types;
use super::answer::{Answer, Refusal, error};
use super::known::{self, Key, Known};
use super::nesting::check_nesting;
use super::receive::Texts;
use super::variables::Room;
use super::{code, lists, members, stream};
use crate::Limits;

pub(super) mod measure;
mod rules;
pub(super) mod types;
pub(super) mod weight;

/// The type of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Query,
    Mutation,
    Subscription,
}

impl Kind {
    /// As the language has it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Mutation => "mutation",
            Self::Subscription => "subscription",
        }
    }

    /// Why an operation of this type is not executed where it was sent.
    pub(super) fn refusal(self) -> Answer {
        match self {
            Self::Subscription => Answer::Rejected(vec![error(
                code::SUBSCRIPTIONS_NOT_SUPPORTED,
                "a subscription is answered by events: accept `text/event-stream`, or use a WebSocket",
                None,
            )]),
            _ => Answer::Refused(Refusal::method(
                "send mutations by POST: GET is for queries",
                "POST",
            )),
        }
    }
}

/// A request whose document is parsed and bounded.
pub(super) struct Inspected {
    pub(super) request: Request,
    pub(super) kind: Kind,
    /// The number of representations of each `_entities` field.
    pub(super) entities: Vec<usize>,
    /// Whether some of them are in the document, not in a variable: a default value is, too.
    pub(super) writes_entities: bool,
    /// Whether `_service` is asked.
    pub(super) shows_sdl: bool,
    /// Whether the schema is asked for, by `_service` or by introspection.
    pub(super) describes: bool,
    /// The keys of introspection in the answer.
    pub(super) introspected: Vec<Name>,
    /// Units of work that it takes, as far as its arguments determine it.
    pub(super) cost: u64,
    /// Whether something is asked that may take long whatever its arguments are.
    pub(super) is_slow: bool,
    /// What to keep of it, should it prove to be valid.
    pub(super) keep: Option<(Key, ExecutableDocument)>,
    /// Why its variables cannot be coerced: the answer, unless the document is not even valid. It is measured without them then.
    pub(super) uncoerced: Option<ServerError>,
}

/// Why a document is not executed.
#[derive(Debug)]
pub(super) struct Errors(pub(super) Vec<ServerError>);

impl From<ServerError> for Errors {
    fn from(error: ServerError) -> Self {
        Self(vec![error])
    }
}

/// Parses the document unless it is known, finds the operation to execute, and measures it.
pub(super) fn inspect(
    texts: &Texts<'_>,
    known: Option<&Known>,
    limits: &Limits,
    introspection: bool,
    types: &Types,
) -> Result<Inspected, Errors> {
    let (query, document, is_worth_keeping) = match known {
        Some(known) => (texts.query.to_string(), known.document.clone(), false),
        None => parse(&texts.query, limits)?,
    };
    let operation_name = texts.operation_name.as_deref();
    let operation = operation(&document, operation_name)?;
    let kind = match operation.node.ty {
        OperationType::Query => Kind::Query,
        OperationType::Mutation => Kind::Mutation,
        OperationType::Subscription => Kind::Subscription,
    };
    // A document is validated before the values of its variables are looked at, <https://spec.graphql.org/September2025/#sec-Executing-Requests>.
    let room = Room::new(limits.values_bytes());
    let (variables, uncoerced) = match coerce(texts, &operation.node, &room) {
        Ok(variables) => (variables, None),
        Err(reason) => (Variables::default(), Some(reason)),
    };
    if kind == Kind::Subscription {
        stream::check(&query, &operation.node)?;
    }

    let mut measuring = Measuring::new(&document, &operation.node, &variables, limits);
    let measure = measuring.all(operation)?;
    if kind == Kind::Subscription {
        stream::check_values(measure.bytes, &operation.node, &variables, limits)?;
    }
    if known.is_none() {
        rules::check(&document, &measuring, types)?;
    }
    let mut roots = Vec::new();
    collect_roots(&document, &operation.node.selection_set.node, &mut roots);
    for root in &roots {
        measuring.introspection(root, introspection)?;
    }
    let entities = entities(&roots, &operation.node, &variables, limits)?;
    let writes_entities = representations(&roots).any(|(_, argument)| match argument {
        None => false,
        // What is not sent is written as a default.
        Some(Value::Variable(name)) => !variables.contains_key(name),
        Some(_) => true,
    });
    let shows_sdl = keys(&roots, &["_service"]).next().is_some();
    let introspected: Vec<Name> = keys(&roots, &["__schema", "__type"]).collect();
    let describes = shows_sdl || !introspected.is_empty();
    drop(roots);
    let keep = is_worth_keeping.then(|| (Key::new(&texts.query, operation_name), document.clone()));
    let mut request = Request::new(query).variables(variables);
    request.operation_name = texts.operation_name.as_deref().map(ToOwned::to_owned);
    request.set_parsed_query(document);
    Ok(Inspected {
        request,
        kind,
        entities,
        writes_entities,
        shows_sdl,
        describes,
        introspected,
        cost: measure.cost,
        is_slow: false,
        keep,
        uncoerced,
    })
}

/// The values of an operation's variables.
fn coerce(
    texts: &Texts<'_>,
    operation: &OperationDefinition,
    room: &Room,
) -> Result<Variables, ServerError> {
    let variables = texts.variables.coerce(operation, room)?;
    check_required_variables(operation, &variables)?;
    Ok(variables)
}

/// The text that is parsed, what it says, and whether it may be asked again: a long list of numbers is unlikely to.
fn parse(text: &str, limits: &Limits) -> Result<(String, ExecutableDocument, bool), ServerError> {
    let (shortened, lists) = lists::take(text);
    let query = shortened.unwrap_or_else(|| text.to_owned());
    check_nesting(&query, limits.tokens)?;
    let mut document = parse_query(&query).map_err(|parsing| {
        let mut failed = ServerError::from(parsing);
        // The grammar has no bounds of numbers: it is where they are read.
        if failed.message.contains(OUT_OF_RANGE)
            && let Some(error) = valeurs::beyond_a_float(&query)
        {
            return error;
        }
        let position = failed.locations.pop();
        error(
            code::PARSE_FAILED,
            syntax_message(&failed.message),
            position,
        )
    })?;
    members::check(&query)?;
    lists::put_back(&mut document, &lists);
    Ok((
        query,
        document,
        lists.is_empty() && text.len() <= known::LONGEST,
    ))
}

/// What the parser says of a number beyond all doubles.
const OUT_OF_RANGE: &str = "number out of range";

/// The parser draws the place over several lines; the error has its location, so what was expected is enough.
fn syntax_message(drawn: &str) -> String {
    let expected = drawn
        .lines()
        .rev()
        .find_map(|line| line.trim_start().strip_prefix("= "));
    format!(
        "syntax error: {}",
        expected.unwrap_or(drawn).replace('_', " ")
    )
}

/// <https://spec.graphql.org/September2025/#GetOperation()>
pub(super) fn operation<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Result<&'a Positioned<OperationDefinition>, ServerError> {
    let failure = |message| error(code::OPERATION_RESOLUTION_FAILURE, message, None);
    match (&document.operations, name) {
        (DocumentOperations::Single(operation), None) => Ok(operation),
        (DocumentOperations::Single(_), Some(name)) => {
            Err(failure(format!("there is no operation named `{name}`")))
        }
        (DocumentOperations::Multiple(operations), Some(name)) => operations
            .get(name)
            .ok_or_else(|| failure(format!("there is no operation named `{name}`"))),
        (DocumentOperations::Multiple(operations), None) => {
            let mut all = operations.values();
            match (all.next(), all.next()) {
                (Some(operation), None) => Ok(operation),
                _ => Err(failure(
                    "the document has several operations: choose one with `operationName`"
                        .to_owned(),
                )),
            }
        }
    }
}

/// async-graphql reports a missing variable as an error of each field that uses it; it is one of the request:
/// <https://spec.graphql.org/September2025/#CoerceVariableValues()>.
fn check_required_variables(
    operation: &OperationDefinition,
    variables: &Variables,
) -> Result<(), ServerError> {
    for definition in &operation.variable_definitions {
        let variable = &definition.node;
        let name = &variable.name.node;
        let given = match variables.get(name) {
            None => variable.default_value.is_some(),
            Some(value) => *value != async_graphql::Value::Null,
        };
        if !given && !variable.var_type.node.nullable {
            let ty = &variable.var_type.node;
            let message = format!("the variable `${name}` of type `{ty}` needs a value");
            return Err(error(code::BAD_USER_INPUT, message, Some(definition.pos)));
        }
    }
    Ok(())
}

/// The root fields of an operation, those in fragments included. It is measured by then, so this ends.
fn collect_roots<'a>(
    document: &'a ExecutableDocument,
    set: &'a SelectionSet,
    roots: &mut Vec<&'a Positioned<Field>>,
) {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => roots.push(field),
            Selection::InlineFragment(inline) => {
                collect_roots(document, &inline.node.selection_set.node, roots);
            }
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = document.fragments.get(&spread.node.fragment_name.node) {
                    collect_roots(document, &fragment.node.selection_set.node, roots);
                }
            }
        }
    }
}

/// The keys in the answer of the fields that have one of these names.
fn keys(roots: &[&Positioned<Field>], names: &[&str]) -> impl Iterator<Item = Name> {
    let fields = roots.iter().map(|field| &field.node);
    let fields = fields.filter(|field| names.contains(&field.name.node.as_str()));
    fields.map(|field| field.response_key().node.clone())
}

/// Each `_entities` field, with its argument.
fn representations<'a>(
    roots: &[&'a Positioned<Field>],
) -> impl Iterator<Item = (&'a Positioned<Field>, Option<&'a Value>)> {
    let fields = roots.iter().copied();
    let fields = fields.filter(|field| field.node.name.node == "_entities");
    fields.map(|field| {
        let argument = field.node.get_argument("representations");
        (field, argument.map(|value| &value.node))
    })
}

/// Counts the representations of each `_entities` field.
fn entities(
    roots: &[&Positioned<Field>],
    operation: &OperationDefinition,
    variables: &Variables,
    limits: &Limits,
) -> Result<Vec<usize>, ServerError> {
    let default = |name: &Name| {
        let mut definitions = operation.variable_definitions.iter();
        let definition = definitions.find(|one| one.node.name.node == *name)?;
        definition.node.default_value.as_ref().map(|one| &one.node)
    };
    representations(roots)
        .map(|(field, argument)| {
            let count = match argument {
                Some(Value::List(list)) => list.len(),
                Some(Value::Variable(name)) => match variables.get(name).or(default(name)) {
                    Some(async_graphql::Value::List(list)) => list.len(),
                    _ => 1,
                },
                _ => 1,
            };
            if count <= limits.entities {
                return Ok(count);
            }
            let most = limits.entities;
            let message =
                format!("{count} representations are more than the {most} that are allowed");
            Err(error(code::TOO_MANY_ENTITIES, message, Some(field.pos)))
        })
        .collect()
}

#[cfg(test)]
mod tests;
