//! Discovery against an API server on loopback, over real HTTP.

mod api;
mod watching;
