//! Plans executed against scripted subgraphs: the requests sent as well as the answer.

mod bounds;
mod completion;
mod contexts;
mod deferred;
mod faults;
mod fetches;
mod introspection;
mod keys;
mod memory;
mod places;
mod repeated;
mod script;
mod sharing;
mod streamed;
mod variables;
