//! What a collector gets, by either protocol, and what becomes of requests where it does not behave.

mod collector;
mod series;
mod traces;
