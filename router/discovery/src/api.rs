//! Requests to the API server, and what its answers mean.

use std::time::Duration;

use fetch::{Answer, Client, Lines};
use form_urlencoded::byte_serialize;
use http::StatusCode;
use serde::Deserialize;
use tokio::time::timeout;

use crate::access::Access;
use crate::service::{Metadata, Service};

/// Services of one page of a list.
const PAGE: usize = 250;
/// Pages of a list.
const MAX_PAGES: usize = 20;
/// Bytes of a page.
const MAX_PAGE: usize = 16 * 1024 * 1024;
/// Bytes of one event: more than any object may have.
const MAX_EVENT: usize = 2 * 1024 * 1024;
/// Bytes of what explains a refusal.
const MAX_STATUS: usize = 64 * 1024;
/// For a page, or for the head of a watch's answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long the API server keeps a watch open; without a word it is given up a little later.
const WATCH_SECONDS: u64 = 290;
/// How much later.
const WATCH_SILENCE: Duration = Duration::from_secs(WATCH_SECONDS + 30);

/// Why the API server gave no list, or ended a watch.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ApiError {
    /// The watch is too far behind (410): only a new list shows what is there.
    #[error("the watch has expired")]
    Expired,
    /// The connection ended before the watch did, which a proxy or a new API server is enough for.
    #[error("the watch broke off: {0}")]
    BrokeOff(String),
    /// Anything else, in a sentence.
    #[error("{0}")]
    Problem(String),
}

/// What is there, and as of when.
#[derive(Debug)]
pub(crate) struct Listing {
    pub(crate) services: Vec<Service>,
    pub(crate) version: String,
}

/// An event of a watch.
#[derive(Debug)]
pub(crate) enum Event {
    Put(Box<Service>),
    Gone(Box<Service>),
    /// Nothing has changed up to this version.
    Bookmark(String),
}

/// An open watch.
#[derive(Debug)]
pub(crate) struct Watch(Lines);

/// The Services of one namespace, or of all.
#[derive(Debug)]
pub(crate) struct Services<'a> {
    pub(crate) access: &'a Access,
    pub(crate) namespace: &'a str,
    pub(crate) selector: &'a str,
}

#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    metadata: ListMetadata,
    #[serde(default)]
    items: Option<Vec<Service>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ListMetadata {
    #[serde(default)]
    resource_version: String,
    #[serde(default, rename = "continue")]
    next: Option<String>,
}

impl Services<'_> {
    /// All that there are, page by page.
    pub(crate) async fn list(&self) -> Result<Listing, ApiError> {
        let mut services = Vec::new();
        let mut next: Option<String> = None;
        for _ in 0..MAX_PAGES {
            let mut query = format!("limit={PAGE}");
            if let Some(next) = &next {
                query.push_str("&continue=");
                query.extend(byte_serialize(next.as_bytes()));
            }
            let reading = async {
                let answer = self.get(&query, "list").await?;
                let body = answer.whole(MAX_PAGE).await;
                body.map_err(|error| ApiError::Problem(format!("the list of Services: {error}")))
            };
            let body = within(reading).await?;
            let page: Page = serde_json::from_slice(&body).map_err(|error| {
                ApiError::Problem(format!(
                    "the API server's list is not one of Services: {error}"
                ))
            })?;
            services.extend(page.items.unwrap_or_default());
            next = page.metadata.next.filter(|next| !next.is_empty());
            if next.is_none() {
                return Ok(Listing {
                    services,
                    version: page.metadata.resource_version,
                });
            }
        }
        Err(ApiError::Problem(format!(
            "more than {} Services match the selector",
            MAX_PAGES * PAGE
        )))
    }

    /// What changes from that version on.
    pub(crate) async fn watch(&self, version: &str) -> Result<Watch, ApiError> {
        let version: String = byte_serialize(version.as_bytes()).collect();
        let query = format!(
            "watch=true&allowWatchBookmarks=true&timeoutSeconds={WATCH_SECONDS}&resourceVersion={version}"
        );
        let answer = within(self.get(&query, "watch")).await?;
        Ok(Watch(answer.lines(MAX_EVENT)))
    }

    async fn get(&self, query: &str, verb: &str) -> Result<Answer, ApiError> {
        let problem = ApiError::Problem;
        let selector: String = byte_serialize(self.selector.as_bytes()).collect();
        let path = match self.namespace {
            "*" => "/api/v1/services".to_owned(),
            namespace => format!("/api/v1/namespaces/{namespace}/services"),
        };
        let url = self
            .access
            .url(&format!("{path}?labelSelector={selector}&{query}"));
        let client: Client = self.access.client().map_err(problem)?;
        let headers = self.access.headers().map_err(problem)?;
        let answer = client.get(&url.map_err(problem)?, headers).await;
        let answer = answer.map_err(|error| problem(format!("the API server: {error}")))?;
        match answer.status {
            StatusCode::OK => Ok(answer),
            StatusCode::GONE => Err(ApiError::Expired),
            status => Err(problem(self.refusal(status, verb, answer).await)),
        }
    }

    /// Why it refuses, and what to do about it where that is known.
    async fn refusal(&self, status: StatusCode, verb: &str, answer: Answer) -> String {
        let said = answer.whole(MAX_STATUS).await.unwrap_or_default();
        let said = message(&said).map_or_else(String::new, |said| format!(": {said}"));
        let (place, role) = match self.namespace {
            "*" => ("all namespaces".to_owned(), "ClusterRole"),
            namespace => (format!("the namespace {namespace}"), "Role"),
        };
        match status {
            StatusCode::FORBIDDEN => format!(
                "the service account may not {verb} Services in {place}: bind it to a {role} with the verbs list and watch on services{said}"
            ),
            StatusCode::UNAUTHORIZED => {
                format!("the API server does not accept the token (401){said}")
            }
            status => format!("the API server answered {status}{said}"),
        }
    }
}

