//! What both services share around their schema: GraphQL and REST endpoints, limits, configuration, serving.
//!
//! A service is a [`Program`]: a schema, REST routes and their OpenAPI document. From it:
//!
//! 1. [`run`] is its command line: options and environment are read into a [`Config`] and checked whole;
//! 2. [`apps`] makes its two apps: the public one (`/graphql`, `/api/v1`, see [`graphql`] and [`rest`]) and the admin one;
//! 3. [`serve`] serves both until it is asked to stop, then drains.
//!
//! **Invariants**
//!
//! - No domain: nothing here knows what the schema is about. Of numbers it knows what all services agree on, [`valeurs`]: the lists of
//!   numbers of a schema are [`valeurs::Liste`]s.
//! - The REST API is one table of operations ([`rest::table`]): routes, decoding, errors and OpenAPI document follow from it.
//! - A request is bounded before it costs: its bytes, its tokens, its nesting, its fields with fragments expanded, its entities, the values in
//!   its arguments, each at each use. What it costs then is paid from one budget ([`valeurs::budget`]), and ends with its time.
//! - All requests together are bounded: those that are computed and those that wait, the bodies received, the answers not read yet.
//! - A stream has a place, one budget, and an end; it computes an event when the one before was taken, and dropping it gives everything back.
//! - Every answer of `/graphql` but the console, and events, is a GraphQL response, every error of `/api/v1` a problem (RFC 9457), and
//!   every error has a stable code.
//! - Nothing is global but the subscriber of logs, which only [`run`] installs.
//!
//! ```
//! use async_graphql::{EmptyMutation, EmptySubscription, Object, Schema};
//! use service::rest::table::Table;
//! use service::{Ports, Program, Subgraph};
//!
//! struct Query;
//!
//! #[Object]
//! impl Query {
//!     async fn hello(&self) -> &str {
//!         "world"
//!     }
//! }
//!
//! let program = Program {
//!     name: "example",
//!     about: "Greets",
//!     version: "0.1.0",
//!     ports: Ports { public: 4001, admin: 9091 },
//!     schema: Subgraph::new(Schema::build(Query, EmptyMutation, EmptySubscription)),
//!     rest: Table::default(),
//!     openapi: serde_json::json!({ "openapi": "3.1.0", "info": { "title": "Example" }, "paths": {} }),
//!     default_query: "{ hello }",
//! };
//! assert!(program.sdl().contains("hello: String!"));
//! ```

pub mod config;
pub mod graphql;
pub mod limits;
pub mod rest;

mod admission;
mod body;
mod caching;
mod cli;
mod compute;
mod cors;
mod descriptions;
mod directives;
mod encoding;
mod endpoints;
mod patience;
mod pressure;
mod program;
mod root_field;
mod serving;
mod streams;

pub use crate::{
    cli::run,
    config::Config,
    descriptions::Descriptions,
    endpoints::Endpoints,
    limits::{Capacity, Limits},
    program::{Ports, Program, Subgraph},
    rest::Problem,
    root_field::{Arguments, RootField},
    serving::{Apps, Listeners, Public, apps, serve},
    streams::Pace,
};

#[cfg(test)]
mod fixture;
