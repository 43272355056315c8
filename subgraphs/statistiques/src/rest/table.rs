//! A REST API from one table: each operation names its parameters once, and routes and OpenAPI document both come from it.
//!
//! Nothing here knows what the operations compute. An operation answers `GET /NAME?parameter=value` and `POST /NAME` with a JSON object
//! of the same parameters; the answer is `{"resultat": …}`, an error is a [`Problem`].

use std::collections::BTreeMap;

use axum::{Extension, Router, http::StatusCode, routing::get};
use serde_json::{Map, Value, json, value::RawValue};
use service::{
    Limits,
    rest::{Json, PATH, Params, Problem},
};

/// What an operation answers: the value of `resultat`, or a problem (boxed, as it is large and rare).
pub(super) type Answer<T = Value> = Result<T, Box<Problem>>;

/// An API.
#[derive(Clone, Copy)]
pub(super) struct Table {
    pub(super) title: &'static str,
    pub(super) description: &'static str,
    pub(super) version: &'static str,
    pub(super) operations: &'static [Operation],
    /// The named JSON Schemas that parameters and results refer to (`#/components/schemas/NAME`).
    pub(super) schemas: fn() -> Value,
}

/// One operation.
pub(super) struct Operation {
    /// Its path below the API's, and the name people call it by.
    pub(super) name: &'static str,
    /// A few words.
    pub(super) summary: &'static str,
    /// The definition.
    pub(super) description: &'static str,
    pub(super) parameters: &'static [Parameter],
    /// The named schema of `resultat`, or of its items when `list` is set.
    pub(super) result: &'static str,
    /// Whether `resultat` is a list.
    pub(super) list: bool,
    /// The value of `resultat`.
    pub(super) compute: fn(&Arguments) -> Answer,
}

/// One parameter of an operation.
#[derive(Clone, Copy)]
pub(super) struct Parameter {
    pub(super) name: &'static str,
    pub(super) description: &'static str,
    /// The named schema of its values.
    pub(super) schema: &'static str,
    /// A value as it stands in a query string, for documentation. In a list it has commas.
    pub(super) example: &'static str,
    /// Whether it is a list.
    pub(super) list: bool,
    /// Whether it may be left out.
    pub(super) optional: bool,
}

/// The arguments of one request, by the names of their parameters.
pub(super) struct Arguments {
    given: BTreeMap<String, Argument>,
    pub(super) limits: Limits,
}

/// A value as it came.
#[derive(Debug)]
pub(super) enum Argument {
    /// From a query string.
    Text(String),
    /// From a body. The text of the JSON, so that a number keeps its digits.
    Json(Box<RawValue>),
}

impl Arguments {
    /// The argument of that name, if it was given; `null` in a body is as good as nothing.
    pub(super) fn optional(&self, name: &str) -> Option<&Argument> {
        self.given
            .get(name)
            .filter(|given| !matches!(given, Argument::Json(json) if json.get() == "null"))
    }

    /// The argument of that name, or the problem that it is missing.
    pub(super) fn required(&self, name: &'static str) -> Answer<&Argument> {
        self.optional(name).ok_or_else(|| {
            let detail = format!("the parameter `{name}` is missing");
            let problem = Problem::new(StatusCode::BAD_REQUEST, "MISSING_PARAMETER", detail);
            Box::new(problem.parameter(name))
        })
    }
}

impl Table {
    /// A route per operation.
    pub(super) fn routes(&self) -> Router {
        self.operations
            .iter()
            .fold(Router::new(), |router, operation| {
                let by_get =
                    move |Extension(limits): Extension<Limits>,
                          Params(pairs): Params<Vec<(String, String)>>| async move {
                        let given = pairs
                            .into_iter()
                            .map(|(name, text)| (name, Argument::Text(text)));
                        operation.answer(given, limits).map_err(|problem| *problem)
                    };
                let by_post =
                    move |Extension(limits): Extension<Limits>,
                          Json(Members(members)): Json<Members>| async move {
                        let given = members
                            .into_iter()
                            .map(|(name, json)| (name, Argument::Json(json)));
                        operation.answer(given, limits).map_err(|problem| *problem)
                    };
                router.route(&format!("/{}", operation.name), get(by_get).post(by_post))
            })
    }

    /// The OpenAPI document, <https://spec.openapis.org/oas/v3.1.1.html>.
    pub(super) fn openapi(&self) -> Value {
        let paths = self.operations.iter().map(|operation| {
            let item = json!({ "get": operation.get(), "post": operation.post() });
            (format!("{PATH}/{}", operation.name), item)
        });
        json!({
            "openapi": "3.1.0",
            "info": {
                "title": self.title,
                "description": self.description,
                "version": self.version,
                "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
            },
            "servers": [{ "url": "/" }],
            "paths": paths.collect::<Map<_, _>>(),
            "components": {
                "schemas": (self.schemas)(),
                "responses": { "Problem": problem() },
            },
        })
    }
}

