//! The configuration of a service: what can be set, and what it is without.
//!
//! `options` reads it from values that the command line and the environment give.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use abaque_edge::Bounds;
use abaque_edge::logs::LogFormat;
use axum::http::HeaderValue;
use settings::Listen;

use crate::limits::{Capacity, Limits};
use crate::program::Program;

pub(crate) mod options;

/// Everything that can be set.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where `/graphql` and `/api/v1` are served.
    pub listen: Listen,
    /// Where `/metrics` and `/health` are served.
    pub admin: Listen,
    /// How logs are written; used by [`crate::run`] only.
    pub log_format: LogFormat,
    /// Which events are logged; used by [`crate::run`] only.
    pub log: String,
    /// What one request may cost.
    pub limits: Limits,
    /// What all requests together may hold.
    pub capacity: Capacity,
    /// What the server grants its clients.
    pub bounds: Bounds,
    /// How long requests are still accepted after readiness turned false, so that nobody sends any by then.
    pub drain_delay: Duration,
    /// Whether `__schema` and `__type` are answered. `_service` always is.
    pub introspection: bool,
    /// Whether browsers get the console at `/graphql`.
    pub playground: bool,
    /// What is exported of requests.
    pub telemetry: otlp::Config,
    /// The origins whose pages may call both endpoints; `*` is all of them.
    pub cors_origins: Vec<HeaderValue>,
}

impl Default for Config {
    /// As [`Config::of`], on ports that the system gives.
    fn default() -> Self {
        Self {
            listen: loopback(0),
            admin: loopback(0),
            log_format: LogFormat::detect(),
            log: "info".to_owned(),
            limits: Limits::default(),
            capacity: Capacity::default(),
            bounds: Bounds {
                // Each may hold as much as the head of a request may have.
                max_connections: 512,
                ..Bounds::default()
            },
            drain_delay: Duration::ZERO,
            introspection: true,
            playground: true,
            telemetry: otlp::Config::default(),
            cors_origins: Vec::new(),
        }
    }
}

impl Config {
    /// The defaults of a program.
    #[must_use]
    pub fn of(program: &Program) -> Self {
        Self {
            listen: loopback(program.ports.public),
            admin: loopback(program.ports.admin),
            ..Self::default()
        }
    }

    /// The same at these addresses.
    #[must_use]
    pub fn at(self, listen: SocketAddr, admin: SocketAddr) -> Self {
        let listen_at = |address: SocketAddr| Listen {
            host: address.ip().to_string(),
            port: address.port(),
        };
        Self {
            listen: listen_at(listen),
            admin: listen_at(admin),
            ..self
        }
    }
}

fn loopback(port: u16) -> Listen {
    Listen {
        host: Ipv4Addr::LOCALHOST.to_string(),
        port,
    }
}
