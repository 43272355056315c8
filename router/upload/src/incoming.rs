//! What a client sends: the operations, the map, and then the files.

use std::fmt;
use std::sync::{Mutex, OnceLock, PoisonError};

use bytes::Bytes;
use futures_util::Stream;
use memory::{Account, Gather};
use tokio::time::Instant;

use crate::error::UploadError;
use crate::file_map::FileMap;
use crate::part::{Part, Parts};

/// The size of the part `map`, in bytes.
const MAX_MAP: usize = 64 * 1024;

/// What a multipart request may have. Sizes in bytes.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// The size of the part `operations`.
    pub operations: usize,
    /// Files in one request.
    pub files: usize,
    /// Of one file.
    pub file: usize,
    /// The size of all files of a request.
    pub total: usize,
}

impl Bounds {
    /// What a whole body may have: what is around the files is small.
    pub fn body(&self) -> usize {
        let around = MAX_MAP + (self.files + 3) * crate::paced::MAX_HEAD;
        let parts = self.operations.saturating_add(self.total);
        parts.saturating_add(around)
    }
}

/// A multipart request whose files are still to be read.
pub struct Upload {
    operations: Bytes,
    pub(crate) map: FileMap,
    pub(crate) bounds: Bounds,
    /// `None` once they have been forwarded.
    files: Mutex<Option<Parts>>,
    failure: OnceLock<UploadError>,
}

impl Upload {
    /// The part `operations`: a GraphQL request as JSON.
    pub fn operations(&self) -> &Bytes {
        &self.operations
    }

    /// Where its files are.
    pub fn map(&self) -> &FileMap {
        &self.map
    }

    /// Why its files did not come, where that is the client's doing.
    pub fn failure(&self) -> Option<&UploadError> {
        self.failure.get()
    }

    pub(crate) fn fail(&self, failure: UploadError) {
        self.failure.get_or_init(|| failure);
    }

    pub(crate) fn take_files(&self) -> Option<Parts> {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        files.take()
    }
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload")
            .field("map", &self.map)
            .field("failure", &self.failure)
            .finish_non_exhaustive()
    }
}

/// Reads a multipart request up to its files. All of its body has to come until `deadline`; the operations and the map are counted in `account`.
///
/// # Errors
/// The content type has no boundary; the body is not multipart or does not begin with `operations` and `map`; one of them is too large, or comes too late; the
/// map is not one.
pub async fn read<S, E>(
    content_type: &str,
    body: S,
    bounds: Bounds,
    deadline: Instant,
    account: &Account,
) -> Result<Upload, UploadError>
where
    S: Stream<Item = Result<Bytes, E>> + Send + 'static,
    E: 'static,
{
    let boundary = multer::parse_boundary(content_type).map_err(|_| UploadError::Boundary)?;
    // https://www.rfc-editor.org/rfc/rfc2046#section-5.1.1
    if boundary.is_empty() || boundary.len() > 70 {
        return Err(UploadError::Boundary);
    }
    let mut parts = Parts::new(body, boundary, deadline);
    let operations = parts.expect("operations").await?;
    let counted = Some((account, deadline));
    let operations = gather(operations, "operations", bounds.operations, counted).await?;
    let map = parts.expect("map").await?;
    let map = gather(map, "map", MAX_MAP, None).await?;
    account.body_is_read();
    let map = FileMap::parse(&map, bounds.files)?;
    // It is kept until the last file has come.
    account.grow(map.weight()).map_err(UploadError::Memory)?;
    Ok(Upload {
        operations: operations.into(),
        map,
        bounds,
        files: Mutex::new(Some(parts)),
        failure: OnceLock::new(),
    })
}

/// All of a part.
async fn gather(
    mut part: Part,
    name: &str,
    limit: usize,
    counted: Option<(&Account, Instant)>,
) -> Result<Vec<u8>, UploadError> {
    let mut gather = Gather::new(0);
    while let Some(chunk) = part.chunk().await? {
        if chunk.len() > limit - gather.len() {
            let part = format!("the part \"{name}\"");
            return Err(UploadError::TooLarge { part, limit });
        }
        let missing = gather.missing(chunk.len());
        if missing > 0 {
            if let Some((account, deadline)) = counted {
                let grown = account.grow_body(missing, deadline).await;
                grown.map_err(UploadError::Memory)?;
            }
            gather.grant(missing);
        }
        gather.add(&chunk);
    }
    Ok(gather.into_bytes())
}
