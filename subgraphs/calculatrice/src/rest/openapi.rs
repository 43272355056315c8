//! The OpenAPI 3.1 document (<https://spec.openapis.org/oas/v3.1.1.html>) of the operations.

use serde_json::{Map, Value, json};
use service::rest::PATH;

use super::operation::{Operation, Parameter};

const DESCRIPTION: &str = "Arithmetic with exact decimals. Numbers are exact: send them as they are written, receive them as \
    texts, so that no digit is lost. A result that has no end is rounded once, half to even, to 28 or 29 significant digits and \
    at most 28 decimals. Errors are problem details (RFC 9457) with a stable `code`.";

/// The whole document.
pub(super) fn document(operations: &[Operation]) -> Value {
    let paths = operations.iter().map(|operation| {
        let item = json!({ "get": by_get(operation), "post": by_post(operation) });
        (format!("{PATH}/{}", operation.name), item)
    });
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Abaque: Calculatrice",
            "description": DESCRIPTION,
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "paths": paths.collect::<Map<_, _>>(),
        "components": { "schemas": schemas(), "responses": { "Problem": problem() } },
    })
}

fn by_get(operation: &Operation) -> Value {
    let parameters = operation.parameters.iter().map(|parameter| {
        let mut described = json!({
            "name": parameter.name,
            "in": "query",
            "description": parameter.description,
            "required": parameter.required,
            "schema": schema(parameter),
            "example": example(parameter),
        });
        if is_list(parameter) {
            described["style"] = "form".into();
            described["explode"] = false.into();
        }
        described
    });
    let mut described = described(operation, "");
    described["parameters"] = parameters.collect();
    described
}

fn by_post(operation: &Operation) -> Value {
    let properties = operation.parameters.iter().map(|parameter| {
        let mut schema = schema(parameter);
        schema["description"] = parameter.description.into();
        (parameter.name.clone(), schema)
    });
    let required = operation
        .parameters
        .iter()
        .filter(|parameter| parameter.required);
    let examples = operation
        .parameters
        .iter()
        .map(|parameter| (parameter.name.clone(), example(parameter)));
    let mut described = described(operation, "_post");
    described["requestBody"] = json!({
        "required": true,
        "content": { "application/json": {
            "schema": {
                "type": "object",
                "properties": properties.collect::<Map<_, _>>(),
                "required": required.map(|parameter| parameter.name.as_str()).collect::<Vec<_>>(),
                "additionalProperties": false,
            },
            "example": examples.collect::<Map<_, _>>(),
        } },
    });
    described
}

/// What is the same for both methods.
fn described(operation: &Operation, suffix: &str) -> Value {
    let summary = operation.description.lines().next().unwrap_or_default();
    json!({
        "operationId": format!("{}{suffix}", operation.name),
        "summary": summary,
        "description": operation.description,
        "responses": {
            "200": {
                "description": "The result.",
                "content": { "application/json": { "schema": reference(operation.answer) } },
            },
            "default": { "$ref": "#/components/responses/Problem" },
        },
    })
}

fn schema(parameter: &Parameter) -> Value {
    let mut schema = parameter.schema.clone();
    if let Some(default) = &parameter.default {
        schema["default"] = default.clone();
    }
    schema
}

fn is_list(parameter: &Parameter) -> bool {
    parameter.schema["type"] == "array"
}

/// The example as JSON has it.
fn example(parameter: &Parameter) -> Value {
    match parameter.schema["type"].as_str() {
        Some("array") => parameter.example.split(',').collect(),
        Some("integer") => parameter
            .example
            .parse::<i64>()
            .map_or(Value::Null, Value::from),
        _ => parameter.example.into(),
    }
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn object(description: &str, properties: Value) -> Value {
    let required: Vec<&String> = properties
        .as_object()
        .into_iter()
        .flat_map(Map::keys)
        .collect();
    json!({ "type": "object", "description": description, "required": required, "properties": properties })
}

fn schemas() -> Value {
    let decimal = || reference("Decimal");
    let decimals = || json!({ "type": "array", "items": reference("Decimal") });
    let text = |description: &str| json!({ "type": "string", "description": description });
    json!({
        "Decimal": text("An exact decimal number in normal form, such as `-12.5`."),
        "DecimalInput": {
            "type": ["string", "number"],
            "description": "An exact decimal number: magnitude under 2^96, at most 28 digits after the point. As a text or as a \
                number: its digits are read as they are written.",
        },
        "Resultat": object("The result of an operation.", json!({ "resultat": decimal() })),
        "Calcul": object("An expression and its value.", json!({
            "expression": text("The expression in canonical form."),
            "resultat": decimal(),
            "etapes": { "type": "array", "items": reference("Etape") },
        })),
        "Etape": object("One operation of an evaluation.", json!({
            "numero": { "type": "integer", "minimum": 1, "description": "The rank of the step." },
            "operation": text("The operation: `addition`, `puissance`, the name of a function."),
            "calcul": text("The operation with its numbers."),
            "operandes": decimals(),
            "resultat": decimal(),
            "reste": text("The whole expression after the step."),
        })),
        "Serie": object("A list of numbers and its totals.", json!({
            "id": text("The identifier, which holds the values."),
            "valeurs": decimals(),
            "somme": decimal(),
            "produit": decimal(),
            "cumul": decimals(),
        })),
    })
}

fn problem() -> Value {
    let text = |description: &str| json!({ "type": "string", "description": description });
    json!({
        "description": "The request cannot be answered: 400 when it is not accepted, 422 when what it asks for has no result.",
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
