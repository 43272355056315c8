//! From what a request gives to values of the domain.

use async_graphql::resolver_utils::EnumType;
use axum::http::StatusCode;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use service::Problem;
use valeurs::{Decimal, Resultat};

use super::operation::Failure;
use crate::rounding::ModeArrondi;

/// A value as it came.
#[derive(Debug)]
pub(crate) enum Given {
    /// From a query string.
    Text(String),
    /// From a body: the text of the JSON.
    Json(Box<RawValue>),
}

impl Given {
    pub(super) fn is_null(&self) -> bool {
        matches!(self, Given::Json(json) if json.get() == "null")
    }

    /// The value as a text: that of a query string, of a JSON string, or the digits of a JSON number.
    fn text(&self) -> Option<String> {
        match self {
            Given::Text(text) => Some(text.clone()),
            Given::Json(json) => scalar(json),
        }
    }
}

/// The text of a JSON string, or the digits of a JSON number.
fn scalar(json: &RawValue) -> Option<String> {
    let written = json.get();
    match written.as_bytes().first()? {
        b'"' => serde_json::from_str(written).ok(),
        b'-' | b'0'..=b'9' => Some(written.to_owned()),
        _ => None,
    }
}

/// A type of parameters.
pub(crate) trait Argument: Sized {
    /// Whether it must be given, unless the parameter has a default.
    const REQUIRED: bool = true;

    /// The JSON Schema of a value, without its default.
    fn schema() -> Value;

    /// The value of what was given.
    fn read(given: &Given) -> Result<Self, Failure>;

    /// The value of what was not given, for a type that has one.
    fn absent() -> Option<Self> {
        None
    }

    /// A default, for documentation.
    fn to_json(&self) -> Value {
        Value::Null
    }
}

fn bad(expected: &str) -> Failure {
    let detail = format!("the parameter is not valid: {expected} is expected");
    let problem = Problem::new(StatusCode::BAD_REQUEST, "BAD_PARAMETER", detail);
    Failure::Request(Box::new(problem))
}

impl Argument for Decimal {
    fn schema() -> Value {
        json!({ "$ref": "#/components/schemas/DecimalInput" })
    }

    fn read(given: &Given) -> Result<Self, Failure> {
        let text = given
            .text()
            .ok_or_else(|| bad("a number, or a text with one,"))?;
        Ok(Decimal::parse(text.trim())?)
    }
}

impl Argument for Option<Decimal> {
    const REQUIRED: bool = false;

    fn schema() -> Value {
        Decimal::schema()
    }

    fn read(given: &Given) -> Result<Self, Failure> {
        Decimal::read(given).map(Some)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl Argument for i32 {
    fn schema() -> Value {
        json!({ "type": "integer", "format": "int32" })
    }

    fn read(given: &Given) -> Result<Self, Failure> {
        let number = given.text().and_then(|text| text.trim().parse().ok());
        number.ok_or_else(|| bad("a whole number of 32 bits"))
    }

    fn to_json(&self) -> Value {
        json!(self)
    }
}

impl Argument for String {
    fn schema() -> Value {
        json!({ "type": "string" })
    }

    fn read(given: &Given) -> Result<Self, Failure> {
        given.text().ok_or_else(|| bad("a text"))
    }
}

impl Argument for ModeArrondi {
    fn schema() -> Value {
        let names: Vec<&str> = ModeArrondi::items().iter().map(|item| item.name).collect();
        json!({ "type": "string", "enum": names })
    }

    fn read(given: &Given) -> Result<Self, Failure> {
        let text = given.text().unwrap_or_default();
        let found = ModeArrondi::items()
            .iter()
            .find(|item| item.name == text.trim());
        found.map(|item| item.value).ok_or_else(|| {
            let names: Vec<&str> = ModeArrondi::items().iter().map(|item| item.name).collect();
            bad(&format!("one of {}", names.join(", ")))
        })
    }

    fn to_json(&self) -> Value {
        let named = ModeArrondi::items().iter().find(|item| item.value == *self);
        named.map_or(Value::Null, |item| json!(item.name))
    }
}

/// `1,2,3` in a query string, `[1, "2", 3]` in a body.
impl Argument for Vec<Decimal> {
    fn schema() -> Value {
        json!({ "type": "array", "items": Decimal::schema(), "minItems": 1 })
    }

    fn read(given: &Given) -> Result<Self, Failure> {
        let decimals: Resultat<Vec<Decimal>> = match given {
            Given::Text(text) if text.trim().is_empty() => Ok(Vec::new()),
            Given::Text(text) => text
                .split(',')
                .map(|item| Decimal::parse(item.trim()))
                .collect(),
            Given::Json(json) => {
                let list = || bad("a list of numbers, or of texts with numbers,");
                let items: Vec<&RawValue> = serde_json::from_str(json.get()).map_err(|_| list())?;
                let texts: Option<Vec<String>> = items.into_iter().map(scalar).collect();
                let texts = texts.ok_or_else(list)?;
                texts.iter().map(|text| Decimal::parse(text)).collect()
            }
        };
        Ok(decimals?)
    }
}
