//! What is known of a document before it is executed, and the bounds that it must keep by then.
//!
//! The limits of async-graphql come after work that a hostile document can make arbitrarily large: its parser recurses into values, its depth
//! check expands fragments within fragments, its introspection follows `fields { type { fields … } }` as far as it is asked.
//! Here every fragment is measured once.

use std::collections::HashMap;

use async_graphql::parser::parse_query;
use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, Field, OperationDefinition, OperationType, Selection,
    SelectionSet,
};
use async_graphql::{Name, Pos, Positioned, Request, ServerError, Variables};

use async_graphql_value::Value;
use valeurs::Erreur;

use self::weight::Weight;
use super::answer::{Answer, Refusal, error, from_erreur};
use super::known::{self, Key, Known};
use super::nesting::check_nesting;
use super::receive::Texts;
use super::{code, lists, stream};
use crate::Limits;

pub(super) mod weight;

/// Lists inside each other in an introspection query, as in the rule `MaxIntrospectionDepth` of graphql-js: more are never
/// needed, and each multiplies the answer.
const MAX_INTROSPECTION_LISTS: u32 = 2;
const INTROSPECTION_LISTS: [&str; 4] = ["fields", "interfaces", "possibleTypes", "inputFields"];

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
    /// Whether `_service` is asked.
    pub(super) shows_sdl: bool,
    /// Whether the schema is asked for, by `_service` or by introspection.
    pub(super) describes: bool,
    /// Units of work that it takes, as far as its arguments tell.
    pub(super) cost: u64,
    /// What to keep of it, should it prove to be valid.
    pub(super) keep: Option<(Key, ExecutableDocument)>,
}

/// Parses the document unless it is known, finds the operation to execute, and measures it.
pub(super) fn inspect(
    texts: &Texts<'_>,
    known: Option<&Known>,
    limits: &Limits,
    introspection: bool,
) -> Result<Inspected, ServerError> {
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
    let variables = texts.variables.coerce(&operation.node)?;
    check_required_variables(&operation.node, &variables)?;
    if kind == Kind::Subscription {
        stream::check(&query, &operation.node, &variables)?;
    }

    let mut measuring = Measuring::new(&document, &operation.node, &variables, limits);
    let whole = measuring.operation(operation)?;
    for (_, other) in document.operations.iter() {
        // The library looks into all of them.
        measuring.operation(other)?;
    }
    let mut roots = Vec::new();
    collect_roots(&document, &operation.node.selection_set.node, &mut roots);
    for root in &roots {
        measuring.introspection(root, introspection)?;
    }
    let entities = entities(&roots, &variables, limits)?;
    let asks = |names: &[&str]| {
        let mut names_of_roots = roots.iter().map(|field| field.node.name.node.as_str());
        names_of_roots.any(|name| names.contains(&name))
    };
    let shows_sdl = asks(&["_service"]);
    let describes = shows_sdl || asks(&["__schema", "__type"]);
    drop(roots);
    let keep = is_worth_keeping.then(|| (Key::new(&texts.query, operation_name), document.clone()));
    let mut request = Request::new(query).variables(variables);
    request.operation_name = texts.operation_name.as_deref().map(ToOwned::to_owned);
    request.set_parsed_query(document);
    Ok(Inspected {
        request,
        kind,
        entities,
        shows_sdl,
        describes,
        cost: whole.cost,
        keep,
    })
}

/// The text that is parsed, what it says, and whether it may be asked again: a long list of numbers is unlikely to.
fn parse(text: &str, limits: &Limits) -> Result<(String, ExecutableDocument, bool), ServerError> {
    let (shortened, lists) = lists::take(text);
    let query = shortened.unwrap_or_else(|| text.to_owned());
    check_nesting(&query, limits.tokens)?;
    let mut document = parse_query(&query).map_err(|parsing| {
        let mut failed = ServerError::from(parsing);
        let position = failed.locations.pop();
        error(
            code::PARSE_FAILED,
            syntax_message(&failed.message),
            position,
        )
    })?;
    lists::put_back(&mut document, &lists);
    Ok((
        query,
        document,
        lists.is_empty() && text.len() <= known::LONGEST,
    ))
}

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

/// async-graphql tells a missing variable as an error of each field that uses it; it is one of the request:
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

/// The size of a selection set, fragments expanded.
#[derive(Clone, Copy, Default)]
struct Measure {
    fields: usize,
    /// Selection sets below each other.
    levels: usize,
    /// Lists of the introspection schema below each other.
    lists: u32,
    /// What its arguments bring, each at each of its uses.
    values: u64,
    /// Units of work.
    cost: u64,
}

/// What a field may cost that has nothing but numbers as arguments: a power with all its digits.
pub(super) const FIELD: u64 = 1_000;

/// Measures each fragment once, however often it is spread.
struct Measuring<'a> {
    document: &'a ExecutableDocument,
    limits: &'a Limits,
    /// What each variable of the operation brings.
    variables: HashMap<&'a Name, Weight>,
    /// `None` while a fragment is being measured.
    fragments: HashMap<&'a Name, Option<Measure>>,
}

impl<'a> Measuring<'a> {
    fn new(
        document: &'a ExecutableDocument,
        operation: &'a OperationDefinition,
        variables: &Variables,
        limits: &'a Limits,
    ) -> Self {
        let weights = operation.variable_definitions.iter().map(|definition| {
            let (name, default) = (&definition.node.name.node, &definition.node.default_value);
            let default = default.as_ref().map(|default| &default.node);
            (name, Weight::of_variable(variables.get(name).or(default)))
        });
        Self {
            document,
            limits,
            variables: weights.collect(),
            fragments: HashMap::new(),
        }
    }

