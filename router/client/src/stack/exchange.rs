//! One request, one answer.

use std::sync::Arc;

use abaque_edge::coding::{Coding, Undecoded};
use abaque_edge::long_work;
use bytes::Bytes;
use executor::SubgraphResponse;
use http::HeaderMap;
use http::header::{ACCEPT_ENCODING, CONTENT_TYPE, HeaderName, HeaderValue};
use memory::{Account, Memory};
use serde::Deserialize;
use serde::de::IgnoredAny;
use tokio::time::Instant;

use super::Request;
use super::retry::failed;
use crate::answer::Answer;
use crate::broken::Broken;
use crate::failure::Failure;
use crate::header_rules::HeaderRules;
use crate::media;
use crate::origin::Origin;
use crate::payload::Payload;
use crate::pool::Over;

/// What servers ask of requests of a content type that a page can send without asking.
const PREFLIGHT: HeaderName = HeaderName::from_static("apollo-require-preflight");

/// What answers may be coded in.
const CODINGS: HeaderValue = HeaderValue::from_static("br, zstd, gzip");

/// Sends requests to one place.
#[derive(Debug)]
pub(crate) struct Exchange {
    pub(crate) subgraph: Arc<str>,
    /// `None` when nobody said where it is.
    pub(crate) origin: Option<Origin>,
    pub(crate) headers: Arc<HeaderRules>,
    /// Of one answer, in bytes.
    pub(crate) max_response: usize,
    /// Whether a failure shows how the answer begins: for those who run the router, not for clients.
    pub(crate) quotes: bool,
    /// What answers are read into; `None` where they are not counted.
    pub(crate) memory: Option<Arc<Memory>>,
    /// Whether answers may come in fewer bytes.
    pub(crate) is_compressed: bool,
}

impl Exchange {
    /// Sends a request and gives the head of its answer. A query is sent again, over a new connection, when a kept one turns out to be closed.
    pub(super) async fn send(&self, request: &Request) -> Result<Answer, Failure> {
        let origin = self.origin.as_ref().ok_or(Failure::NoUrl)?;
        let mut over = Over::Kept;
        loop {
            let (id, timing) = (request.id.as_ref(), request.timing.as_ref());
            let span = timing.and_then(|timing| timing.span());
            let trace = request.trace.as_ref().map(|trace| (trace, span));
            let mut headers = self.headers.complete(&request.passed_on, id, trace);
            if let Payload::Files(files) = &request.payload {
                headers.insert(CONTENT_TYPE, files.content_type.clone());
                // Servers take it from nobody who might be a browser that did not ask first.
                headers.insert(PREFLIGHT, HeaderValue::from_static("true"));
            }
            let Some(body) = request.payload.body() else {
                return Err(Failure::Unanswered("its files were sent before".to_owned()));
            };
            if self.is_compressed {
                headers.insert(ACCEPT_ENCODING, CODINGS);
            }
            if let Some(timing) = &request.timing {
                timing.attempt();
            }
            match origin.post(headers, body, over).await {
                Ok(answer) => {
                    if let Some(timing) = &request.timing {
                        timing.answered();
                    }
                    return Ok(answer);
                }
                Err(Broken::Closed(cause)) if request.idempotent && over == Over::Kept => {
                    tracing::debug!(subgraph = %self.subgraph, cause, "sending a query again");
                    over = Over::New;
                }
                Err(_) if request.payload.has_failed() => return Err(Failure::Files),
                Err(broken) => return Err(broken.into_failure()),
            }
        }
    }

