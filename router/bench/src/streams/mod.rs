//! Subscribers in number: what each costs, and whether they lose anything while all that is below them changes.
//!
//! - [`source`]: two subgraphs, of which one numbers its events and keeps them;
//! - [`subscriber`]: one client; [`wire`]: what comes over its connection;
//! - [`stage`]: the router between them;
//! - [`memory`], [`soak`]: what is measured.

pub(crate) mod memory;
pub(crate) mod soak;
mod source;
mod stage;
mod subscriber;
mod wire;

use clap::ValueEnum;

/// How a client gets its events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Transport {
    /// Server-sent events.
    Sse,
    /// `multipart/mixed;subscriptionSpec=1.0`.
    Multipart,
    /// `graphql-transport-ws`.
    Websocket,
}

impl Transport {
    pub(crate) const ALL: [Self; 3] = [Self::Sse, Self::Multipart, Self::Websocket];

    /// Its name for people.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Sse => "server-sent events",
            Self::Multipart => "multipart",
            Self::Websocket => "WebSockets",
        }
    }
}
