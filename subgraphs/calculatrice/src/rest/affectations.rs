//! Names with their values, at the REST API: `avec=a=2&avec=x=0.5`, or `{ "avec": [{ "nom": "a", "valeur": 2 }] }`.

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use service::rest::table::{Argument, Given, Refused, at_most, named};
use valeurs::Decimal;

use crate::expression::{MAX_NAME, MAX_VALUES};

/// A number in a text.
const NUMBER: &str = r"[+\-]?[0-9]+(\.[0-9]+)?([eE][+\-]?[0-9]+)?";

/// Names with their values.
#[derive(Debug, Clone, Default)]
pub(super) struct Affectations(pub(super) Vec<(String, Decimal)>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Affectation<'a> {
    nom: String,
    #[serde(borrow)]
    valeur: &'a RawValue,
}

impl Argument for Affectations {
    fn schema() -> Value {
        let name = format!("^[A-Za-z][A-Za-z0-9_]{{0,{}}}$", MAX_NAME - 1);
        json!({
            "type": "array",
            "maxItems": MAX_VALUES,
            "items": {
                "type": "object",
                "properties": { "nom": { "type": "string", "pattern": name }, "valeur": named("DecimalInput") },
                "required": ["nom", "valeur"],
                "additionalProperties": false,
            },
        })
    }

    fn query_schema() -> Value {
        let pair = format!("^[A-Za-z][A-Za-z0-9_]{{0,{}}}={NUMBER}$", MAX_NAME - 1);
        let item = json!({ "type": "string", "pattern": pair, "maxLength": 256 });
        json!({ "type": "array", "maxItems": MAX_VALUES, "items": item })
    }

    fn read(given: &Given<'_>) -> Result<Self, Refused> {
        let shape = || Refused::Shape("a list of names with their values".to_owned());
        let pairs: Result<Vec<_>, Refused> = match given {
            // As other lists: repeated, or in one text; an empty text is an empty list.
            Given::Texts(texts) => {
                let texts = texts.iter().filter(|text| !text.is_empty());
                let parts = texts.flat_map(|text| match text.contains(';') {
                    // A comma is a decimal comma then.
                    true => text.split(';'),
                    false => text.split(','),
                });
                parts.map(pair).collect()
            }
            Given::Json(json) => {
                let list: Vec<Affectation<'_>> =
                    serde_json::from_str(json.get()).map_err(|_| shape())?;
                let read = |one: Affectation<'_>| {
                    let value = Decimal::read(&Given::Json(one.valeur))?;
                    Ok((one.nom, value))
                };
                list.into_iter().map(read).collect()
            }
        };
        at_most("values", MAX_VALUES, pairs?).map(Affectations)
    }

    fn example(text: &str) -> Value {
        let pairs = text.split(';').filter_map(|pair| pair.split_once('='));
        pairs
            .map(|(nom, valeur)| json!({ "nom": nom, "valeur": valeur }))
            .collect()
    }

    fn absent() -> Option<Self> {
        Some(Affectations::default())
    }
}

/// `name=value`. A plus in an address is a space.
fn pair(text: &str) -> Result<(String, Decimal), Refused> {
    let expected = || Refused::Shape("a name with its value, such as `a=2`,".to_owned());
    let (name, value) = text.split_once('=').ok_or_else(expected)?;
    let value = Decimal::read(&Given::Texts(vec![value.into()]))?;
    Ok((name.trim_matches(' ').to_owned(), value))
}