impl Watch {
    /// What happens next; `None` when the watch is over, as it is from time to time. Nothing is lost when the future is dropped.
    pub(crate) async fn next(&mut self) -> Result<Option<Event>, ApiError> {
        loop {
            let line = timeout(WATCH_SILENCE, self.0.next()).await;
            let line = match line {
                Ok(Ok(Some(line))) => line,
                Ok(Ok(None)) => return Ok(None),
                Ok(Err(error @ fetch::Error::TooLarge(_))) => {
                    return Err(ApiError::Problem(format!("an event of the watch: {error}")));
                }
                Ok(Err(error)) => return Err(ApiError::BrokeOff(error.to_string())),
                Err(_) => return Err(ApiError::BrokeOff("nothing came for too long".to_owned())),
            };
            if line.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            return event(&line).map(Some);
        }
    }
}

fn event(line: &[u8]) -> Result<Event, ApiError> {
    #[derive(Deserialize)]
    struct Raw<'l> {
        #[serde(rename = "type")]
        kind: String,
        #[serde(borrow)]
        object: &'l serde_json::value::RawValue,
    }
    #[derive(Deserialize)]
    struct Bookmark {
        metadata: Metadata,
    }
    #[derive(Deserialize)]
    struct Code {
        #[serde(default)]
        code: u16,
    }
    let broken = |error: serde_json::Error| {
        ApiError::Problem(format!("an event of the watch cannot be read: {error}"))
    };
    let raw: Raw<'_> = serde_json::from_slice(line).map_err(broken)?;
    let object = raw.object.get();
    match raw.kind.as_str() {
        "ADDED" | "MODIFIED" => Ok(Event::Put(serde_json::from_str(object).map_err(broken)?)),
        "DELETED" => Ok(Event::Gone(serde_json::from_str(object).map_err(broken)?)),
        "BOOKMARK" => {
            let bookmark: Bookmark = serde_json::from_str(object).map_err(broken)?;
            Ok(Event::Bookmark(bookmark.metadata.resource_version))
        }
        "ERROR" => {
            let code = serde_json::from_str::<Code>(object).map_or(0, |status| status.code);
            let said = message(object.as_bytes()).unwrap_or_else(|| "without a word".to_owned());
            Err(match code {
                410 => ApiError::Expired,
                code => {
                    ApiError::Problem(format!("the watch ended with an error ({code}): {said}"))
                }
            })
        }
        other => {
            let other: String = other.chars().take(40).collect();
            Err(ApiError::Problem(format!("the watch sent a \"{other}\"")))
        }
    }
}

async fn within<T>(asking: impl Future<Output = Result<T, ApiError>>) -> Result<T, ApiError> {
    timeout(PATIENCE, asking).await.unwrap_or_else(|_| {
        let silent = format!("the API server did not answer within {PATIENCE:?}");
        Err(ApiError::Problem(silent))
    })
}

/// The message of a [Status](https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/), shortened.
fn message(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Status {
        message: Option<String>,
    }
    let status: Status = serde_json::from_slice(body).ok()?;
    let said = status.message?;
    let visible = said.chars().filter(|c| !c.is_control());
    Some(visible.take(300).collect())
}
