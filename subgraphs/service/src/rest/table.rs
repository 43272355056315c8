//! A REST API from one table: each operation names its parameters once, with their types, and routing, decoding, errors and OpenAPI document
//! all come from it.
//!
//! An operation answers `GET /NAME?parameter=value` and `POST /NAME` with a JSON object of the same parameters. What does not follow the
//! document is refused with 400; what follows it and has no result, with 422.
//!
//! - `argument`: the types of parameters, from texts and JSON to values;
//! - [`parameter`]: parameters, and lists of them as tuples;
//! - `members`: JSON bodies as they came;
//! - `openapi`: the document.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::{Value, json};
use valeurs::{Code, Resultat};

use self::parameter::{Arguments, Described};
use crate::{Limits, Problem};

pub(super) mod argument;
mod members;
mod openapi;
pub(super) mod parameter;
#[cfg(test)]
mod tests;

pub(super) use self::argument::shorten_series;
pub use self::argument::{Argument, Given, Refused, at_most, one_of};
pub use self::parameter::{Parameter, Parameters, parameter};

/// An API.
#[derive(Default)]
pub struct Table {
    /// The title of the document.
    pub title: &'static str,
    /// What the API is for.
    pub description: &'static str,
    /// The version of the program.
    pub version: &'static str,
    /// The operations in the order of documentation.
    pub operations: Vec<Operation>,
    /// The named JSON Schemas that answers and parameters refer to (`#/components/schemas/NAME`), besides `Decimal` and `DecimalInput`.
    pub schemas: Value,
}

/// An operation.
pub struct Operation {
    name: Cow<'static, str>,
    description: Cow<'static, str>,
    parameters: Vec<Described>,
    answer: Value,
    compute: Box<Compute>,
    is_slow: bool,
    is_deprecated: bool,
}

type Compute = dyn Fn(Arguments<'_>, &Limits) -> Result<Vec<u8>, Problem> + Send + Sync;

/// What an operation is asked.
pub(super) enum Asked<'a> {
    /// By the parameters of a query string.
    Query(&'a str),
    /// By those of a body.
    Body(&'a [u8]),
}

/// What [`Operation::new`] answers.
#[derive(Serialize)]
struct Answered<A> {
    resultat: A,
}

/// What an operation answers, and what it looks like in JSON Schema.
pub trait Answer: Serialize {
    /// The JSON Schema of the value.
    fn schema() -> Value;
}

impl Answer for valeurs::Decimal {
    fn schema() -> Value {
        named("Decimal")
    }
}

impl Answer for usize {
    fn schema() -> Value {
        json!({ "type": "integer", "minimum": 0 })
    }
}

impl<T: Answer> Answer for Option<T> {
    fn schema() -> Value {
        json!({ "oneOf": [T::schema(), { "type": "null" }] })
    }
}

impl<T: Answer> Answer for Vec<T> {
    fn schema() -> Value {
        json!({ "type": "array", "items": T::schema() })
    }
}

/// A part of an answer that has others: null where it is out of range, so that the others are answered.
///
/// # Errors
/// All but [`Code::Overflow`].
pub fn part<T>(result: Resultat<T>) -> Resultat<Option<T>> {
    match result {
        Err(erreur) if erreur.code() == Code::Overflow => Ok(None),
        result => result.map(Some),
    }
}

/// A reference to a named schema.
#[must_use]
pub fn named(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// The JSON Schema of an object with these members, all of which are always there.
#[must_use]
pub fn object(description: &str, properties: Value) -> Value {
    let required: Vec<&String> = properties
        .as_object()
        .into_iter()
        .flat_map(|m| m.keys())
        .collect();
    json!({ "type": "object", "description": description, "required": required, "properties": properties })
}

impl Operation {
    /// The operation `name`, which answers `{ "resultat": … }`. The first line of the description is its summary.
    pub fn new<P, A>(
        name: impl Into<Cow<'static, str>>,
        description: impl Into<Cow<'static, str>>,
        parameters: P,
        compute: impl Fn(P::Values, &Limits) -> Resultat<A> + Send + Sync + 'static,
    ) -> Operation
    where
        P: Parameters,
        A: Answer,
    {
        let answer = object("The result.", json!({ "resultat": A::schema() }));
        Operation::answering(
            name,
            description,
            parameters,
            answer,
            move |values, limits| {
                let resultat = compute(values, limits)?;
                Ok(Answered { resultat })
            },
        )
    }

    /// The operation `name`, whose answer is an object of the schema `answer`.
    pub fn answering<P: Parameters, A: Serialize>(
        name: impl Into<Cow<'static, str>>,
        description: impl Into<Cow<'static, str>>,
        parameters: P,
        answer: Value,
        compute: impl Fn(P::Values, &Limits) -> Resultat<A> + Send + Sync + 'static,
    ) -> Operation {
        Operation {
            name: name.into(),
            description: description.into(),
            parameters: parameters.described(),
            answer,
            is_slow: false,
            is_deprecated: false,
            compute: Box::new(move |arguments, limits| {
                let answer = compute(parameters.read(arguments)?, limits);
                let answer = answer.map_err(|erreur| parameters.problem(&erreur))?;
                serde_json::to_vec(&answer).map_err(|error| {
                    tracing::error!(%error, "an answer is no JSON");
                    Problem::internal()
                })
            }),
        }
    }

    /// The same operation, which may take milliseconds for a few characters: it is always computed on the pool, and so is the field of its name at the GraphQL door.
    #[must_use]
    pub fn slow(self) -> Operation {
        Operation {
            is_slow: true,
            ..self
        }
    }

    /// The same operation, which another one replaces: its description says which.
    #[must_use]
    pub fn deprecated(self) -> Operation {
        Operation {
            is_deprecated: true,
            ..self
        }
    }

    pub(super) fn is_slow(&self) -> bool {
        self.is_slow
    }

    /// Its path below the API's, and the name people call it by.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The names of its parameters, the example of each as a query string has it, and whether it must be given.
    pub fn parameters(&self) -> impl Iterator<Item = (&str, &str, bool)> {
        let parameters = self.parameters.iter();
        parameters.map(|described| (&*described.name, &*described.example, described.required))
    }

    /// The JSON text of the answer.
    pub(super) fn answer(&self, asked: &Asked<'_>, limits: &Limits) -> Result<Vec<u8>, Problem> {
        let arguments = match asked {
            Asked::Query(query) => Arguments::of_query(&self.parameters, query),
            Asked::Body(body) => Arguments::of_body(&self.parameters, body),
        };
        (self.compute)(arguments?, limits)
    }
}

impl Table {
    /// The names of the operations that are [slow](Operation::slow).
    pub(crate) fn slow(&self) -> impl Iterator<Item = &str> {
        let slow = self.operations.iter().filter(|one| one.is_slow);
        slow.map(Operation::name)
    }

    /// The OpenAPI document, <https://spec.openapis.org/oas/v3.1.1.html>.
    #[must_use]
    pub fn openapi(&self) -> Value {
        openapi::document(self)
    }
}
