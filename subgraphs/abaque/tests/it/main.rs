//! The whole product over real HTTP, and the reviewed schemas.

mod answers;
mod doors;
mod faults;
mod http;
mod imports;
mod malformed;
mod nulls;
mod schema;
mod stack;
mod streams;
