//! The HTTP edge that every program of Abaque shows: serving and draining, probes, metrics, logs.
//!
//! What a program puts together, from the outside in:
//!
//! 1. [`logs::init`]: one line of JSON (or text) an event, on standard error;
//! 2. [`shutdown::signal`]: SIGTERM or ctrl-c;
//! 3. [`listen::bind`] and [`server::serve`]: connections over HTTP/1.1 and HTTP/2, their bounds and the drain, for the public port and the admin port
//!    alike, with [`tls`] where there is any. It refuses a request that does not name its [`host`] as HTTP asks, keeps within the [`descriptors`] of
//!    the process, and says who the [`Peer`] is; [`forwarded`]: who the client is behind it;
//! 4. [`request::observe`]: request id, access log, request metrics and panics of a public app; its place in a [`trace`], and the spans of that;
//! 5. [`direct::direct`]: the paths that most requests are for, past the router of the app;
//! 6. [`admin`]: `/metrics`, `/health/live`, `/health/ready` from a [`health::Health`] and a [`metrics::Recorder`], on a thread of their own;
//! 7. [`probe::ready`]: what the health check of an image asks the admin port;
//! 8. [`long_work`]: what would keep a thread from serving, done where another one takes its place;
//! 9. [`causes`]: why something failed, in one line;
//! 10. [`coding`]: bodies in fewer bytes, decoded within a bound;
//! 11. [`allocator`]: how much memory that was given back is kept.
//!
//! **Invariants**
//!
//! - Nothing here knows GraphQL's semantics or a domain.
//! - Nothing is global but the `tracing` subscriber and the turns of [`long_work`]: three programs may live in one process, each with its own metrics.
//! - The caller owns the socket and the end: tests bind port 0 and need no sleeps.
//! - Every label value that reaches a metric comes from a bounded set: never a raw path, query or string of a client.
//!
//! ```
//! use abaque_edge::{Health, Recorder, admin, request};
//!
//! let recorder = Recorder::new(abaque_edge::METRICS, &[("service", "example")]);
//! let health = Health::new();
//! let public = request::observe(axum::Router::new(), "example", &recorder);
//! let admin = admin::app(health.clone(), recorder.clone());
//! health.ready();
//! # let _: (axum::Router, axum::Router) = (public, admin);
//! ```

pub mod admin;
pub mod allocator;
pub mod causes;
pub mod coding;
#[cfg(test)]
mod counted;
pub mod descriptors;
pub mod direct;
pub mod forwarded;
pub mod health;
pub mod host;
pub mod listen;
pub mod logs;
pub mod long_work;
pub mod metrics;
pub mod probe;
pub mod quiet;
pub mod request;
pub mod server;
pub mod shutdown;
pub mod tls;
pub mod trace;

pub use crate::{
    direct::direct,
    forwarded::Peer,
    health::Health,
    metrics::Recorder,
    request::RequestId,
    server::{Bounds, Cut, RequestBody, serve, serve_over},
    tls::Tls,
    trace::TraceContext,
};

/// The edge's own entries of a catalog of metrics.
pub const METRICS: &[metrics::Metric] = &[
    request::DURATION_METRIC,
    request::ACTIVE_METRIC,
    admin::READY_METRIC,
];
