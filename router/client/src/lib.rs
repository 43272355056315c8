//! Everything between the executor and a subgraph: the executor's client over HTTP.
//!
//! - [`Subgraphs`]: all subgraphs of a schema; [`RequestClient`] asks them on behalf of one request;
//! - [`Subgraph`]: one of them, asked within bounds of time, size and number;
//! - `stack`: the layers that a request goes through: equal queries are sent once (`in_flight`), a subgraph that fails is left alone, queries are sent again;
//! - `headers`: what the configuration says is sent beside the body, `header_rules`: the same for one subgraph; `gathered`: what clients are sent of the headers of answers, `cache_control` among it, and `depends`: what of the client's request they depend on; `hop_by_hop`: what of either goes no further;
//! - `place_stack`: the layers in front of one place; `claims` and `route`: which of its places a subgraph is asked at, for which clients;
//! - `payload`: what a request carries, JSON or the client's files behind it, which come while they are sent;
//! - `transport`: the connections to all places; `origin`: requests to one of them, over TLS or not; `answer`: what comes back; `connector`: new connections, by two attempts where one takes long (`hedged`), which know whether they were used (`opened`); `pool`: kept connections where there is no TLS; `secured`, `encrypted`: those with it; `multiplexed`: those of HTTP/2; `tls`: the authorities it trusts; [`pinned_config`]: a server that is known by its certificate;
//! - [`resolver`](fn@resolver): where connections look up the addresses of a name;
//! - [`Place`]: where a subgraph answers; `proxy`: by which proxy it is asked;
//! - [`Events`]: the events of one subscription, by `event_stream` or by `web_socket`;
//! - [`Config`], [`SubgraphConfig`]: the keys of the configuration; [`METRICS`]: what is exported.
//!
//! **Invariants**
//!
//! - Everything is bounded: the requests in flight to a subgraph, their time, the answers' size, idle connections.
//! - A mutation is sent once, and so is what has files. A query is sent again when a kept connection turns out to be closed, over a new one, and where retries are configured.
//! - Nothing here knows clients' requests but by what is passed on of them, and nothing knows the server.

mod ahead;
mod answer;
mod broken;
mod cache_control;
mod claims;
mod client_span;
mod config;
mod connector;
mod depends;
mod encrypted;
mod event_stream;
mod events;
mod failure;
mod gathered;
mod header_rules;
mod headers;
mod hedged;
mod hop_by_hop;
mod in_flight;
pub mod media;
mod metrics;
mod multiplexed;
mod names;
mod noise;
mod observed;
mod opened;
mod origin;
mod patience;
mod payload;
mod pinned;
mod place;
mod place_stack;
mod pool;
mod proxy;
mod route;
mod sampled;
mod schema_bounds;
mod secured;
mod server_sent;
mod silence;
mod spent;
mod stack;
mod subgraph;
mod subgraphs;
mod tls;
mod transport;
mod web_socket;

pub use self::claims::Claims;
pub use self::config::{
    Config, Sections, SubgraphConfig, SubscriptionProtocol, SubscriptionSource,
};
pub use self::events::{Events, Opening};
pub use self::failure::Failure;
pub use self::gathered::{Gathered, Keeper, ResponseRules};
pub use self::header_rules::ClientRequest;
pub use self::headers::{Headers, Propagation};
pub use self::metrics::METRICS;
pub use self::names::resolver;
pub use self::observed::{Observations, Observed, Timing};
pub use self::patience::Patience;
pub use self::payload::{Files, Payload};
pub use self::pinned::pinned_config;
pub use self::place::Place;
pub use self::place_stack::RouteState;
pub use self::route::Route;
pub use self::schema_bounds::SchemaBounds;
pub use self::spent::Spent;
pub use self::stack::{BreakerConfig, BreakerState, RetryConfig, beginning, is_response};
pub use self::subgraph::{Call, Subgraph};
pub use self::subgraphs::{GRACE, RequestClient, Subgraphs};
pub use self::tls::{SubgraphTls, TlsError, client_config};
pub use self::transport::Transport;