    /// Reads the body of an answer, which is a GraphQL response by its content type only.
    pub(super) async fn receive(
        &self,
        answer: &mut Answer,
        deadline: Instant,
    ) -> Result<SubgraphResponse, Failure> {
        let status = answer.status();
        let headers = answer.take_headers();
        let coding = self.coding(status.as_u16(), &headers)?;
        let content_type = headers.get(CONTENT_TYPE);
        if !content_type.is_some_and(media::is_graphql_response) {
            let found = content_type.map_or_else(
                || "none".to_owned(),
                |other| shortened(String::from_utf8_lossy(other.as_bytes()).into_owned()),
            );
            let mut failure = match status.is_success() {
                true => Failure::ContentType {
                    status: status.as_u16(),
                    found: found.clone(),
                },
                false => failed(status, &headers),
            };
            // Nothing of the body can be used; dropping it closes the connection, which is rare enough.
            if self.quotes && coding.is_none() {
                let beginning = Box::pin(answer.beginning(QUOTED_BYTES)).await;
                failure = quoting(failure, &found, &beginning);
            }
            return Err(failure);
        }
        let reading = match &self.memory {
            Some(memory) => {
                answer
                    .read_within(self.max_response, memory, deadline)
                    .await
            }
            None => answer.read(self.max_response).await,
        };
        let body = reading.map_err(|unread| unread.into_failure(self.max_response))?;
        let body = match coding {
            None => body,
            Some(coding) => Box::pin(self.decode(coding, &body)).await?,
        };
        // A GraphQL response may come with any status; another JSON body only explains a status to people.
        if !status.is_success() && !long_work::on(body.len(), || is_response(&body)) {
            let mut failure = failed(status, &headers);
            if self.quotes {
                failure = quoting(failure, "JSON", &body);
            }
            return Err(failure);
        }
        Ok(SubgraphResponse {
            status: status.as_u16(),
            headers,
            body,
        })
    }
}

impl Exchange {
    /// How the body of an answer is coded.
    fn coding(&self, status: u16, headers: &HeaderMap) -> Result<Option<Coding>, Failure> {
        let found = match Coding::of(headers) {
            Ok(None) => return Ok(None),
            Ok(Some(coding)) if self.is_compressed => return Ok(Some(coding)),
            Ok(Some(coding)) => coding.name().to_owned(),
            Err(other) => shortened(String::from_utf8_lossy(other.as_bytes()).into_owned()),
        };
        Err(Failure::ContentEncoding { status, found })
    }

    /// What a coded body stands for, within the bound of any answer.
    async fn decode(&self, coding: Coding, body: &[u8]) -> Result<Bytes, Failure> {
        let account = self.memory.as_ref().map(|memory| Arc::new(memory.shared()));
        let grow = |more| {
            account
                .as_ref()
                .map_or(Ok(()), |account| account.grow(more))
        };
        let decoded = coding.decode(body, self.max_response, grow).await;
        match decoded {
            Ok(decoded) => Ok(match account {
                Some(account) => {
                    account.keep(decoded.len());
                    Account::hold(account, decoded.into())
                }
                None => decoded.into(),
            }),
            Err(Undecoded::TooLarge) => Err(Failure::TooLarge(self.max_response)),
            Err(Undecoded::Refused(_)) => Err(Failure::Memory),
            Err(Undecoded::Wrong(error)) => {
                let name = coding.name();
                Err(Failure::Broken(format!(
                    "its answer is not {name}: {error}"
                )))
            }
        }
    }
}

/// How much of an answer is read to show how it begins.
const QUOTED_BYTES: usize = 400;

/// A failure with what was answered.
fn quoting(failure: Failure, content_type: &str, body: &[u8]) -> Failure {
    let told = match beginning(body) {
        Some(beginning) => {
            format!("its body, of content type {content_type}, begins with {beginning}")
        }
        None => "its body is empty".to_owned(),
    };
    Failure::Quoted {
        failure: Box::new(failure),
        told,
    }
}

/// The beginning of a text that another server sent, on one line and in quotes; `None` when nothing in it is visible.
pub fn beginning(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(&body[..body.len().min(QUOTED_BYTES)]);
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    (!words.is_empty()).then(|| format!("{:?}", shortened(words.join(" "))))
}

/// What a server says about itself is quoted, but not at any length.
fn shortened(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(80) {
        text.truncate(end);
        text.push('…');
    }
    text
}

/// Whether a body is a [GraphQL response](https://spec.graphql.org/September2025/#sec-Response-Format).
pub fn is_response(body: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Members {
        data: Option<IgnoredAny>,
        errors: Option<Vec<IgnoredAny>>,
    }
    serde_json::from_slice::<Members>(body)
        .is_ok_and(|members| members.data.is_some() || members.errors.is_some())
}
