//! Lists of decimals on their way through async-graphql, which has an object and a task for each item of a list.
//!
//! A list of thousands of numbers goes as one [`Value::Binary`], which neither a document nor JSON can hold, so that nobody forges one:
//! cloning it is counting a reference, and validating it is looking at its kind. In an argument it holds the numbers ([`Liste`]), in an
//! answer their JSON text ([`Decimaux`]), which the writer of the answer takes over as it is.

use std::borrow::Cow;
use std::io::Write as _;

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{
    ContextSelectionSet, Error, InputType, InputValueError, InputValueResult, OutputType,
    Positioned, ServerResult, Value,
};
use bytes::Bytes;

use crate::budget;
use crate::decimal::Decimal;
use crate::erreur::Resultat;
use crate::metered;

#[cfg(test)]
mod tests;

/// Bytes of a packed decimal.
const PACKED: usize = 16;

/// An argument of type `[Decimal!]!`. Cloning is cheap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Liste(Bytes);

impl Liste {
    /// As the value of an argument or a variable.
    #[must_use]
    pub fn into_packed(self) -> Value {
        Value::Binary(self.0)
    }

    /// The number of decimals in a packed value.
    #[must_use]
    pub fn packed_len(bytes: &Bytes) -> usize {
        bytes.len() / PACKED
    }

    /// The number of decimals.
    #[must_use]
    pub fn len(&self) -> usize {
        Self::packed_len(&self.0)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The decimals, in their order.
    #[must_use]
    pub fn decimals(&self) -> Vec<Decimal> {
        let packed = self.0.as_chunks::<PACKED>().0;
        packed.iter().map(|bytes| Decimal::unpack(*bytes)).collect()
    }

    /// What is the same for the same decimals, and only for them.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl FromIterator<Decimal> for Liste {
    fn from_iter<T: IntoIterator<Item = Decimal>>(decimals: T) -> Self {
        let packed: Vec<u8> = decimals.into_iter().flat_map(Decimal::pack).collect();
        Liste(packed.into())
    }
}

impl InputType for Liste {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        <Vec<Decimal> as InputType>::type_name()
    }

    fn qualified_type_name() -> String {
        <Vec<Decimal> as InputType>::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <Vec<Decimal> as InputType>::create_type_info(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        if let Some(Value::Binary(packed)) = value {
            return Ok(Liste(packed));
        }
        let decimals: Vec<Decimal> = InputType::parse(value).map_err(InputValueError::propagate)?;
        Ok(decimals.into_iter().collect())
    }

    fn to_value(&self) -> Value {
        InputType::to_value(&self.decimals())
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

/// An answer of type `[Decimal!]!`: its JSON text. Cloning is cheap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decimaux(Bytes);

impl Decimaux {
    /// Writes the decimals.
    #[must_use]
    pub fn new(decimals: &[Decimal]) -> Self {
        let mut text = Vec::with_capacity(2 + decimals.len() * 8);
        text.push(b'[');
        for (index, decimal) in decimals.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            // Writing to memory cannot fail.
            let _ = write!(text, "{comma}\"{decimal}\"");
        }
        text.push(b']');
        Decimaux(text.into())
    }
}

impl From<&[Decimal]> for Decimaux {
    fn from(decimals: &[Decimal]) -> Self {
        Decimaux::new(decimals)
    }
}

impl OutputType for Decimaux {
    fn type_name() -> Cow<'static, str> {
        <Vec<Decimal> as OutputType>::type_name()
    }

    fn qualified_type_name() -> String {
        <Vec<Decimal> as OutputType>::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <Vec<Decimal> as OutputType>::create_type_info(registry)
    }

    async fn resolve(
        &self,
        _: &ContextSelectionSet<'_>,
        _: &Positioned<Field>,
    ) -> ServerResult<Value> {
        Ok(Value::Binary(self.0.clone()))
    }
}

/// A list of objects, all resolved in their order, each when its turn comes: async-graphql's own begins all at once, and keeps them all.
#[derive(Debug)]
pub struct Objets<T>(pub Vec<T>);

/// What an object of a list costs besides its fields.
const OBJECT: u64 = 8;

impl<T: OutputType> OutputType for Objets<T> {
    fn type_name() -> Cow<'static, str> {
        <Vec<T> as OutputType>::type_name()
    }

    fn qualified_type_name() -> String {
        <Vec<T> as OutputType>::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <Vec<T> as OutputType>::create_type_info(registry)
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        let mut values = Vec::with_capacity(self.0.len());
        for (index, item) in self.0.iter().enumerate() {
            let ctx = ctx.with_index(index);
            let paid: Resultat<()> = budget::charge(OBJECT);
            paid.map_err(|erreur| Error::from(erreur).into_server_error(field.pos))?;
            let mut value = item.resolve(&ctx, field).await?;
            metered::object(&mut value, &T::type_name()).await;
            values.push(value);
        }
        Ok(Value::List(values))
    }
}
