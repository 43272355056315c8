//! What an operation is, and how it is asked.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Extension;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use serde_json::Value;
use serde_json::value::RawValue;
use service::rest::{Json, Params};
use service::{Limits, Problem};
use valeurs::Erreur;

use super::argument::{Argument, Given};
use super::problem;

/// An operation of the REST door.
pub(crate) struct Operation {
    /// Its path below `/api/v1`, and the name people call it by.
    pub(crate) name: String,
    /// What it computes; the first line is the summary.
    pub(crate) description: String,
    pub(crate) parameters: Vec<Parameter>,
    /// The named schema of the answer, see [`openapi`](super::openapi).
    pub(crate) answer: &'static str,
    pub(crate) compute: fn(&Arguments) -> Result<Value, Failure>,
}

/// A parameter of an operation.
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) description: &'static str,
    /// A value as a query string has it.
    pub(crate) example: &'static str,
    /// Its JSON Schema.
    pub(crate) schema: Value,
    /// What it is when it is left out.
    pub(crate) default: Option<Value>,
    pub(crate) required: bool,
}

/// Why there is no answer: the domain says so, or the request.
pub(crate) enum Failure {
    Domain(Erreur),
    Request(Box<Problem>),
}

impl From<Erreur> for Failure {
    fn from(erreur: Erreur) -> Self {
        Failure::Domain(erreur)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        match self {
            Failure::Domain(erreur) => problem(erreur).into_response(),
            Failure::Request(problem) => problem.into_response(),
        }
    }
}

/// The arguments of one request, by name.
pub(crate) struct Arguments {
    given: BTreeMap<String, Given>,
    pub(crate) limits: Limits,
}

impl Arguments {
    /// The argument of that name, or what it is when it is left out.
    pub(crate) fn read<T: Argument>(&self, name: &str, default: Option<T>) -> Result<T, Failure> {
        // `null` in a body is as good as nothing.
        let given = self.given.get(name).filter(|given| !given.is_null());
        match (given, default.or_else(T::absent)) {
            (Some(given), _) => T::read(given).map_err(|failure| match failure {
                Failure::Domain(erreur) => Failure::Domain(erreur.on(name.to_owned())),
                Failure::Request(problem) => Failure::Request(Box::new(problem.parameter(name))),
            }),
            (None, Some(default)) => Ok(default),
            (None, None) => {
                let detail = format!("the parameter `{name}` is missing");
                Err(request("MISSING_PARAMETER", detail, name))
            }
        }
    }
}

/// A request that does not say what the operation needs.
fn request(code: &'static str, detail: String, parameter: &str) -> Failure {
    let problem = Problem::new(StatusCode::BAD_REQUEST, code, detail);
    Failure::Request(Box::new(problem.parameter(parameter)))
}

/// `GET` with a query string and `POST` with a JSON object.
pub(super) fn route(operation: Arc<Operation>) -> MethodRouter {
    let by_get = {
        let operation = operation.clone();
        move |limits: Extension<Limits>, Params(pairs): Params<Vec<(String, String)>>| async move {
            let given = pairs
                .into_iter()
                .map(|(name, text)| (name, Given::Text(text)));
            operation.answer(given, limits.0)
        }
    };
    let by_post = move |limits: Extension<Limits>, Json(Members(members)): Json<Members>| async move {
        let given = members
            .into_iter()
            .map(|(name, json)| (name, Given::Json(json)));
        operation.answer(given, limits.0)
    };
    get(by_get).post(by_post)
}

impl Operation {
    fn answer(
        &self,
        given: impl Iterator<Item = (String, Given)>,
        limits: Limits,
    ) -> Result<Json<Value>, Failure> {
        let arguments = Arguments {
            given: self.known(given)?,
            limits,
        };
        let answer = (self.compute)(&arguments)?;
        Ok(Json(answer))
    }

    /// The arguments by name: each a parameter, and given once.
    fn known(
        &self,
        given: impl Iterator<Item = (String, Given)>,
    ) -> Result<BTreeMap<String, Given>, Failure> {
        let mut known = BTreeMap::new();
        for (name, value) in given {
            if !self
                .parameters
                .iter()
                .any(|parameter| parameter.name == name)
            {
                let shown: String = name.chars().take(64).collect();
                let names: Vec<String> = self
                    .parameters
                    .iter()
                    .map(|parameter| format!("`{}`", parameter.name))
                    .collect();
                let detail = format!(
                    "there is no parameter `{shown}`, expected {}",
                    names.join(", ")
                );
                return Err(request("UNKNOWN_PARAMETER", detail, &shown));
            }
            if known.contains_key(&name) {
                let detail = format!("the parameter `{name}` is given twice");
                return Err(request("BAD_PARAMETER", detail, &name));
            }
            known.insert(name, value);
        }
        Ok(known)
    }
}

/// The members of a JSON object as they came, with the text of their values: a number keeps its digits, and a name that
/// is there twice is seen twice.
struct Members(Vec<(String, Box<RawValue>)>);

impl<'de> serde::Deserialize<'de> for Members {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Members;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object with the parameters")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                mut map: A,
            ) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Visitor)
    }
}
