//! Abaque in one process: all [`services`] and the router, for development and demonstration.
//!
//! 1. [`Listeners::bind`] takes the addresses: a public and an admin port for each program;
//! 2. [`serve`] starts the services, and the router over them, until it is asked to stop;
//! 3. [`composed`] waits until the router serves the schema that it composed of them.
//!
//! This is the one place that knows both the services and the router. They still only meet over HTTP, as they do when each runs
//! on a machine of its own.

mod addresses;
mod ready;
mod serving;

pub use crate::{
    addresses::{Addresses, Listeners, Pair},
    ready::composed,
    serving::{FIRST_QUERY, serve},
};

/// The services behind the router: another one is a line here.
#[must_use]
pub fn services() -> Vec<service::Program> {
    vec![calculatrice::program(), statistiques::program()]
}
