//! The router over real sockets, with small subgraphs of which each answer is scripted.

mod access;
mod access_log;
mod addresses;
#[path = "../../../discovery/tests/it/api.rs"]
#[allow(dead_code, reason = "its own tests use the rest")]
mod api_server;
mod batching;
mod chaos;

mod cli;
mod client_sockets;
mod clients;
mod coded_bodies;
#[path = "../../../../platform/otlp/tests/it/collector.rs"]
#[allow(dead_code, reason = "its own tests use the rest")]
mod collector;
mod compression;
mod console;
mod contract;
mod contradictions;
mod cost;
mod deduplication;
mod deferred;
mod discovered;
mod documents;
mod encrypted;
mod ending;
mod faults;
mod first_hour;
mod gate;
mod graphql_over_sse;
mod graphql_transport_ws;
mod head;
mod identify;
mod introspection;
mod joining;
mod kit;
mod left_mutations;
mod lint;
mod literals;
mod memory;
mod metrics;
mod moving;
mod multiplexed;
#[path = "../../../resolver/tests/it/kit.rs"]
#[allow(dead_code, reason = "its own tests use the rest")]
mod name_server;
mod names;
mod processes;
mod rate_limit;
mod record;
mod reload;
mod requests;
mod response_headers;
mod review;
mod schema;
mod shared;
mod silent;
mod storm;
mod streamed;
mod subscriptions;
mod telemetry;
mod towards_subgraphs;
mod unfinished_messages;
mod unreachable;
mod uploads;
mod warm_up;
mod ways;
mod web_socket;
mod wiring;
