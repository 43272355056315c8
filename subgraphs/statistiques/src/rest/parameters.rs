//! How parameters of the table become values of the domain, and what they look like in JSON Schema.

use axum::http::StatusCode;
use serde_json::{Value, json, value::RawValue};
use service::Problem;
use valeurs::{Decimal, Erreur};

use super::table::{Answer, Argument, Arguments};
use crate::{dispersion::Definition, histogramme, quantile::Probability, series::Series};

/// The schemas that the table refers to by name.
pub(super) fn schemas() -> Value {
    let decimal = |description: &str| json!({ "type": "string", "description": description });
    json!({
        "Decimal": decimal("An exact decimal number in its shortest form, such as `-12.5`."),
        "DecimalInput": {
            "type": ["string", "number"],
            "description": "An exact decimal number: magnitude under 2^96, at most 28 digits after the point. As a text or as a number: \
                            its digits are read as they are written.",
        },
        "Definition": {
            "type": "string",
            "enum": ["ECHANTILLON", "POPULATION"],
            "default": "ECHANTILLON",
            "description": "What the values are: a sample (n - 1, the default) or the whole population (n).",
        },
        "Effectif": { "type": "integer", "minimum": 0, "description": "How many values there are." },
        "Classes": {
            "type": ["integer", "string"],
            "minimum": 1,
            "maximum": histogramme::MAX_CLASSES,
            "default": histogramme::DEFAULT_CLASSES,
            "description": "How many classes a histogram has.",
        },
        "Quartiles": object(&["q1", "q2", "q3"]),
        "Regression": {
            "type": "object",
            "properties": {
                "pente": reference("Decimal"),
                "ordonnee": reference("Decimal"),
                "r2": { "oneOf": [reference("Decimal"), { "type": "null" }] },
            },
            "required": ["pente", "ordonnee", "r2"],
        },
        "Classe": {
            "type": "object",
            "description": "borneInf ≤ x < borneSup, and x = borneSup too in the last class.",
            "properties": {
                "borneInf": reference("Decimal"),
                "borneSup": reference("Decimal"),
                "effectif": reference("Effectif"),
                "frequence": reference("Decimal"),
            },
            "required": ["borneInf", "borneSup", "effectif", "frequence"],
        },
    })
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn object(decimals: &[&str]) -> Value {
    let properties = decimals
        .iter()
        .map(|name| ((*name).to_owned(), reference("Decimal")));
    json!({
        "type": "object",
        "properties": properties.collect::<serde_json::Map<_, _>>(),
        "required": decimals,
    })
}

/// A list of decimals: `1,2,3` in a query string, `[1, "2", 3]` in a body.
pub(super) fn series(arguments: &Arguments, name: &'static str) -> Answer<Series> {
    let values = match arguments.required(name)? {
        Argument::Text(text) if text.trim().is_empty() => Vec::new(),
        Argument::Text(text) => {
            let values = text.split(',').map(|item| Decimal::parse(item.trim()));
            values
                .collect::<Result<_, _>>()
                .map_err(|error| problem(error.on(name)))?
        }
        Argument::Json(json) => {
            let items: Vec<&RawValue> = serde_json::from_str(json.get())
                .map_err(|_| malformed(name, "a list of decimals is expected"))?;
            items
                .into_iter()
                .map(|item| number(item, name))
                .collect::<Result<_, _>>()?
        }
    };
    Series::read(name, values, arguments.limits.series_length).map_err(problem)
}

/// One decimal.
pub(super) fn decimal(arguments: &Arguments, name: &'static str) -> Answer<Decimal> {
    read_decimal(arguments.required(name)?, name)
}

/// The probability `p`.
pub(super) fn probability(arguments: &Arguments) -> Answer<Probability> {
    Probability::from_decimal(decimal(arguments, "p")?).map_err(problem)
}

/// The optional parameter `definition`.
pub(super) fn definition(arguments: &Arguments) -> Answer<Definition> {
    let name = "definition";
    let Some(argument) = arguments.optional(name) else {
        return Ok(Definition::default());
    };
    match text(argument).as_deref() {
        Some("ECHANTILLON") => Ok(Definition::Echantillon),
        Some("POPULATION") => Ok(Definition::Population),
        _ => Err(malformed(name, "ECHANTILLON or POPULATION is expected")),
    }
}

/// The optional parameter `classes`.
pub(super) fn classes(arguments: &Arguments) -> Answer<i32> {
    let name = "classes";
    let Some(argument) = arguments.optional(name) else {
        return Ok(histogramme::DEFAULT_CLASSES);
    };
    let text = match argument {
        Argument::Json(json) => json.get().trim_matches('"'),
        Argument::Text(text) => text.trim(),
    };
    text.parse()
        .map_err(|_| malformed(name, "a whole number is expected"))
}

fn read_decimal(argument: &Argument, name: &'static str) -> Answer<Decimal> {
    match argument {
        Argument::Text(text) => {
            Decimal::parse(text.trim()).map_err(|error| problem(error.on(name)))
        }
        Argument::Json(json) => number(json, name),
    }
}

/// A JSON number, by its digits, or a JSON string.
fn number(json: &RawValue, name: &'static str) -> Answer<Decimal> {
    let written = json.get();
    let text = match written.as_bytes().first() {
        Some(b'"') => serde_json::from_str(written).ok(),
        Some(b'-' | b'0'..=b'9') => Some(written.to_owned()),
        _ => None,
    };
    let text =
        text.ok_or_else(|| malformed(name, "a decimal is expected, as a number or as a text"))?;
    Decimal::parse(&text).map_err(|error| problem(error.on(name)))
}

/// The text of a query string's value or of a JSON string.
fn text(argument: &Argument) -> Option<String> {
    match argument {
        Argument::Text(text) => Some(text.trim().to_owned()),
        Argument::Json(json) => serde_json::from_str(json.get()).ok(),
    }
}

fn malformed(name: &'static str, expected: &str) -> Box<Problem> {
    let detail = format!("the parameter `{name}` is not valid: {expected}");
    Box::new(Problem::new(StatusCode::BAD_REQUEST, "BAD_PARAMETER", detail).parameter(name))
}

/// An error of the domain as a problem: 400 for what cannot be read, 422 for what has no result.
pub(super) fn problem(error: Erreur) -> Box<Problem> {
    let code = error.code();
    let status = if code.is_malformed() {
        StatusCode::BAD_REQUEST
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let problem = Problem::new(status, code.as_str(), error.to_string()).titled(code.title());
    Box::new(match error.argument() {
        Some(name) => problem.parameter(name.to_owned()),
        None => problem,
    })
}
