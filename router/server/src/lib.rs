//! The Abaque router: composes subgraphs from their live SDL or from files, and answers GraphQL operations over them.
//!
//! - [`config`]: one YAML file, read and checked whole;
//! - [`serve`]: two ports, a composer behind them, a drain at the end;
//! - `schema`: asks the sources, composes what changed, keeps what served;
//! - `graphql`: the stages of a request;
//! - `subgraph`: the HTTP client, as the executor's;
//! - [`metrics`]: the catalog; `report`: diagnostics for people and programs; `review`: what a schema change means;
//! - [`cli`]: the commands of the binary.
//!
//! **Invariants**
//!
//! - The caller owns the sockets and the end; nothing here is global, so that several routers live in one process.
//! - A schema that served keeps serving until a better one has composed; a request ends with the schema it began with.
//! - Prepared operations belong to one schema and go with it.
//! - Everything is bounded: bodies, documents, plans kept, requests in flight, waits.
//! - Neither query text, variables nor inserted header values are logged. What only operators may know is masked.
//! - Nothing here composes, plans or merges: that is `composition`, `planner` and `executor`.
//!
//! ```
//! let text = "subgraphs: { calculatrice: { url: http://127.0.0.1:4001/graphql } }";
//! let config = router::Config::parse(text, "router.yaml".as_ref(), &|_| None).expect("this is right");
//! assert_eq!(config.listen.to_string(), "127.0.0.1:4000");
//! ```

mod admin;
pub mod cli;
mod clock;
pub mod config;
mod cors;
mod deep_stack;
mod error;
mod granted;
mod graphql;
mod long_work;
mod media;
mod memory;
pub mod metrics;
mod priority;
mod report;
mod review;
mod schema;
mod serve;
mod subgraph;

pub use crate::config::Config;
pub use crate::error::{Code, ServeError};
pub use crate::serve::{Listeners, serve};
pub use crate::subgraph::TlsError;
pub use settings::ConfigError;
