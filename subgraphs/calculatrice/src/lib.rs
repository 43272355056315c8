//! Arithmetic with exact decimals as a GraphQL subgraph and a REST API.
//!
//! A request becomes a result in three stages:
//!
//! 1. the endpoints read arguments: `schema` (GraphQL: root fields, and the entities `Calcul` and `Serie`) and `rest`;
//! 2. the `catalog` says, once for both endpoints, which operations there are; `expression` reads and evaluates texts;
//! 3. the operations of `valeurs::Decimal` compute, and some of their own in `operations`.
//!
//! **Invariants**
//!
//! - A result is exact where a decimal equals it, else the nearest decimal, ties to even.
//! - Nothing is kept between requests: the key of an entity is its data.
//! - What a request may cost is bounded before it is computed: the length and depth of an expression, the values of a
//!   series, the degree of a root.
//! - Nothing here knows the other services or the router.
//!
//! ```
//! let sdl = calculatrice::sdl();
//! assert!(sdl.contains("type Calcul @key(fields: \"expression\")"));
//! ```

mod angle;
mod catalog;
mod descriptions;
mod expression;
mod operations;
mod program;
mod rest;
mod rounding;
mod schema;

pub use self::program::{program, sdl};
