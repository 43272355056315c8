//! The values both services agree on: the `Decimal` scalar, arithmetic on it, the identity of a `Serie`, and errors.
//!
//! - [`Decimal`]: an exact decimal number, read from text or refused, and always in one normal form;
//! - `arithmetic`, `functions`, `totals`: every operation on decimals, as `try_…` methods that say why they fail; [`exact`] is where
//!   each is rounded, once;
//! - [`Rational`], [`Number`]: what is on its way to a result, and not rounded yet; [`Precision`] is with how many bits, `ball` how it is enclosed;
//! - [`Valeurs`] and [`SerieId`]: the values of a series, and the identifier that *is* these values;
//! - [`Erreur`]: a stable [`Code`], a message that names the argument, the place in it;
//! - [`schema()`]: the beginning of a service's schema, with what async-graphql leaves open: [`entity`] keeps the failures
//!   of entities apart, [`ExactLiterals`] refuses numbers that a double would round, [`NonNull`] propagates `null`;
//!   [`Metered`] makes fields pay;
//! - [`budget`]: what one request may cost;
//! - [`message`]: how long messages may be;
//! - [`Liste`], [`Decimaux`], [`Objets`]: long lists without a task for each item.
//!
//! **Invariants**
//! - No operation panics, rounds an input, or answers a value that is not a number.
//! - Equal values have equal text, hash and identifier, however they were written.
//! - Nothing here knows HTTP, or does IO.
//!
//! ```
//! use valeurs::{Decimal, Valeurs};
//!
//! let sum = Decimal::parse("0.1")?.try_add("0.2".parse()?)?;
//! assert_eq!(sum.to_string(), "0.3");
//!
//! let serie = Valeurs::new(vec![Decimal::ONE, "2.0".parse()?])?;
//! assert_eq!(Valeurs::from_id(serie.id().as_str())?, serie);
//! # Ok::<(), valeurs::Erreur>(())
//! ```

mod arithmetic;
mod ball;
pub mod budget;
mod decimal;
pub mod entity;
mod erreur;
pub mod exact;
mod functions;
mod liste;
mod literals;
pub mod message;
mod metered;
mod non_null;
mod number;
mod position;
mod precision;
mod rational;
mod schema;
mod serie;
mod totals;

pub use self::{
    arithmetic::Rounding,
    decimal::Decimal,
    erreur::{Cause, Code, Endroit, Erreur, Resultat},
    liste::{Decimaux, Liste, Objets},
    literals::{ExactLiterals, beyond_a_float},
    metered::Metered,
    non_null::NonNull,
    number::{Computed, Number},
    position::position,
    precision::{Precision, Stop},
    rational::Rational,
    schema::{schema, schema_with_subscription},
    serie::{MAX_SERIE, SerieId, Valeurs},
};
