//! The whole product over real HTTP, and the reviewed schemas.

mod answers;
#[path = "../../../../platform/otlp/tests/it/collector.rs"]
#[allow(dead_code, reason = "its own tests use the rest")]
mod collector;
mod endpoints;
mod faults;
mod http;
mod imports;
mod malformed;
mod nulls;
mod openapi;
mod schema;
mod sizes;
mod stack;
mod streams;
mod traces;
