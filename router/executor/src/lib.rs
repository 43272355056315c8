//! Executes a query plan against its subgraphs and completes the response.
//!
//! 1. [`coerce_variables`]: the client's variables, checked against the operation, digits kept;
//! 2. [`execute`]: each fetch starts the moment its inputs are there (`drive`, `run`); representations are built from the data so far
//!    and sent once each (`represent`, `context`); answers are parsed once into a tree that borrows from the bytes received (`json`)
//!    and become part of every object that asked for them, as do their errors (`answer`, `fault`);
//! 3. completion (`complete`, `leaf`): the response is written in one pass over the plan's shape, with errors at the
//!    client's paths (`path`, `locate`); what is about all objects of a fetch is reported once (`missing`).
//!
//! Files that are sent beside the variables keep their places in them ([`FilePaths`]), and are the client's to send.
//!
//! Where parts of the response are deferred, fragments (`@defer`) or the later items of lists (`@stream`), [`Incremental`] takes the place of
//! [`execute`()] and gives one part after the other.
//!
//! A subscription is opened by what [`source_request`] gives; each event is then completed by [`execute_event`].
//!
//! **Invariants**
//!
//! - No transport: subgraphs are asked through [`SubgraphClient`], which owns connections, timeouts and bounds.
//! - Whatever a subgraph sends, there is an answer, and there is no panic: wrong shapes are errors beside data.
//! - No value is changed on its way through: numbers keep their digits, strings their escapes.
//! - Memory is asked for before it is taken ([`SubgraphClient::grant`]), so that a bound on it holds whatever subgraphs send.
//! - An object is gone through once for each element of a path that leads to it, at however many places it is.
//! - Nothing is decided here that could have been decided without data: that is the planner's.
//!
//! ```
//! let error = executor::RequestError::new("GRAPHQL_PARSE_FAILED", "expected a selection set");
//! let body = executor::request_error_body(&[error]);
//! assert_eq!(body, br#"{"errors":[{"message":"expected a selection set","extensions":{"code":"GRAPHQL_PARSE_FAILED"}}]}"#);
//! ```

mod answer;
mod body;
mod client;
mod complete;
mod context;
mod counts;
mod deferred;
mod drive;
mod error;
mod execute;
mod fault;
mod files;
mod introspect;
mod json;
mod leaf;
mod locate;
mod memory;
mod misplaced;
mod missing;
mod name;
mod pass;
mod path;
mod pending;
mod represent;
mod request;
mod response;
mod run;
mod variables;

pub use crate::{
    body::RequestBody,
    client::{
        Entities, FetchError, FetchProblem, SubgraphClient, SubgraphRequest, SubgraphResponse,
    },
    deferred::{Answers, Format, Incremental, Part},
    error::{RequestError, SourceLocation, request_error_body},
    execute::{execute, execute_event, source_request},
    files::{FilePaths, FilePlace},
    misplaced::{Misplaced, check_files},
    request::{ExecutionRequest, Options},
    response::{Response, Stats},
    variables::{VariableError, Variables, coerce_variables, coerce_variables_with_files},
};