/// The members of a JSON object in their order, also those that are there twice.
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

impl Operation {
    /// Checks the names of the arguments, computes.
    fn answer(
        &self,
        given: impl Iterator<Item = (String, Argument)>,
        limits: Limits,
    ) -> Answer<Json<Value>> {
        let problem = |code: &'static str, name: String, detail: String| {
            Err(Box::new(
                Problem::new(StatusCode::BAD_REQUEST, code, detail).parameter(name),
            ))
        };
        let mut arguments = BTreeMap::new();
        for (name, argument) in given {
            if !self
                .parameters
                .iter()
                .any(|parameter| parameter.name == name)
            {
                let name: String = name.chars().take(64).collect();
                let known = self
                    .parameters
                    .iter()
                    .map(|parameter| format!("`{}`", parameter.name));
                let known = known.collect::<Vec<_>>().join(", ");
                let detail = format!("there is no parameter `{name}`, expected {known}");
                return problem("UNKNOWN_PARAMETER", name, detail);
            }
            if arguments.contains_key(&name) {
                let detail = format!("the parameter `{name}` is given twice");
                return problem("BAD_PARAMETER", name, detail);
            }
            arguments.insert(name, argument);
        }
        let result = (self.compute)(&Arguments {
            given: arguments,
            limits,
        })?;
        Ok(Json(json!({ "resultat": result })))
    }

    fn get(&self) -> Value {
        let parameters = self.parameters.iter().map(|parameter| {
            let mut described = json!({
                "name": parameter.name,
                "in": "query",
                "description": parameter.description,
                "required": !parameter.optional,
                "schema": parameter.schema(),
                "example": parameter.example(),
            });
            if parameter.list {
                described["style"] = "form".into();
                described["explode"] = false.into();
            }
            described
        });
        let parameters: Vec<Value> = parameters.collect();
        let mut described = self.described("");
        described["parameters"] = parameters.into();
        described
    }

    fn post(&self) -> Value {
        let properties = self.parameters.iter().map(|parameter| {
            let mut schema = parameter.schema();
            schema["description"] = parameter.description.into();
            (parameter.name.to_owned(), schema)
        });
        let required = self
            .parameters
            .iter()
            .filter(|parameter| !parameter.optional);
        let required: Vec<&str> = required.map(|parameter| parameter.name).collect();
        let example = self
            .parameters
            .iter()
            .map(|parameter| (parameter.name.to_owned(), parameter.example()));
        let mut described = self.described("_post");
        described["requestBody"] = json!({
            "required": true,
            "content": { "application/json": {
                "schema": {
                    "type": "object",
                    "properties": properties.collect::<Map<_, _>>(),
                    "required": required,
                    "additionalProperties": false,
                },
                "example": example.collect::<Map<_, _>>(),
            } },
        });
        described
    }

    /// What is the same for both methods.
    fn described(&self, suffix: &str) -> Value {
        json!({
            "operationId": format!("{}{suffix}", self.name),
            "summary": self.summary,
            "description": self.description,
            "responses": {
                "200": {
                    "description": "The result.",
                    "content": { "application/json": { "schema": {
                        "type": "object",
                        "properties": { "resultat": schema(self.result, self.list) },
                        "required": ["resultat"],
                    } } },
                },
                "400": { "$ref": "#/components/responses/Problem" },
                "422": { "$ref": "#/components/responses/Problem" },
                "default": { "$ref": "#/components/responses/Problem" },
            },
        })
    }
}

impl Parameter {
    fn schema(&self) -> Value {
        schema(self.schema, self.list)
    }

    fn example(&self) -> Value {
        if self.list {
            self.example.split(',').collect()
        } else {
            self.example.into()
        }
    }
}

fn schema(name: &str, list: bool) -> Value {
    let schema = json!({ "$ref": format!("#/components/schemas/{name}") });
    if list {
        json!({ "type": "array", "items": schema })
    } else {
        schema
    }
}

fn problem() -> Value {
    let text = |description| json!({ "type": "string", "description": description });
    json!({
        "description": "The request cannot be answered: 400 when it cannot be read, 422 when what it asks for has no result.",
        "content": { "application/problem+json": { "schema": {
            "type": "object",
            "properties": {
                "type": text("A URI for the kind of problem."),
                "title": text("The kind of problem in words."),
                "status": { "type": "integer", "description": "The HTTP status." },
                "detail": text("What to change."),
                "code": text("The stable name of the kind of problem, for programs."),
                "parameter": text("The parameter that is wrong, when it is one."),
            },
            "required": ["type", "title", "status", "detail", "code"],
        } } },
    })
}
