//! The types of parameters: from what a request gives to values.

use std::borrow::Cow;

use serde_json::value::RawValue;
use serde_json::{Value, json};
use valeurs::{Cause, Decimal, Erreur, MAX_SERIE, Resultat};

use super::named;

/// A value as it came.
#[derive(Debug)]
pub enum Given<'a> {
    /// From a query string: one text for each time that the parameter is there.
    Texts(Vec<Cow<'a, str>>),
    /// From a body: the text of the JSON.
    Json(&'a RawValue),
}

/// Why a value is not taken.
#[derive(Debug)]
pub enum Refused {
    /// It has another shape than is expected, in words that go before "is expected".
    Shape(String),
    /// A parameter that has one value is given more than once.
    Twice,
    /// The domain says why it does not follow the document.
    Domain(Erreur),
    /// It follows the document, and there is no such value.
    Unprocessable(Erreur),
}

impl Refused {
    fn shape(expected: &str) -> Refused {
        Refused::Shape(expected.to_owned())
    }
}

impl Given<'_> {
    pub(super) fn is_null(&self) -> bool {
        matches!(self, Given::Json(json) if json.get() == "null")
    }

    /// The only text of a query string, without spaces around, or the text of a JSON string; `None` for other JSON.
    ///
    /// # Errors
    /// [`Refused::Twice`].
    pub fn text(&self) -> Result<Option<Cow<'_, str>>, Refused> {
        match self {
            Given::Texts(texts) => match texts.as_slice() {
                [text] => Ok(Some(text.trim_matches(' ').into())),
                _ => Err(Refused::Twice),
            },
            Given::Json(json) => {
                // The text of a JSON value is JSON: what may fail is a lone surrogate.
                let text = string(json.get()).transpose();
                text.map_err(|_| Refused::shape("a text of Unicode characters"))
            }
        }
    }
}

/// The text of a JSON string; `None` for other JSON.
fn string(json: &str) -> Option<serde_json::Result<Cow<'_, str>>> {
    let rest = json.strip_prefix('"')?;
    Some(match rest.strip_suffix('"') {
        Some(plain) if !plain.as_bytes().contains(&b'\\') => Ok(plain.into()),
        _ => serde_json::from_str(json).map(Cow::Owned),
    })
}

/// The decimal of a JSON number, however long, or of a JSON string; `None` for other JSON.
fn in_body(json: &RawValue) -> Option<Result<Decimal, Refused>> {
    Some(match json.get().as_bytes().first()? {
        b'-' | b'0'..=b'9' => read(Decimal::parse_number(json.get())),
        _ => decimal(&string(json.get())?.ok()?),
    })
}

/// A type of parameters.
pub trait Argument: Clone + Send + Sync + 'static {
    /// The JSON Schema of a value in a body, without its default.
    fn schema() -> Value;

    /// The JSON Schema of a value in a query string.
    fn query_schema() -> Value {
        Self::schema()
    }

    /// The value of what was given.
    ///
    /// # Errors
    /// [`Refused`].
    fn read(given: &Given<'_>) -> Result<Self, Refused>;

    /// The value of what was not given, for a type that has one.
    fn absent() -> Option<Self> {
        None
    }

    /// How long a value is in characters, for a type of which a parameter may bound that.
    fn length(&self) -> usize {
        0
    }

    /// The example of a query string as a body has it.
    fn example(text: &str) -> Value {
        text.into()
    }

    /// A default, for documentation.
    fn to_json(&self) -> Value {
        Value::Null
    }
}

impl Argument for Decimal {
    fn schema() -> Value {
        named("DecimalInput")
    }

    fn query_schema() -> Value {
        named("DecimalText")
    }

    fn read(given: &Given<'_>) -> Result<Self, Refused> {
        match given {
            Given::Texts(texts) => match texts.as_slice() {
                [text] => with_comma(text),
                _ => Err(Refused::Twice),
            },
            Given::Json(json) => in_body(json)
                .unwrap_or_else(|| Err(Refused::shape("a number, or a text with one,"))),
        }
    }
}

/// The longest text of a number, with the spaces around it, in characters: more than any `Decimal` needs.
pub(super) const LONGEST: usize = 256;

/// The decimal of a text in a query string, where spaces may appear around it: `+5` arrives as ` 5`.
fn spaced(text: &str) -> Result<Decimal, Refused> {
    if text.len() > LONGEST {
        // Too long to be read as it is.
        return decimal(text);
    }
    decimal(text.trim_matches(' '))
}

/// The same where nothing is separated, so that a comma can only be a decimal comma.
fn with_comma(text: &str) -> Result<Decimal, Refused> {
    if text.len() > LONGEST || text.contains('.') {
        return spaced(text);
    }
    let sent = text.trim_matches(' ');
    read(Decimal::parse_sent(&sent.replacen(',', ".", 1), sent))
}

/// The decimal of a text.
fn decimal(text: &str) -> Result<Decimal, Refused> {
    read(Decimal::parse(text))
}

/// A decimal that was read. A number that no `Decimal` equals follows the document: the range is not in it.
fn read(decimal: Resultat<Decimal>) -> Result<Decimal, Refused> {
    decimal.map_err(|erreur| match erreur.cause() {
        Cause::InvalidDecimal { number: true, .. } => Refused::Unprocessable(erreur),
        _ => Refused::Domain(erreur),
    })
}

impl<T: Argument> Argument for Option<T> {
    fn schema() -> Value {
        json!({ "anyOf": [T::schema(), { "type": "null" }] })
    }

