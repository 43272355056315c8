//! Talking to subgraphs over HTTP.
//!
//! - [`transport`]: requests and answers, over TLS or not;
//! - [`pool`]: kept connections where there is no TLS;
//! - [`tls`]: whom it trusts;
//! - [`headers`]: what is sent beside the body;
//! - [`in_flight`]: equal queries are sent once;
//! - [`endpoint`]: one request to one subgraph, bounded in time, size and number;
//! - [`source`]: the events of one subscription, by [`event_stream`] or by [`web_socket`];
//! - [`fleet`]: all endpoints of a schema, as the executor's client.

mod endpoint;
mod event_stream;
mod failure;
mod fleet;
mod headers;
mod in_flight;
mod pool;
mod source;
mod tls;
mod transport;
mod web_socket;

pub(crate) use self::endpoint::{Call, Endpoint, beginning};
pub(crate) use self::failure::Failure;
pub(crate) use self::fleet::{Fleet, RequestClient};
pub(crate) use self::headers::{ClientRequest, is_reserved};
pub(crate) use self::source::Source;
pub use self::tls::TlsError;
pub(crate) use self::transport::{Transport, chain};
