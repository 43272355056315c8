//! Where an SDL comes from, and one look at it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use client::{Call, ClientRequest, Failure, Subgraph, beginning};
use serde::Deserialize;

use crate::text_file::read;

/// The [query of the subgraph specification](https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/subgraph-spec#query_service).
const SERVICE_QUERY: &[u8] = br#"{"query":"{ _service { sdl } }"}"#;

/// Where an SDL comes from.
#[derive(Debug)]
pub(crate) enum Source {
    /// The subgraph itself; its SDL has at most this many bytes.
    Live { subgraph: Arc<Subgraph>, max: usize },
    /// A file of at most this many bytes.
    File { path: PathBuf, max: usize },
}

/// Why there is no SDL.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub(crate) enum SourceError {
    #[error(transparent)]
    Failure(#[from] Failure),
    #[error("its answer to {{ _service {{ sdl }} }} is not a GraphQL response: {0}")]
    NotGraphql(String),
    #[error("it refused {{ _service {{ sdl }} }}: {0}")]
    Refused(String),
    #[error("its SDL is empty")]
    Empty,
    /// Whatever is wrong, and where it was asked for.
    #[error("{cause} (asked at {url})")]
    At {
        url: String,
        cause: Box<SourceError>,
    },
    #[error("the file {path} cannot be read: {reason}")]
    File { path: PathBuf, reason: String },
}

impl Source {
    /// `live` or `file`.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Source::Live { .. } => "live",
            Source::File { .. } => "file",
        }
    }

    /// The file, when it is one.
    pub(crate) fn file(&self) -> Option<&Path> {
        match self {
            Source::Live { .. } => None,
            Source::File { path, .. } => Some(path),
        }
    }

    /// The SDL as it is now.
    pub(crate) async fn look(&self) -> Result<Arc<str>, SourceError> {
        let sdl = match self {
            Source::Live { subgraph, max } => {
                let asked = ask(subgraph).await.and_then(|sdl| match sdl.len() > *max {
                    true => Err(Failure::TooLarge(*max).into()),
                    false => Ok(sdl),
                });
                asked.map_err(|cause| match subgraph.shown_url() {
                    Some(url) => SourceError::At {
                        url,
                        cause: Box::new(cause),
                    },
                    None => cause,
                })?
            }
            Source::File { path, max } => {
                let (path, max) = (path.clone(), *max);
                let file = path.clone();
                tokio::task::spawn_blocking(move || read(&path, max))
                    .await
                    .unwrap_or_else(|error| Err(error.to_string()))
                    .map_err(|reason| SourceError::File { path: file, reason })?
            }
        };
        if sdl.trim().is_empty() {
            return Err(SourceError::Empty);
        }
        Ok(sdl.into())
    }
}

async fn ask(subgraph: &Arc<Subgraph>) -> Result<String, SourceError> {
    #[derive(Deserialize)]
    struct Response {
        data: Option<Data>,
        #[serde(default)]
        errors: Option<Vec<Error>>,
    }
    #[derive(Deserialize)]
    struct Data {
        #[serde(rename = "_service")]
        service: Option<Service>,
    }
    #[derive(Deserialize)]
    struct Service {
        sdl: Option<String>,
    }
    #[derive(Deserialize)]
    struct Error {
        message: String,
    }

    let answer = subgraph
        .call(Call {
            payload: Bytes::from_static(SERVICE_QUERY).into(),
            unnamed_from: 0,
            idempotent: true,
            client: &ClientRequest::default(),
            trace: None,
            deadline: None,
            shared: false,
            timing: None,
            spent: None,
        })
        .await?;
    let response: Response = serde_json::from_slice(&answer.body).map_err(|error| {
        SourceError::NotGraphql(match beginning(&answer.body) {
            Some(beginning) => format!("{error}; it begins with {beginning}"),
            None => "it is empty".to_owned(),
        })
    })?;
    let sdl = response
        .data
        .and_then(|data| data.service)
        .and_then(|service| service.sdl);
    let error = response.errors.and_then(|errors| errors.into_iter().next());
    match (sdl, error) {
        (Some(sdl), _) => Ok(sdl),
        (None, Some(error)) => Err(SourceError::Refused(
            error.message.chars().take(300).collect(),
        )),
        (None, None) => Err(SourceError::NotGraphql("no data._service.sdl".to_owned())),
    }
}
