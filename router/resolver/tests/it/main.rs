//! The resolver against a name server on loopback, over real sockets.

mod kit;
mod lookups;
