//! The rounding modes, as GraphQL and REST name them.

use async_graphql::Enum;
use valeurs::Rounding;

/// What `arrondi` does with the digits it drops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Enum)]
pub(crate) enum ModeArrondi {
    /// To the nearest; halfway, to the even digit: 2.5 becomes 2, 3.5 becomes 4. Sums of rounded values do not drift.
    #[default]
    DemiPair,
    /// To the nearest; halfway, away from zero: 2.5 becomes 3, -2.5 becomes -3. What schools and shops do.
    DemiSuperieur,
    /// To the nearest; halfway, towards zero: 2.5 becomes 2, -2.5 becomes -2.
    DemiInferieur,
    /// Towards zero: 2.9 becomes 2, -2.9 becomes -2.
    VersZero,
    /// Away from zero: 2.1 becomes 3, -2.1 becomes -3.
    DepuisZero,
    /// To the largest number not above: 2.9 becomes 2, -2.1 becomes -3.
    Plancher,
    /// To the smallest number not below: 2.1 becomes 3, -2.9 becomes -2.
    Plafond,
}

impl From<ModeArrondi> for Rounding {
    fn from(mode: ModeArrondi) -> Self {
        match mode {
            ModeArrondi::DemiPair => Rounding::HalfEven,
            ModeArrondi::DemiSuperieur => Rounding::HalfUp,
            ModeArrondi::DemiInferieur => Rounding::HalfDown,
            ModeArrondi::VersZero => Rounding::Truncate,
            ModeArrondi::DepuisZero => Rounding::Up,
            ModeArrondi::Plancher => Rounding::Floor,
            ModeArrondi::Plafond => Rounding::Ceiling,
        }
    }
}