    fn query_schema() -> Value {
        T::query_schema()
    }

    fn read(given: &Given<'_>) -> Result<Self, Refused> {
        T::read(given).map(Some)
    }

    fn length(&self) -> usize {
        self.as_ref().map_or(0, T::length)
    }

    fn example(text: &str) -> Value {
        T::example(text)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl Argument for i32 {
    fn schema() -> Value {
        json!({ "type": "integer", "format": "int32", "minimum": i32::MIN, "maximum": i32::MAX })
    }

    fn read(given: &Given<'_>) -> Result<Self, Refused> {
        let text = match given {
            Given::Json(json) if json.get().starts_with('"') => None,
            Given::Json(json) => Some(json.get().into()),
            given => given.text()?,
        };
        // As JSON Schema has it, 5.0 is an integer, and so is 1e2.
        let number = text.and_then(|text| Decimal::parse_number(&text).ok());
        let whole = number.filter(|number| number.is_integer());
        whole
            .and_then(|number| i32::try_from(number.mantissa()).ok())
            .ok_or_else(|| Refused::shape("a whole number of 32 bits"))
    }

    fn example(text: &str) -> Value {
        text.parse::<i32>().map_or(Value::Null, Value::from)
    }

    fn to_json(&self) -> Value {
        json!(self)
    }
}

impl Argument for String {
    fn schema() -> Value {
        json!({ "type": "string" })
    }

    fn read(given: &Given<'_>) -> Result<Self, Refused> {
        let text = given.text()?.ok_or_else(|| Refused::shape("a text"))?;
        Ok(text.into_owned())
    }

    fn length(&self) -> usize {
        self.chars().count()
    }
}

/// An empty one follows the document, as some operations have a result for it: others say that it is empty.
///
/// In a query string, where the longest address is the bound: `1,2,3`, `1;2;3` where a comma may be a decimal comma (`1,5;2,5`), or the parameter several times. In a body:
/// `[1, "2", 3]`.
impl Argument for Vec<Decimal> {
    fn schema() -> Value {
        json!({ "type": "array", "items": named("DecimalInput"), "maxItems": MAX_SERIE })
    }

    fn query_schema() -> Value {
        json!({ "type": "array", "items": named("DecimalItem"), "maxItems": MAX_SERIE })
    }

    fn read(given: &Given<'_>) -> Result<Self, Refused> {
        let values = match given {
            Given::Texts(texts) => match texts.as_slice() {
                [text] => list(text),
                texts => texts.iter().map(|text| alone(text)).collect(),
            },
            Given::Json(json) => {
                let list = || Refused::shape("a list of numbers, or of texts with numbers,");
                let items: Vec<&RawValue> = serde_json::from_str(json.get()).map_err(|_| list())?;
                let items = items
                    .into_iter()
                    .map(|item| in_body(item).unwrap_or_else(|| Err(list())));
                items.collect()
            }
        };
        at_most("values in a series", MAX_SERIE, values?)
    }

    fn example(text: &str) -> Value {
        text.split(',').collect()
    }
}

/// Lowers the bound of every list of decimals in `schema`, and in what it holds, to the `most` values that a program lets in.
pub(crate) fn shorten_series(schema: &mut Value, most: usize) {
    let is_series = schema["maxItems"] == MAX_SERIE
        && [named("DecimalInput"), named("DecimalItem")].contains(&schema["items"]);
    match schema {
        Value::Object(members) => {
            if is_series {
                members.insert("maxItems".to_owned(), most.min(MAX_SERIE).into());
            }
            members.values_mut().for_each(|it| shorten_series(it, most));
        }
        Value::Array(items) => items.iter_mut().for_each(|it| shorten_series(it, most)),
        _ => (),
    }
}

/// The items of a list that has no more than the document says.
///
/// # Errors
/// [`Code::LimitExceeded`](valeurs::Code::LimitExceeded) for more.
pub fn at_most<T>(what: &'static str, most: usize, items: Vec<T>) -> Result<Vec<T>, Refused> {
    match items.len() {
        count if count > most => Err(Refused::Domain(Erreur::limit(what, most, count))),
        _ => Ok(items),
    }
}

/// The values of one text. Where `;` separates them, a comma can only be a decimal comma; where nothing else does, it separates.
fn list(text: &str) -> Result<Vec<Decimal>, Refused> {
    if text.trim_matches(' ').is_empty() {
        return Ok(Vec::new());
    }
    if !text.contains(';') {
        return text.split(',').map(spaced).collect();
    }
    let items = text.trim_end_matches(' ');
    let items = items.strip_suffix(';').unwrap_or(items).split(';');
    items.map(with_comma).collect()
}

/// One of several texts: whether a comma would separate values or decimals in it cannot be known.
fn alone(text: &str) -> Result<Decimal, Refused> {
    if text.contains([',', ';']) {
        return Err(Refused::shape(
            "one number with a point each time that the parameter is repeated (or `1,2,3`, or `1,5;2,5`, once)",
        ));
    }
    spaced(text)
}

/// A value of an enumeration, by its name.
pub fn one_of<T: Clone>(given: &Given<'_>, items: &[(&'static str, T)]) -> Result<T, Refused> {
    let text = given.text()?.unwrap_or_default();
    let found = items.iter().find(|(name, _)| *name == text);
    found.map(|(_, value)| value.clone()).ok_or_else(|| {
        let names: Vec<&str> = items.iter().map(|(name, _)| *name).collect();
        Refused::Shape(format!("one of {}", names.join(", ")))
    })
}
