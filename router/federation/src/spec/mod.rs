//! The specifications a schema may `@link`: which there are, what they define, and under which names.
//!
//! - [`Version`], [`SpecUrl`]: `https://specs.apollo.dev/federation/v2.9`.
//! - [`Link`]: one `@link`, with its imports and renames.
//! - [`Links`]: all links of a document, and which of them an element's name belongs to.
//! - [`catalog`]: the elements of each known specification and version.
//!
//! Specification: <https://specs.apollo.dev/link/v1.0/>.

pub mod catalog;
mod connect;
mod definition;
mod link;
mod links;
mod url;
mod version;

pub use self::definition::{ArgumentMerge, ArgumentSpec, Composition, DirectiveSpec, InputSpec};
pub use self::link::{Import, Link};
pub use self::links::{LinkError, Links, Origin};
pub use self::url::SpecUrl;
pub use self::version::Version;

#[cfg(test)]
mod tests;
