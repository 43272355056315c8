//! JSON bodies as they came.

use std::borrow::Cow;
use std::fmt;

use axum::http::StatusCode;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::error::Category;
use serde_json::value::RawValue;

use crate::Problem;

/// Reads a JSON object and gives its members in their order, with the text of their values: a number keeps its digits, and a name that is there twice is
/// seen twice.
///
/// # Errors
/// It is none.
pub(super) fn read<'a>(
    body: &'a [u8],
    member: impl FnMut(&str, &'a RawValue),
) -> Result<(), Problem> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let read = Members(member).deserialize(&mut json);
    read.and_then(|()| json.end()).map_err(|error| {
        let (code, detail) = match error.classify() {
            Category::Data => (
                "BAD_PARAMETER",
                format!("the body is not what is expected: {error}"),
            ),
            _ => (
                "BAD_REQUEST",
                format!("the body is not valid JSON: {error}"),
            ),
        };
        Problem::new(StatusCode::BAD_REQUEST, code, detail)
    })
}

/// A name, borrowed where it has no escapes.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

struct Members<F>(F);

impl<'de, F: FnMut(&str, &'de RawValue)> DeserializeSeed<'de> for Members<F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, F: FnMut(&str, &'de RawValue)> Visitor<'de> for Members<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with the parameters")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some((Name(name), json)) = map.next_entry()? {
            (self.0)(&name, json);
        }
        Ok(())
    }
}
