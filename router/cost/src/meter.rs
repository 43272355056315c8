//! What an operation did cost: the weights of its formula over the lists as long as they were.

use std::borrow::Cow;
use std::fmt;

use apollo_compiler::Name;
use rustc_hash::FxHashMap;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::inputs::VariableCost;
use crate::values::Values;
use crate::variables::Variables;

/// What the fields of a response weigh. Immutable; shared by all requests for the operation.
#[derive(Clone, Debug, Default)]
pub struct Meter {
    /// Those that cost something, or have such fields below them.
    pub(crate) fields: Vec<MeteredField>,
    /// Those of the root object.
    pub(crate) root: Fields,
    /// What the operation costs beside them.
    pub(crate) base: u64,
}

/// What one response name weighs at one place.
#[derive(Clone, Debug)]
pub(crate) struct MeteredField {
    pub(crate) key: Name,
    /// Of each value that is not null.
    pub(crate) weight: u64,
    pub(crate) arguments: u64,
    pub(crate) variables: Vec<VariableCost>,
    pub(crate) below: Fields,
}

/// From this many fields on, those of an object are found by their names.
const MANY: usize = 16;

/// The fields of an object.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields {
    /// Among all of a meter, in the order in which they were selected.
    indices: Vec<usize>,
    /// Where each is in that order, if there are many: a response that has others between them is no more work.
    places: FxHashMap<Name, usize>,
}

impl Fields {
    /// Adds one of `all` that is not there.
    pub(crate) fn add(&mut self, index: usize, all: &[MeteredField]) {
        self.indices.push(index);
        let number = self.indices.len();
        let first = match number {
            ..MANY => return,
            MANY => 0,
            _ => number - 1,
        };
        let new = self.indices.iter().enumerate().skip(first);
        let new = new.map(|(place, index)| (all[*index].key.clone(), place));
        self.places.extend(new);
    }

    /// Where in their order the field of that name is, which may be the `next` one; and the field.
    fn find<'m>(
        &self,
        name: &str,
        next: usize,
        all: &'m [MeteredField],
    ) -> Option<(usize, &'m MeteredField)> {
        let at = |place: usize| Some((place, all.get(*self.indices.get(place)?)?));
        let is_it = |(_, field): &(usize, &MeteredField)| field.key == *name;
        let next = at(next).or_else(|| at(0)).filter(is_it);
        next.or_else(|| match self.indices.len() {
            ..MANY => (0..self.indices.len()).filter_map(at).find(is_it),
            _ => at(*self.places.get(name)?),
        })
    }

    /// The one of that name among `all`.
    pub(crate) fn index(&self, name: &str, all: &[MeteredField]) -> Option<usize> {
        let (place, _) = self.find(name, self.indices.len(), all)?;
        self.indices.get(place).copied()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = usize> {
        self.indices.iter().copied()
    }

    /// How many bytes it takes beside itself, estimated.
    fn weight(&self) -> usize {
        self.indices.capacity() * size_of::<usize>()
            + self.places.capacity() * (size_of::<(Name, usize)>() + 1)
    }
}

impl Meter {
    /// The cost of a response, which is JSON with the member `data`; `None` where that cannot be read. Takes one pass over the text, and no copy of it.
    pub fn measure(&self, response: &[u8], values: &dyn Values) -> Option<u64> {
        let mut reader = serde_json::Deserializer::from_slice(response);
        let measuring = Measuring {
            meter: self,
            variables: Variables::new(values),
        };
        let cost = reader.deserialize_map(Response(&measuring)).ok()?;
        Some(self.base.saturating_add(cost))
    }

    /// How many bytes it takes, estimated.
    pub fn weight(&self) -> usize {
        let one = |field: &MeteredField| size_of::<MeteredField>() + field.below.weight();
        size_of::<Self>() + self.root.weight() + self.fields.iter().map(one).sum::<usize>()
    }
}

struct Measuring<'m> {
    meter: &'m Meter,
    variables: Variables<'m>,
}

impl Measuring<'_> {
    fn arguments(&self, field: &MeteredField) -> u64 {
        let variables = field.variables.iter();
        variables.fold(field.arguments, |sum, variable| {
            sum.saturating_add(self.variables.cost(variable))
        })
    }
}

/// The whole response.
struct Response<'m>(&'m Measuring<'m>);

impl<'de> Visitor<'de> for Response<'_> {
    type Value = u64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a GraphQL response")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<u64, A::Error> {
        let mut cost = 0;
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            if key == "data" {
                cost = map.next_value_seed(Item {
                    measuring: self.0,
                    weight: 0,
                    below: &self.0.meter.root,
                })?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(cost)
    }
}

/// One value: nothing where it is null; a list costs what its items do.
#[derive(Clone, Copy)]
struct Item<'m> {
    measuring: &'m Measuring<'m>,
    weight: u64,
    below: &'m Fields,
}

impl<'de> DeserializeSeed<'de> for Item<'_> {
    type Value = u64;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<u64, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Item<'_> {
    type Value = u64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of a response")
    }

    fn visit_unit<E: Error>(self) -> Result<u64, E> {
        Ok(0)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<u64, E> {
        Ok(self.weight)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<u64, E> {
        Ok(self.weight)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<u64, E> {
        Ok(self.weight)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<u64, E> {
        Ok(self.weight)
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<u64, E> {
        Ok(self.weight)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<u64, A::Error> {
        let mut cost: u64 = 0;
        while let Some(item) = items.next_element_seed(self)? {
            cost = cost.saturating_add(item);
        }
        Ok(cost)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<u64, A::Error> {
        let mut cost = self.weight;
        // Fields come in the order in which they were selected.
        let mut next = 0;
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            let fields = &self.measuring.meter.fields;
            let Some((place, field)) = self.below.find(&key, next, fields) else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            next = place + 1;
            let value = map.next_value_seed(Item {
                measuring: self.measuring,
                weight: field.weight,
                below: &field.below,
            })?;
            let arguments = self.measuring.arguments(field);
            cost = cost.saturating_add(value).saturating_add(arguments);
        }
        Ok(cost)
    }
}
