//! Descriptive statistics with exact decimals as a GraphQL subgraph and a REST API.
//!
//! A request becomes a result in three stages:
//!
//! 1. the endpoints: `schema` (GraphQL: root fields, and the entities `Serie` and `Calcul`) and `rest` (a table of operations) read
//!    arguments into a `Series`;
//! 2. a family of statistics, a module each, computes exactly: `moyenne`, `quantile`, `modes`, `dispersion`, `forme`, `liaison`,
//!    `histogramme`, `score`;
//! 3. `valeurs::exact` rounds the exact result once.
//!
//! **Invariants**
//!
//! - Everything before the last step is integers of any size: no sum cancels, and an overflow is one of the result itself.
//! - A result is the decimal nearest to the exact value, ties to even. Geometric and harmonic means are enclosed between two numbers
//!   first, and enclosed closer until both round alike.
//! - Nothing is kept between requests: the key of an entity is its data.
//! - Nothing here knows the other services or the router.
//!
//! ```
//! let sdl = statistiques::sdl();
//! assert!(sdl.contains("type Serie @key(fields: \"id\")"));
//! ```

mod courantes;
mod dispersion;
mod forme;
mod histogramme;
#[cfg(test)]
mod laws;
mod liaison;
mod modes;
mod moyenne;
mod program;
mod quantile;
#[cfg(test)]
mod reference;
mod rest;
mod root;
mod schema;
mod score;
mod series;
mod student;
mod transformation;

pub use self::program::{program, sdl};
