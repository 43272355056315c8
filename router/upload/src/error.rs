//! What is wrong with a multipart request.

use memory::Exhausted;

use crate::paced::Interrupted;

/// Why a multipart request is not taken, or its files did not come. All of it may be shown to the client.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UploadError {
    /// The content type has no usable boundary.
    #[error("the content type multipart/form-data needs a boundary")]
    Boundary,
    /// It is not multipart.
    #[error("the body is not the multipart/form-data that its content type says: {0}")]
    Malformed(String),
    /// The parts come in another order.
    #[error(
        "the part \"{expected}\" is missing: `operations` comes first, then `map`, then the files"
    )]
    Order {
        /// The part that should have been next.
        expected: &'static str,
    },
    /// The map is not one.
    #[error("the part \"map\" {0}")]
    Map(String),
    /// The map names a place that takes no file.
    #[error("{0}")]
    Place(String),
    /// The map names more files than there may be.
    #[error("the request has more than {0} files")]
    TooMany(usize),
    /// One part is longer than it may be, in bytes.
    #[error("{part} has more than {limit} bytes")]
    TooLarge {
        /// Which part.
        part: String,
        /// In bytes.
        limit: usize,
    },
    /// A part is no file that the map names, or it came before.
    #[error("the part \"{0}\" is none of the files that the map names, or it was sent before")]
    Unexpected(String),
    /// A file that the map names did not come.
    #[error("the file \"{0}\", which the map names, was not sent")]
    Missing(String),
    /// The body ended early.
    #[error("the body did not arrive whole")]
    Lost,
    /// It took too long.
    #[error("the body did not arrive in time")]
    Late,
    /// There is no memory for the operations.
    #[error("there is no memory for the request")]
    Memory(Exhausted),
}

impl From<multer::Error> for UploadError {
    fn from(error: multer::Error) -> Self {
        match error {
            multer::Error::StreamReadFailed(cause) => match cause.downcast_ref::<Interrupted>() {
                Some(Interrupted::Head) => Self::TooLarge {
                    part: "what comes before the content of a part".to_owned(),
                    limit: crate::paced::MAX_HEAD,
                },
                _ => Self::Lost,
            },
            multer::Error::IncompleteFieldData { .. }
            | multer::Error::IncompleteHeaders
            | multer::Error::IncompleteStream => {
                Self::Malformed("it ends before its last boundary, or has none".to_owned())
            }
            other => Self::Malformed(other.to_string()),
        }
    }
}