    /// Measures an operation, and refuses what is too large.
    fn operation(
        &mut self,
        operation: &'a Positioned<OperationDefinition>,
    ) -> Result<Measure, ServerError> {
        let whole = self.selection_set(&operation.node.selection_set, 1)?;
        if whole.fields > self.limits.complexity {
            let message = format!(
                "the operation has more than the {} fields that are allowed",
                self.limits.complexity
            );
            let position = Some(operation.pos);
            return Err(error(code::QUERY_TOO_COMPLEX, message, position));
        }
        if whole.values > self.limits.work {
            let number = |n| usize::try_from(n).unwrap_or(usize::MAX);
            let what = "values in the arguments of all fields, each at each use";
            let erreur = Erreur::limit(what, number(self.limits.work), number(whole.values));
            return Err(from_erreur(erreur, Some(operation.pos)));
        }
        Ok(whole)
    }

    /// `level` is how many selection sets there are from the operation to this one; it bounds the recursion.
    fn selection_set(
        &mut self,
        set: &'a Positioned<SelectionSet>,
        level: usize,
    ) -> Result<Measure, ServerError> {
        self.check_level(level, set.pos)?;
        let mut whole = Measure {
            levels: 1,
            ..Measure::default()
        };
        for selection in &set.node.items {
            let part = match &selection.node {
                Selection::Field(field) => self.field(field, level)?,
                Selection::InlineFragment(inline) => {
                    self.selection_set(&inline.node.selection_set, level + 1)?
                }
                Selection::FragmentSpread(spread) => {
                    self.fragment(&spread.node.fragment_name, level + 1)?
                }
            };
            whole.fields = whole.fields.saturating_add(part.fields);
            whole.levels = whole.levels.max(part.levels + 1);
            whole.lists = whole.lists.max(part.lists);
            whole.values = whole.values.saturating_add(part.values);
            whole.cost = whole.cost.saturating_add(part.cost);
        }
        Ok(whole)
    }

    fn field(
        &mut self,
        field: &'a Positioned<Field>,
        level: usize,
    ) -> Result<Measure, ServerError> {
        let set = &field.node.selection_set;
        let mut whole = match set.node.items.is_empty() {
            true => Measure::default(),
            false => self.selection_set(set, level + 1)?,
        };
        whole.fields = whole.fields.saturating_add(1);
        whole.lists += u32::from(INTROSPECTION_LISTS.contains(&field.node.name.node.as_str()));
        whole.cost = whole.cost.saturating_add(FIELD);
        for (_, value) in &field.node.arguments {
            let weight = Weight::of(&value.node, &self.variables);
            whole.values = whole.values.saturating_add(weight.values);
            whole.cost = whole.cost.saturating_add(weight.cost);
        }
        Ok(whole)
    }

    fn fragment(
        &mut self,
        name: &'a Positioned<Name>,
        level: usize,
    ) -> Result<Measure, ServerError> {
        match self.fragments.get(&name.node) {
            Some(Some(known)) => {
                self.check_level(
                    level.saturating_add(known.levels).saturating_sub(1),
                    name.pos,
                )?;
                Ok(*known)
            }
            Some(None) => Err(error(
                code::VALIDATION_FAILED,
                format!("the fragment `{}` spreads itself", name.node),
                Some(name.pos),
            )),
            // An unknown fragment is for the validation to tell.
            None => match self.document.fragments.get_key_value(&name.node) {
                None => Ok(Measure {
                    fields: 1,
                    ..Measure::default()
                }),
                Some((key, fragment)) => {
                    self.fragments.insert(key, None);
                    let measure = self.selection_set(&fragment.node.selection_set, level)?;
                    self.fragments.insert(key, Some(measure));
                    Ok(measure)
                }
            },
        }
    }

    fn check_level(&self, level: usize, position: Pos) -> Result<(), ServerError> {
        if level <= self.limits.recursion {
            return Ok(());
        }
        let most = self.limits.recursion;
        let message =
            format!("selection sets are nested deeper than the {most} levels that are allowed");
        Err(error(code::QUERY_TOO_DEEP, message, Some(position)))
    }

    /// Bounds what `__schema` and `__type` may ask.
    fn introspection(
        &mut self,
        root: &'a Positioned<Field>,
        allowed: bool,
    ) -> Result<(), ServerError> {
        let name = root.node.name.node.as_str();
        if !matches!(name, "__schema" | "__type") {
            return Ok(());
        }
        if !allowed {
            let message = format!("introspection is disabled: `{name}` is not answered");
            return Err(error(code::INTROSPECTION_DISABLED, message, Some(root.pos)));
        }
        if self.field(root, 1)?.lists > MAX_INTROSPECTION_LISTS {
            let message = "the introspection asks for lists within lists within lists";
            return Err(error(code::QUERY_TOO_DEEP, message, Some(root.pos)));
        }
        Ok(())
    }
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

/// Counts the representations of each `_entities` field.
fn entities(
    roots: &[&Positioned<Field>],
    variables: &Variables,
    limits: &Limits,
) -> Result<Vec<usize>, ServerError> {
    let fields = roots
        .iter()
        .filter(|field| field.node.name.node == "_entities");
    fields
        .map(|field| {
            let count = match field
                .node
                .get_argument("representations")
                .map(|value| &value.node)
            {
                Some(Value::List(list)) => list.len(),
                Some(Value::Variable(name)) => match variables.get(name) {
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
