//! What an operation did cost: the weights of its formula over the lists as long as they were.

use apollo_compiler::Name;
use rustc_hash::FxHashMap;

use crate::inputs::VariableCost;
use crate::json::{Kind, Reader};
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
        name: &[u8],
        next: usize,
        all: &'m [MeteredField],
    ) -> Option<(usize, &'m MeteredField)> {
        let at = |place: usize| Some((place, all.get(*self.indices.get(place)?)?));
        let is_it = |(_, field): &(usize, &MeteredField)| field.key.as_bytes() == name;
        let next = at(next).or_else(|| at(0)).filter(is_it);
        next.or_else(|| match self.indices.len() {
            ..MANY => (0..self.indices.len()).filter_map(at).find(is_it),
            _ => at(*self.places.get(std::str::from_utf8(name).ok()?)?),
        })
    }

    /// The one of that name among `all`.
    pub(crate) fn index(&self, name: &str, all: &[MeteredField]) -> Option<usize> {
        let (place, _) = self.find(name.as_bytes(), self.indices.len(), all)?;
        self.indices.get(place).copied()
    }

    fn is_empty(&self) -> bool {
        self.indices.is_empty()
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
        let measuring = Measuring {
            meter: self,
            variables: Variables::new(values),
        };
        let cost = measuring.response(&mut Reader::new(response))?;
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

    /// The whole response.
    fn response(&self, reader: &mut Reader<'_>) -> Option<u64> {
        let mut cost = 0;
        reader.members(|reader, name| {
            match name {
                b"data" => cost = self.value(reader, 0, &self.meter.root)?,
                _ => drop(reader.skip()?),
            }
            Some(())
        })?;
        Some(cost)
    }

    /// One value: nothing where it is null; a list costs what its items do. Recursion is bounded by the reader.
    fn value(&self, reader: &mut Reader<'_>, weight: u64, below: &Fields) -> Option<u64> {
        match reader.kind()? {
            Kind::Object if !below.is_empty() => self.object(reader, weight, below),
            Kind::List if weight > 0 || !below.is_empty() => {
                let mut cost: u64 = 0;
                reader.items(|reader| {
                    cost = cost.saturating_add(self.value(reader, weight, below)?);
                    Some(())
                })?;
                Some(cost)
            }
            kind => {
                reader.skip()?;
                Some(match kind {
                    Kind::Null | Kind::List => 0,
                    _ => weight,
                })
            }
        }
    }

    fn object(&self, reader: &mut Reader<'_>, weight: u64, below: &Fields) -> Option<u64> {
        let mut cost = weight;
        let fields = &self.meter.fields;
        // Fields come in the order in which they were selected.
        let mut next = 0;
        reader.members(|reader, name| {
            let Some((place, field)) = below.find(name, next, fields) else {
                return reader.skip().map(drop);
            };
            next = place + 1;
            let value = self.value(reader, field.weight, &field.below)?;
            cost = cost
                .saturating_add(value)
                .saturating_add(self.arguments(field));
            Some(())
        })?;
        Some(cost)
    }
}
