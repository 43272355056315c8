//! Everything between the executor and a subgraph: the executor's client over HTTP.
//!
//! - [`Subgraphs`]: all subgraphs of a schema; [`RequestClient`] asks them on behalf of one request;
//! - [`Subgraph`]: one of them, asked within bounds of time, size and number;
//! - `in_flight`: equal queries are sent once;
//! - `headers`: what is sent beside the body;
//! - `transport`: requests and answers to one origin, over TLS or not; `pool`: kept connections where there is no TLS; `encrypted`: those with it; `tls`: whom it trusts;
//! - [`resolver`](fn@resolver): whom connections ask for the addresses of a name;
//! - [`Events`]: the events of one subscription, by `event_stream` or by `web_socket`;
//! - [`Config`], [`SubgraphConfig`]: the keys of the configuration; [`METRICS`]: what is exported.
//!
//! **Invariants**
//!
//! - Everything is bounded: the requests in flight to a subgraph, their time, the answers' size, idle connections.
//! - A mutation is sent once. A query is sent again only when a kept connection turns out to be closed.
//! - Nothing here knows clients' requests but by what is passed on of them, and nothing knows the server.

mod broken;
mod config;
mod connector;
mod encrypted;
mod event_stream;
mod events;
mod failure;
mod headers;
mod in_flight;
pub mod media;
mod metrics;
mod names;
mod pool;
mod subgraph;
mod subgraphs;
mod tls;
mod transport;
mod web_socket;

pub use self::broken::chain;
pub use self::config::{
    Config, Sections, SubgraphConfig, SubscriptionProtocol, SubscriptionSource,
};
pub use self::events::Events;
pub use self::failure::Failure;
pub use self::headers::{ClientRequest, Headers};
pub use self::metrics::METRICS;
pub use self::names::resolver;
pub use self::subgraph::{Call, Subgraph, beginning};
pub use self::subgraphs::{RequestClient, Subgraphs};
pub use self::tls::{TlsError, client_config};
pub use self::transport::Transport;
