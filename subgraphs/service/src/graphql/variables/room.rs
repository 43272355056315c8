//! The values of variables, made from JSON as far as there is room for them in memory.

use std::borrow::{Borrow, Cow};
use std::cell::Cell;
use std::fmt;

use async_graphql::indexmap::IndexMap;
use async_graphql::{Name, Pos, ServerError, Value};
use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use valeurs::{Erreur, Liste};

use crate::graphql::answer::{error, from_erreur};
use crate::graphql::{code, size};

/// A name, borrowed where it has no escapes.
#[derive(Debug, PartialEq, Eq, Hash, Deserialize)]
pub(in crate::graphql) struct Key<'a>(#[serde(borrow)] pub(super) Cow<'a, str>);

impl Borrow<str> for Key<'_> {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// The memory for all variables of a request.
#[derive(Debug)]
pub(in crate::graphql) struct Room {
    most: usize,
    taken: Cell<usize>,
}

/// Why there is no value.
#[derive(Debug)]
pub(in crate::graphql) enum Unread {
    /// There is no room.
    Full { most: usize, taken: usize },
    /// What is JSON at its surface is none inside: too deep, or a text with half a character.
    Malformed(serde_json::Error),
}

impl Unread {
    /// As an error of the variable that is declared at this place.
    pub(super) fn of(self, name: &str, position: Pos) -> ServerError {
        match self {
            Self::Full { most, taken } => {
                let what = "bytes of memory for the variables of a request";
                let erreur = Erreur::limit(what, most, taken).on(name.to_owned());
                from_erreur(erreur, Some(position))
            }
            Self::Malformed(why) => {
                let message = format!("the value of the variable `${name}` cannot be read: {why}");
                error(code::BAD_USER_INPUT, message, Some(position))
            }
        }
    }
}

impl Room {
    /// Room for so many bytes.
    pub(in crate::graphql) fn new(most: usize) -> Self {
        Self {
            most,
            taken: Cell::new(0),
        }
    }

    fn take(&self, bytes: usize) -> Result<(), Unread> {
        let taken = self.taken.get().saturating_add(bytes);
        self.taken.set(taken);
        match taken <= self.most {
            true => Ok(()),
            false => Err(self.full()),
        }
    }

    fn full(&self) -> Unread {
        Unread::Full {
            most: self.most,
            taken: self.taken.get(),
        }
    }

    /// A packed list, which is there already and no larger than a few times its text.
    pub(super) fn packed(&self, list: Liste) -> Result<Value, Unread> {
        self.take(list.as_bytes().len())?;
        Ok(list.into_packed())
    }

    /// A text.
    pub(super) fn text(&self, text: Cow<'_, str>) -> Result<Value, Unread> {
        self.take(size::text(&text))?;
        Ok(Value::String(text.into_owned()))
    }

    /// The value of a JSON text.
    pub(super) fn read(&self, json: &str) -> Result<Value, Unread> {
        let mut deserializer = serde_json::Deserializer::from_str(json);
        let read = Made(self).deserialize(&mut deserializer);
        let whole = read.and_then(|value| deserializer.end().map(|()| value));
        whole.map_err(|why| match self.taken.get() > self.most {
            true => self.full(),
            false => Unread::Malformed(why),
        })
    }
}

/// What makes a value.
#[derive(Clone, Copy)]
struct Made<'r>(&'r Room);

impl Made<'_> {
    fn take<E: Error>(self, bytes: usize) -> Result<(), E> {
        self.0
            .take(bytes)
            .map_err(|_| E::custom("there is no room"))
    }

    fn text<E: Error>(self, text: Cow<'_, str>) -> Result<Value, E> {
        let value = self.0.text(text);
        value.map_err(|_| E::custom("there is no room"))
    }
}

impl<'de> DeserializeSeed<'de> for Made<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Made<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        self.text(value.into())
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        self.text(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        self.take(size::LIST)?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            // It may have grown to twice its length.
            self.take(2 * size::VALUE)?;
            list.push(item);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        self.take(size::OBJECT)?;
        let mut object = IndexMap::new();
        while let Some(Key(name)) = members.next_key()? {
            self.take(size::MEMBER + size::VALUE + name.len())?;
            object.insert(Name::new(name), members.next_value_seed(self)?);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests;
