//! Files of clients on their way to a subgraph: the
//! [GraphQL multipart request](https://github.com/jaydenseric/graphql-multipart-request-spec), read from a client and written to a subgraph as a stream.
//!
//! 1. [`read`]: the parts `operations` and `map`, which come first; an [`Upload`] has them, and the files as they come;
//! 2. [`Upload::forward`]: the same kind of request for a subgraph, with those of the files that it is to have. What is written is an [`Outgoing`] body; what
//!    writes it is a future that runs beside the request.
//!
//! **Invariants**
//!
//! - A file is never held: a piece of it is read when the one before has been taken by the subgraph's connection.
//! - Whatever a client sends is bounded: the operations, the map, the head of each part, each file, all files, and the time.
//! - Nothing that a client chose becomes structure of what is written: parts are numbered, their boundary is made by chance, and file names are escaped.
//! - Files are sent once, to one subgraph.
//!
//! ```
//! let map = upload::FileMap::parse(br#"{"0": ["variables.image"]}"#, 1)?;
//! let files: Vec<_> = map.paths().collect();
//! assert_eq!(files, [(0, "variables.image")]);
//! # Ok::<(), upload::UploadError>(())
//! ```

mod error;
mod file_map;
mod incoming;
mod outgoing;
mod paced;
mod part;

pub use self::error::UploadError;
pub use self::file_map::FileMap;
pub use self::incoming::{Bounds, Upload, read};
pub use self::outgoing::{Outgoing, Place, Stopped};
