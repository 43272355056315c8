//! What a request carries: a GraphQL request as JSON, or one with the client's files.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::HeaderValue;
use http_body_util::{Either, Full};
use upload::{Outgoing, Upload};

/// The body of a request over HTTP.
pub(crate) type HttpBody = Either<Full<Bytes>, Outgoing>;

/// What a request carries.
#[derive(Clone)]
pub enum Payload {
    /// JSON, which can be sent again.
    Json(Bytes),
    /// Files behind it, which are sent as they come, once.
    Files(Arc<Files>),
}

/// A multipart request.
pub struct Files {
    pub(crate) content_type: HeaderValue,
    /// `None` when it has been sent.
    body: Mutex<Option<Outgoing>>,
    upload: Arc<Upload>,
}

impl Payload {
    /// A request with files of that upload, of that content type.
    pub(crate) fn files(upload: Arc<Upload>, content_type: HeaderValue, body: Outgoing) -> Self {
        Self::Files(Arc::new(Files {
            content_type,
            body: Mutex::new(Some(body)),
            upload,
        }))
    }

    /// The JSON, where that is all.
    pub(crate) fn json(&self) -> Option<&Bytes> {
        match self {
            Self::Json(bytes) => Some(bytes),
            Self::Files(_) => None,
        }
    }

    /// What is sent; `None` where it has been, and cannot be sent again.
    pub(crate) fn body(&self) -> Option<HttpBody> {
        match self {
            Self::Json(bytes) => Some(Either::Left(Full::new(bytes.clone()))),
            Self::Files(files) => {
                let mut body = files.body.lock().unwrap_or_else(PoisonError::into_inner);
                body.take().map(Either::Right)
            }
        }
    }

    /// Whether it broke off by the client's doing.
    pub(crate) fn has_failed(&self) -> bool {
        match self {
            Self::Json(_) => false,
            Self::Files(files) => files.upload.failure().is_some(),
        }
    }
}

impl From<Bytes> for Payload {
    fn from(json: Bytes) -> Self {
        Self::Json(json)
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(bytes) => f.debug_tuple("Json").field(bytes).finish(),
            Self::Files(files) => f.debug_tuple("Files").field(&files.upload).finish(),
        }
    }
}
