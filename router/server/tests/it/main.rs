//! The router over real sockets, with small subgraphs of which each answer is scripted.

mod access_log;
mod cli;
mod deduplication;
mod deferred;
mod encrypted;
mod faults;
mod introspection;
mod kit;
mod memory;
mod metrics;
mod requests;
mod review;
mod schema;
mod subscriptions;
mod unreachable;
mod web_socket;
