//! The Abaque router: composes subgraphs from their live SDL or from files, and answers GraphQL operations over them.
//!
//! - [`config`]: one YAML file, read and checked whole;
//! - [`serve`]: two ports, a composer behind them, a drain at the end;
//! - `reload`: from one configuration to the next, without a restart;
//! - `clients`: how they connect;
//! - `schema`: asks the sources, composes what changed, keeps what served;
//! - `http`: what of a request and an answer is HTTP; `request`: its stages;
//! - `prepare`: from the text of an operation to its plan, kept; `record`: which operations clients send;
//! - `persisted`: documents that clients name by an id;
//! - `refusal`: why a request is refused, and how that is answered; [`telemetry`]: the catalog of metrics;
//! - `report`: diagnostics for people and programs; `review`: what a schema change means; `lint`: the rules of `router lint`;
//! - `dev`: what `router dev` adds for a developer; [`cli`]: the commands of the binary.
//!
//! **Invariants**
//!
//! - The caller owns the sockets and the end; nothing here is global, so that several routers live in one process.
//! - A schema that served keeps serving until a better one has composed; a request ends with the schema, and by the configuration, that it began with.
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
mod clients;
mod clock;
pub mod config;
mod deep_stack;
mod dev;
mod granted;
mod http;
mod lint;
mod named_files;
mod persisted;
mod places;
mod prepare;
mod priority;
mod record;
mod refusal;
mod reload;
mod report;
mod request;
mod review;
mod schema;
mod serve;
mod serve_error;
pub mod telemetry;
mod text_file;

pub use crate::config::Config;
pub use crate::refusal::Code;
pub use crate::reload::ConfigFile;
pub use crate::serve::{Listeners, serve, serve_file};
pub use crate::serve_error::ServeError;
pub use abaque_edge::tls::TlsError as ServerTlsError;
pub use client::TlsError;
pub use settings::ConfigError;
