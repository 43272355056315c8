//! Graphs and operations for a seed.

mod operation;
mod schema;
mod shapes;
mod text;

pub use self::operation::{Operation, Selected, operation};
pub use self::schema::subgraphs;
pub use self::text::{SubgraphText, TypeText};
