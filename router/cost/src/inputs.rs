//! What the values of input types cost, and so those of arguments.

use std::sync::Arc;

use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{Name, Schema};
use rustc_hash::FxHashMap;

use crate::json::{Kind, Reader};

/// A variable in the place of a value of an input type.
#[derive(Clone, Debug)]
pub(crate) struct VariableCost {
    pub(crate) variable: Name,
    pub(crate) costs: Arc<InputCosts>,
    pub(crate) place: InputPlace,
}

/// An input type of which values may cost something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct InputId(usize);

/// Where a value of an input type is: an argument, a field of an input object, or an item of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct InputPlace {
    pub(crate) ty: InputId,
    /// Whether the place has a weight of its own, which counts instead of the type's.
    pub(crate) is_weighed: bool,
}

/// The weights of all input types, which may contain each other and themselves: values are finite, so it is values that are followed.
#[derive(Debug, Default)]
pub(crate) struct InputCosts {
    ids: FxHashMap<Name, InputId>,
    /// By type.
    types: Vec<InputType>,
}

#[derive(Debug)]
struct InputType {
    /// Of each value: 1 of an input object, what `@cost` says of a scalar or an enum.
    weight: u64,
    /// The fields that cost something, or in which something may.
    fields: FxHashMap<Name, InputField>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct InputField {
    /// What `@cost` says about the field.
    weight: Option<u64>,
    ty: Option<InputId>,
}

impl InputField {
    /// What the field costs, whatever its value is.
    pub(crate) fn weight(self) -> u64 {
        self.weight.unwrap_or(0)
    }

    /// Where its value is, if that may cost something.
    pub(crate) fn place(self) -> Option<InputPlace> {
        Some(InputPlace {
            ty: self.ty?,
            is_weighed: self.weight.is_some(),
        })
    }
}

impl InputCosts {
    /// Those of a schema: `weight` gives that of a scalar or an enum, `own` what `@cost` says about a field of an input object.
    pub(crate) fn new(
        schema: &Schema,
        weight: impl Fn(&Name) -> u64,
        own: impl Fn(&Name, &Name) -> Option<u64>,
    ) -> Self {
        let found = schema.types.iter().filter(|(name, ty)| match ty {
            ExtendedType::InputObject(_) => true,
            ExtendedType::Scalar(_) | ExtendedType::Enum(_) => weight(name) > 0,
            _ => false,
        });
        let found: Vec<(&Name, &ExtendedType)> = found.collect();
        let names = found.iter().map(|(name, _)| Name::clone(name));
        let ids: FxHashMap<Name, InputId> = names.zip((0..).map(InputId)).collect();
        let one = |(name, ty): &(&Name, &ExtendedType)| {
            let ExtendedType::InputObject(object) = ty else {
                return InputType {
                    weight: weight(name),
                    fields: FxHashMap::default(),
                };
            };
            let fields = object.fields.iter().filter_map(|(field, definition)| {
                let costs = InputField {
                    weight: own(name, field),
                    ty: ids.get(definition.ty.inner_named_type()).copied(),
                };
                let matters = costs.weight() > 0 || costs.ty.is_some();
                matters.then(|| (field.clone(), costs))
            });
            InputType {
                weight: 1,
                fields: fields.collect(),
            }
        };
        Self {
            types: found.iter().map(one).collect(),
            ids,
        }
    }

    /// The type of that name, if values of it may cost something.
    pub(crate) fn id(&self, ty: &Name) -> Option<InputId> {
        self.ids.get(ty).copied()
    }

    /// A field of an input object, if it may cost something.
    pub(crate) fn field(&self, place: InputPlace, name: &[u8]) -> Option<InputField> {
        let name = std::str::from_utf8(name).ok()?;
        self.types[place.ty.0].fields.get(name).copied()
    }

    /// What a value costs by itself that is no list.
    pub(crate) fn weight(&self, place: InputPlace) -> u64 {
        match place.is_weighed {
            true => 0,
            false => self.types[place.ty.0].weight,
        }
    }

    /// What the value that comes now costs with all that is in it; lists cost what their items do. `None` where it cannot be read.
    pub(crate) fn of(&self, place: InputPlace, value: &mut Reader<'_>) -> Option<u64> {
        let mut cost = match value.kind()? {
            Kind::Null | Kind::List => 0,
            _ => self.weight(place),
        };
        match value.kind()? {
            Kind::List => {
                let item = InputPlace {
                    is_weighed: false,
                    ..place
                };
                value.items(|value| {
                    cost = cost.saturating_add(self.of(item, value)?);
                    Some(())
                })?;
            }
            Kind::Object if self.has_fields(place) => value.members(|value, name| {
                let field = self.field(place, name);
                let below = match field.and_then(InputField::place) {
                    Some(place) => self.of(place, value)?,
                    None => {
                        value.skip()?;
                        0
                    }
                };
                let weight = field.map_or(0, InputField::weight);
                cost = cost.saturating_add(weight).saturating_add(below);
                Some(())
            })?,
            _ => drop(value.skip()?),
        }
        Some(cost)
    }

    /// Whether any field of an input object may cost something.
    fn has_fields(&self, place: InputPlace) -> bool {
        !self.types[place.ty.0].fields.is_empty()
    }
}
