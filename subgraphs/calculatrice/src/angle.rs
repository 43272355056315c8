//! The unit of angles, as GraphQL and REST name it.

use async_graphql::Enum;
use async_graphql::resolver_utils::EnumType as _;
use serde_json::{Value, json};
use service::rest::table::{Argument, Given, Refused, one_of};
use valeurs::{Decimal, Resultat};

use crate::expression::Angles;

/// The unit of an angle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Enum)]
pub(crate) enum UniteAngle {
    /// Radians: a turn is 2π.
    #[default]
    Radian,
    /// Degrees: a turn is 360. What is exact in degrees is exact: the sine of 30 is 0.5.
    Degre,
}

impl UniteAngle {
    pub(crate) fn sine(self, x: Decimal) -> Resultat<Decimal> {
        match self {
            UniteAngle::Radian => x.try_sin(),
            UniteAngle::Degre => x.try_sin_degrees(),
        }
    }

    pub(crate) fn cosine(self, x: Decimal) -> Resultat<Decimal> {
        match self {
            UniteAngle::Radian => x.try_cos(),
            UniteAngle::Degre => x.try_cos_degrees(),
        }
    }

    pub(crate) fn tangent(self, x: Decimal) -> Resultat<Decimal> {
        match self {
            UniteAngle::Radian => x.try_tan(),
            UniteAngle::Degre => x.try_tan_degrees(),
        }
    }

    pub(crate) fn arc_tangent(self, x: Decimal) -> Resultat<Decimal> {
        match self {
            UniteAngle::Radian => x.try_atan(),
            UniteAngle::Degre => x.try_atan_degrees(),
        }
    }
}

impl From<UniteAngle> for Angles {
    fn from(unit: UniteAngle) -> Self {
        match unit {
            UniteAngle::Radian => Angles::Radians,
            UniteAngle::Degre => Angles::Degrees,
        }
    }
}

fn units() -> Vec<(&'static str, UniteAngle)> {
    let items = UniteAngle::items().iter();
    items.map(|item| (item.name, item.value)).collect()
}

impl Argument for UniteAngle {
    fn schema() -> Value {
        let names: Vec<&str> = units().into_iter().map(|(name, _)| name).collect();
        json!({ "type": "string", "enum": names })
    }

    fn read(given: &Given<'_>) -> Result<Self, Refused> {
        one_of(given, &units())
    }

    fn to_json(&self) -> Value {
        let named = units().into_iter().find(|(_, unit)| unit == self);
        named.map_or(Value::Null, |(name, _)| name.into())
    }
}
