//! Plans executed against scripted subgraphs: the requests sent as well as the answer.

mod completion;
mod contexts;
mod faults;
mod fetches;
mod introspection;
mod keys;
mod memory;
mod places;
mod script;
mod sharing;
mod streamed;
mod variables;
