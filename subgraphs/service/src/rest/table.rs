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
use std::sync::Arc;

use axum::Router;
use axum::extract::{Extension, FromRequest as _, Request};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use serde::Serialize;
use serde_json::{Value, json};
use valeurs::Resultat;

use self::members::Members;
use self::parameter::{Arguments, Described};
use super::{Json, Params, Problem};
use crate::Limits;
use crate::caching::MAX_AGE;

pub(super) mod argument;
mod members;
mod openapi;
pub(super) mod parameter;
#[cfg(test)]
mod tests;

pub use self::argument::{Argument, Given, Refused, one_of};
pub use self::parameter::{Parameter, Parameters, parameter};

/// An API.
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
}

type Compute = dyn Fn(&mut Arguments, &Limits) -> Result<Value, Problem> + Send + Sync;

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
            move |values, limits| Ok(json!({ "resultat": compute(values, limits)? })),
        )
    }

    /// The operation `name`, whose answer is an object of the schema `answer`.
    pub fn answering<P: Parameters>(
        name: impl Into<Cow<'static, str>>,
        description: impl Into<Cow<'static, str>>,
        parameters: P,
        answer: Value,
        compute: impl Fn(P::Values, &Limits) -> Resultat<Value> + Send + Sync + 'static,
    ) -> Operation {
        Operation {
            name: name.into(),
            description: description.into(),
            parameters: parameters.described(),
            answer,
            compute: Box::new(move |arguments, limits| {
                let values = parameters.read(arguments)?;
                compute(values, limits).map_err(|erreur| parameters.problem(&erreur))
            }),
        }
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

    fn answer(&self, mut arguments: Arguments, limits: &Limits) -> Result<Value, Problem> {
        arguments.check_names(&self.parameters)?;
        (self.compute)(&mut arguments, limits)
    }
}

impl Table {
    /// A route per operation, to be mounted under [`PATH`](super::PATH).
    pub fn routes(self) -> Router {
        let operations = self.operations.into_iter().map(Arc::new);
        operations.fold(Router::new(), |router, operation| {
            router.route(&format!("/{}", operation.name), route(operation))
        })
    }

    /// The OpenAPI document, <https://spec.openapis.org/oas/v3.1.1.html>.
    #[must_use]
    pub fn openapi(&self) -> Value {
        openapi::document(self)
    }
}

fn route(operation: Arc<Operation>) -> MethodRouter {
    let by_get = {
        let operation = operation.clone();
        async move |limits: Extension<Limits>, Params(pairs): Params<Vec<(String, String)>>| {
            let answer = operation.answer(Arguments::repeatable(pairs), &limits);
            let mut response = respond(answer);
            if response.status() == StatusCode::OK {
                let headers = response.headers_mut();
                headers.insert(header::CACHE_CONTROL, MAX_AGE);
            }
            response
        }
    };
    let by_post = async move |limits: Extension<Limits>, request: Request| {
        if let Some(query) = request.uri().query().filter(|query| !query.is_empty()) {
            return respond(Err(misplaced(query)));
        }
        let members = Json::<Members>::from_request(request, &()).await;
        let answer = members.and_then(|Json(Members(members))| {
            let given = members
                .into_iter()
                .map(|(name, json)| (name, Given::Json(json)));
            operation.answer(Arguments::once(given)?, &limits)
        });
        respond(answer)
    };
    get(by_get).post(by_post)
}

/// Parameters in the address of a POST, which would be passed over.
fn misplaced(query: &str) -> Problem {
    let name: String = query
        .chars()
        .take_while(|c| !matches!(c, '=' | '&'))
        .take(64)
        .collect();
    let detail =
        format!("the parameters of a POST are in its body, but `{name}` is in its address");
    Problem::new(StatusCode::BAD_REQUEST, "BAD_PARAMETER", detail).parameter(name)
}

fn respond(answer: Result<Value, Problem>) -> Response {
    match answer {
        Ok(answer) => Json(answer).into_response(),
        Err(problem) => problem.into_response(),
    }
}
