//! The parts of a multipart body, one after the other.

use bytes::Bytes;
use futures_util::Stream;
use multer::{Field, Multipart};
use tokio::time::Instant;

use crate::error::UploadError;
use crate::paced::{Credit, Paced};

/// The parts that have not been read yet.
pub(crate) struct Parts {
    multipart: Multipart<'static>,
    credit: Credit,
    /// When all of them must have come.
    deadline: Instant,
}

/// One part, of which the content has not been read.
pub(crate) struct Part {
    field: Field<'static>,
    credit: Credit,
    deadline: Instant,
}

impl Parts {
    pub(crate) fn new<S, E>(stream: S, boundary: String, deadline: Instant) -> Self
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: 'static,
    {
        let credit = Credit::new();
        let paced = Paced::new(stream, credit.clone());
        Self {
            multipart: Multipart::new(paced, boundary),
            credit,
            deadline,
        }
    }

    /// The next one. The one before must have been read to its end.
    pub(crate) async fn next(&mut self) -> Result<Option<Part>, UploadError> {
        self.credit.renew();
        let next = tokio::time::timeout_at(self.deadline, self.multipart.next_field()).await;
        let field = next.map_err(|_| UploadError::Late)??;
        Ok(field.map(|field| Part {
            field,
            credit: self.credit.clone(),
            deadline: self.deadline,
        }))
    }

    /// The next one, which must have that name.
    pub(crate) async fn expect(&mut self, name: &'static str) -> Result<Part, UploadError> {
        let next = self.next().await?;
        next.filter(|part| part.name() == name)
            .ok_or(UploadError::Order { expected: name })
    }
}

impl Part {
    pub(crate) fn name(&self) -> &str {
        self.field.name().unwrap_or_default()
    }

    pub(crate) fn file_name(&self) -> Option<&str> {
        self.field.file_name()
    }

    /// Its media type, as far as it is one.
    pub(crate) fn content_type(&self) -> Option<&str> {
        self.field.content_type().map(AsRef::as_ref)
    }

    /// The next bytes of its content; `None` after the last of them.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>, UploadError> {
        self.credit.renew();
        let chunk = tokio::time::timeout_at(self.deadline, self.field.chunk()).await;
        Ok(chunk.map_err(|_| UploadError::Late)??)
    }
}
