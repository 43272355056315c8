//! Plans executed against scripted subgraphs: the requests sent as well as the answer.

mod completion;
mod contexts;
mod faults;
mod fetches;
mod keys;
mod introspection;
mod script;
mod sharing;
mod variables;
