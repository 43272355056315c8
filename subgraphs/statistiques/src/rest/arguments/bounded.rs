//! Numbers with bounds, which the document has too: what is outside of them does not follow it.
//!
//! A text with an exponent follows the document where a pattern can express its bounds: with one digit before the point, and a negative exponent.

use serde_json::{Value, json};
use service::rest::table::{Argument, Given, Refused, at_most};
use valeurs::{Cause, Decimal, Resultat};

use crate::quantile::{MAX_QUANTILES, Probability};
use crate::{student, transformation};

/// The longest text of a number.
const LONGEST: usize = 256;

/// From 0 to 1.
const PROBABILITY: &str =
    r"(-?0+(\.0+)?|[+]?(0+(\.[0-9]+)?|0*1(\.0+)?|0*[0-9](\.[0-9]+)?[eE]-0*[1-9][0-9]*))";
/// Above 0 and below 1.
const LEVEL: &str = r"[+]?(0+\.[0-9]*[1-9][0-9]*|0*[1-9](\.[0-9]+)?[eE]-0*[1-9][0-9]*)";
/// From 0 on.
const FACTOR: &str = r"(-0+(\.0+)?|[+]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?)";

/// A number within bounds in a body: as a text, or as a number.
fn in_body(pattern: &str, mut number: Value) -> Value {
    number["type"] = "number".into();
    let text = json!({ "type": "string", "pattern": format!("^{pattern}$"), "maxLength": LONGEST });
    json!({ "anyOf": [text, number] })
}

/// One of a list in a query string, where a comma separates.
fn in_list(pattern: &str) -> Value {
    json!({ "type": "string", "pattern": format!("^ *{pattern} *$"), "maxLength": LONGEST })
}

/// One in a query string, where a comma is a decimal comma.
fn in_query(pattern: &str) -> Value {
    in_list(&pattern.replace(r"\.", "[.,]"))
}

/// A decimal that a check lets through, and the largest that is.
fn checked<T>(
    given: &Given<'_>,
    largest: f64,
    check: impl FnOnce(Decimal) -> Resultat<T>,
) -> Result<T, Refused> {
    let decimal = Decimal::read(given).map_err(|refused| outside(refused, largest))?;
    check(decimal).map_err(Refused::Domain)
}

/// A number that no decimal equals: whether it is within the bounds, from 0 on, is known nevertheless.
fn outside(refused: Refused, largest: f64) -> Refused {
    let Refused::Unprocessable(erreur) = refused else {
        return refused;
    };
    let number = match erreur.cause() {
        Cause::InvalidDecimal { value, .. } => {
            let digits = value.trim_end_matches('…').replace(',', ".");
            digits.parse::<f64>().ok()
        }
        _ => None,
    };
    match number.is_some_and(|number| (0.0..=largest).contains(&number)) {
        true => Refused::Unprocessable(erreur),
        false => Refused::Domain(erreur),
    }
}

impl Argument for Probability {
    fn schema() -> Value {
        in_body(PROBABILITY, json!({ "minimum": 0, "maximum": 1 }))
    }

    fn query_schema() -> Value {
        in_query(PROBABILITY)
    }

    fn read(given: &Given<'_>) -> Result<Self, Refused> {
        checked(given, 1.0, Probability::from_decimal)
    }
}

/// The probabilities of several quantiles: at least one, at most [`MAX_QUANTILES`].
#[derive(Clone)]
pub(in crate::rest) struct Probabilities(pub(in crate::rest) Vec<Decimal>);

impl Argument for Probabilities {
    fn schema() -> Value {
        let item = Probability::schema();
        json!({ "type": "array", "items": item, "minItems": 1, "maxItems": MAX_QUANTILES })
    }

    fn query_schema() -> Value {
        let item = in_list(PROBABILITY);
        json!({ "type": "array", "items": item, "minItems": 1, "maxItems": MAX_QUANTILES })
    }

    fn read(given: &Given<'_>) -> Result<Self, Refused> {
        let ps = Vec::<Decimal>::read(given).map_err(|refused| outside(refused, 1.0))?;
        if ps.is_empty() {
            let expected = "a list of at least one probability";
            return Err(Refused::Shape(expected.to_owned()));
        }
        for p in &ps {
            Probability::from_decimal(*p).map_err(Refused::Domain)?;
        }
        at_most("quantiles", MAX_QUANTILES, ps).map(Self)
    }

    fn example(text: &str) -> Value {
        Vec::<Decimal>::example(text)
    }
}

/// A level of confidence.
#[derive(Clone)]
pub(in crate::rest) struct Level(pub(in crate::rest) Decimal);

impl Argument for Level {
    fn schema() -> Value {
        in_body(
            LEVEL,
            json!({ "exclusiveMinimum": 0, "exclusiveMaximum": 1 }),
        )
    }

    fn query_schema() -> Value {
        in_query(LEVEL)
    }

    fn read(given: &Given<'_>) -> Result<Self, Refused> {
        checked(given, 1.0, |level| {
            student::check_level(level).map(|()| Self(level))
        })
    }
}

/// The factor of a definition of outliers.
#[derive(Clone)]
pub(in crate::rest) struct Factor(pub(in crate::rest) Decimal);

impl Argument for Factor {
    fn schema() -> Value {
        in_body(FACTOR, json!({ "minimum": 0 }))
    }

    fn query_schema() -> Value {
        in_query(FACTOR)
    }

    fn read(given: &Given<'_>) -> Result<Self, Refused> {
        checked(given, f64::INFINITY, |factor| {
            transformation::check_factor(factor).map(|()| Self(factor))
        })
    }
}
