//! The OpenAPI 3.1 document (<https://spec.openapis.org/oas/v3.1.1.html>) of a table.

use serde_json::{Map, Value, json};
use valeurs::Code;

use super::argument::LONGEST;
use super::parameter::Described;
use super::{Operation, Table, object};
use crate::rest::PATH;

/// A number in a text.
const NUMBER: &str = r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?";

/// The same with a decimal comma, too.
const WITH_COMMA: &str = r"[+-]?[0-9]+([.,][0-9]+)?([eE][+-]?[0-9]+)?";

/// The whole document.
pub(super) fn document(table: &Table) -> Value {
    let paths = table.operations.iter().map(|operation| {
        let item = json!({ "get": by_get(operation), "post": by_post(operation) });
        (format!("{PATH}/{}", operation.name), item)
    });
    let mut schemas = schemas();
    if let (Some(all), Some(own)) = (schemas.as_object_mut(), table.schemas.as_object()) {
        all.extend(own.clone());
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": table.title,
            "description": table.description,
            "version": table.version,
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "paths": paths.collect::<Map<_, _>>(),
        "components": { "schemas": schemas, "responses": responses() },
    })
}

fn by_get(operation: &Operation) -> Value {
    let parameters = operation.parameters.iter().map(|parameter| {
        let mut described = json!({
            "name": parameter.name,
            "in": "query",
            "description": parameter.description,
            "required": parameter.required,
            "schema": with_default(&parameter.query, parameter),
            "example": example(parameter),
        });
        if is_list(parameter) {
            described["style"] = "form".into();
            described["explode"] = false.into();
        }
        described
    });
    let parameters: Vec<Value> = parameters.collect();
    let mut described = described(operation, "");
    described["parameters"] = parameters.into();
    described
}

fn by_post(operation: &Operation) -> Value {
    let parameters = || operation.parameters.iter();
    let properties = parameters().map(|parameter| {
        let mut schema = with_default(&parameter.body, parameter);
        schema["description"] = (*parameter.description).into();
        (parameter.name.to_string(), schema)
    });
    let required = parameters().filter(|parameter| parameter.required);
    let required: Vec<&str> = required.map(|parameter| &*parameter.name).collect();
    let examples = parameters().map(|one| (one.name.to_string(), one.example_of_body.clone()));
    let mut described = described(operation, "_post");
    described["requestBody"] = json!({
        "required": true,
        "content": { "application/json": {
            "schema": {
                "type": "object",
                "properties": properties.collect::<Map<_, _>>(),
                "required": required,
                "additionalProperties": false,
            },
            "example": examples.collect::<Map<_, _>>(),
        } },
    });
    let responses = &mut described["responses"];
    responses["413"] = reference("Problem");
    responses["415"] = reference("Problem");
    described
}

/// What is the same for both methods.
fn described(operation: &Operation, suffix: &str) -> Value {
    let summary = operation.description.lines().next().unwrap_or_default();
    let mut responses = json!({
        "200": {
            "description": "The result.",
            "content": { "application/json": { "schema": operation.answer } },
        },
    });
    for (status, response) in [
        ("400", "Refused"),
        ("406", "Problem"),
        ("422", "NoResult"),
        ("503", "Problem"),
    ] {
        responses[status] = reference(response);
    }
    responses["default"] = reference("Problem");
    let mut described = json!({
        "operationId": format!("{}{suffix}", operation.name),
        "summary": summary,
        "description": operation.description,
        "responses": responses,
    });
    if operation.is_deprecated {
        described["deprecated"] = true.into();
    }
    described
}

fn reference(response: &str) -> Value {
    json!({ "$ref": format!("#/components/responses/{response}") })
}

/// A schema with the default of its parameter.
fn with_default(schema: &Value, parameter: &Described) -> Value {
    let mut schema = schema.clone();
    if let Some(default) = &parameter.default {
        schema["default"] = default.clone();
    }
    schema
}

fn is_list(parameter: &Described) -> bool {
    parameter.kind == "array"
}

/// The example as JSON has it before it is written into a query string.
fn example(parameter: &Described) -> Value {
    match parameter.kind.as_str() {
        "array" => parameter.example.split(',').collect(),
        "integer" => parameter
            .example
            .parse::<i64>()
            .map_or(Value::Null, Value::from),
        _ => (*parameter.example).into(),
    }
}

fn schemas() -> Value {
    json!({
        "Decimal": {
            "type": "string",
            "pattern": r"^-?(0|[1-9][0-9]{0,28})(\.[0-9]{0,27}[1-9])?$",
            "description": "An exact decimal number in normal form, such as `-12.5`.",
        },
        "DecimalText": {
            "type": "string",
            "pattern": format!("^ *{WITH_COMMA} *$"),
            "maxLength": LONGEST,
            "description": "An exact decimal number, with a point or a decimal comma. One that a Decimal does not equal (of magnitude 2^96 or more, or with more than 28 digits \
                after the point) is refused with 422, never rounded.",
        },
        "DecimalItem": {
            "type": "string",
            "pattern": format!("^ *{NUMBER} *$"),
            "maxLength": LONGEST,
            "description": "An exact decimal number of a list, with a point: `,` separates. Where `;` does, a comma is a decimal comma. One that a Decimal \
                does not equal (of magnitude 2^96 or more, or with more than 28 digits after the point) is refused with 422, never rounded.",
        },
        "DecimalInput": {
            "anyOf": [{ "type": "string", "pattern": format!("^{NUMBER}$"), "maxLength": LONGEST }, { "type": "number" }],
            "description": "An exact decimal number, as a text or as a number: its digits are read as they are written. One that a Decimal \
                does not equal (of magnitude 2^96 or more, or with more than 28 digits after the point) is refused with 422, never rounded.",
        },
        "Problem": problem(),
    })
}

/// Problem details, RFC 9457.
fn problem() -> Value {
    let codes = Code::ALL
        .map(|code| format!("- `{code}`: {}. *{}.*", code.titre(), code.title()))
        .join("\n");
    let text = |description: &str| json!({ "type": "string", "description": description });
    let mut problem = object(
        "What is wrong, and what to change (RFC 9457).",
        json!({
            "type": { "const": "about:blank", "description": "The kind of problem is that of the status; `code` says more." },
            "title": text("The status in words."),
            "status": { "type": "integer", "minimum": 400, "maximum": 599, "description": "The HTTP status." },
            "detail": text("What to change."),
            "code": {
                "type": "string",
                "pattern": "^[A-Z][A-Z_]*$",
                "description": format!("Le nom stable du genre de problème, pour les programmes. *The stable name of the kind of problem, for programs.*\n\n{codes}"),
            },
        }),
    );
    problem["properties"]["parameter"] = text("The parameter that is wrong, when it is one.");
    problem
}

fn responses() -> Value {
    let response = |description: &str| {
        json!({
            "description": description,
            "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
        })
    };
    json!({
        "Problem": response("The request cannot be answered."),
        "Refused": response("The request does not follow this document."),
        "NoResult": response("The request follows this document, and there is no result: `code` says why."),
    })
}
